"""The shapes of a quiz. A question holds all its words, so that a change of the corpus does not change a quiz."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Form = Literal["multiple choice", "choose", "true or false", "fill"]
FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True)
class QuizSetup:
    """``topics`` empty means all; ``immediate`` tells after each answer, else at the end. ``number`` is 1 to 50."""

    number: int = 10
    topics: tuple[str, ...] = ()
    forms: tuple[Form, ...] = FORMS
    immediate: bool = True


@dataclass(frozen=True)
class QuizQuestion:
    """One question with exactly one right option. ``key`` is its place, from 0; ``why`` has a sentence for each option:
    why it is wrong, or what makes it right. ``context`` is Markdown that stands between prompt and options, "" for
    none."""

    item: str
    title: str
    topics: tuple[str, ...]
    form: Form
    prompt: str
    options: tuple[str, ...]
    key: int
    why: tuple[str, ...]
    context: str = ""


@dataclass(frozen=True)
class Quiz:
    """A quiz and how far it is. ``answers`` has an option's place for each question, None where there is none yet."""

    setup: QuizSetup
    questions: tuple[QuizQuestion, ...]
    answers: tuple[int | None, ...]
    answered_at: tuple[datetime | None, ...]
    started: datetime
    finished: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def place(self) -> int | None:
        """The first question without an answer; None where all have one."""
        return next((place for place, given in enumerate(self.answers) if given is None), None)

    def tells(self, place: int) -> bool:
        """Whether the learner may see which option of a question is right."""
        return self.finished is not None or (self.setup.immediate and self.answers[place] is not None)
