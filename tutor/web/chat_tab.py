"""The chat tab's components and which event of theirs calls which step of the chat. Holds no logic of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from tutor.web import evidence
from tutor.web.chat import Chat, View
from tutor.web.chat_updates import QUIET, ChatTab, nothing, view_update, view_updates
from tutor.web.conversations import ConversationList
from tutor.web.conversations_drawer import build_drawer, wire_conversations
from tutor.web.session import Session

LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]
_NAME_QUESTION = "(text, request, state) => [text, window.tutorRequest(), state]"
"""A question that arrives twice is known by the name that the page gives it."""


def build_chat_tab(chat: Chat, conversations: ConversationList, session: gr.State, bridge: gr.HTML) -> ChatTab:
    """Lays the tab out inside the current context and wires it."""
    with gr.Row(elem_id="chat-layout", equal_height=True):
        drawer = build_drawer()
        with gr.Column(elem_id="chat-column", scale=3, min_width=0):
            chatbot = _chatbot(chat)
            with gr.Row(elem_id="composer"):
                fresh = gr.Button("New chat", elem_id="new-conversation", size="sm", min_width=0, scale=0)
                box = _box()
        with gr.Column(elem_id="evidence-column", scale=2, min_width=0):
            panel = gr.Markdown(evidence.panel(None), elem_id="evidence", latex_delimiters=LATEX, line_breaks=False)
    tab = ChatTab(chatbot, box, panel, drawer.here, drawer.listed)
    _wire(chat, conversations, session, bridge, tab)
    wire_conversations(chat, conversations, session, bridge, tab, drawer, fresh)
    return tab


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


def _wire(chat: Chat, conversations: ConversationList, session: gr.State, bridge: gr.HTML, tab: ChatTab) -> None:
    shown = tab.shown
    answering = {"outputs": shown, "concurrency_limit": None, "trigger_mode": "once", **QUIET}
    quick = {"queue": False, **QUIET}

    def updates(state: Session, views: Iterator[View], clear: bool = False) -> Iterator[tuple[Any, ...]]:
        return view_updates(conversations, state, views, clear)

    def typed(text: str, request: str, state: Session) -> Iterator[tuple[Any, ...]]:
        yield from updates(state, chat.ask(state, text, request), clear=True)

    def clicked(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from updates(state, chat.ask(state, str(event._data.get("text", ""))))

    def chosen(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from updates(state, chat.choose(state, str(event._data.get("id", ""))))

    def told(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from updates(state, chat.tell(state, _turn(event), str(event._data.get("style", ""))))

    def remembered(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from updates(state, chat.remember(state, _turn(event)))

    def again(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from updates(state, chat.retry(state, _turn(event)))

    def edited(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from updates(state, chat.edit(state, _turn(event), str(event._data.get("text", ""))))

    def gone_on(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from updates(state, chat.go_on(state, _turn(event)))

    def none_of_these(state: Session, event: gr.EventData) -> tuple[Any, ...]:
        view = chat.decline(state, _turn(event))
        return view_update(view) if view else nothing()

    def rated(state: Session, event: gr.EventData) -> tuple[Any, ...]:
        verdict, note = str(event._data.get("verdict", "")), str(event._data.get("note", ""))
        view = chat.rate(state, _turn(event), verdict, note)
        return view_update(view) if view else nothing()

    def escalated(state: Session, event: gr.EventData) -> tuple[Any, ...]:
        view = chat.escalate(state, _turn(event), "")
        return view_update(view) if view else nothing()

    def evidence_of(state: Session, event: gr.EventData) -> str:
        return chat.show(state, _turn(event), int(event._data.get("number", 0)))

    def message_selected(state: Session, event: gr.SelectData) -> str:
        return chat.show(state, _turn_of(event.index))

    request = gr.Textbox(visible=False)
    tab.box.submit(typed, [tab.box, request, session], js=_NAME_QUESTION, **answering)
    bridge.ask(clicked, [session], **answering)
    bridge.choose(chosen, [session], **answering)
    bridge.memory(remembered, [session], **answering)
    bridge.tell(told, [session], **answering)
    bridge.retry(again, [session], **answering)
    bridge.edit(edited, [session], **answering)
    bridge.go_on(gone_on, [session], **answering)
    bridge.rate(rated, [session], shown, **quick)
    bridge.escalate(escalated, [session], shown, **quick)
    bridge.none(none_of_these, [session], shown, **quick)
    bridge.show(evidence_of, [session], [tab.panel], **quick)
    tab.chatbot.select(message_selected, [session], [tab.panel], **quick)
    tab.box.stop(_stop, [session], **quick)


def _stop(state: Session) -> None:
    state.stop()


def _turn(event: gr.EventData) -> int:
    return int(event._data.get("turn", -1))


def _turn_of(index: Any) -> int:
    """A message's place in the chat, as Gradio gives it, to its turn: every turn is two messages."""
    place = index[0] if isinstance(index, list | tuple) else index
    return int(place) // 2
