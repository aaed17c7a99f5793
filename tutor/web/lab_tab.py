"""The code lab's components, and which press calls which step of the lab. Holds no logic of its own.

Drafts live in the browser's local storage: typing writes them there without asking the server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from tutor.exercises import exercise_of
from tutor.judging import Attempt
from tutor.records import Item
from tutor.web import lab_views
from tutor.web.chat_tab import LATEX
from tutor.web.chat_updates import QUIET
from tutor.web.lab import JudgeHolder, Lab, LabSession, Tried, discussion, draft, next_hint, read_exercises, starter
from tutor.web.visitor import user_of

CHOSEN = "chosen"
_READ = "localStorage.getItem('tutor-drafts') || ''"
_DRAFTS = f"(() => {{ try {{ return JSON.parse({_READ}) || {{}} }} catch {{ return {{}} }} }})()"
_KEEP = """const drafts = %s;
  localStorage.setItem('tutor-drafts', JSON.stringify({...drafts, %s}));"""
_KEEP_DRAFT = f"(source, id) => {{ {_KEEP % (_DRAFTS, '[id]: source, chosen: id')} return []; }}"
_KEEP_CHOICE = f"(id, kept, state) => {{ {_KEEP % (_DRAFTS, 'chosen: id')} return [id, {_READ}, state]; }}"
_OPEN = f"(kept, state) => [{_READ}, state]"
_NEWEST = f"(id, source) => {_DRAFTS}[id] || source"
_TO_CHAT = """() => {
  [...document.querySelectorAll("#tabs button[role=tab]")].find((tab) => tab.textContent.trim() === "Chat")?.click();
  setTimeout(() => document.querySelector("#question textarea")?.focus(), 100);
}"""


@dataclass(frozen=True)
class _Parts:
    """The components that presses change or read."""

    exercise: gr.Dropdown
    statement: gr.Markdown
    hints: gr.Markdown
    editor: gr.Code
    unavailable: gr.Markdown
    result: gr.Markdown
    times: gr.HTML
    more: gr.Markdown
    hint: gr.Button
    discuss: gr.Button

    @property
    def shown(self) -> list[Any]:
        return [self.result, self.times, self.more, self.hints, self.hint, self.discuss]


Attempted = Callable[[Item, Attempt], None]
"""Takes note of a judged program."""


def build_lab_tab(
    service: JudgeHolder, corpus: Path, page: gr.Blocks, tab: gr.Tab, box: gr.Textbox, attempted: Attempted
) -> None:
    """Lays the tab out inside the current context and wires it. ``box`` is the chat's, for what is to be discussed."""
    exercises = read_exercises(corpus)
    with gr.Column(elem_id="lab", min_width=0):
        if not exercises:
            gr.Markdown(lab_views.NO_EXERCISE)
            return
        session = gr.State(LabSession())
        drafts = gr.Textbox(visible=False)  # brings the browser's drafts along with a press
        parts, presses = _layout(exercises)
    _wire(Lab(service), exercises, parts, presses, session, drafts, page, tab, box, attempted)


def _layout(exercises: dict[str, Item]) -> tuple[_Parts, dict[str, gr.Button]]:
    first = next(iter(exercises.values()))
    with gr.Row(elem_id="lab-work", equal_height=False):
        with gr.Column(elem_id="lab-task", scale=2, min_width=0):
            exercise = gr.Dropdown(
                [(lab_views.title(item), item.id) for item in exercises.values()],
                value=first.id,
                label="Exercise",
                filterable=False,
                elem_id="lab-exercise",
            )
            statement = gr.Markdown(lab_views.statement(first), elem_id="lab-statement", latex_delimiters=LATEX)
            hints = gr.Markdown("", elem_id="lab-hints", latex_delimiters=LATEX)
            hint = gr.Button(_hint_label(first, Tried()), elem_id="lab-hint", size="sm")
        with gr.Column(elem_id="lab-write", scale=3, min_width=0):
            unavailable = gr.Markdown("", elem_id="lab-unavailable")
            editor = gr.Code(
                starter(exercise_of(first)),
                language="python",
                label="Your solution, in Python",
                lines=18,
                max_lines=32,
                interactive=True,
                buttons=[],
                elem_id="lab-editor",
            )
            with gr.Row(elem_id="lab-run"):
                submit = gr.Button("Submit", variant="primary", min_width=0, elem_id="lab-submit")
                sample = gr.Button("Run the sample", min_width=0, elem_id="lab-sample")
            with gr.Row(elem_id="lab-more"):
                time = gr.Button("Compare times", size="sm", min_width=0)
                tell = gr.Button("Complexity and next questions", size="sm", min_width=0)
                reveal = gr.Button("Reveal the reference", size="sm", min_width=0)
                discuss = gr.Button("Discuss in the chat", size="sm", min_width=0, interactive=False)
    with gr.Column(elem_id="lab-results", min_width=0):
        result = gr.Markdown("", elem_id="lab-result", latex_delimiters=LATEX)
        times = gr.HTML("", elem_id="lab-time")
        more = gr.Markdown("", elem_id="lab-told", latex_delimiters=LATEX)
    parts = _Parts(exercise, statement, hints, editor, unavailable, result, times, more, hint, discuss)
    return parts, {"submit": submit, "sample": sample, "time": time, "tell": tell, "reveal": reveal}


