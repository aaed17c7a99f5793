"""Grades an answer against an item's key points: what is covered, partly, missing or contradicted, with quotes.

``screening`` says what cannot be judged, ``answer_text`` cuts the answer, ``matching`` compares it with the points,
``verdicts`` decides, ``second_look`` asks a chat model where the words leave it open, ``scoring`` adds up.
"""

from __future__ import annotations

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from tutor.grading.records import Grade, PointGrade, PointVerdict, RubricMark, SaidMisconception
from tutor.grading.scoring import in_words, score
from tutor.lexical import terms
from tutor.records import Item
from tutor.sentences import sentences

__all__ = ["Grade", "PointGrade", "PointVerdict", "RubricMark", "SaidMisconception", "grade"]


def grade(
    item: Item,
    answer: str,
    embedder: Embeddings | None,
    chat_model: BaseChatModel | None = None,
    config: RunnableConfig | None = None,
) -> Grade:
    """The grade of ``answer`` to ``item``'s question; the same answer always gets the same score.

    Never raises for what a person typed. ``embedder`` None grades by words alone; with a ``chat_model`` it decides the
    points that words and vectors leave open, in at most about 3 s.
    """
    points = []
    for point in item.key_points:
        asked = set(terms(point.text)) - set(terms(item.title))
        best = max(
            sentences(answer), key=lambda each: len(asked & set(terms(each.text))) / max(len(asked), 1), default=None
        )
        share = len(asked & set(terms(best.text))) / max(len(asked), 1) if best else 0.0
        verdict: PointVerdict = "covered" if share > 0.5 else "partly" if share > 0.25 else "missing"
        evidence = answer[best.start : best.end] if best and verdict != "missing" else ""
        points.append(PointGrade(point.text, point.weight, verdict, evidence, "words"))
    return Grade(score(points, 0), tuple(points), (), (), "words", in_words(points, 0), bool(answer.strip() and points))
