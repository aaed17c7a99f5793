"""Keeps a quiz after each answer, with the evidence that may be told. Knows no database and no page."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter

from tutor.errors import StaleError
from tutor.practice_rows import PracticeRows
from tutor.quiz.answering import answer, evidence_of, finish
from tutor.quiz.making import make_quiz
from tutor.quiz.records import Quiz, QuizQuestion, QuizSetup
from tutor.records import Item

KIND = "quiz"
_QUIZ, _QUESTIONS = TypeAdapter(Quiz), TypeAdapter(tuple[QuizQuestion, ...])
_STATE: TypeAdapter[dict[str, object]] = TypeAdapter(dict[str, object])


@dataclass(frozen=True)
class OpenedQuiz:
    """A quiz as it was saved last; ``revision`` names that state."""

    id: str
    quiz: Quiz
    revision: int


class Quizzes:
    """Quizzes of one person. ``clock`` gives aware times."""

    def __init__(self, rows: PracticeRows, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._rows, self._clock = rows, clock

    def start(self, setup: QuizSetup, items: Sequence[Item], seed: int | None = None) -> OpenedQuiz:
        """Makes a quiz and saves it. Raises PracticeError and StoreError."""
        now = self._clock()
        quiz = make_quiz(setup, items, secrets.randbits(32) if seed is None else seed, now)
        id = self._rows.start(KIND, _QUESTIONS.dump_json(quiz.questions).decode(), _state_json(quiz), "running", now)
        return OpenedQuiz(id, quiz, 0)

    def open(self, id: str) -> OpenedQuiz:
        """The quiz as it stands. Raises StoreError."""
        row = self._rows.load(id)
        raw = _STATE.validate_json(row.state)
        questions = _QUESTIONS.validate_json(row.material)
        return OpenedQuiz(row.id, _QUIZ.validate_python({**raw, "questions": questions}), row.revision)

    def answer(self, id: str, revision: int, place: int, choice: int) -> OpenedQuiz:
        """Saves an answer given to the state ``revision``. Raises PracticeError, and StaleError where another tab was
        faster."""
        return self._save(id, revision, answer(self._newest(id, revision), place, choice, self._clock()))

    def finish(self, id: str, revision: int) -> OpenedQuiz:
        """Ends the quiz. Raises StaleError where another tab was faster."""
        return self._save(id, revision, finish(self._newest(id, revision), self._clock()))

    def _newest(self, id: str, revision: int) -> Quiz:
        """The quiz at ``revision``, looked at before a step: an old state makes a step wrong for another reason."""
        opened = self.open(id)
        if opened.revision != revision:
            raise StaleError(
                "This quiz went on in another tab or window, so nothing was changed here",
                "the newest state, which is shown now",
                "look at it, then go on",
            )
        return opened.quiz

    def _save(self, id: str, revision: int, quiz: Quiz) -> OpenedQuiz:
        standing = "finished" if quiz.finished else "running"
        rows = evidence_of(quiz, id)
        return OpenedQuiz(id, quiz, self._rows.save(id, revision, _state_json(quiz), standing, self._clock(), rows))


def _state_json(quiz: Quiz) -> str:
    return _QUIZ.dump_json(quiz, exclude={"questions"}).decode()
