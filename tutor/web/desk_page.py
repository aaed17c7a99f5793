"""The trainers' desk as a page of its own, served below /desk next to the tutor's. Puts the tabs together.

Knows Gradio and how one app is put into another; nothing of what the tabs do.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Mount

from tutor.web.desk import Desk, DeskService
from tutor.web.desk_access import Access
from tutor.web.desk_drafts_tab import build_drafts_tab
from tutor.web.desk_inbox_tab import build_inbox_tab
from tutor.web.desk_state_tabs import build_knowledge_tab, build_log_tab, build_monitoring_tab

PATH = "/desk"
TITLE = "The trainers’ desk"
_FOLDER = Path(__file__).parent
_NAME = (
    "Your name stands in the log beside what you do. What you publish is live for everybody a few seconds later, and "
    "can be undone."
)


def build_desk(service: DeskService) -> gr.Blocks:
    """The desk's page over a running tutor. Starts nothing."""
    desk = Desk(service)
    page: gr.Blocks
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as page:
        gr.HTML(f"<header><h1>{TITLE}</h1></header>", elem_id="desk-header")
        actor = gr.Textbox(label="Your name", value="trainer", info=_NAME, max_lines=1, elem_id="desk-actor")
        with gr.Tabs(elem_id="desk-tabs"):
            with gr.Tab("Inbox", elem_id="desk-inbox-tab") as inbox:
                build_inbox_tab(desk, page, inbox, actor)
            with gr.Tab("Drafts", elem_id="desk-drafts-tab", render_children=True) as drafts:
                build_drafts_tab(desk, drafts, actor)
            with gr.Tab("Knowledge base", elem_id="desk-knowledge-tab", render_children=True) as knowledge:
                build_knowledge_tab(desk, page, knowledge, actor)
            with gr.Tab("Monitoring", elem_id="desk-monitoring-tab", render_children=True) as monitoring:
                build_monitoring_tab(service, monitoring)
            with gr.Tab("Log", elem_id="desk-log-tab", render_children=True) as log:
                build_log_tab(desk, log)
    return page


def mount_desk(app: FastAPI, service: DeskService, options: dict[str, Any]) -> gr.Blocks:
    """Serves the desk below ``PATH`` of an app that runs already, and completes what a crash interrupted there.

    ``options`` are Gradio's, as for the tutor's own page. Returns the desk, to be closed.
    """
    page = build_desk(service)
    inner = gr.mount_gradio_app(FastAPI(), page, path=PATH, **_taken(options))
    mounted = next(route for route in inner.router.routes if isinstance(route, Mount))

    async def start() -> None:
        page.run_startup_events()  # type: ignore[no-untyped-call]
        await page.run_extra_startup_events()  # type: ignore[no-untyped-call]

    guarded = Access(mounted.app, service.settings.desk_password_hash, start)
    app.router.routes.insert(0, Mount(PATH, app=guarded))
    Desk(service).recover_soon()
    return page


def _taken(options: dict[str, Any]) -> dict[str, Any]:
    """Those of ``launch``'s options that mounting knows too."""
    known: Callable[[str], bool] = {"theme", "css_paths", "footer_links", "ssr_mode", "mcp_server", "pwa"}.__contains__
    taken = {name: value for name, value in options.items() if known(name)}
    return taken | {"css_paths": [*taken["css_paths"], _FOLDER / "desk.css"], "run_history": False, "show_error": False}
