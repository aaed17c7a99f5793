"""An interview as updates of its components, and the steps that presses take. Knows no layout and no wiring."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from tutor.errors import StaleError, TutorError
from tutor.interview.conducting import Opened, StaleStepError, scorecard
from tutor.interview.records import Action, Answer, AskHint, Choose, HandIn, Interview, Object, Pause, Resume
from tutor.interview.scorecard import Scorecard
from tutor.interview.steps import hints_of
from tutor.records import Exercise
from tutor.web import interview_views as views
from tutor.web import lab_views
from tutor.web.lab import starter
from tutor.web.practice import PracticeRoom

_LOG = logging.getLogger(__name__)
FORGOTTEN = (
    "The tutor was started anew, or this page was asleep for long, so nothing was sent. What you typed is still here: "
    "look where the interview stands, then press again."
)


@dataclass(frozen=True)
class InterviewParts:
    """The components that a view fills, in the order of ``shown``."""

    opened: gr.State
    notice: gr.HTML
    setup: gr.Column
    earlier: gr.Dropdown
    talk: gr.Column
    said: gr.Markdown
    clock: gr.HTML
    answering: gr.Column
    box: gr.Textbox
    code: gr.Code
    options: gr.Radio
    send: gr.Button
    run: gr.Button
    hint: gr.Button
    sampled: gr.HTML
    predicting: gr.Column
    proceed: gr.Button
    pause: gr.Button
    resume: gr.Button
    card: gr.Column
    result: gr.Markdown
    objecting: gr.Accordion
    objected: gr.Dropdown
    key: gr.Textbox
    timer: gr.Timer

    @property
    def shown(self) -> list[Any]:
        return list(vars(self).values())


def given(room: PracticeRoom, now: Interview, text: str, source: str, option: int | None, user: str) -> Action:
    """What was handed in, by the kind of the open question."""
    item = now.item(now.current)
    if item.exercise is not None:
        return HandIn(room.judge_program(now, source, user))
    if now.current.quiz is not None:
        return Choose(-1 if option is None else int(option))
    return Answer(text)


def stepped(room: PracticeRoom, state: Opened | None, make: Callable[[Interview], Action]) -> tuple[Any, ...]:
    """One step from what this tab shows; what goes wrong is said, and what another tab did is shown."""

    def take(now: Opened) -> tuple[Any, ...]:
        action = make(now.interview)
        moved = room.interviews.act(now.id, now.revision, action)
        said = '<p class="small" role="status">The trainers will read it.</p>' if isinstance(action, Object) else ""
        return shown(room, moved, said, keep_text=isinstance(action, (AskHint, Pause, Resume, Object)))

    return _told(room, state, take)


def sampled(room: PracticeRoom, state: Opened | None, source: str, user: str) -> str:
    """What the program gives on the sample call; what the reference gives there is not told. "" where the interview
    went on meanwhile, for the page may show another question by then."""
    if state is None:
        return views.problem(FORGOTTEN)
    try:
        came = lab_views.sample(room.run_sample(state.interview, source, user))
        return came if room.rows.load(state.id).revision == state.revision else ""
    except TutorError as error:
        return views.problem(str(error))


def set_aside(room: PracticeRoom, state: Opened | None, text: str, source: str) -> tuple[Any, ...]:
    """Keeps what was typed, pauses the interview where it runs, and shows the set-up."""

    def leave(now: Opened) -> tuple[Any, ...]:
        typed = source if now.interview.item(now.interview.current).exercise else text
        room.interviews.pause_and_leave(now.id, typed or "", now.revision)
        return shown(room, None)

    return _told(room, state, leave)


def draft_kept(room: PracticeRoom, code: bool, state: Opened | None, key: str, text: str) -> Any:
    """Keeps a draft, unless it comes in after its answer was sent, or from the editor of another question: an editor
    also speaks up when the page fills it. Returns what the notice says then."""
    if state is None or key != views.draft_key(state.id, state.interview) or key.endswith(":code") != code:
        return gr.skip()
    try:
        room.rows.keep_draft(state.id, state.revision, text or "")
    except TutorError as error:
        return views.problem(f"What you typed last is not saved yet. {error}")
    return gr.skip()


def still_shown(room: PracticeRoom, state: Opened | None) -> None:
    """Tells the interview that this page is open, so that its time counts."""
    if state is not None:
        _with_time(room, state)


def _with_time(room: PracticeRoom, state: Opened) -> Opened:
    """The state with its clock read and saved; as it is where another tab went on or the database fails."""
    try:
        return room.interviews.read_clock(state.id, state.revision) or state
    except TutorError as error:  # the next reading counts this time, unless it comes too late; the next step says it
        _LOG.warning("%s", error)
        return state


def exported(write: Callable[[Scorecard], str], ending: str, state: Opened | None) -> tuple[str, str, str]:
    """The scorecard as a file's text, its name, and the notice; no name where there is nothing to save."""
    if state is None:
        return "", "", views.problem(FORGOTTEN)
    return write(scorecard(state.interview)), f"interview-{state.interview.started:%Y-%m-%d}{ending}", ""


