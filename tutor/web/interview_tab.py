"""The interview's components, and which press calls which step. Holds no logic of the interview.

What is typed goes to the server and into the browser's storage while it is typed, so that neither a crash of the one
nor of the other loses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.interview.conducting import Opened
from tutor.interview.exporting import as_json, as_markdown
from tutor.interview.records import (
    Action,
    AskHint,
    End,
    Object,
    Pause,
    Predict,
    Proceed,
    Resume,
    Setup,
    Skip,
)
from tutor.web import interview_views as views
from tutor.web import lab_views
from tutor.web.chat_tab import LATEX
from tutor.web.chat_updates import QUIET
from tutor.web.interview_form import build_form, setup_of
from tutor.web.interview_updates import (
    InterviewParts,
    draft_kept,
    exported,
    given,
    reopened,
    resumed,
    sampled,
    set_aside,
    shown,
    stepped,
    still_shown,
)
from tutor.web.practice import DEMO, PracticeRoom
from tutor.web.visitor import user_of

READ_SECONDS = 30.0
"""Between two readings of the clock by an open page."""

SAVE_FILE = """(text, name) => {
  if (!name) return [];
  const link = document.createElement("a");
  const bytes = name.endsWith(".apkg") ? Uint8Array.from(atob(text), (char) => char.charCodeAt(0)) : text;
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  return [];
}"""
_KEEP_CODE = """(text, key) => {
  if (key.endsWith(":code")) localStorage.setItem("tutor-interview", JSON.stringify({ key, text }));
  return [];
}"""
_NEWEST = """(box, code, key) => {
  try {
    const kept = JSON.parse(localStorage.getItem("tutor-interview") || "{}");
    if (key && kept.key === key && kept.text) return key.endsWith(":code") ? [box, kept.text] : [kept.text, code];
  } catch {}
  return [box, code];
}"""


def build_interview_tab(room: PracticeRoom, page: gr.Blocks) -> None:
    """Lays the interview out inside the current context and wires it."""
    opened, key, timer = gr.State(None), gr.Textbox(visible=False), gr.Timer(READ_SECONDS, active=False)
    notice = gr.HTML("", elem_id="iv-notice")
    form, starts, earlier, setup = build_form()
    with gr.Column(elem_id="iv-talk", min_width=0, visible=False) as talk:
        said = gr.Markdown("", latex_delimiters=LATEX, elem_id="iv-said")
        clock = gr.HTML("", elem_id="iv-time", js_on_load=(Path(__file__).parent / "interview.js").read_text("utf-8"))
        with gr.Column(min_width=0, elem_id="iv-answering") as answering:
            box = gr.Textbox(
                label="Your answer", lines=6, max_lines=16, elem_id="iv-box", placeholder="Answer in full sentences"
            )
            code = gr.Code(
                language="python", label="Your program", lines=12, visible=False, buttons=[], elem_id="iv-code"
            )
            options = gr.Radio([], label="Choose one", visible=False, elem_id="iv-options")
            with gr.Row(elem_id="iv-presses"):
                send = gr.Button("Send the answer", variant="primary", min_width=0)
                run = gr.Button("Run the sample", min_width=0, visible=False)
                hint = gr.Button("Hint", min_width=0)
                skip = gr.Button("Skip", min_width=0)
            sample = gr.HTML("", elem_id="iv-sample")
        with gr.Column(min_width=0, visible=False, elem_id="iv-predicting") as predicting:
            guess = gr.Slider(0, 100, 50, step=5, label="Your score, in percent")
            with gr.Row():
                predict = gr.Button("That is my guess", variant="primary", min_width=0)
                no_guess = gr.Button("No guess", min_width=0)
        proceed = gr.Button("Next question", variant="primary", visible=False, elem_id="iv-next")
        with gr.Row(elem_id="iv-more"):
            pause = gr.Button("Pause", size="sm", min_width=0)
            resume = gr.Button("Resume", size="sm", min_width=0, visible=False)
            aside = gr.Button("Set aside", size="sm", min_width=0)
            end = gr.Button("End the interview", size="sm", min_width=0)
    with gr.Column(elem_id="iv-scorecard", min_width=0, visible=False) as card:
        result = gr.Markdown("", latex_delimiters=LATEX)
        with gr.Row(elem_id="iv-exports"):
            markdown = gr.Button("Save as Markdown", size="sm", min_width=0)
            json = gr.Button("Save as JSON", size="sm", min_width=0)
            paper = gr.Button("Print", size="sm", min_width=0)
            fresh = gr.Button("New interview", variant="primary", size="sm", min_width=0)
    with gr.Accordion("Object to a score", open=False, visible=False, elem_id="iv-objecting") as objecting:
        objected = gr.Dropdown([], label="Question")
        objection = gr.Textbox(label="What is wrong with its score?", lines=2)
        send_objection = gr.Button("Send it to the trainers", size="sm", min_width=0)
    file, name = gr.Textbox(visible=False), gr.Textbox(visible=False)
    parts = InterviewParts(
        opened, notice, setup, earlier, talk, said, clock, answering, box, code, options, send, run, hint, sample,
        predicting, proceed, pause, resume, card, result, objecting, objected, key, timer,
    )  # fmt: skip
    quick: dict[str, Any] = {"queue": False, **QUIET}
    slow: dict[str, Any] = {"concurrency_limit": None, "trigger_mode": "once", **QUIET}

    def act(make: Callable[..., Action]) -> Callable[..., tuple[Any, ...]]:
        def handle(state: Opened | None, *values: Any) -> tuple[Any, ...]:
            return stepped(room, state, lambda now: make(now, *values))

        return handle

    def handed_in(
        state: Opened | None, text: str, source: str, option: int | None, request: gr.Request
    ) -> tuple[Any, ...]:
        return stepped(room, state, lambda now: given(room, now, text or "", source or "", option, user_of(request)))

    def tried(state: Opened | None, source: str, request: gr.Request) -> Iterator[str]:
        yield lab_views.BUSY
        yield sampled(room, state, source or "", user_of(request))

    def begun(setup: Callable[..., Setup], start: Callable[[Setup], Opened]) -> Callable[..., tuple[Any, ...]]:
        def handle(*values: Any) -> tuple[Any, ...]:
            try:
                return shown(room, start(setup(*values)))
            except TutorError as error:
                return shown(room, None, views.problem(str(error)))

        return handle

    def objected_to(state: Opened | None, place: int | None, text: str) -> tuple[Any, ...]:
        updates = stepped(room, state, lambda now: Object(-1 if place is None else place, text or ""))
        return (*updates, "" if updates[1].startswith('<p class="small') else text)

    send.click(handed_in, [opened, box, code, options], parts.shown, **slow)
    run.click(tried, [opened, code], [sample], **slow)
    hint.click(act(lambda now: AskHint()), [opened], parts.shown, **quick)
    skip.click(act(lambda now: Skip()), [opened], parts.shown, **quick)
    predict.click(act(lambda now, guess: Predict(guess / 100)), [opened, guess], parts.shown, **quick)
    no_guess.click(act(lambda now: Predict(None)), [opened], parts.shown, **quick)
    proceed.click(act(lambda now: Proceed()), [opened], parts.shown, **quick)
    pause.click(act(lambda now: Pause()), [opened], parts.shown, **quick)
    resume.click(act(lambda now: Resume()), [opened], parts.shown, **quick)
    aside.click(partial(set_aside, room), [opened, box, code], parts.shown, **quick)
    end.click(act(lambda now: End()), [opened], parts.shown, **quick)
    weak = begun(lambda *values: replace(setup_of(*values), weak=True), room.start_interview)
    starts["start"].click(begun(setup_of, room.start_interview), form, parts.shown, **quick)
    starts["weak"].click(weak, form, parts.shown, **quick)
    starts["due"].click(begun(setup_of, room.start_review), form, parts.shown, **quick)
    starts["demo"].click(begun(lambda: DEMO, room.start_interview), None, parts.shown, **quick)
    earlier.input(lambda id: reopened(room, id), [earlier], parts.shown, **quick)
    fresh.click(lambda: shown(room, None), None, parts.shown, **quick)
    for typed in (box.input, box.blur):  # Gradio's input is of keys only: what was pasted comes with the blur
        typed(partial(draft_kept, room, False), [opened, key, box], [notice], trigger_mode="always_last", **quick)
    code.input(partial(draft_kept, room, True), [opened, key, code], [notice], trigger_mode="always_last", **quick)
    code.input(None, [code, key], None, js=_KEEP_CODE, **quick)
    timer.tick(partial(still_shown, room), [opened], None, **quick)
    send_objection.click(objected_to, [opened, objected, objection], [*parts.shown, objection], **quick)
    for press, write, ending in ((markdown, as_markdown, ".md"), (json, as_json, ".json")):
        made = press.click(partial(exported, write, ending), [opened], [file, name, notice], **quick)
        made.then(None, [file, name], None, js=SAVE_FILE, **quick)
    paper.click(None, None, None, js="() => { window.printScorecard(); return []; }", **quick)
    loaded = page.load(lambda: resumed(room), None, parts.shown, **quick)
    loaded.then(None, [box, code, key], [box, code], js=_NEWEST, **quick)
