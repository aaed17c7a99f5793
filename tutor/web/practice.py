"""What the practice pages need of a running tutor: interviews, quizzes and the learner's state of the person at hand.

Knows the service and the store; knows neither gradio nor HTML.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from tutor.attempts import attempt_evidence
from tutor.errors import StoreError
from tutor.grading.records import Grade
from tutor.interview.conducting import Interviews, Opened
from tutor.interview.programs import judge_program
from tutor.interview.records import CodeResult, Interview, Setup
from tutor.judging import Attempt, Judge
from tutor.learner import Evidence, LearnerState, learner_state
from tutor.quiz.keeping import OpenedQuiz, Quizzes
from tutor.records import Item
from tutor.store.records import LOCAL_USER

if TYPE_CHECKING:
    from tutor.store.database import Database
    from tutor.store.practice import Practice, SavedPractice

_LOG = logging.getLogger(__name__)
DEMO = Setup(role="ML engineer", level="beginner", kinds=("concept",), number=2)
"""Short enough to try everything in a few minutes."""


class PracticeService(Protocol):
    """The parts of a running tutor that practice uses."""

    @property
    def judge(self) -> Judge: ...
    @property
    def database(self) -> Database: ...
    def items(self) -> tuple[Item, ...]: ...
    def grade(self, item: Item, answer: str) -> Grade: ...


class PracticeRoom:
    """One person's practice. Everything raises StoreError where the database fails."""

    def __init__(self, service: PracticeService, user: str = LOCAL_USER) -> None:
        self._service, self._user = service, user

    @property
    def rows(self) -> Practice:
        from tutor.store.practice import Practice

        return Practice(self._service.database, self._user)

    @property
    def interviews(self) -> Interviews:
        return Interviews(self.rows, self._service.grade)

    @property
    def quizzes(self) -> Quizzes:
        return Quizzes(self.rows)

    def items(self) -> tuple[Item, ...]:
        return self._service.items()

    def state(self) -> LearnerState:
        """The learner's state now, in the zone of this machine."""
        return learner_state(self.rows.evidence(), self.items(), datetime.now().astimezone())

    def start_interview(self, setup: Setup) -> Opened:
        """Raises PracticeError where nothing can be asked."""
        known = {topic.topic: topic.value for topic in self.state().topics if topic.value is not None}
        return self.interviews.start(setup, self.items(), known)

    def waiting_interview(self) -> Opened | None:
        """The interview that was touched last and is not over; None where there is none."""
        waiting = self.rows.newest("interview", "running", "paused")
        return self.interviews.open(waiting[0].id) if waiting else None

    def waiting_quiz(self) -> OpenedQuiz | None:
        """The quiz that was touched last and is not over; None where there is none."""
        waiting = self.rows.newest("quiz", "running")
        return self.quizzes.open(waiting[0].id) if waiting else None

    def earlier_interviews(self) -> list[SavedPractice]:
        return self.rows.newest("interview", "running", "paused", "finished")

    def judge_program(self, interview: Interview, source: str, user: str) -> CodeResult:
        """The program for the open question, judged by the exercise's cases. Raises TutorError where nothing runs."""
        return judge_program(self._service.judge, interview, source, user)

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
