"""The chat tab's components and which event of theirs calls which step of the chat. Holds no logic of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from tutor.web import evidence
from tutor.web.chat import Chat, View
from tutor.web.turns import Session

LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""How every event is wired: no spinner of Gradio's over the page, and no public endpoint."""


@dataclass(frozen=True)
class ChatTab:
    """The components that others need: the chat to greet in, and the box to type in."""

    chatbot: gr.Chatbot
    box: gr.Textbox


def build_chat_tab(chat: Chat, session: gr.State, bridge: gr.HTML) -> ChatTab:
    """Lays the tab out inside the current context and wires it."""
    with gr.Row(elem_id="chat-layout", equal_height=True):
        with gr.Column(elem_id="chat-column", scale=3, min_width=0):
            chatbot = _chatbot(chat)
            with gr.Row(elem_id="composer"):
                fresh = gr.Button("New chat", elem_id="new-conversation", size="sm", min_width=0, scale=0)
                box = _box()
        with gr.Column(elem_id="evidence-column", scale=2, min_width=0):
            panel = gr.Markdown(evidence.panel(None), elem_id="evidence", latex_delimiters=LATEX, line_breaks=False)
    _wire(chat, session, bridge, chatbot, box, panel, fresh)
    return ChatTab(chatbot, box)


def _chatbot(chat: Chat) -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="chat",
        show_label=False,
        label="Conversation",
        layout="bubble",
        height="100%",
        buttons=[],
        latex_delimiters=LATEX,
        allow_tags=False,
        autoscroll=False,
        group_consecutive_messages=False,
        placeholder=chat.welcome(),
    )


def _box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label="Your question",
        show_label=False,
        placeholder="Ask an interview question",
        lines=1,
        max_lines=8,
        submit_btn=True,
        stop_btn=False,
        autofocus=True,
        container=False,
        html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off", spellcheck=True),
    )


def _wire(
    chat: Chat,
    session: gr.State,
    bridge: gr.HTML,
    chatbot: gr.Chatbot,
    box: gr.Textbox,
    panel: gr.Markdown,
    fresh: gr.Button,
) -> None:
    shown = [chatbot, panel, box]
    answering = {"outputs": shown, "concurrency_limit": None, "trigger_mode": "once", **QUIET}
    quick = {"queue": False, **QUIET}

    def typed(text: str, state: Session) -> Iterator[tuple[Any, ...]]:
        yield from _updates(chat.ask(state, text), clear=True)

    def clicked(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from _updates(chat.ask(state, str(event._data.get("text", ""))))

    def chosen(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from _updates(chat.choose(state, str(event._data.get("id", ""))))

    def remembered(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from _updates(chat.remember(state, int(event._data.get("turn", -1))))

    def none_of_these(state: Session, event: gr.EventData) -> tuple[Any, ...]:
        view = chat.decline(state, int(event._data.get("turn", -1)))
        return _update(view, {}) if view else (gr.skip(), gr.skip(), gr.skip())

    def again(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from _updates(chat.retry(state, int(event._data.get("turn", -1))))

    def evidence_of(state: Session, event: gr.EventData) -> str:
        return chat.show(state, int(event._data.get("turn", -1)), int(event._data.get("number", 0)))

    def message_selected(state: Session, event: gr.SelectData) -> str:
        return chat.show(state, _turn_of(event.index))

    def start_over(state: Session) -> tuple[Any, ...]:
        return _update(chat.empty(state), {})

    box.submit(typed, [box, session], **answering)
    bridge.ask(clicked, [session], **answering)
    bridge.choose(chosen, [session], **answering)
    bridge.memory(remembered, [session], **answering)
    bridge.none(none_of_these, [session], shown, **quick)
    bridge.retry(again, [session], **answering)
    bridge.show(evidence_of, [session], [panel], **quick)
    chatbot.select(message_selected, [session], [panel], **quick)
    box.stop(_stop, [session], **quick)
    fresh.click(start_over, [session], shown, **quick)


def _stop(state: Session) -> None:
    state.stop()


def _turn_of(index: Any) -> int:
    """A message's place in the chat, as Gradio gives it, to its turn: every turn is two messages."""
    place = index[0] if isinstance(index, list | tuple) else index
    return int(place) // 2


def _updates(views: Iterator[View], clear: bool = False) -> Iterator[tuple[Any, ...]]:
    """The views as updates of the components; the first one empties the box where its text was sent.

    A generator that ends without a yield would make Gradio clear every output, so the last one changes nothing.
    """
    extra: dict[str, Any] = {"value": ""} if clear else {}
    for view in views:
        yield _update(view, extra)
        extra = {}
    yield gr.skip(), gr.skip(), gr.skip()


def _update(view: View, extra: dict[str, Any]) -> tuple[Any, ...]:
    return list(view.messages), view.panel, gr.Textbox(submit_btn=not view.busy, stop_btn=view.busy, **extra)
