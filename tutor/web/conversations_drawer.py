"""The drawer with the list of conversations: its components and their events. Holds no logic of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from tutor.errors import StoreError
from tutor.web.chat import Chat, View
from tutor.web.chat_updates import QUIET, ChatTab, nothing, view_update, view_updates
from tutor.web.conversations import ConversationList
from tutor.web.labels import button
from tutor.web.session import Session

_SAVE_FILE = """
watch("value", () => {
  if (!props.value) return;
  const file = JSON.parse(props.value);
  const url = URL.createObjectURL(new Blob([file.text], { type: `${file.type};charset=utf-8` }));
  const link = Object.assign(document.createElement("a"), { href: url, download: file.name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
});
"""
_NAME_PAGE = """
watch("value", () => {
  const url = new URL(window.location);
  if (props.value) url.searchParams.set("c", props.value);
  else url.searchParams.delete("c");
  window.history.replaceState(window.history.state, "", url);
});
"""
_TOP = (
    '<div class="panel-top"><h2>Conversations</h2>'
    + button("import", "", "Import", "action")
    + button("list", "", "Close", "action close")
    + "</div>"
)


@dataclass(frozen=True)
class Drawer:
    """``listed`` shows the list, ``here`` puts the conversation's id into the page's address, ``file`` saves a file."""

    search: gr.Textbox
    listed: gr.HTML
    here: gr.HTML
    file: gr.HTML


def build_drawer() -> Drawer:
    """Lays the drawer out inside the current context."""
    with gr.Column(elem_id="conversations", scale=1, min_width=0):
        gr.HTML(_TOP)
        search = gr.Textbox(
            elem_id="conversation-search",
            label="Search conversations",
            show_label=False,
            placeholder="Search",
            max_lines=1,
            container=False,
            html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
        )
        listed = gr.HTML("", elem_id="conversation-list")
        here = gr.HTML("", html_template="", js_on_load=_NAME_PAGE, elem_classes="hidden-block")
        file = gr.HTML("", html_template="", js_on_load=_SAVE_FILE, elem_classes="hidden-block")
    return Drawer(search, listed, here, file)


def wire_conversations(
    chat: Chat,
    conversations: ConversationList,
    session: gr.State,
    bridge: gr.HTML,
    tab: ChatTab,
    drawer: Drawer,
    fresh: gr.Button,
) -> None:
    """Which event of the list calls what. ``fresh`` begins a new conversation."""
    shown, listed = tab.shown, drawer.listed
    watching = {"outputs": shown, "concurrency_limit": None, **QUIET}
    quick = {"queue": False, **QUIET}

    def opened(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        id = str(event._data.get("id", ""))
        if id:
            yield from said(state, chat.open(state, id))
        else:
            yield (*nothing()[:-1], conversations.show(state))

    def turned(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        number, step = (int(event._data.get(name, 0)) for name in ("turn", "step"))
        yield from said(state, chat.show_version(state, number, step))

    def said(state: Session, views: Iterator[View]) -> Iterator[tuple[Any, ...]]:
        try:
            yield from view_updates(conversations, state, views)
        except StoreError as error:
            yield view_update(chat.view(state), conversations.show(state, str(error)))

    def start_over(state: Session) -> tuple[Any, ...]:
        view = chat.empty(state)
        return view_update(view, conversations.show(state))

    def deleted(state: Session, event: gr.EventData) -> tuple[Any, ...]:
        id = str(event._data.get("id", ""))
        view = None
        if id == state.conversation:
            state.stop()
            view = chat.empty(state)
        rows = conversations.delete(state, id)
        return view_update(view, rows) if view else (*nothing()[:-1], rows)

    def renamed(state: Session, event: gr.EventData) -> str:
        return conversations.rename(state, str(event._data.get("id", "")), str(event._data.get("name", "")))

    def searched(query: str, state: Session) -> str:
        return conversations.search(state, query)

    def exported(state: Session, event: gr.EventData) -> tuple[Any, ...]:
        try:
            return conversations.file(str(event._data.get("id", "")), str(event._data.get("form", ""))), gr.skip()
        except StoreError as error:
            return gr.skip(), conversations.show(state, str(error))

    def imported(state: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from said(state, taken_in(state, str(event._data.get("text", ""))))

    def taken_in(state: Session, text: str) -> Iterator[View]:
        yield from chat.open(state, conversations.take_in(text))

    bridge.resume(opened, [session], trigger_mode="multiple", **watching)
    bridge.version(turned, [session], **watching)
    bridge.delete(deleted, [session], shown, **quick)
    bridge.rename(renamed, [session], [listed], **quick)
    bridge.export(exported, [session], [drawer.file, listed], **quick)
    bridge.take_in(imported, [session], **watching)
    drawer.search.change(searched, [drawer.search, session], [listed], trigger_mode="always_last", **quick)
    fresh.click(start_over, [session], shown, **quick)
