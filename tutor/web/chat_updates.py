"""Views of the chat as updates of its components."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from tutor.web.chat import View
from tutor.web.conversations import ConversationList
from tutor.web.session import Session

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""How every event is wired: no spinner of Gradio's over the page, and no public endpoint."""


@dataclass(frozen=True)
class ChatTab:
    """The chat's components: its messages, the box to type in, the evidence panel, what puts the conversation's id into
    the page's address, the list of conversations."""

    chatbot: gr.Chatbot
    box: gr.Textbox
    panel: gr.Markdown
    here: gr.HTML
    listed: gr.HTML

    @property
    def shown(self) -> list[Any]:
        """What a view fills, in the order of its update."""
        return [self.chatbot, self.panel, self.box, self.here, self.listed]


def view_updates(
    conversations: ConversationList, session: Session, views: Iterator[View], clear: bool = False
) -> Iterator[tuple[Any, ...]]:
    """The views as updates; the first one empties the box where its text was sent, the first and the last one bring
    the list of conversations up to date.

    A generator that ends without a yield would make Gradio clear every output, so the last one changes nothing.
    """
    extra: dict[str, Any] = {"value": ""} if clear else {}
    listed: Any = None
    for view in views:
        fresh = conversations.show(session) if listed is None or not view.busy else None
        listed = fresh or listed
        yield view_update(view, fresh, **extra)
        extra = {}
    yield nothing()


def view_update(view: View, listed: str | None = None, **box: Any) -> tuple[Any, ...]:
    """One view; ``listed`` is the list of conversations where it changed, ``box`` what changes of the box besides."""
    update = gr.Textbox(submit_btn=not view.busy, stop_btn=view.busy, **box)
    return list(view.messages), view.panel, update, view.conversation, gr.skip() if listed is None else listed


def nothing(count: int = 5) -> tuple[Any, ...]:
    """An update of so many components that changes nothing; of the chat's unless told otherwise."""
    return (gr.skip(),) * count
