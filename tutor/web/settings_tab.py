"""The settings tab's components: which model answers now, and a form to choose another for this session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.web import models
from tutor.web.chat import Service
from tutor.web.chat_updates import QUIET
from tutor.web.safe_markdown import escape
from tutor.web.session import Session

_ABOUT = (
    "The choice holds for this browser tab only, until it is closed or reloaded. A key is kept in this session’s "
    "memory and nowhere else: it is not stored, not logged and not shown again."
)


def build_settings_tab(service: Service, page: gr.Blocks, tab: gr.Tab, session: gr.State) -> None:
    """Lays the tab out inside the current context and wires it."""
    with gr.Column(elem_id="settings", min_width=0):
        now = gr.HTML(_now(service, None), elem_id="settings-now")
        with gr.Column(visible=False, elem_id="settings-form", min_width=0) as form:
            way = gr.Radio(models.WAYS, value=models.EMBEDDED, label="Answer with", elem_id="settings-way")
            url, model, key = _fields()
            check = gr.Button("Check and use", variant="primary", elem_id="settings-check")
            result = gr.HTML("", elem_id="settings-result")
            gr.HTML(f'<p class="small">{escape(_ABOUT)}</p>')
        closed = gr.HTML(f'<p class="small">{escape(models.LOCAL_ONLY)}</p>', elem_id="settings-closed", visible=False)
    _wire(service, page, tab, session, (now, form, closed, result), (way, url, model, key), check)


def _fields() -> tuple[gr.Textbox, gr.Textbox, gr.Textbox]:
    return (
        gr.Textbox(label="Base URL", placeholder="http://127.0.0.1:8000/v1", visible=False, max_lines=1),
        gr.Textbox(label="Model", placeholder="The name its server uses", visible=False, max_lines=1),
        gr.Textbox(
            label="Key, where the server asks for one",
            type="password",
            visible=False,
            html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
        ),
    )


def _wire(
    service: Service,
    page: gr.Blocks,
    tab: gr.Tab,
    session: gr.State,
    shown: tuple[Any, ...],
    fields: tuple[Any, ...],
    check: gr.Button,
) -> None:
    now, form, closed, result = shown
    way, url, model, key = fields

    def who(request: gr.Request) -> tuple[Any, ...]:
        local = _is_local(request)
        return gr.Column(visible=local), gr.HTML(visible=not local), models.way(service.settings.chat_model)

    def fit(chosen: str) -> tuple[Any, ...]:
        by_url, named = chosen == models.URL, chosen in (models.URL, models.OLLAMA)
        return gr.Textbox(visible=by_url), gr.Textbox(visible=named), gr.Textbox(visible=by_url), ""

    def use(
        chosen: str, address: str, name: str, secret: str, state: Session, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        if not _is_local(request):
            yield _said(models.LOCAL_ONLY, False), gr.skip(), gr.skip(), gr.Button(interactive=True)
            return
        yield _said("Checking…", True), gr.skip(), gr.skip(), gr.Button(interactive=False)
        try:
            choice = models.choice(chosen, address, name, secret)
            words = service.check_model(choice)
        except TutorError as error:
            yield _said(str(error), False), gr.skip(), gr.skip(), gr.Button(interactive=True)
            return
        state.choice = choice
        said = _said(f"{words} This session uses it now.", True)
        yield said, _now(service, state), "", gr.Button(interactive=True)

    def refresh(state: Session) -> str:
        return _now(service, state)

    page.load(who, None, [form, closed, way], queue=False, **QUIET)
    way.change(fit, [way], [url, model, key, result], queue=False, **QUIET)
    check.click(use, [way, url, model, key, session], [result, now, key, check], concurrency_limit=None, **QUIET)
    tab.select(refresh, [session], [now], queue=False, **QUIET)


def _is_local(request: gr.Request) -> bool:
    return models.is_local(request.client.host if request.client else None)


def _said(words: str, good: bool) -> str:
    return f'<p class="{"said" if good else "error"}" role="status">{escape(words)}</p>'


def _now(service: Service, session: Session | None) -> str:
    status = service.status()
    line, _ = models.says(status, service.settings.chat_model, session.choice if session else None)
    rows = "".join(
        f"<dt>{label}</dt><dd>{escape(words)}</dd>"
        for label, words in (
            ("Answers now", line),
            ("Search index", status.index),
            ("Embedding model", status.embedder),
        )
    )
    return f"<h2>Settings</h2><dl>{rows}</dl>"
