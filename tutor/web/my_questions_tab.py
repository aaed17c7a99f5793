"""The tab My questions, and the line that tells a person what became of one. Holds no logic of its own."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.web.chat_updates import QUIET
from tutor.web.feedback import Reactions, Store, news_view, questions_view
from tutor.web.safe_markdown import escape

_POLL_SECONDS = 4.0


def build_news(service: Store, page: gr.Blocks, bridge: gr.HTML) -> gr.Timer:
    """The line above the tabs, which shows news until the person has read them. Returns what has it look for them."""
    reactions = Reactions(service)
    news = gr.HTML("", elem_id="news")
    timer = gr.Timer(_POLL_SECONDS)

    def look() -> str:
        try:
            return news_view(reactions.news(), reactions.titles())
        except TutorError:
            return ""

    def heard(event: gr.EventData) -> str:
        try:
            reactions.heard(str(event._data.get("shown", "")))
        except TutorError as error:
            return f'<p class="error">{escape(str(error))}</p>'
        return look()

    quick: dict[str, Any] = {"queue": False, **QUIET}
    page.load(look, None, [news], **quick)
    timer.tick(look, None, [news], **quick)
    bridge.heard(heard, None, [news], **quick)
    return timer


def build_my_questions_tab(service: Store, tab: gr.Tab, timer: gr.Timer) -> None:
    """Lays the tab out inside the current context and wires it; it is brought up to date at every tick."""
    reactions = Reactions(service)
    shown = gr.HTML("", elem_id="my-questions")

    def look() -> str:
        try:
            return questions_view(reactions.questions(), reactions.titles())
        except TutorError as error:
            return f'<p class="error">{escape(str(error))}</p>'

    gr.on([tab.select, timer.tick], look, None, [shown], queue=False, **QUIET)
