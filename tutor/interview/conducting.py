"""Conducts interviews: loads one, takes a step, grades what is waiting, and saves after each of these.

A process that is killed between two saves loses no answer: an answer is saved before it is graded, and what waits for
its grade is graded when the interview is next opened. Knows no database and no page.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock

from pydantic import TypeAdapter

from tutor.errors import PracticeError, StaleError
from tutor.grading.records import Grade
from tutor.interview.planning import begin
from tutor.interview.records import (
    Action,
    Answer,
    Choose,
    End,
    Graded,
    HandIn,
    Interview,
    Object,
    Pause,
    Proceed,
    Setup,
    Skip,
)
from tutor.interview.results import question_result
from tutor.interview.scorecard import Scorecard, make_scorecard
from tutor.interview.scoring import known_share, reasons
from tutor.interview.steps import limit_seconds, read_on_page, said, step
from tutor.learner.records import Evidence
from tutor.practice_rows import PracticeRows
from tutor.records import Item
from tutor.store.serialized import storable

KIND = "interview"
_INTERVIEW, _POOL = TypeAdapter(Interview), TypeAdapter(tuple[Item, ...])

Grader = Callable[[Item, str], Grade]


@dataclass(frozen=True)
class Opened:
    """An interview as it was saved last: ``revision`` names that state, ``draft`` is what was typed and not sent."""

    id: str
    interview: Interview
    revision: int
    draft: str = ""


class Interviews:
    """Interviews of one person. ``clock`` gives aware times. Safe for threads: an answer is graded once, and who opens
    the interview meanwhile waits for the grade."""

    def __init__(
        self, rows: PracticeRows, grader: Grader, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._rows, self._grader, self._clock = rows, grader, clock
        self._grading = Lock()

    def start(
        self, setup: Setup, items: Sequence[Item], mastery: Mapping[str, float] | None = None, seed: int | None = None
    ) -> Opened:
        """Sets an interview up, asks its first question and saves it. Raises PracticeError and StoreError."""
        now = self._clock()
        made = begin(setup, items, secrets.randbits(32) if seed is None else seed, now, mastery)
        asked = step(made, Proceed(), now)
        id = self._rows.start(KIND, _pool_json(asked), _state_json(asked), asked.standing, now)
        return Opened(id, asked, 0)

    def open(self, id: str) -> Opened:
        """The interview as it stands; an answer that a crash left ungraded is graded now. Raises StoreError."""
        return self._grade_waiting(self._load(id))

    def act(self, id: str, revision: int, action: Action) -> Opened:
        """Takes one step from the state that the candidate saw, and saves it; an answer is then graded and saved again.

        Raises PracticeError where the step cannot be done, and StaleStepError where another tab was faster.
        """
        opened = self._load(id)
        if opened.revision != revision:
            raise StaleStepError
        opened = self._grade_waiting(opened)
        if isinstance(action, Answer | Object):
            action = replace(action, text=storable(action.text))
        taken = self._take(opened, action)
        if isinstance(action, Object):
            self._keep_objection(taken, action)
        return self._grade_waiting(taken)

    def read_clock(self, id: str, revision: int) -> Opened | None:
        """A page shows the state ``revision``: reads the clock, which is no step, and returns that state with its time;
        None where the interview went on. Raises StoreError."""
        opened = self._load(id)
        if opened.revision != revision:
            return None
        read = read_on_page(opened.interview, self._clock())
        if read is not opened.interview:
            self._rows.keep_state(id, revision, _state_json(read))
        return replace(opened, interview=read)

    def pause_and_leave(self, id: str, typed: str = "", seen: int | None = None) -> Opened:
        """Pauses where it runs, so that closing a program costs no time. ``typed`` was not sent and is kept as the
        draft, unless a step was taken since the revision ``seen``; an answer that waits for its grade gets it when the
        interview goes on. Raises StoreError."""
        opened = self._load(id)
        if typed and seen in (None, opened.revision):
            self._rows.keep_draft(id, opened.revision, typed)
            opened = replace(opened, draft=typed)
        return self._take(opened, Pause()) if opened.interview.standing == "running" else opened

    def _load(self, id: str) -> Opened:
        row = self._rows.load(id)
        return Opened(row.id, read_interview(row.material, row.state), row.revision, row.draft)

    def _take(self, opened: Opened, action: Action) -> Opened:
        now = self._clock()
        interview = step(opened.interview, action, now)
        kept = not isinstance(action, Answer | HandIn | Choose | Skip | Proceed | End)
        revision = self._rows.save(
            opened.id,
            opened.revision,
            _state_json(interview),
            interview.standing,
            now,
            evidence_of(interview, opened.id),
            keep_draft=kept,
        )
        return Opened(opened.id, interview, revision, opened.draft if kept else "")

    def _grade_waiting(self, opened: Opened) -> Opened:
        while _awaits_grade(opened.interview):
            with self._grading:
                opened = self._graded(self._load(opened.id))
        return opened

    def _graded(self, opened: Opened) -> Opened:
        """The interview with its grade; what another process saved meanwhile stands in its place."""
        if not _awaits_grade(opened.interview):
            return opened
        asked = opened.interview.current
        grade = self._grader(opened.interview.item(asked), said(asked))
        try:
            return self._take(opened, Graded(grade))
        except StaleError:
            return self._load(opened.id)

    def _keep_objection(self, opened: Opened, action: Object) -> None:
        result = question_result(opened.interview, action.place)
        judged = "\n".join(f"- {point.verdict}: {point.text}" for point in result.points)
        answered = f"{result.answer}\n\nScore: {result.score_words}. {result.made_by}\n\n{judged}"
        subject = f"{opened.id}:{action.place}"
        self._rows.add_objection(subject, f"{result.title} ({result.item})", answered, result.objection)


class StaleStepError(PracticeError):
    """The step was meant for a state that is not the newest one."""

    def __init__(self) -> None:
        super().__init__(
            "This interview went on meanwhile, by an earlier press or in another tab, so nothing was changed here",
            "the newest state, which is shown now",
            "look at it, then go on; your unsent text is still in the box",
        )


def _awaits_grade(interview: Interview) -> bool:
    return bool(interview.questions) and interview.current.phase == "grading" and interview.standing == "running"


def scorecard(interview: Interview) -> Scorecard:
    """The scorecard of an interview that is over."""
    return make_scorecard(interview, {item.id: limit_seconds(item) for item in interview.pool})


def evidence_of(interview: Interview, id: str) -> tuple[Evidence, ...]:
    """A row for each question that shows what the candidate knows and whose score they may see."""
    rows = []
    for place, asked in enumerate(interview.questions):
        score = known_share(asked)
        if score is None or not interview.tells(asked):
            continue
        item = interview.item(asked)
        result = question_result(interview, place)
        note = " ".join(reasons(asked))
        at = asked.lines[-1].at
        rows.append(
            Evidence(f"interview:{id}:{place}", "interview", item.id, item.topics, score, at, result.predicted, note)
        )
    return tuple(rows)


def read_interview(material: str, state: str) -> Interview:
    """An interview from its two saved texts: the pool, written once, and the rest, written after each step."""
    pool = _POOL.validate_json(material)
    raw = _STATE.validate_json(state)
    return _INTERVIEW.validate_python({**raw, "pool": pool})


_STATE: TypeAdapter[dict[str, object]] = TypeAdapter(dict[str, object])


def _pool_json(interview: Interview) -> str:
    return _POOL.dump_json(interview.pool).decode()


def _state_json(interview: Interview) -> str:
    return _INTERVIEW.dump_json(interview, exclude={"pool"}).decode()
