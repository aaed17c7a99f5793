"""What the practice pages need of a running tutor: interviews, quizzes and the learner's state of the person at hand.

Knows the service and the store; knows neither gradio nor HTML.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from tutor.attempts import attempt_evidence
from tutor.errors import PracticeError, StoreError
from tutor.grading.records import Grade
from tutor.interview.conducting import Interviews, Opened
from tutor.interview.planning import KINDS, is_askable
from tutor.interview.programs import judge_program, run_sample
from tutor.interview.records import CodeResult, Interview, Setup
from tutor.judging import Attempt, Execution, Judge
from tutor.learner import Evidence, LearnerState, learner_state
from tutor.quiz.keeping import OpenedQuiz, Quizzes
from tutor.records import Item, Status
from tutor.store.records import LOCAL_USER

if TYPE_CHECKING:
    from tutor.store.database import Database
    from tutor.store.practice import Practice, SavedPractice

_LOG = logging.getLogger(__name__)
DEMO = Setup(role="ML engineer", level="beginner", kinds=("concept",), number=2)
"""Short enough to try everything in a few minutes."""

JUST_OVER = timedelta(minutes=30)
"""So long after its end a page that is opened anew still shows the scorecard."""


class PracticeService(Protocol):
    """The parts of a running tutor that practice uses."""

    @property
    def judge(self) -> Judge: ...
    @property
    def database(self) -> Database: ...
    def items(self) -> tuple[Item, ...]: ...
    def grade(self, item: Item, answer: str) -> Grade: ...
    def status(self) -> Status: ...


class PracticeRoom:
    """One person's practice. Everything raises StoreError where the database fails."""

    def __init__(self, service: PracticeService, user: str = LOCAL_USER) -> None:
        self._service, self._user = service, user

    @property
    def rows(self) -> Practice:
        from tutor.store.practice import Practice

        return Practice(self._service.database, self._user)

    @cached_property
    def interviews(self) -> Interviews:
        """One for all tabs, so that an answer is graded once."""
        return Interviews(self.rows, self._service.grade)

    @property
    def quizzes(self) -> Quizzes:
        return Quizzes(self.rows)

    def items(self) -> tuple[Item, ...]:
        return self._service.items()

    def state(self) -> LearnerState:
        """The learner's state now, in the zone of this machine."""
        return learner_state(self.rows.evidence(), self.items(), datetime.now().astimezone())

    def items_to_ask(self) -> tuple[Item, ...]:
        """All items. Raises PracticeError while the index is not open yet."""
        status = self._service.status()
        if not status.index_ready:
            raise PracticeError(status.index, "an index", "wait a few seconds and start again")
        return self.items()

    def start_interview(self, setup: Setup) -> Opened:
        """Raises PracticeError where nothing can be asked."""
        items = self.items_to_ask()
        known = {topic.topic: topic.value for topic in self.state().topics if topic.value is not None}
        return self.interviews.start(setup, items, known)

    def start_review(self, setup: Setup) -> Opened:
        """An interview about the items that are due, as many as ``setup`` asks for. Raises PracticeError where nothing
        is due."""
        items = {item.id: item for item in self.items_to_ask() if is_askable(item)}
        due = [items[review.item] for review in self.state().due if review.item in items][: setup.number]
        if not due:
            raise PracticeError("Nothing is due for review", "an item that was tried before", "start an interview")
        kinds = tuple(kind for kind in KINDS if any(item.kind == kind for item in due))
        ids = tuple(item.id for item in due)
        return self.start_interview(replace(setup, topics=(), kinds=kinds, number=len(due), items=ids))

    def latest_interview(self) -> Opened | None:
        """The interview that was touched last, unless it ended longer ago than ``JUST_OVER``; None where there is none
        such."""
        since = datetime.now(UTC) - JUST_OVER
        for row in self.earlier_interviews():
            if row.standing != "finished" or row.updated_at > since:
                return self.interviews.open(row.id)
        return None

    def waiting_quiz(self) -> OpenedQuiz | None:
        """The quiz that was touched last and is not over; None where there is none."""
        waiting = self.rows.newest("quiz", "running")
        return self.quizzes.open(waiting[0].id) if waiting else None

    def earlier_interviews(self) -> list[SavedPractice]:
        return self.rows.newest("interview", "running", "paused", "finished")

    def judge_program(self, interview: Interview, source: str, user: str) -> CodeResult:
        """The program for the open question, judged by the exercise's cases. Raises TutorError where nothing runs."""
        return judge_program(self._service.judge, interview, source, user)

    def run_sample(self, interview: Interview, source: str, user: str) -> Execution:
        """The program for the open question, run on its sample call."""
        return run_sample(self._service.judge, interview, source, user)

    def record_attempt(self, item: Item, attempt: Attempt) -> None:
        """Keeps an attempt in the code lab as evidence; one that was not run is none. A database that fails is logged:
        the attempt itself went well."""
        if not attempt.cases:
            return
        try:
            self.rows.add_evidence(attempt_evidence(item, attempt, datetime.now().astimezone()))
        except StoreError as error:
            _LOG.warning("%s", error)

    def say_mastery(self, topic: str, share: float) -> None:
        """Keeps the learner's own word on a topic."""
        now = datetime.now().astimezone()
        key = f"own:{topic}:{now.isoformat(timespec='microseconds')}"
        self.rows.add_evidence(Evidence(key, "own word", "", (topic,), share, now, note="You said so."))
