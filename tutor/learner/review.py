"""When an item should come up again, by FSRS, a published model of forgetting with its published parameters.

Each item is a card; its reviews are the evidence on it, replayed in order of time, so that a clock that jumped back or
a row that was taken out leaves no trace. Knows nothing of topics.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from fsrs import Card, Rating, Scheduler

from tutor.learner.records import Due, Evidence

_SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
"""No steps of minutes: no question comes again within the hour. No fuzz: the same rows give the same day."""

HARD, GOOD, EASY = 0.4, 0.65, 0.9
"""Scores from which a review counts as remembered with effort, remembered, and remembered at once."""


def rating(evidence: Evidence) -> Rating:
    """A score as one of the four ratings of FSRS. A choice among options never counts as easy: it may be a guess."""
    if evidence.score < HARD:
        return Rating.Again
    if evidence.score < GOOD:
        return Rating.Hard
    return Rating.Easy if evidence.score >= EASY and evidence.source != "quiz" else Rating.Good


def review_queue(evidence: Iterable[Evidence], now: datetime) -> tuple[Due, ...]:
    """One entry for each item with evidence, the earliest due date first. Rows dated after ``now`` count as now."""
    rows: dict[str, list[Evidence]] = {}
    for row in sorted(evidence, key=lambda row: row.at):
        if row.item and not row.set_aside:
            rows.setdefault(row.item, []).append(row)
    return tuple(sorted((_due(item, tried, now) for item, tried in rows.items()), key=lambda due: (due.at, due.item)))


def _due(item: str, tried: list[Evidence], now: datetime) -> Due:
    card = Card(card_id=1)
    for row in tried:
        card, _ = _SCHEDULER.review_card(card, rating(row), min(row.at, now).astimezone(UTC))
    recall = _SCHEDULER.get_card_retrievability(card, now.astimezone(UTC))
    return Due(item, card.due, float(recall), tried[-1].score)
