"""The desk's inbox: groups of questions, one of them in full, and what a trainer makes of it. Holds no logic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.topics import TOPICS, topic_name
from tutor.web.chat_updates import QUIET, nothing
from tutor.web.desk import Desk
from tutor.web.desk_views import draft_label, group_view, label, said
from tutor.web.labels import LEVELS

_EMPTY = "Nothing waits here."
_DRAFTED = "The draft is made: look at it under Drafts, and publish it there."
_GONE = "This was decided meanwhile. Press Refresh for what waits now."
_UNVOUCHED = "Nothing vouches for it: read it word by word."


@dataclass(frozen=True)
class Proposal:
    """The model's words on the question of a group, "" where none was open."""

    group: str
    question: str
    words: str

    def goes_in(self, group: str, answer: str) -> bool:
        """Whether it may be the answer itself: of another group's question, or over a trainer's words, it may not."""
        return group == self.group and not answer.strip()


def build_inbox_tab(desk: Desk, page: gr.Blocks, tab: gr.Tab, actor: gr.Textbox) -> None:
    """Lays the tab out inside the current context and wires it. ``opened_key`` names the group that the form is about:
    what is typed stays until another one is opened or an action is done."""
    opened_key, proposal = gr.State(""), gr.State(None)
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
                beside = gr.Textbox(visible=False, interactive=False, max_lines=30, elem_id="desk-proposal")
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
    form = [view, chosen, question, asks, answer, beside, topics, level, draft, item, reply]
    opening = [result, groups, opened_key, *form]

    def listed(key: str, chosen_draft: str | None, chosen_item: str | None) -> tuple[Any, ...]:
        try:
            found = desk.groups()
            drafts = [*desk.drafts(), *desk.published()]
        except TutorError as error:
            return gr.Radio(info=str(error)), gr.skip(), gr.skip()
        choices = [(label(group), group.key) for group in found]
        titles = [(f"{title} ({id})", id) for id, title in desk.titles().items()]
        return (
            gr.Radio(choices, value=_among(choices, key), info=None if choices else _EMPTY),
            _menu([(draft_label(each), each.id) for each in drafts], chosen_draft),
            _menu(titles, chosen_item),
        )

    def opened(wanted: str, key: str) -> tuple[Any, ...]:
        try:
            group, titles = desk.group(wanted), desk.titles()
        except TutorError as error:
            return said(str(error), False), key or None, *nothing(len(opening) - 2)
        if group is None:
            return said(_GONE, False), key or None, *nothing(len(opening) - 2)
        first, *others = group.wordings
        numbers = gr.CheckboxGroup(group.numbers, value=group.numbers)
        return "", gr.skip(), group.key, group_view(group, titles), numbers, first, "\n".join(others), *_untouched()

    def proposed(text: str, key: str) -> tuple[str, Proposal | None]:
        try:
            return "", Proposal(key, text, desk.propose(text))
        except TutorError as error:
            return said(str(error), False), None

    def placed(made: Proposal | None, key: str, words: str) -> tuple[Any, ...]:
        if made is None:
            return nothing(3)
        if made.goes_in(key, words):
            return said(f"This is the model’s proposal. {_UNVOUCHED}"), made.words, gr.Textbox(visible=False)
        where = gr.Textbox(made.words, label=f"The model’s proposal for: {made.question}", visible=True)
        return said(f"The model’s proposal stands below the answer, which stays. {_UNVOUCHED}"), gr.skip(), where

    def drafted(numbers: list[int], text: str, words: str, more: str, about: list[str], rank: Any, who: str) -> Any:
        return done(lambda: desk.begin(numbers, text, words, more, about, rank, who), _DRAFTED)

    def changed(numbers: list[int], id: str, who: str) -> Any:
        return done(lambda: desk.edit_item(numbers, id or "", who), _DRAFTED)

    def merged(numbers: list[int], id: str, who: str) -> Any:
        return done(lambda: desk.merge(numbers, id or "", who), "Merged.")

    def settled(numbers: list[int], id: str, words: str, who: str) -> Any:
        return done(lambda: desk.settle(numbers, id or "", words, who), "The askers are told.")

    def rejected(numbers: list[int], words: str, who: str) -> Any:
        return done(lambda: desk.reject(numbers, words, who), "Rejected; the askers read your reply.")

    def done(act: Callable[[], object], words: str) -> tuple[Any, ...]:
        """What is said after an action, with an empty form; why it could not be done, with the form as it is."""
        try:
            act()
        except TutorError as error:
            return said(str(error), False), *nothing(len(opening) - 1)
        none = gr.CheckboxGroup([], value=[])
        return said(words), None, "", group_view(None, {}), none, "", "", *_untouched()

    quick: dict[str, Any] = {"queue": False, **QUIET}
    slow: dict[str, Any] = {"concurrency_limit": None, **QUIET}
    listing: dict[str, Any] = {"fn": listed, "inputs": [opened_key, draft, item], "outputs": shown, **quick}
    page.load(**listing)
    tab.select(**listing)
    refresh.click(**listing)
    groups.input(opened, [groups, opened_key], opening, **quick)
    propose.click(proposed, [question, opened_key], [result, proposal], **slow).then(
        placed, [proposal, opened_key, answer], [result, answer, beside], **quick
    )
    for press, act, inputs in (
        (begin, drafted, [chosen, question, answer, asks, topics, level, actor]),
        (edit, changed, [chosen, item, actor]),
        (merge, merged, [chosen, draft, actor]),
        (settle, settled, [chosen, item, reply, actor]),
        (reject, rejected, [chosen, reply, actor]),
    ):
        press.click(act, inputs, opening, **slow).then(**listing)


def _untouched() -> tuple[Any, ...]:
    """The form’s answer, proposal, topics, level, draft, item and reply before anything is typed."""
    return "", gr.Textbox("", visible=False), [], "intermediate", None, None, ""


def _menu(choices: list[tuple[str, str]], chosen: str | None) -> gr.Dropdown:
    return gr.Dropdown(choices, value=_among(choices, chosen))


def _among(choices: list[tuple[str, str]], chosen: str | None) -> str | None:
    return next((value for _, value in choices if value == chosen), None)