def resumed(room: PracticeRoom, notice: str = "", keep_text: bool = False) -> tuple[Any, ...]:
    """The interview that was touched last, unless it has been over for some time; else the set-up."""
    try:
        return shown(room, room.latest_interview(), notice, keep_text)
    except TutorError as error:
        return shown(room, None, views.problem(str(error)))


def reopened(room: PracticeRoom, id: str | None) -> tuple[Any, ...]:
    """An earlier interview, over or not."""
    try:
        return shown(room, room.interviews.open(id) if id else None)
    except TutorError as error:
        return shown(room, None, views.problem(str(error)))


def shown(room: PracticeRoom, opened: Opened | None, notice: str = "", keep_text: bool = False) -> tuple[Any, ...]:
    """What stands in ``InterviewParts.shown`` for an interview, or for the set-up where there is none. Reads and saves
    the clock of a question that is open: from now on it is on a page."""
    if opened is None:
        return _set_up(room, notice)
    if opened.interview.current.since is not None:
        opened = _with_time(room, opened)
    interview = opened.interview
    over, paused, phase = interview.standing == "finished", interview.standing == "paused", interview.current.phase
    waits = interview.standing == "running" and phase == "answering"
    item = interview.item(interview.current)
    quiz, exercise = interview.current.quiz, item.exercise
    told = [place for place, asked in enumerate(interview.questions) if interview.tells(asked)]
    options = [(text, place) for place, text in enumerate(quiz.options)] if quiz else []
    choices = [(f"{place + 1}. {interview.item(interview.questions[place]).title}", place) for place in told]
    words: dict[str, Any] = {} if keep_text else {"value": opened.draft}
    return (
        opened,
        notice,
        gr.Column(visible=False),
        gr.skip(),
        gr.Column(visible=not over),
        "" if over else views.talk(interview),
        "" if over else views.clock(opened.id, interview, datetime.now(UTC)),
        gr.Column(visible=waits),
        gr.Textbox(visible=exercise is None and quiz is None, **words),
        gr.Code(visible=exercise is not None, **_program(exercise, opened.draft, keep_text)),
        gr.Radio(options, visible=quiz is not None, value=None),
        gr.Button(views.send_label(interview)),
        gr.Button(visible=exercise is not None),
        gr.Button(views.hint_label(interview), interactive=interview.current.hints < len(hints_of(item))),
        gr.skip() if keep_text else "",
        gr.Column(visible=not (over or paused) and phase == "predicting"),
        gr.Button(visible=not (over or paused) and phase == "told"),
        gr.Button(visible=not (over or paused)),
        gr.Button(visible=paused),
        gr.Column(visible=over),
        _card(interview) if over else "",
        gr.Accordion(visible=bool(told)),
        gr.Dropdown(choices, value=told[-1] if told else None),
        views.draft_key(opened.id, interview),
        gr.Timer(active=waits),
    )


def _told(room: PracticeRoom, state: Opened | None, take: Callable[[Opened], tuple[Any, ...]]) -> tuple[Any, ...]:
    """What ``take`` shows, or what went wrong, with the text still in its box."""
    if state is None:
        return resumed(room, views.problem(FORGOTTEN), keep_text=True)
    try:
        return take(state)
    except (StaleStepError, StaleError) as error:
        return shown(room, room.interviews.open(state.id), views.problem(str(error)), keep_text=True)
    except TutorError as error:
        return shown(room, state, views.problem(str(error)), keep_text=True)


def _set_up(room: PracticeRoom, notice: str) -> tuple[Any, ...]:
    try:
        earlier = [(views.saved_label(row), row.id) for row in room.earlier_interviews()]
    except TutorError as error:
        earlier, notice = [], notice or views.problem(str(error))
    hidden = gr.Column(visible=False)
    return (
        None, notice, gr.Column(visible=True), gr.Dropdown(earlier, value=None, visible=bool(earlier)), hidden, "", "",
        *(gr.skip() for _ in range(12)), gr.Column(visible=False), "", gr.Accordion(visible=False),
        gr.Dropdown([], value=None), "", gr.Timer(active=False),
    )  # fmt: skip


def _program(exercise: Exercise | None, draft: str, keep: bool) -> dict[str, Any]:
    return {} if keep or exercise is None else {"value": draft or starter(exercise)}


def _card(interview: Interview) -> str:
    from tutor.web.interview_plot import picture  # matplotlib is slow to import

    card = scorecard(interview)
    return views.scorecard(card, picture(card))
