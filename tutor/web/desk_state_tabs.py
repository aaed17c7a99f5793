"""The desk's tabs on how things stand: the knowledge base and its updates, monitoring, the log. Holds no logic."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.web.chat_updates import QUIET
from tutor.web.desk import Desk, DeskService
from tutor.web.desk_views import log_view, said, updates_view

_POLL_SECONDS = 3.0
_QUICK: dict[str, Any] = {"queue": False, **QUIET}


def build_knowledge_tab(desk: Desk, page: gr.Blocks, tab: gr.Tab, actor: gr.Textbox) -> None:
    """Lays the tab out inside the current context and wires it; it shows new updates by itself."""
    with gr.Row():
        update = gr.Button("Bring the index up to date", variant="primary", size="sm", elem_id="desk-update")
        may_empty = gr.Checkbox(False, label="Folders that are empty are meant to be", elem_id="desk-may-empty")
    result = gr.HTML("", elem_id="desk-update-result")
    shown = gr.HTML("", elem_id="desk-updates")
    timer = gr.Timer(_POLL_SECONDS)

    def look() -> str:
        try:
            return updates_view(desk.updates())
        except TutorError as error:
            return said(str(error), False)

    def updated(emptied: bool, who: str) -> str:
        try:
            report = desk.update_index(emptied, who)
        except TutorError as error:
            return said(str(error), False)
        changes = f"{report.added} added, {report.updated} updated, {report.removed} removed"
        words = f"{changes}, {len(report.errors)} files with errors, {report.seconds:.1f} s"
        return said(words, not report.errors)

    update.click(updated, [may_empty, actor], [result], concurrency_limit=None, **QUIET).then(
        look, None, [shown], **_QUICK
    )
    page.load(look, None, [shown], **_QUICK)
    tab.select(look, None, [shown], **_QUICK)
    timer.tick(look, None, [shown], **_QUICK)


def build_monitoring_tab(service: DeskService, tab: gr.Tab) -> None:
    """Lays the tab out inside the current context and wires it."""
    again = gr.Button("Draw again", size="sm")
    shown = gr.HTML('<p class="small">The plots are being drawn.</p>', elem_id="desk-monitoring")

    def drawn() -> str:
        from tutor.web.desk_plots import monitoring_view  # matplotlib would keep the page waiting at its start

        try:
            return monitoring_view(service)
        except TutorError as error:
            return said(str(error), False)

    tab.select(drawn, None, [shown], concurrency_limit=1, **QUIET)
    again.click(drawn, None, [shown], concurrency_limit=1, **QUIET)


def build_log_tab(desk: Desk, tab: gr.Tab) -> None:
    """Lays the tab out inside the current context and wires it."""
    shown = gr.HTML("", elem_id="desk-log")

    def look() -> str:
        try:
            return log_view(desk.log())
        except TutorError as error:
            return said(str(error), False)

    tab.select(look, None, [shown], **_QUICK)
