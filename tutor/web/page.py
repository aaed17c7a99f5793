"""Puts the page together: header, tabs, the bridge for our own buttons, and the polling of the tutor's status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from tutor.web import models
from tutor.web.chat import Chat, Service
from tutor.web.chat_tab import build_chat_tab
from tutor.web.chat_updates import QUIET, ChatTab, nothing, view_update
from tutor.web.conversations import ConversationList
from tutor.web.lab_tab import build_lab_tab
from tutor.web.library_tab import build_library_tab
from tutor.web.my_questions_tab import build_my_questions_tab, build_news
from tutor.web.practice import PracticeRoom
from tutor.web.practice_tab import build_practice_tab
from tutor.web.safe_markdown import escape
from tutor.web.session import Session
from tutor.web.settings_tab import build_settings_tab

TITLE = "ML Interview Tutor"
FOLDER = Path(__file__).parent
_POLL, _POLL_READY = 2.0, 20.0
_LIST_BUTTON = (
    '<button type="button" class="do-list icon" title="Conversations" aria-label="Show or hide the conversations">'
    '<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="M4 6h16M4 12h16M4 18h10" fill="none" '
    'stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></svg></button>'
)
_THEME_BUTTON = (
    '<button type="button" class="do-theme icon" title="Light or dark" aria-label="Switch between light and dark">'
    '<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><circle cx="12" cy="12" r="8.2" fill="none" '
    'stroke="currentColor" stroke-width="1.8"/><path d="M12 3.8a8.2 8.2 0 0 1 0 16.4z" fill="currentColor"/></svg>'
    "</button>"
)


def build_page(service: Service) -> gr.Blocks:
    """The whole page over a running tutor. Starts nothing."""
    chat, room = Chat(service), PracticeRoom(service)
    page: gr.Blocks
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, fill_height=True) as page:
        session, reading = gr.State(Session()), gr.State("")
        bridge = gr.HTML("", elem_id="bridge", js_on_load=(FOLDER / "page.js").read_text(encoding="utf-8"))
        header = gr.HTML(_header(service, None), elem_id="header")
        timer = build_news(service, page, bridge)
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab("Chat", elem_id="chat-tab"):
                tab = build_chat_tab(chat, ConversationList(chat.keeping), session, bridge)
            with gr.Tab("Library", elem_id="library-tab", render_children=True) as library_tab:
                build_library_tab(service, library_tab, reading, bridge)
            with gr.Tab("Code lab", elem_id="lab-tab", render_children=True) as lab_tab:
                build_lab_tab(service, service.settings.corpus, page, lab_tab, tab.box, room.record_attempt)
            with gr.Tab("Practise", elem_id="practice-tab", render_children=True) as practice_tab:
                build_practice_tab(room, page, practice_tab)
            with gr.Tab("My questions", elem_id="my-questions-tab", render_children=True) as questions_tab:
                build_my_questions_tab(service, questions_tab, timer)
            with gr.Tab("Settings", elem_id="settings-tab", render_children=True) as settings_tab:
                build_settings_tab(service, page, settings_tab, session)
        _poll(service, chat, page, session, header, tab)
    return page


def _poll(service: Service, chat: Chat, page: gr.Blocks, session: gr.State, header: gr.HTML, tab: ChatTab) -> None:
    timer = gr.Timer(_POLL)

    def look(state: Session) -> tuple[Any, ...]:
        _, ready = models.says(service.status(), service.settings.chat_model, state.choice)
        shown = nothing()
        if not state.turns:
            shown = (gr.Chatbot(placeholder=chat.welcome()), *shown[1:])
        elif view := chat.refresh(state):
            shown = view_update(view)
        return _header(service, state), gr.Timer(_POLL_READY if ready else _POLL), *shown

    everything = [header, timer, *tab.shown]
    page.load(look, [session], everything, queue=False, **QUIET)
    timer.tick(look, [session], everything, queue=False, **QUIET)


def _header(service: Service, session: Session | None) -> str:
    """The name of the page and one line on who answers."""
    line, ready = models.says(service.status(), service.settings.chat_model, session.choice if session else None)
    state = "ready" if ready else "waiting"
    return (
        f'<header>{_LIST_BUTTON}<h1>{TITLE}</h1><p class="status {state}" role="status">'
        f'<span class="dot" aria-hidden="true"></span>'
        f"<span>{escape(line)}</span></p>{_THEME_BUTTON}</header>"
    )
