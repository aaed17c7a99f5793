"""How much of each key point an answer says, in numbers: by the meaning of its sentences and by their words.

What the question gives away counts little. Knows nothing of whether what is said is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tutor.embedding import FloatMatrix
from tutor.grading.answer_text import Piece, clauses
from tutor.grading.item_reading import ItemReading, PointReading
from tutor.grading.vectors import Vectors

SAME_MEANING_WEIGHT = 0.5
"""How much a sentence's meaning counts beside its words when the quote is chosen."""


@dataclass(frozen=True)
class Presence:
    """Signals for one key point, all shares in [0, 1] but the first two, which are (differences of) cosines.

    ``meaning``: the likest sentence, clause or pair of sentences. ``lift``: how much liker than the question.
    ``together``: words of the point within two sentences on end; ``own``: in the whole answer, of those that the
    question does not give away. ``best`` is the place of the sentence that says most of it.
    """

    meaning: float
    lift: float
    together: float
    own: float
    best: int


def presences(item: ItemReading, sentences: Sequence[Piece], vectors: Vectors | None) -> tuple[Presence, ...]:
    """For each key point its signals; ``sentences`` must not be empty. Without vectors meaning and lift are 0."""
    meanings = _meanings(item, sentences, vectors)
    found = []
    for number, point in enumerate(item.points):
        held = np.stack([_held(point, piece) for piece in sentences])
        found.append(_presence(item, point, held, meanings[:, number]))
    return tuple(found)


def _meanings(item: ItemReading, sentences: Sequence[Piece], vectors: Vectors | None) -> FloatMatrix:
    """Shape (sentences + 1, points): likeness of each sentence or its likest clause; the question is the last row."""
    if vectors is None:
        return np.zeros((len(sentences) + 1, len(item.points)), dtype=np.float32)
    parts = [(place, part) for place, piece in enumerate(sentences) for part in (piece, *clauses(piece))]
    whole = vectors.of([part.text for _, part in parts])
    points = vectors.of([point.text for point in item.points])
    alike = whole @ points.T
    rows = np.full((len(sentences) + 1, len(points)), -1.0, dtype=np.float32)
    for (place, _), row in zip(parts, alike, strict=True):
        rows[place] = np.maximum(rows[place], row)
    rows[-1] = vectors.of([item.title])[0] @ points.T
    return rows


def _held(point: PointReading, piece: Piece) -> FloatMatrix:
    """For each word of a point whether a sentence says it, 1 or 0. Vectors of single words were tried beside: they
    took two thirds of the time and told said from unsaid no better."""
    forms = piece.reading.forms
    return np.array([word.form in forms for word in point.words], dtype=np.float32)


def _presence(item: ItemReading, point: PointReading, held: FloatMatrix, meanings: FloatMatrix) -> Presence:
    weights = np.array(point.weights)
    whole = max(float(weights.sum()), 1e-9)
    windows = [*held, *(np.maximum(one, other) for one, other in pairwise(held))]
    own = np.array([word.form not in item.asked for word in point.words]) * weights
    best = int(np.argmax(held @ weights / whole + SAME_MEANING_WEIGHT * meanings[:-1]))
    meaning = float(meanings[:-1].max())
    return Presence(
        meaning,
        meaning - float(meanings[-1]),
        max(float(window @ weights) for window in windows) / whole,
        float(held.max(axis=0) @ own) / max(float(own.sum()), 1e-9),
        best,
    )
