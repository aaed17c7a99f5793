"""Mastery by topic from rows of evidence, with their age, and the whole state of a learner at a moment.

mastery = (PRIOR · PRIOR_WEIGHT + Σ wᵢ · dᵢ · scoreᵢ) / (PRIOR_WEIGHT + Σ wᵢ · dᵢ), where w is the weight of the source
and d = 2^(−age / HALF_LIFE). Old evidence fades, and the value drifts back to the prior: nothing is known for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tutor.learner.records import WEIGHTS, Evidence, LearnerState, TopicMastery
from tutor.learner.review import review_queue
from tutor.records import Item

PRIOR, PRIOR_WEIGHT = 0.5, 0.5
HALF_LIFE = timedelta(days=45)
NOT_PRACTISED = ("guide", "faq")
"""Kinds that teach how to prepare; nobody is asked them."""


def learner_state(evidence: Iterable[Evidence], items: Sequence[Item], now: datetime) -> LearnerState:
    """The state at ``now`` (an aware time; its zone decides where a day begins)."""
    rows = tuple(sorted(evidence, key=lambda row: row.at, reverse=True))
    counted = [row for row in rows if not row.set_aside]
    practised = [item for item in items if item.kind not in NOT_PRACTISED]
    names = sorted(
        {topic for item in practised for topic in item.topics} | {name for row in rows for name in row.topics}
    )
    tried = {row.item for row in counted}
    new = {name: tuple(item.id for item in practised if name in item.topics and item.id not in tried) for name in names}
    return LearnerState(
        now,
        tuple(topic_mastery(name, rows, now) for name in names),
        review_queue(counted, now),
        new,
        {item.id: item.title for item in items},
        rows,
        streak(counted, now),
    )


def topic_mastery(topic: str, rows: Iterable[Evidence], now: datetime) -> TopicMastery:
    """Mastery of one topic at ``now``; rows that are set aside are kept in its evidence and count for nothing."""
    own = tuple(row for row in rows if topic in row.topics)
    weighted = [(WEIGHTS[row.source] * fading(row.at, now), row.score) for row in own if not row.set_aside]
    support = sum(weight for weight, _ in weighted)
    if not weighted:
        return TopicMastery(topic, None, 0.0, own)
    value = (PRIOR * PRIOR_WEIGHT + sum(weight * score for weight, score in weighted)) / (PRIOR_WEIGHT + support)
    return TopicMastery(topic, value, support, own)


def fading(at: datetime, now: datetime) -> float:
    """The share of its weight that evidence from ``at`` still has; 1 for evidence that a moved clock puts later."""
    return float(0.5 ** (max(now - at, timedelta()) / HALF_LIFE))


def readiness(rows: Sequence[Evidence], now: datetime) -> float | None:
    """The mean of all topics with evidence, as it was known at ``now``; None where nothing was."""
    known = [row for row in rows if row.at <= now]
    names = {topic for row in known for topic in row.topics}
    values = [topic_mastery(name, known, now).value for name in names]
    found = [value for value in values if value is not None]
    return sum(found) / len(found) if found else None


def streak(rows: Iterable[Evidence], now: datetime) -> int:
    """Days in a row with evidence, up to today; today still may come."""
    days = {row.at.astimezone(now.tzinfo).date() for row in rows if row.source != "own word"}
    day = now.date() if now.date() in days else now.date() - timedelta(days=1)
    count = 0
    while day in days:
        count, day = count + 1, day - timedelta(days=1)
    return count
