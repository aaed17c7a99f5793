"""What interviews and quizzes need of the place where they are kept; ``store.practice`` has it. Knows no SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tutor.learner.records import Evidence


class SavedRow(Protocol):
    """An interview or a quiz as it was saved: two JSON texts, and the number of the state."""

    @property
    def id(self) -> str: ...
    @property
    def material(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def draft(self) -> str: ...


class PracticeRows(Protocol):
    """Each method is one transaction; ``save`` fails where ``revision`` is not the newest one."""

    def start(self, kind: str, material: str, state: str, standing: str, at: datetime) -> str: ...
    def load(self, id: str) -> SavedRow: ...
    def save(
        self,
        id: str,
        revision: int,
        state: str,
        standing: str,
        at: datetime,
        evidence: Sequence[Evidence] = (),
        keep_draft: bool = False,
    ) -> int: ...
    def keep_state(self, id: str, revision: int, state: str) -> None: ...
    def keep_draft(self, id: str, revision: int, text: str) -> None: ...
    def add_objection(self, subject: str, question: str, answered: str, note: str) -> int: ...
