"""Grades one answer: screens it, compares it with the item's key points, and adds up.

Knows nothing of files, commands or of what follows from a grade.
"""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from tutor.grading.answer_text import READ_CHARACTERS, Piece, answer_sentences
from tutor.grading.item_reading import item_reading
from tutor.grading.misconceptions import said_misconceptions
from tutor.grading.opposition import BEYOND_DOUBT, clashes, opposition
from tutor.grading.presence import Presence, presences
from tutor.grading.records import Grade, PointGrade
from tutor.grading.rubric import rubric
from tutor.grading.scoring import in_words, score
from tutor.grading.screening import judged_sentences, unjudgeable
from tutor.grading.second_look import OpenPoint, second_look
from tutor.grading.vectors import Vectors, vectors_of
from tutor.grading.verdicts import (
    WITH_VECTORS,
    WORDS_ONLY,
    against_log_odds,
    doubt,
    openness,
    point_verdict,
    said_log_odds,
    with_second_look,
)
from tutor.records import Item


def grade(
    item: Item,
    answer: str,
    embedder: Embeddings | None,
    chat_model: BaseChatModel | None = None,
    config: RunnableConfig | None = None,
) -> Grade:
    """The grade of ``answer`` to ``item``'s question; the same answer always gets the same score.

    Never raises for what a person typed. ``embedder`` None grades by words alone. A ``chat_model`` decides at most two
    of the points that the words leave open, in at most about 3 s; where it fails, the words decide.
    """
    by = "words and vectors" if embedder else "words"
    if not item.key_points:
        return Grade(0.0, (), (), (), by, "This item has no key points to grade by.", False)
    question = f"{item.title} {item.question}"
    sentences = answer_sentences(answer)
    if reason := unjudgeable(answer, sentences, question):
        missing = tuple(PointGrade(point.text, point.weight, "missing", "", by) for point in item.key_points)
        return Grade(0.0, missing, (), (), by, reason, False)
    judged = judged_sentences(sentences, question)
    vectors = vectors_of(embedder) if embedder else None
    against = against_log_odds(opposition(item_reading(item), judged, vectors), WITH_VECTORS if vectors else WORDS_ONLY)
    points = _points(item, answer, judged, against, vectors, chat_model, config)
    wrong = said_misconceptions(item, item_reading(item), answer, judged, vectors)
    asked = sorted({point.by for point in points} - {by})
    reason = in_words(points, len(wrong), doubt(against))
    if len(answer) > READ_CHARACTERS:
        reason += f" Only the first {READ_CHARACTERS} characters were read."
    marks = rubric(points, len(wrong))
    marked = score(points, len(wrong), doubt(against))
    return Grade(marked, points, wrong, marks, ", ".join([by, *asked]), reason, True)


def _points(
    item: Item,
    answer: str,
    judged: Sequence[Piece],
    against: float,
    vectors: Vectors | None,
    chat_model: BaseChatModel | None,
    config: RunnableConfig | None,
) -> tuple[PointGrade, ...]:
    """A verdict on each key point; ``judged`` are the answer's sentences that count, at least one, and ``against`` the
    log-odds of the answer being wrong."""
    known = item_reading(item)
    fits = WITH_VECTORS if vectors else WORDS_ONLY
    signals = presences(known, judged, vectors)
    said = [said_log_odds(each, fits) for each in signals]
    looked: dict[int, float] = {}
    if chat_model:
        open_points = [
            OpenPoint(number, point.text, point.weight, open_by, _around(judged, signals[number]))
            for number, (point, odds) in enumerate(zip(item.key_points, said, strict=True))
            if (open_by := openness(odds, against, fits)) is not None
        ]
        looked = second_look(open_points, item.title, chat_model, config)
    name = str(getattr(chat_model, "model_name", "") or type(chat_model).__name__)
    found = []
    for number, point in enumerate(item.key_points):
        odds = with_second_look(said[number], looked[number]) if number in looked else said[number]
        piece = judged[signals[number].best]
        verdict = point_verdict(odds, against, clashes(known, piece.reading, BEYOND_DOUBT), fits)
        evidence = answer[piece.start : piece.end] if verdict != "missing" else ""
        by = name if number in looked else "words and vectors" if vectors else "words"
        found.append(PointGrade(point.text, point.weight, verdict, evidence, by))
    return tuple(found)


def _around(judged: Sequence[Piece], presence: Presence) -> str:
    """The sentence that says most of a point, and the next one."""
    return " ".join(piece.text for piece in judged[presence.best : presence.best + 2])
