"""Attempts at exercises as evidence of what a learner can do. Knows the judge, and the store only to keep one."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

from tutor.judging import Attempt
from tutor.learner.records import Evidence
from tutor.records import Item
from tutor.settings import Settings


def attempt_evidence(item: Item, attempt: Attempt, at: datetime) -> Evidence:
    """An attempt as a row: the share of its cases that pass."""
    passed = sum(case.verdict == "pass" for case in attempt.cases)
    note = f"{passed} of {len(attempt.cases)} cases pass. {attempt.problem}".strip()
    key = f"attempt:{item.id}:{attempt.seed}"
    return Evidence(key, "attempt", item.id, item.topics, passed / len(attempt.cases), at, note=note[:300])


def keep_attempt(settings: Settings, item: Item, attempt: Attempt) -> None:
    """Keeps an attempt that was made outside the page; one that was not run is no evidence. Raises StoreError."""
    if not attempt.cases:
        return
    from tutor.store.database import Database
    from tutor.store.practice import Practice
    from tutor.store.records import LOCAL_USER

    with closing(Database.open(settings.database)) as database:
        Practice(database, LOCAL_USER).add_evidence(attempt_evidence(item, attempt, datetime.now(UTC)))
