"""How much of each key point an answer says, in numbers: by the meaning of its sentences and by their words.

What the question gives away counts little. Knows nothing of whether what is said is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tutor.embedding import FloatMatrix, FloatVector
from tutor.grading.answer_text import Piece, clauses
from tutor.grading.item_reading import ItemReading, PointReading
from tutor.grading.vectors import Vectors

KEENNESS, NO_POINT = 10.0, 0.3
"""How sharply a sentence's likeness to one point stands out from that to the others, and to a point that stands for
whatever else could be said. From 6 to 12, and from .3 to .4, it is all the same.
"""

SAME_MEANING_WEIGHT = 0.5
"""How much a sentence's meaning counts beside its words when the quote is chosen."""


@dataclass(frozen=True)
class Presence:
    """Signals for one key point, all shares in [0, 1] but the first two, which are (differences of) cosines.

    ``meaning``: the likest sentence or clause. ``lift``: how much liker than the question. ``mine``: of the likeness of
    one sentence or clause to all points, the share that is this point's, where it is largest: what is said of one point
    is somewhat like all of them. ``about``: the mean likeness of all points, low where the answer is to another
    question. ``together``: words of the point within two sentences on end; ``own``: in the whole answer, of those that
    the question does not give away. ``best`` is the place of the sentence that says most of it.
    """

    meaning: float
    lift: float
    mine: float
    about: float
    together: float
    own: float
    best: int


def presences(item: ItemReading, sentences: Sequence[Piece], vectors: Vectors | None) -> tuple[Presence, ...]:
    """For each key point its signals; ``sentences`` must not be empty. Without vectors meaning and lift are 0, and
    words stand for likeness."""
    held = [np.stack([_held(point, piece) for piece in sentences]) for point in item.points]
    if vectors is None:
        meanings = np.zeros((len(sentences) + 1, len(item.points)), dtype=np.float32)
        alike = np.stack([_said_share(point, rows) for point, rows in zip(item.points, held, strict=True)], axis=1)
    else:
        meanings, alike = _meanings(item, sentences, vectors)
    mine, about = _largest_shares(alike), float(alike.max(axis=0).mean())
    return tuple(
        _presence(item, point, held[number], meanings[:, number], float(mine[number]), about)
        for number, point in enumerate(item.points)
    )


def _meanings(item: ItemReading, sentences: Sequence[Piece], vectors: Vectors) -> tuple[FloatMatrix, FloatMatrix]:
    """Shape (sentences + 1, points): likeness of each sentence or its likest clause; the question is the last row.
    And shape (sentences and clauses, points): that of each."""
    parts = [(place, part) for place, piece in enumerate(sentences) for part in (piece, *clauses(piece))]
    points = vectors.of([point.text for point in item.points])
    alike: FloatMatrix = vectors.of([part.text for _, part in parts]) @ points.T
    rows = np.full((len(sentences) + 1, len(points)), -1.0, dtype=np.float32)
    for (place, _), row in zip(parts, alike, strict=True):
        rows[place] = np.maximum(rows[place], row)
    rows[-1] = vectors.of([item.title])[0] @ points.T
    return rows, alike


def _largest_shares(alike: FloatMatrix) -> FloatVector:
    """Shape (points,): for each point its largest share in a row's likeness, by a softmax over the points and none."""
    sharp = np.exp(KEENNESS * (alike - NO_POINT))
    return np.asarray((sharp / (1 + sharp.sum(axis=1, keepdims=True))).max(axis=0), dtype=np.float32)


def _said_share(point: PointReading, held: FloatMatrix) -> FloatVector:
    """Shape (sentences,): the share of a point's words that each sentence says."""
    weights = np.array(point.weights, dtype=np.float32)
    return np.asarray(held @ weights / max(float(weights.sum()), 1e-9), dtype=np.float32)


def _held(point: PointReading, piece: Piece) -> FloatMatrix:
    """For each word of a point whether a sentence says it, 1 or 0. Vectors of single words were tried beside: they
    took two thirds of the time and told said from unsaid no better."""
    forms = piece.reading.forms
    return np.array([word.form in forms for word in point.words], dtype=np.float32)


def _presence(
    item: ItemReading,
    point: PointReading,
    held: FloatMatrix,
    meanings: FloatVector,
    mine: float,
    about: float,
) -> Presence:
    weights = np.array(point.weights)
    whole = max(float(weights.sum()), 1e-9)
    windows = [*held, *(np.maximum(one, other) for one, other in pairwise(held))]
    own = np.array([word.form not in item.asked for word in point.words]) * weights
    best = int(np.argmax(_said_share(point, held) + SAME_MEANING_WEIGHT * meanings[:-1]))
    meaning = float(meanings[:-1].max())
    return Presence(
        meaning,
        meaning - float(meanings[-1]),
        mine,
        about,
        max(float(window @ weights) for window in windows) / whole,
        float(held.max(axis=0) @ own) / max(float(own.sum()), 1e-9),
        best,
    )
