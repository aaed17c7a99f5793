"""Runs the questions that trainers published items for: each must still be answered from its item.

Asks as a person would, without a history. Knows nothing of where the cases are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.answering import Tutor
from tutor.evaluation.asking import Progress
from tutor.records import Question
from tutor.store.feedback_records import Regression


@dataclass(frozen=True)
class Regressed:
    """A question that its item does not answer any more, and what was done instead."""

    question: str
    item_id: str
    decision: str
    first: str

    def __str__(self) -> str:
        return f"{self.question!r} is to be answered from {self.item_id}: {self.decision}, first {self.first or 'none'}"


def run_regressions(tutor: Tutor, cases: Sequence[Regression], judge: bool, progress: Progress) -> list[Regressed]:
    """The cases that fail. With ``judge`` the chat model has its say in the decision, as on the page."""
    failed = []
    for number, case in enumerate(cases, start=1):
        answer = tutor.invoke(Question(case.question, generate=False, judge=judge))
        first = answer.hits[0].item_id if answer.hits else ""
        if answer.decision != "answer" or first != case.item_id:
            failed.append(Regressed(case.question, case.item_id, answer.decision, first))
        progress("regression cases", number, len(cases))
    return failed
