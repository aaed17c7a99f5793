"""A clock that a test moves, a grader by rules that a hand can check, and items to ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tutor.grading.records import Grade, PointGrade
from tutor.records import Choices, Exercise, Item, KeyPoint, Kind, Level, Misconception, Teaching

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = START
    asked: list[str] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def grade_by_names(item: Item, answer: str) -> Grade:
    """A point is covered where the answer holds its last word, such as ``alpha1``; fewer than two words are too few."""
    points = tuple(
        PointGrade(point.text, point.weight, "covered", point.text.split()[-1])
        if point.text.split()[-1] in answer.split()
        else PointGrade(point.text, point.weight, "missing", "")
        for point in item.key_points
    )
    whole = sum(point.weight for point in points)
    score = sum(point.weight for point in points if point.verdict == "covered") / whole
    enough = len(answer.split()) > 1
    return Grade(score, points, (), (), "rules", "Counted by names." if enough else "Too few words.", enough)


def make_item(
    id: str, topics: tuple[str, ...] = ("trees",), level: Level = "intermediate", kind: Kind = "concept"
) -> Item:
    """An item with the points alpha, beta and gamma, of weight 3, 2 and 1."""
    points = tuple(
        KeyPoint(f"The {name} of it is {name}{id}", weight, f"What about the {name} part?")
        for name, weight in (("alpha", 3), ("beta", 2), ("gamma", 1))
    )
    return Item(
        id=id,
        title=f"What is {id}?",
        question=f"Please tell me what {id} is.",
        section="basic",
        kind=kind,
        level=level,
        topics=topics,
        body=f"The alpha of it is alpha{id}. The beta of it is beta{id}. The gamma of it is gamma{id}.",
        key_points=points,
        misconceptions=(Misconception(f"{id} is a fruit.", "It is not."),),
        teaching=Teaching("", "", "", "", ("Look left.", "Look right.", "Look up.")),
        exercise=Exercise("f", "f(x)", "f(1)", "def f(x): ...", ("Loop.",)) if kind == "coding" else None,
        choices=Choices({"A": "one", "B": "two"}, "B", {"A": "It is not one."}) if kind == "mcq" else None,
    )


LEVEL_NAMES: tuple[Level, ...] = ("beginner", "intermediate", "advanced")
ITEMS = tuple(make_item(f"x{number:02d}", ("trees",), LEVEL_NAMES[number % 3]) for number in range(18))


def all_of(item: Item) -> str:
    """An answer that covers every point."""
    return " ".join(["It holds", *(point.text.split()[-1] for point in item.key_points)])