def _wire(
    lab: Lab,
    exercises: dict[str, Item],
    parts: _Parts,
    presses: dict[str, gr.Button],
    session: gr.State,
    drafts: gr.Textbox,
    page: gr.Blocks,
    tab: gr.Tab,
    box: gr.Textbox,
    attempted: Attempted,
) -> None:
    form = [parts.exercise, parts.editor, session]
    quick: dict[str, Any] = {"queue": False, **QUIET}
    running: dict[str, Any] = {"concurrency_limit": None, "trigger_mode": "once", **QUIET}

    def opened(kept: str, state: LabSession) -> tuple[Any, ...]:
        chosen = draft(kept, CHOSEN)
        return choose(chosen if chosen in exercises else next(iter(exercises)), kept, state)

    def choose(id: str, kept: str, state: LabSession) -> tuple[Any, ...]:
        item = exercises[id]
        source = draft(kept, id) or starter(exercise_of(item))
        return id, lab_views.statement(item), source, *_shown(item, state.of(item), source)

    def sampled(id: str, source: str, state: LabSession, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield _busy()
        item = exercises[id]
        came, expected = lab.run_sample(item, source or "", user_of(request))
        yield lab_views.sample(came, expected), *_shown(item, state.of(item), source)[1:]

    def submitted(id: str, source: str, state: LabSession, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield _busy()
        item = exercises[id]
        tried = state.of(item)
        lab.submit(item, source or "", tried, user_of(request))
        if tried.attempt:
            attempted(item, tried.attempt)
        yield _shown(item, tried, source)
        if tried.passed:
            problem = lab.time(item, source, tried, user_of(request))
            yield _shown(item, tried, source, problem)

    def timed(id: str, source: str, state: LabSession, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield gr.skip(), lab_views.BUSY, gr.skip(), gr.skip(), gr.skip(), gr.skip()
        item = exercises[id]
        problem = lab.time(item, source or "", state.of(item), user_of(request))
        yield gr.skip(), lab_views.times(state.of(item), problem), gr.skip(), gr.skip(), gr.skip(), gr.skip()

    def pressed(act: Callable[[Item, Tried], None]) -> Callable[..., tuple[Any, ...]]:
        def handle(id: str, source: str, state: LabSession) -> tuple[Any, ...]:
            item = exercises[id]
            act(item, state.of(item))
            return gr.skip(), gr.skip(), *_shown(item, state.of(item), source)[2:]

        return handle

    def discussed(id: str, state: LabSession) -> str:
        return discussion(exercises[id], state.of(exercises[id]))

    everything = [parts.exercise, parts.statement, parts.editor, *parts.shown]
    # What was typed before the server's answer came is in the storage, and newer than that answer.
    loaded = page.load(opened, [drafts, session], everything, js=_OPEN, **quick)
    loaded.then(None, [parts.exercise, parts.editor], [parts.editor], js=_NEWEST, **quick)
    parts.exercise.input(choose, [parts.exercise, drafts, session], everything, js=_KEEP_CHOICE, **quick)
    parts.editor.input(None, [parts.editor, parts.exercise], None, js=_KEEP_DRAFT, **quick)
    presses["sample"].click(sampled, form, parts.shown, **running)
    presses["submit"].click(submitted, form, parts.shown, **running)
    presses["time"].click(timed, form, parts.shown, **running)
    presses["tell"].click(pressed(_tell), form, parts.shown, **quick)
    presses["reveal"].click(pressed(_reveal), form, parts.shown, **quick)
    parts.hint.click(pressed(next_hint), form, parts.shown, **quick)
    parts.discuss.click(discussed, [parts.exercise, session], [box], js=None, **quick).then(None, js=_TO_CHAT, **quick)
    tab.select(lambda: lab_views.unavailable(lab.missing()), None, [parts.unavailable], **quick)


def _tell(item: Item, tried: Tried) -> None:
    tried.told = True


def _reveal(item: Item, tried: Tried) -> None:
    tried.revealed = True


def _shown(item: Item, tried: Tried, source: str, time_problem: str = "") -> tuple[Any, ...]:
    """What stands in ``_Parts.shown`` for what was tried."""
    more = [lab_views.told(item)] if tried.told else []
    more += [lab_views.reference(item, source or "")] if tried.revealed else []
    hint = gr.Button(_hint_label(item, tried), interactive=tried.hints < len(exercise_of(item).hints))
    return (
        lab_views.attempt(tried.attempt),
        lab_views.times(tried, time_problem),
        "\n\n".join(more),
        lab_views.hints(item, tried.hints),
        hint,
        gr.Button(interactive=tried.attempt is not None),
    )


def _busy() -> tuple[Any, ...]:
    return lab_views.BUSY, "", gr.skip(), gr.skip(), gr.skip(), gr.skip()


def _hint_label(item: Item, tried: Tried) -> str:
    number = len(exercise_of(item).hints)
    return "No more hints" if tried.hints >= number else f"Hint {tried.hints + 1} of {number}"
