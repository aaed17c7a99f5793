"""The desk's inbox: groups of questions, one of them in full, and what a trainer makes of it. Holds no logic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.topics import TOPICS, topic_name
from tutor.web.chat_updates import QUIET
from tutor.web.desk import Desk
from tutor.web.desk_views import draft_label, group_view, label, said
from tutor.web.labels import LEVELS

_EMPTY = "Nothing waits here."
_DRAFTED = "The draft is made: look at it under Drafts, and publish it there."


def build_inbox_tab(desk: Desk, page: gr.Blocks, tab: gr.Tab, actor: gr.Textbox) -> None:
    """Lays the tab out inside the current context and wires it."""
    with gr.Row(elem_id="desk-inbox"):
        with gr.Column(scale=2, min_width=280):
            refresh = gr.Button("Refresh", size="sm", elem_id="desk-refresh")
            groups = gr.Radio([], label="What waits", elem_id="desk-groups")
            view = gr.HTML(group_view(None, {}), elem_id="desk-group")
        with gr.Column(scale=3, min_width=280):
            result = gr.HTML("", elem_id="desk-result")
            chosen = gr.CheckboxGroup([], label="Numbers this is about", elem_id="desk-numbers")
            with gr.Accordion("Answer it in a new item", open=True):
                question = gr.Textbox(label="Question", elem_id="desk-question", max_lines=4)
                answer = gr.Textbox(label="Answer, in Markdown", lines=8, max_lines=30, elem_id="desk-answer")
                asks = gr.Textbox(
                    label="Other ways to ask it, one a line: short forms and abbreviations too",
                    lines=3,
                    max_lines=12,
                    elem_id="desk-asks",
                )
                with gr.Row():
                    topics = gr.Dropdown(
                        [(topic_name(name), name) for name in TOPICS], multiselect=True, max_choices=4, label="Topics"
                    )
                    level = gr.Dropdown(
                        [(word, name) for name, word in LEVELS.items()], value="intermediate", label="Level"
                    )
                with gr.Row():
                    propose = gr.Button("Let the model propose an answer", size="sm", elem_id="desk-propose")
                    begin = gr.Button("Make a draft", variant="primary", size="sm", elem_id="desk-begin")
            with gr.Accordion("It belongs to something that is there", open=False):
                draft = gr.Dropdown([], label="A draft, open or published")
                merge = gr.Button("Merge into this draft", size="sm")
                item = gr.Dropdown([], label="An item")
                edit = gr.Button("Make a draft that changes this item", size="sm", elem_id="desk-edit-item")
                settle = gr.Button("Tell the askers that this item answers it", size="sm")
            with gr.Accordion("Reject it", open=False):
                reply = gr.Textbox(label="What the askers read", lines=2, elem_id="desk-reply")
                reject = gr.Button("Reject", variant="stop", size="sm", elem_id="desk-reject")
    shown = [groups, draft, item]
    form = [view, chosen, question, answer, asks]

    def listed() -> tuple[Any, ...]:
        try:
            found = desk.groups()
            drafts = [*desk.drafts(), *desk.published()]
        except TutorError as error:
            return gr.Radio([], value=None, info=str(error)), gr.skip(), gr.skip()
        choices = [(label(group), group.key) for group in found]
        titles = [(f"{title} ({id})", id) for id, title in desk.titles().items()]
        return (
            gr.Radio(choices, value=None, info=None if choices else _EMPTY),
            gr.Dropdown([(draft_label(each), each.id) for each in drafts], value=None),
            gr.Dropdown(titles, value=None),
        )

    def opened(key: str) -> tuple[Any, ...]:
        try:
            group = desk.group(key) if key else None
        except TutorError as error:
            return said(str(error), False), gr.CheckboxGroup([], value=[]), "", "", ""
        if group is None:
            return group_view(None, {}), gr.CheckboxGroup([], value=[]), "", "", ""
        first, *others = group.wordings
        numbers = gr.CheckboxGroup(group.numbers, value=group.numbers)
        return group_view(group, desk.titles()), numbers, first, "", "\n".join(others)

    def proposed(text: str) -> tuple[str, Any]:
        try:
            return said("This is the model’s proposal. Nothing vouches for it: read it word by word."), desk.propose(
                text
            )
        except TutorError as error:
            return said(str(error), False), gr.skip()

    def drafted(numbers: list[int], text: str, words: str, more: str, about: list[str], rank: Any, who: str) -> str:
        return _done(lambda: desk.begin(numbers, text, words, more, about, rank, who), _DRAFTED)

    def changed(numbers: list[int], id: str, who: str) -> str:
        return _done(lambda: desk.edit_item(numbers, id or "", who), _DRAFTED)

    def merged(numbers: list[int], id: str, who: str) -> str:
        return _done(lambda: desk.merge(numbers, id or "", who), "Merged.")

    def settled(numbers: list[int], id: str, words: str, who: str) -> str:
        return _done(lambda: desk.settle(numbers, id or "", words, who), "The askers are told.")

    def rejected(numbers: list[int], words: str, who: str) -> str:
        return _done(lambda: desk.reject(numbers, words, who), "Rejected; the askers read your reply.")

    quick: dict[str, Any] = {"queue": False, **QUIET}
    page.load(listed, None, shown, **quick)
    tab.select(listed, None, shown, **quick)
    refresh.click(listed, None, shown, **quick)
    groups.change(opened, [groups], form, **quick)
    propose.click(proposed, [question], [result, answer], concurrency_limit=None, **QUIET)
    for press, act, inputs in (
        (begin, drafted, [chosen, question, answer, asks, topics, level, actor]),
        (edit, changed, [chosen, item, actor]),
        (merge, merged, [chosen, draft, actor]),
        (settle, settled, [chosen, item, reply, actor]),
        (reject, rejected, [chosen, reply, actor]),
    ):
        press.click(act, inputs, [result], concurrency_limit=None, **QUIET).then(listed, None, shown, **quick)


def _done(act: Callable[[], object], words: str) -> str:
    """What is said after an action, or why it could not be done."""
    try:
        act()
    except TutorError as error:
        return said(str(error), False)
    return said(words)
