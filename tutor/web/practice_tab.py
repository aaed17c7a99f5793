"""The tab Practise: an interview, a quiz or the progress, one of them at a time."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tutor.web.chat_updates import QUIET
from tutor.web.interview_tab import build_interview_tab
from tutor.web.practice import PracticeRoom
from tutor.web.progress_tab import build_progress_tab
from tutor.web.quiz_tab import build_quiz_tab

PLACES = ("Interview", "Quiz", "Progress")


def build_practice_tab(room: PracticeRoom, page: gr.Blocks, tab: gr.Tab) -> None:
    """Lays the tab out inside the current context and wires it."""
    quick: dict[str, Any] = {"queue": False, **QUIET}
    with gr.Column(elem_id="practice", min_width=0):
        place = gr.Radio(list(PLACES), value="Interview", show_label=False, container=False, elem_id="practice-places")
        with gr.Column(min_width=0) as interview:
            build_interview_tab(room, page)
        with gr.Column(min_width=0, visible=False) as quiz:
            build_quiz_tab(room, page)
        with gr.Column(min_width=0, visible=False, elem_id="progress") as progress:
            refreshed, shown = build_progress_tab(room)

    def chosen(name: str) -> tuple[Any, ...]:
        return tuple(gr.Column(visible=name == each) for each in PLACES)

    def looked(name: str) -> tuple[Any, ...]:
        return refreshed() if name == "Progress" else tuple(gr.skip() for _ in shown)

    moved = place.input(chosen, [place], [interview, quiz, progress], **quick)
    moved.then(looked, [place], shown, **quick)
    tab.select(looked, [place], shown, **quick)
