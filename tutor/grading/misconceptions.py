"""Finds the known wrong claims of an item that an answer makes, and how like them it is. Knows nothing of verdicts or
scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tutor.embedding import FloatMatrix, FloatVector
from tutor.grading.answer_text import Piece
from tutor.grading.item_reading import ItemReading
from tutor.grading.records import SaidMisconception
from tutor.grading.vectors import Vectors

LIKE, MARGIN = 0.65, 0.05
"""A sentence makes a wrong claim when it is so like it, and by so much liker than anything that the item says. Among
the answers that were looked at, those to even-numbered items, this found no wrong claim in a right answer."""


def likeness(known: ItemReading, sentences: Sequence[Piece], vectors: Vectors) -> tuple[FloatMatrix, FloatVector]:
    """Cosines of each sentence with each known wrong claim, (n, claims), and with whichever key point or refutation of
    a claim is likest, (n,). The item must name a claim."""
    said = vectors.of([piece.text for piece in sentences])
    told = [point.text for point in known.points] + [claim.why for claim in known.misconceptions]
    right: FloatVector = (said @ vectors.of(told).T).max(axis=1)
    return said @ vectors.of([claim.text for claim in known.misconceptions]).T, right


def said_misconceptions(
    known: ItemReading, answer: str, sentences: Sequence[Piece], vectors: Vectors | None
) -> tuple[SaidMisconception, ...]:
    """The misconceptions that ``answer`` makes, each once, with the sentence that does; none without vectors."""
    if vectors is None or not known.misconceptions:
        return ()
    found: dict[str, SaidMisconception] = {}
    for piece, row, best in zip(sentences, *likeness(known, sentences, vectors), strict=True):
        claim = known.misconceptions[int(np.argmax(row))]
        like = row.max() >= LIKE and row.max() - best >= MARGIN
        if like and claim.denies_as(piece.reading) and row.max() - _likest_told(known, piece, vectors) >= MARGIN:
            found.setdefault(claim.text, SaidMisconception(claim.text, claim.why, answer[piece.start : piece.end]))
    return tuple(found.values())


def _likest_told(known: ItemReading, piece: Piece, vectors: Vectors) -> float:
    """The likest sentence of the item's own text; asked only where it matters, because it has many."""
    told = vectors.of([sentence.text for sentence, _ in known.ground.sentences])
    return float((told @ vectors.of([piece.text])[0]).max())
