"""The tab My questions, and the line that tells a person what became of one. Holds no logic of its own."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.web.chat_updates import QUIET
from tutor.web.feedback import Reactions, Store, news_view, questions_view
from tutor.web.safe_markdown import escape

_POLL_SECONDS = 4.0


def build_news(service: Store, page: gr.Blocks, bridge: gr.HTML) -> None:
    """The line above the tabs; it looks for news by itself until the person has read them."""
    reactions = Reactions(service)
    news = gr.HTML("", elem_id="news")
    timer = gr.Timer(_POLL_SECONDS)

    def look() -> str:
        try:
            return news_view(reactions.news())
        except TutorError:
            return ""

    def heard() -> str:
        try:
            reactions.heard([each.number for each in reactions.news()])
        except TutorError as error:
            return f'<p class="error">{escape(str(error))}</p>'
        return ""

    quick: dict[str, Any] = {"queue": False, **QUIET}
    page.load(look, None, [news], **quick)
    timer.tick(look, None, [news], **quick)
    bridge.heard(heard, None, [news], **quick)


def build_my_questions_tab(service: Store, tab: gr.Tab) -> None:
    """Lays the tab out inside the current context and wires it."""
    reactions = Reactions(service)
    shown = gr.HTML("", elem_id="my-questions")

    def look() -> str:
        try:
            return questions_view(reactions.questions())
        except TutorError as error:
            return f'<p class="error">{escape(str(error))}</p>'

    tab.select(look, None, [shown], queue=False, **QUIET)
