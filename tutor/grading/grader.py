"""Grades one answer: screens it, compares it with the item's key points, and adds up.

Knows nothing of files, commands or of what follows from a grade.
"""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from tutor.grading.agreement import SHOWN_CHARACTERS, agreement
from tutor.grading.answer_text import READ_CHARACTERS, Piece, answer_sentences
from tutor.grading.item_reading import ItemReading, item_reading
from tutor.grading.misconceptions import said_misconceptions
from tutor.grading.opposition import BEYOND_DOUBT, clashes, opposition
from tutor.grading.presence import presences
from tutor.grading.records import Grade, PointGrade
from tutor.grading.rubric import rubric
from tutor.grading.scoring import in_words, score
from tutor.grading.screening import judged_sentences, unjudgeable
from tutor.grading.vectors import Vectors, vectors_of
from tutor.grading.verdicts import (
    WITH_VECTORS,
    WORDS_ONLY,
    Fits,
    against_log_odds,
    doubt,
    point_verdict,
    said_log_odds,
)
from tutor.records import Item


def grade(
    item: Item,
    answer: str,
    embedder: Embeddings | None,
    chat_model: BaseChatModel | None = None,
    config: RunnableConfig | None = None,
) -> Grade:
    """The grade of ``answer`` to ``item``'s question; the same answer gets the same score from the same parts.

    Never raises for what a person typed. ``embedder`` None grades by words alone. A ``chat_model`` is asked once
    whether the answer agrees with the item, which takes one to three seconds where it has read the item before; where
    it fails, the words decide.
    """
    by = "words and vectors" if embedder else "words"
    if not item.key_points:
        return Grade(0.0, (), (), (), by, "This item has no key points to grade by.", False)
    question = f"{item.title} {item.question}"
    sentences = answer_sentences(answer)
    if reason := unjudgeable(answer, sentences, question):
        missing = tuple(PointGrade(point.text, point.weight, "missing", "") for point in item.key_points)
        return Grade(0.0, missing, (), (), by, reason, False)
    judged = judged_sentences(sentences, question)
    vectors = vectors_of(embedder) if embedder else None
    fits = WITH_VECTORS if vectors else WORDS_ONLY
    said = " ".join(piece.text for piece in judged)
    yes = agreement(item, said, chat_model, config) if chat_model else None
    if yes is not None:
        by = f"{by}, {getattr(chat_model, 'model_name', '') or type(chat_model).__name__}"
    known = item_reading(item)
    against = against_log_odds(opposition(known, judged, vectors), fits, yes, len(said) <= SHOWN_CHARACTERS)
    points = _points(item, known, answer, judged, against, vectors, fits)
    wrong = said_misconceptions(known, answer, judged, vectors)
    reason = in_words(points, len(wrong), doubt(against))
    if len(answer) > READ_CHARACTERS:
        reason += f" Only the first {READ_CHARACTERS} characters were read."
    marks = rubric(points, len(wrong))
    marked = score(points, len(wrong), doubt(against))
    return Grade(marked, points, wrong, marks, by, reason, True)


def _points(
    item: Item,
    known: ItemReading,
    answer: str,
    judged: Sequence[Piece],
    against: float,
    vectors: Vectors | None,
    fits: Fits,
) -> tuple[PointGrade, ...]:
    """A verdict on each key point; ``judged`` are the answer's sentences that count, at least one, and ``against`` the
    log-odds of the answer being wrong."""
    found = []
    for point, presence in zip(item.key_points, presences(known, judged, vectors), strict=True):
        piece = judged[presence.best]
        clashing = clashes(known, piece.reading, BEYOND_DOUBT)
        verdict = point_verdict(said_log_odds(presence, fits), against, clashing, fits)
        evidence = answer[piece.start : piece.end] if verdict != "missing" else ""
        found.append(PointGrade(point.text, point.weight, verdict, evidence))
    return tuple(found)
