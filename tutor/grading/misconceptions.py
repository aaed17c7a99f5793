"""Finds the known wrong claims of an item that an answer makes. Knows nothing of verdicts or scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tutor.claims import read
from tutor.embedding import FloatVector
from tutor.grading.answer_text import Piece
from tutor.grading.item_reading import ItemReading
from tutor.grading.records import SaidMisconception
from tutor.grading.vectors import Vectors
from tutor.records import Item

LIKE, MARGIN = 0.65, 0.05
"""A sentence makes a wrong claim when it is so like it, and by so much liker than anything that the item says. Among
the answers that were looked at, those to even-numbered items, this found no wrong claim in a right answer."""


def said_misconceptions(
    item: Item, known: ItemReading, answer: str, sentences: Sequence[Piece], vectors: Vectors | None
) -> tuple[SaidMisconception, ...]:
    """The misconceptions that ``answer`` makes, each once, with the sentence that does; none without vectors."""
    if vectors is None or not item.misconceptions:
        return ()
    said = vectors.of([piece.text for piece in sentences])
    wrong = said @ vectors.of([each.claim for each in item.misconceptions]).T
    told = [point.text for point in known.points] + [claim.why for claim in known.misconceptions]
    right = (said @ vectors.of(told).T).max(axis=1)
    found: dict[str, SaidMisconception] = {}
    for piece, vector, row, best in zip(sentences, said, wrong, right, strict=True):
        claim = item.misconceptions[int(np.argmax(row))]
        like = row.max() >= LIKE and row.max() - best >= MARGIN and _same_denial(piece, claim.claim)
        if like and row.max() - _likest_told(known, vector, vectors) >= MARGIN:
            found.setdefault(claim.claim, SaidMisconception(claim.claim, claim.why, answer[piece.start : piece.end]))
    return tuple(found.values())


def _likest_told(known: ItemReading, vector: FloatVector, vectors: Vectors) -> float:
    """The likest sentence of the item's own text; asked only where it matters, because it has many."""
    return float((vectors.of([sentence.text for sentence, _ in known.ground.sentences]) @ vector).max())


def _same_denial(piece: Piece, claim: str) -> bool:
    """Whether both deny something or neither does: "it is not true that" is no misconception."""
    return bool(piece.reading.denials) == bool(read(claim).denials)
