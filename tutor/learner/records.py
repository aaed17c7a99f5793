"""The shapes of the learner's state: rows of evidence, mastery of a topic, reviews that are due.

Knows nothing of how one becomes the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Source = Literal["interview", "quiz", "attempt", "answer", "own word"]

WEIGHTS: dict[Source, float] = {"interview": 1.0, "attempt": 1.0, "answer": 0.7, "quiz": 0.4, "own word": 0.6}
"""What one row counts: options can be guessed, and a learner's own word is not tested."""


@dataclass(frozen=True)
class Evidence:
    """One thing that a learner did and how well it went: ``score`` is in [0, 1].

    ``key`` names the act (``interview:<id>:<place>``), so that the same act is never counted twice. ``item`` is "" for
    a learner's own word on a topic. ``predicted`` is what the learner expected, None where nobody asked. A row that was
    ``set_aside`` stays in sight and counts for nothing.
    """

    key: str
    source: Source
    item: str
    topics: tuple[str, ...]
    score: float
    at: datetime
    predicted: float | None = None
    note: str = ""
    set_aside: bool = False


@dataclass(frozen=True)
class TopicMastery:
    """``value`` in [0, 1] is the mean of the scores, drawn to 0.5 while there is little evidence; None without any.

    ``support`` is the evidence's weight after its age: below 1 it is thin. ``evidence`` are the rows, newest first.
    """

    topic: str
    value: float | None
    support: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Due:
    """When an item should come up again. ``recall`` in [0, 1] is the chance that it is remembered now."""

    item: str
    at: datetime
    recall: float
    last_score: float


@dataclass(frozen=True)
class LearnerState:
    """Everything that follows from the evidence at the moment ``now``.

    ``topics`` holds every topic of the corpus, also those without evidence. ``reviews`` holds every item that was
    tried, the first one to review first; ``new_items`` are those never tried, by topic. ``streak`` counts the days in
    a row with evidence up to today, or up to yesterday while today has none.
    """

    now: datetime
    topics: tuple[TopicMastery, ...]
    reviews: tuple[Due, ...]
    new_items: dict[str, tuple[str, ...]]
    titles: dict[str, str]
    evidence: tuple[Evidence, ...]
    streak: int

    @property
    def due(self) -> tuple[Due, ...]:
        """The reviews whose time has come."""
        return tuple(review for review in self.reviews if review.at <= self.now)
