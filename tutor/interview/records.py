"""The shapes of an interview: how it is set up, what was asked and said, the actions that move it on.

All frozen, all plain data, so that the whole of it can be written down after each step. Knows no rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from tutor.case_records import CaseResult
from tutor.grading.records import Grade
from tutor.quiz.records import QuizQuestion
from tutor.records import Item, Kind, Level

Role = Literal["ML engineer", "data scientist", "researcher", "custom"]
ROLES: tuple[Role, ...] = get_args(Role)
Speaker = Literal["interviewer", "candidate"]
LineKind = Literal["question", "answer", "follow-up", "hint", "code", "choice", "skip", "note", "unjudged"]
"""``unjudged`` is an answer of which nothing could be judged; it counts no more."""
Phase = Literal["answering", "grading", "predicting", "told"]
"""Of a question: it awaits an answer, then its grade, then the candidate's prediction; told, it is done."""
Standing = Literal["running", "paused", "finished"]


@dataclass(frozen=True)
class Setup:
    """What the candidate asks for. ``topics`` empty leaves them to the role. ``minutes`` 0 means no limit of time;
    otherwise the interview ends after the question during which they pass. ``coached`` tells each score at once, else
    all at the end. ``weak`` prefers what the learner is weak at. ``items`` are the ids that alone may be asked; empty
    leaves all."""

    role: Role = "custom"
    level: Level = "intermediate"
    topics: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ("concept", "scenario")
    number: int = 5
    minutes: int = 0
    coached: bool = True
    weak: bool = False
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One thing that was said."""

    speaker: Speaker
    kind: LineKind
    text: str
    at: datetime


@dataclass(frozen=True)
class CodeResult:
    """What the cases said of a program. ``problem`` is the sentence to read first, "" where all cases passed.

    ``results`` has a row for each case, and is empty in interviews from before rows were kept; ``printed`` is the
    beginning of what the program printed, and says how much is left out. Both are untrusted text."""

    source: str
    verdict: str
    passed: int
    cases: int
    problem: str
    results: tuple[CaseResult, ...] = ()
    printed: str = ""


@dataclass(frozen=True)
class Asked:
    """A question of the interview and all that came of it.

    ``probed`` are the key points that follow-ups aimed at. ``seconds`` is the time until ``since``, when the clock was
    last read; it stands still where ``since`` is None. ``on_page`` says that a page read it then, so that more readings
    follow while the page is open. ``quiz`` is a multiple-choice question's own shuffle.
    """

    item: str
    lines: tuple[Line, ...]
    phase: Phase = "answering"
    since: datetime | None = None
    seconds: float = 0.0
    on_page: bool = False
    probed: tuple[str, ...] = ()
    hints: int = 0
    retried: bool = False
    skipped: bool = False
    predicted: float | None = None
    grade: Grade | None = None
    code: CodeResult | None = None
    quiz: QuizQuestion | None = None
    choice: int | None = None
    objection: str = ""


@dataclass(frozen=True)
class Interview:
    """A whole interview. ``pool`` are copies of the items that may be asked; it never changes. ``mastery`` in [0, 1]
    is by topic, as it was known at the start; empty where nobody asked for what is weak."""

    setup: Setup
    seed: int
    pool: tuple[Item, ...]
    started: datetime
    questions: tuple[Asked, ...] = ()
    standing: Standing = "running"
    notes: tuple[str, ...] = ()
    finished: datetime | None = None
    mastery: Mapping[str, float] = field(default_factory=dict)

    @property
    def current(self) -> Asked:
        """The last question asked."""
        return self.questions[-1]

    def item(self, asked: Asked) -> Item:
        """The copy of the item that a question asks."""
        return next(item for item in self.pool if item.id == asked.item)

    def tells(self, asked: Asked) -> bool:
        """Whether the candidate may see a question's score."""
        return self.standing == "finished" or (self.setup.coached and asked.phase == "told")

    @property
    def seconds_left(self) -> float:
        """Of the time that the set-up gives the whole interview, when the clock was last read; below 0 once it passed.
        Means nothing where the set-up gives no limit."""
        return self.setup.minutes * 60 - sum(question.seconds for question in self.questions)


@dataclass(frozen=True)
class Answer:
    """Words for the open question or follow-up."""

    text: str


@dataclass(frozen=True)
class Graded:
    """The grade of all that was said to the open question."""

    grade: Grade


@dataclass(frozen=True)
class HandIn:
    """A program for the open coding question, judged by its cases."""

    result: CodeResult


@dataclass(frozen=True)
class Choose:
    """An option of the open multiple-choice question, by its place from 0."""

    option: int


@dataclass(frozen=True)
class AskHint:
    """The next hint, at its cost."""


@dataclass(frozen=True)
class Skip:
    """No answer to the open question, or no answer to the open follow-up."""


@dataclass(frozen=True)
class Predict:
    """What the candidate expects, in [0, 1]; None where they make no guess."""

    score: float | None


@dataclass(frozen=True)
class Pause:
    """The clock stands still."""


@dataclass(frozen=True)
class Resume:
    """The clock goes on."""


@dataclass(frozen=True)
class Proceed:
    """The next question, or the end where there is none."""


@dataclass(frozen=True)
class End:
    """The end now; an open question stays not answered."""


@dataclass(frozen=True)
class Object:
    """The candidate's objection to the score of a question, by its place from 0."""

    place: int
    text: str


Action = Answer | Graded | HandIn | Choose | AskHint | Skip | Predict | Pause | Resume | Proceed | End | Object
