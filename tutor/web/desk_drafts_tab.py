"""The desk's drafts: a file to edit, what stands against it, its diff, publishing and undoing. Holds no logic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.store.feedback_records import Draft
from tutor.web.chat_updates import QUIET, nothing
from tutor.web.desk import Desk
from tutor.web.desk_editing import Edited, publish, save, to_choose
from tutor.web.desk_views import clash_view, draft_label, review_view, said

_NOTHING_OPEN = "No draft is open. Choose one from the list first."
_MINE = "Your text stays: Save or Publish puts it in the place of what is kept now."


def build_drafts_tab(desk: Desk, tab: gr.Tab, actor: gr.Textbox) -> None:
    """Lays the tab out inside the current context and wires it. ``known`` is the draft as the trainer has it before
    them, ``theirs`` what somebody else made of it and the trainer has not decided about."""
    known, theirs = gr.State(None), gr.State(None)
    with gr.Row():
        drafts = gr.Dropdown([], label="Open drafts", elem_id="desk-drafts")
        published = gr.Dropdown([], label="Published", elem_id="desk-published")
        undo = gr.Button("Undo this publication", size="sm", elem_id="desk-undo")
    result = gr.HTML("", elem_id="desk-draft-result")
    with gr.Row(visible=False) as clash:
        take = gr.Button("Take the text that is kept", size="sm", elem_id="desk-take-theirs")
        keep = gr.Button("Stay with my text", size="sm", elem_id="desk-keep-mine")
    text = gr.Textbox(label="The item’s file", lines=14, max_lines=40, elem_id="desk-text")
    with gr.Row():
        save_it = gr.Button("Save and check", size="sm", elem_id="desk-save")
        publish_it = gr.Button("Publish", variant="primary", size="sm", elem_id="desk-publish")
        discard = gr.Button("Discard", variant="stop", size="sm", elem_id="desk-discard")
    review = gr.HTML("", elem_id="desk-review")
    before_them = [known, theirs, clash, review]
    opened = [text, *before_them]

    def listed(now: Draft | None, words: str, chosen: str | None) -> tuple[Any, ...]:
        try:
            waiting, done = to_choose(desk, now, words), desk.published()
        except TutorError as error:
            return gr.skip(), gr.skip(), said(str(error), False), *nothing(len(opened))
        stays = now is not None and any(each.id == now.id for each in waiting)
        shown = now if stays else next(iter(waiting), None)
        return (
            gr.Dropdown([(draft_label(each), each.id) for each in waiting], value=shown.id if shown else None),
            gr.Dropdown(
                [(draft_label(each), each.id) for each in done],
                value=chosen if any(each.id == chosen for each in done) else None,
            ),
            gr.skip(),
            *(nothing(len(opened)) if stays else _opened(desk, shown)),
        )

    def look(id: str, now: Draft | None) -> tuple[Any, ...]:
        try:
            return gr.skip(), "", *_opened(desk, desk.draft(id))
        except TutorError as error:
            return now.id if now else None, said(str(error), False), *nothing(len(opened))

    def after(step: Callable[[Desk, Draft, str, str], Edited]) -> Callable[..., tuple[Any, ...]]:
        def pressed(now: Draft | None, words: str, who: str) -> tuple[Any, ...]:
            if now is None:
                return said(_NOTHING_OPEN, False), *nothing(len(before_them))
            edited = step(desk, now, words, who)
            return said(edited.words, edited.done), *_before_them(desk, edited, words)

        return pressed

    def mine(others: Draft) -> tuple[Any, ...]:
        return said(_MINE), others, None, gr.Row(visible=False)

    def discarded(now: Draft | None, who: str) -> tuple[Any, ...]:
        if now is None:
            return said(_NOTHING_OPEN, False), gr.skip()
        try:
            desk.discard(now.id, now.revision, who)
        except TutorError as error:
            return said(str(error), False), gr.skip()
        return said("Discarded; its questions are open again."), None

    def undone(id: str | None, who: str) -> str:
        try:
            draft = desk.undo(id or "", who)
        except TutorError as error:
            return said(str(error), False)
        return said(f"Draft {draft.number} is undone; its questions are open again.")

    quick: dict[str, Any] = {"queue": False, **QUIET}
    slow: dict[str, Any] = {"concurrency_limit": None, **QUIET}
    listing: dict[str, Any] = {
        "fn": listed,
        "inputs": [known, text, published],
        "outputs": [drafts, published, result, *opened],
        **quick,
    }
    editing = [known, text, actor]
    tab.select(**listing)
    drafts.input(look, [drafts, known], [drafts, result, *opened], **quick)
    save_it.click(after(save), editing, [result, *before_them], **slow)
    publish_it.click(after(publish), editing, [result, *before_them], **slow).then(**listing)
    take.click(lambda others: _opened(desk, others), [theirs], opened, **quick)
    keep.click(mine, [theirs], [result, known, theirs, clash], **quick)
    discard.click(discarded, [known, actor], [result, known], **slow).then(**listing)
    undo.click(undone, [published, actor], [result], **slow).then(**listing)


def _opened(desk: Desk, draft: Draft | None) -> tuple[Any, ...]:
    shown = review_view(desk.review(draft)) if draft else ""
    return draft.text if draft else "", draft, None, gr.Row(visible=False), shown


def _before_them(desk: Desk, edited: Edited, typed: str) -> tuple[Any, ...]:
    theirs = edited.theirs
    shown = clash_view(theirs.text, typed) if theirs else review_view(desk.review(edited.known))
    can_go_on = theirs is not None and theirs.state == "open"
    return edited.known, theirs, gr.Row(visible=can_go_on), shown
