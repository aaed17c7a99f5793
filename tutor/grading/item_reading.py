"""What the grader knows of an item before it sees an answer: its key points read word by word, what stands
beside what. Knows nothing of answers or of vectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from tutor.claims import Reading, Word, read
from tutor.ground import Evidence, evidence
from tutor.opposites import LIGHT_WORDS
from tutor.records import Item, Misconception

ASKED_WEIGHT = 0.3
"""What a word counts that the question gives away, beside 1 for one that it does not."""

RIGHT_WEIGHT, REFUTING_WEIGHT = 0.4, 0.5
"""What a word of a wrong claim counts that the question or a key point has too, and one that its refutation has."""

Nearby = Mapping[str, float]


@dataclass(frozen=True)
class PointReading:
    """A key point: its content words with their weights."""

    text: str
    words: tuple[Word, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True)
class ClaimReading:
    """A known wrong claim and why it is wrong: its content words, and for each the share of the claim that it makes
    up by itself. Words that are in what is right too make up less."""

    text: str
    why: str
    words: tuple[Word, ...]
    shares: tuple[float, ...]
    denies: bool

    def denies_as(self, said: Reading) -> bool:
        """Whether both deny something or neither does: "it is not true that" is no misconception."""
        return self.denies == bool(said.denials)


@dataclass(frozen=True)
class ItemReading:
    """``beside`` holds for each name and each side of an opposition what stands near it in the item, and how near;
    ``kinds`` their kinds. ``asked`` are the forms that the question gives away."""

    title: str
    points: tuple[PointReading, ...]
    misconceptions: tuple[ClaimReading, ...]
    asked: frozenset[str]
    question: Reading
    ground: Evidence
    beside: Mapping[str, Nearby]
    kinds: Mapping[str, str]

    def rivals(self, form: str) -> tuple[str, ...]:
        """What could stand in the place of ``form``: the other sides of its axis, the other names of the item."""
        if "/" in form:
            axis = form.split("/")[0]
            return tuple(other for other in self.kinds if other != form and other.startswith(f"{axis}/"))
        mine = set(form.split())
        return tuple(
            other
            for other, kind in self.kinds.items()
            if kind == "name" and other != form and not (set(other.split()) <= mine or mine <= set(other.split()))
        )


def content_words(reading: Reading) -> tuple[Word, ...]:
    """The words of a reading that say something, each form once."""
    found = {word.form: word for word in reading.words if word.text.lower() not in LIGHT_WORDS}
    return tuple(found.values())


def turned(form: str) -> str:
    """The other side of a two-sided axis: what is not higher is lower."""
    axis, _, side = form.partition("/")
    return f"{axis}/{1 - int(side)}" if side in ("0", "1") else form


def item_reading(item: Item) -> ItemReading:
    """The reading of an item, kept for the next answer to it."""
    return _item_reading(_Key(item))


class _Key:
    """An item as a key of the memory; its fields hold what cannot be hashed."""

    def __init__(self, item: Item) -> None:
        self.item = item

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._told() == other._told()

    def __hash__(self) -> int:
        return hash(self._told())

    def _told(self) -> tuple[object, ...]:
        item = self.item
        return item.id, item.title, item.question, item.body, item.key_points, item.misconceptions


@lru_cache(maxsize=256)
def _item_reading(key: _Key) -> ItemReading:
    item = key.item
    ground = evidence(item)
    asked = read(item.title).forms | read(item.question).forms
    beside: dict[str, dict[str, float]] = {}
    kinds: dict[str, str] = {}
    readings = [read(point.text) for point in item.key_points]
    for reading in (*readings, *(each for _, each in ground.sentences), read(item.title)):
        for place, word in enumerate(reading.words):
            if word.kind in ("", "number"):
                continue
            form = turned(word.form) if reading.denied[place] else word.form
            kinds[form] = word.kind
            near = beside.setdefault(form, {})
            for other, nearness in reading.nearness[place].items():
                if other not in LIGHT_WORDS:
                    near[other] = max(near.get(other, 0.0), nearness)
    points = tuple(
        _point(point.text, reading, ground, asked) for point, reading in zip(item.key_points, readings, strict=True)
    )
    right = asked.union(*(frozenset(word.form for word in point.words) for point in points))
    wrong = tuple(_claim(each, ground, right) for each in item.misconceptions)
    return ItemReading(item.title, points, wrong, asked, read(item.title), ground, beside, kinds)


def _point(text: str, reading: Reading, ground: Evidence, asked: frozenset[str]) -> PointReading:
    words = content_words(reading)
    weights = tuple(ground.weight(word.form) * (ASKED_WEIGHT if word.form in asked else 1.0) for word in words)
    return PointReading(text, words, weights)


def _claim(wrong: Misconception, ground: Evidence, right: frozenset[str]) -> ClaimReading:
    reading = read(wrong.claim)
    words, why = content_words(reading), read(wrong.why).forms
    whole = max(sum(ground.weight(word.form) for word in words), 1e-9)
    shares = tuple(
        ground.weight(word.form)
        * (RIGHT_WEIGHT if word.form in right else 1.0)
        * (REFUTING_WEIGHT if word.form in why else 1.0)
        / whole
        for word in words
    )
    return ClaimReading(wrong.claim, wrong.why, words, shares, bool(reading.denials))
