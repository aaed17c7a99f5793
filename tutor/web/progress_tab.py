"""The progress page's components: plots, topics with their evidence, corrections, the deck for Anki. No logic of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.learner import what_to_practise
from tutor.topics import topic_name
from tutor.web import progress_views
from tutor.web.chat_updates import QUIET
from tutor.web.interview_tab import SAVE_FILE
from tutor.web.interview_views import problem
from tutor.web.practice import PracticeRoom


def build_progress_tab(room: PracticeRoom) -> tuple[Callable[[], tuple[Any, ...]], list[Any]]:
    """Lays the page out inside the current context and wires it. Returns what refreshes it, with its outputs."""
    notice = gr.HTML("")
    said = gr.Markdown("", elem_id="pr-said")
    with gr.Row(elem_id="pr-plots"):
        left, right = gr.HTML("", elem_classes="prose"), gr.HTML("", elem_classes="prose")
    topics = gr.Markdown("", elem_id="pr-topics")
    with gr.Accordion("Correct what the tutor believes", open=False, elem_id="pr-correct"):
        row = gr.Dropdown([], label="A piece of evidence")
        with gr.Row():
            drop = gr.Button("Do not count it", size="sm", min_width=0)
            count = gr.Button("Count it again", size="sm", min_width=0)
        name = gr.Dropdown([], label="Or say how well you know a topic")
        share = gr.Slider(0, 100, 50, step=10, label="In percent")
        say = gr.Button("Keep my word", size="sm", min_width=0)
    anki = gr.Button("Save the items that I tried as an Anki deck", size="sm", min_width=0, elem_id="pr-anki")
    file, file_name = gr.Textbox(visible=False), gr.Textbox(visible=False)
    shown = [notice, said, left, right, topics, row, name]
    quick: dict[str, Any] = {"queue": False, **QUIET}

    def refreshed() -> tuple[Any, ...]:
        try:
            return _shown(room)
        except TutorError as error:
            return (problem(str(error)), *(gr.skip() for _ in range(6)))

    def corrected(act: Callable[..., None]) -> Callable[..., tuple[Any, ...]]:
        def handle(*values: Any) -> tuple[Any, ...]:
            try:
                if values[0]:
                    act(*values)
            except TutorError as error:
                return (problem(str(error)), *(gr.skip() for _ in range(6)))
            return refreshed()

        return handle

    drop.click(corrected(lambda key: room.rows.set_aside(key, True)), [row], shown, **quick)
    count.click(corrected(lambda key: room.rows.set_aside(key, False)), [row], shown, **quick)
    say.click(corrected(lambda name, share: room.say_mastery(name, share / 100)), [name, share], shown, **quick)
    made = anki.click(lambda: deck(room), None, [file, file_name, notice], **quick)
    made.then(None, [file, file_name], None, js=SAVE_FILE, **quick)
    return refreshed, shown


def _shown(room: PracticeRoom) -> tuple[Any, ...]:
    from tutor.web import progress_plot  # matplotlib is slow to import

    state = room.state()
    advice = progress_views.advice(what_to_practise(state), state)
    rows = [(progress_views.row_label(each, state), each.key) for each in state.evidence]
    names = [(topic_name(each.topic), each.topic) for each in state.topics]
    left = f"<h3>Readiness by topic</h3>{progress_plot.topics_plot(state)}<h3>Due reviews</h3>"
    left += progress_plot.reviews_plot(state) + progress_views.due(state)
    right = f"<h3>History</h3>{progress_plot.history_plot(state)}<h3>Your predictions</h3>"
    right += progress_plot.predictions_plot(state) or '<p class="empty">Interviews ask for your prediction.</p>'
    return (
        "",
        advice + progress_views.numbers(state),
        left,
        right,
        progress_views.topics(state),
        gr.Dropdown(rows, value=None),
        gr.Dropdown(names, value=None),
    )


def deck(room: PracticeRoom) -> tuple[str, str, str]:
    """The deck in base64, its file's name and the notice: the items that were tried, or all where none was."""
    from tutor.anki import write_deck

    try:
        tried = {review.item for review in room.state().reviews}
    except TutorError as error:
        return "", "", problem(str(error))
    items = [item for item in room.items() if item.id in tried] or list(room.items())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "deck.apkg"
        write_deck(items, path)
        return b64encode(path.read_bytes()).decode(), "ml-interviews.apkg", ""
