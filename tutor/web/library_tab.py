"""The library tab's components: search and filters, the list, the item that is read. Holds no logic of its own."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tutor.web import library
from tutor.web.chat import Service
from tutor.web.chat_tab import LATEX
from tutor.web.chat_updates import QUIET
from tutor.web.library import Filters


def build_library_tab(service: Service, tab: gr.Tab, reading: gr.State, bridge: gr.HTML) -> None:
    """Lays the tab out inside the current context and wires it. ``reading`` holds the id of the open item."""
    with gr.Row(elem_id="library", equal_height=True):
        with gr.Column(elem_id="library-list", scale=2, min_width=0):
            words = gr.Textbox(
                label="Search the library",
                placeholder="Search titles, topics and answers",
                elem_id="library-search",
                max_lines=1,
                html_attributes=gr.InputHTMLAttributes(autocomplete="off", enterkeyhint="search"),
            )
            with gr.Row(elem_id="library-filters"):
                topic = _menu("Topic", library.topics(service.items()))
                level = _menu("Level", library.levels())
                kind = _menu("Kind", library.kinds())
            results = gr.Markdown(_list(service, Filters()), elem_id="library-results", latex_delimiters=LATEX)
        with gr.Column(elem_id="library-reader", scale=3, min_width=0):
            reader = gr.Markdown(library.reader(None, {}), elem_id="library-item", latex_delimiters=LATEX)
    _wire(service, tab, reading, bridge, [words, topic, level, kind], results, reader)


def _menu(label: str, choices: list[tuple[str, str]]) -> gr.Dropdown:
    return gr.Dropdown(choices, value=library.ALL, label=label, min_width=0, filterable=False)


def _wire(
    service: Service,
    tab: gr.Tab,
    reading: gr.State,
    bridge: gr.HTML,
    form: list[Any],
    results: gr.Markdown,
    reader: gr.Markdown,
) -> None:
    def search(words: str | None, topic: str, level: str, kind: str, opened: str) -> str:
        return _list(service, Filters(words or "", topic or "", level or "", kind or ""), opened)

    def refresh(words: str, topic: str, level: str, kind: str, opened: str) -> tuple[Any, str]:
        return gr.Dropdown(library.topics(service.items())), search(words, topic, level, kind, opened)

    def read(words: str, topic: str, level: str, kind: str, event: gr.EventData) -> tuple[str, str, str]:
        known = {item.id: item for item in service.items()}
        item = known.get(str(event._data.get("id", "")))
        opened = item.id if item else ""
        return library.reader(item, known), opened, search(words, topic, level, kind, opened)

    quick: dict[str, Any] = {"queue": False, **QUIET}
    gr.on(
        [field.change for field in form],
        search,
        [*form, reading],
        results,
        trigger_mode="always_last",
        **quick,
    )
    tab.select(refresh, [*form, reading], [form[1], results], **quick)
    bridge.open(read, form, [reader, reading, results], **quick)


def _list(service: Service, filters: Filters, reading: str = "") -> str:
    items = service.items()
    return library.listing(library.matching(items, filters), len(items), reading)
