"""How much of an answer speaks against its item, in numbers: things said of the wrong one, denied, or turned round.

A fluent wrong answer has the right words in the wrong places. So for each name, and for each side of an opposition,
what stands near it in the answer is compared with what stands near it in the item, and near what could stand in its
place. Knows nothing of verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tutor.alignment import misplaced, wrongly_denied
from tutor.claims import Reading
from tutor.grading.answer_text import Piece
from tutor.grading.item_reading import ClaimReading, ItemReading, PointReading, turned
from tutor.grading.misconceptions import likeness
from tutor.grading.vectors import Vectors
from tutor.opposites import LIGHT_WORDS

CLEARLY, BEYOND_DOUBT = 0.1, 0.4
"""By how much another place must fit better than its own for a sentence to clash: where it is one sign among others,
and where it alone decides."""

NO_MISCONCEPTION = 0.0
"""What counts where an item names no wrong claims, or where there are no vectors."""

FEW = 2
"""Means over an answer's sentences count n / (n + FEW) of n: one odd sentence is no evidence."""

OTHER_DENIAL = 0.6
"""What is left of a wrong claim's words where only the claim, or only the sentence, denies something."""

_ABSOLUTE = re.compile(
    r"\b(?:always|never|every|all|only|any|impossible|guarantee\w*|no|none|exactly|must|cannot|can't|nothing|"
    r"everything|completely|just|simply)\b",
    re.I,
)


@dataclass(frozen=True)
class Place:
    """A name or a side of an opposition in a sentence: how well what stands near it fits its own place in the item,
    and how well the best place of another. Both in [0, 1]."""

    text: str
    own: float
    other: float

    @property
    def against(self) -> float:
        return self.other - self.own


@dataclass(frozen=True)
class Opposition:
    """Signals for a whole answer. Means over its ``places``: ``against``, its positive part ``misfit``, ``telling``,
    in which places count by how well they fit at all. Shares of its sentences: ``misplaced``, which clash, and
    ``denied``. These five are shrunk where there are few sentences.
    ``misconception``: by how much a sentence is nearer to a known wrong claim than to any key point and any
    refutation, a difference of cosines. ``claimed``: share of a wrong claim that a sentence says in its own words.
    ``turned``: share of the words of key points of which only the other side is said. ``absolute``: words such as
    never, a sentence, that the item does not have."""

    against: float
    misfit: float
    telling: float
    misplaced: float
    denied: float
    misconception: float
    claimed: float
    turned: float
    absolute: float


def opposition(item: ItemReading, sentences: Sequence[Piece], vectors: Vectors | None) -> Opposition:
    """The signals of an answer; ``sentences`` must not be empty."""
    found = [place for piece in sentences for place in places(item, piece.reading)]
    against = np.array([place.against for place in found] or [0.0])
    fits = np.array([max(place.own, place.other) for place in found] or [0.0])
    sure = len(sentences) / (len(sentences) + FEW)
    denied = _share(
        sentences, lambda piece: wrongly_denied(piece.reading, item.ground.pool(piece.reading), item.question)
    )
    return Opposition(
        sure * float(against.mean()),
        sure * float(np.maximum(against, 0).mean()),
        sure * float(against @ fits) / max(float(fits.sum()), 1e-9),
        sure * _share(sentences, lambda piece: clashes(item, piece.reading, CLEARLY)),
        sure * denied,
        _misconception(item, sentences, vectors) if vectors and item.misconceptions else NO_MISCONCEPTION,
        max((_claimed(claim, piece) for claim in item.misconceptions for piece in sentences), default=0.0),
        float(np.mean([_turned(point, sentences) for point in item.points])),
        _absolute(item, sentences),
    )


def places(item: ItemReading, reading: Reading) -> tuple[Place, ...]:
    """The places of a sentence that could be taken by something else."""
    found = []
    for number, word in enumerate(reading.words):
        form = turned(word.form) if reading.denied[number] else word.form
        rivals = item.rivals(form) if word.kind not in ("", "number") else ()
        axis = form.split("/")[0] if "/" in form else ""
        near = {
            other: nearness
            for other, nearness in reading.nearness[number].items()
            if other not in LIGHT_WORDS and not (axis and other.startswith(f"{axis}/"))
        }
        if rivals and near:
            other = max(_fit(item, near, item.beside[rival]) for rival in rivals)
            found.append(Place(word.text, _fit(item, near, item.beside.get(form, {})), other))
    return tuple(found)


def clashes(item: ItemReading, reading: Reading, clearly: float) -> bool:
    """Whether a sentence says of one thing what the item says of another: its words stand elsewhere in the item, and
    something else fits a place of the sentence better by ``clearly``."""
    if max((place.against for place in places(item, reading)), default=0.0) < clearly:
        return False
    return misplaced(reading, item.ground.pool(reading), item.ground) is not None


def _fit(item: ItemReading, near: Mapping[str, float], held: Mapping[str, float]) -> float:
    weights = {form: item.ground.weight(form) * nearness for form, nearness in near.items()}
    whole = sum(weights.values())
    shared = sum(
        item.ground.weight(form) * min(nearness, held[form]) for form, nearness in near.items() if form in held
    )
    return shared / whole if whole else 0.0


def _misconception(item: ItemReading, sentences: Sequence[Piece], vectors: Vectors) -> float:
    wrong, right = likeness(item, sentences, vectors)
    return float((wrong.max(axis=1) - right).max())


def _claimed(claim: ClaimReading, piece: Piece) -> float:
    forms = piece.reading.forms
    said = sum(share for word, share in zip(claim.words, claim.shares, strict=True) if word.form in forms)
    return said if claim.denies_as(piece.reading) else OTHER_DENIAL * said


def _turned(point: PointReading, sentences: Sequence[Piece]) -> float:
    """Share of a point's words of which the sentence that says most of it has the other side only."""
    whole = max(sum(point.weights), 1e-9)
    best, found = -1.0, 0.0
    for piece in sentences:
        forms = piece.reading.forms
        axes = {form.split("/")[0] for form in forms if "/" in form}
        weighed = list(zip(point.words, point.weights, strict=True))
        held = sum(weight for word, weight in weighed if word.form in forms)
        if held > best:
            turned_round = (
                weight
                for word, weight in weighed
                if word.form not in forms and "/" in word.form and word.form.split("/")[0] in axes
            )
            best, found = held, sum(turned_round)
    return found / whole


def _absolute(item: ItemReading, sentences: Sequence[Piece]) -> float:
    known = {word.lower() for word in _ABSOLUTE.findall(item.ground.text)}
    said = [word.lower() for piece in sentences for word in _ABSOLUTE.findall(piece.text)]
    return sum(word not in known for word in said) / len(sentences)


def _share(sentences: Sequence[Piece], holds: Callable[[Piece], object]) -> float:
    return sum(bool(holds(piece)) for piece in sentences) / len(sentences)
