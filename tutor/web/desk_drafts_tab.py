"""The desk's drafts: a file to edit, what stands against it, its diff, publishing and undoing. Holds no logic."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.store.feedback_records import Draft
from tutor.web.chat_updates import QUIET
from tutor.web.desk import Desk
from tutor.web.desk_views import draft_label, review_view, said


def build_drafts_tab(desk: Desk, tab: gr.Tab, actor: gr.Textbox) -> None:
    """Lays the tab out inside the current context and wires it. ``revision`` is the one that the trainer looks at."""
    revision = gr.State(0)
    with gr.Row():
        drafts = gr.Dropdown([], label="Open drafts", elem_id="desk-drafts")
        published = gr.Dropdown([], label="Published", elem_id="desk-published")
        undo = gr.Button("Undo this publication", size="sm", elem_id="desk-undo")
    result = gr.HTML("", elem_id="desk-draft-result")
    text = gr.Textbox(label="The item’s file", lines=14, max_lines=40, elem_id="desk-text")
    with gr.Row():
        save = gr.Button("Save and check", size="sm", elem_id="desk-save")
        publish = gr.Button("Publish", variant="primary", size="sm", elem_id="desk-publish")
        discard = gr.Button("Discard", variant="stop", size="sm", elem_id="desk-discard")
    review = gr.HTML("", elem_id="desk-review")
    opened = [text, revision, review]

    def listed() -> tuple[Any, ...]:
        try:
            waiting, done = desk.drafts(), desk.published()
        except TutorError as error:
            return gr.skip(), gr.skip(), said(str(error), False)
        return (
            gr.Dropdown([(draft_label(each), each.id) for each in waiting], value=waiting[0].id if waiting else None),
            gr.Dropdown([(draft_label(each), each.id) for each in done], value=None),
            gr.skip(),
        )

    def look(id: str) -> tuple[Any, ...]:
        try:
            return _opened(desk, desk.draft(id)) if id else ("", 0, "")
        except TutorError as error:
            return "", 0, said(str(error), False)

    def saved(id: str, seen: int, words: str, who: str) -> tuple[Any, ...]:
        try:
            draft = desk.save(id, seen, words, who)
        except TutorError as error:
            return said(str(error), False), gr.skip(), gr.skip(), gr.skip()
        return said("Saved."), *_opened(desk, draft)

    def made_public(id: str, seen: int, words: str, who: str) -> tuple[Any, ...]:
        try:
            draft = desk.draft(id)
            if draft.text != words:
                draft = desk.save(id, seen, words, who)
                seen = draft.revision
            done = desk.publish(id, seen, who)
        except TutorError as error:
            return said(str(error), False), gr.skip()
        words = f"Published in {done.seconds:.1f} s, and the askers are told. {done.place.why} File: {done.place.file}"
        return said(" ".join([words, *done.doubts])), seen

    def discarded(id: str, seen: int, who: str) -> str:
        try:
            desk.discard(id, seen, who)
        except TutorError as error:
            return said(str(error), False)
        return said("Discarded; its questions are open again.")

    def undone(id: str, who: str) -> str:
        try:
            draft = desk.undo(id, who)
        except TutorError as error:
            return said(str(error), False)
        return said(f"Draft {draft.number} is undone; its questions are open again.")

    quick: dict[str, Any] = {"queue": False, **QUIET}
    slow: dict[str, Any] = {"concurrency_limit": None, **QUIET}
    lists = [drafts, published, result]
    tab.select(listed, None, lists, **quick)
    drafts.change(look, [drafts], opened, **quick)
    save.click(saved, [drafts, revision, text, actor], [result, *opened], **slow)
    publish.click(made_public, [drafts, revision, text, actor], [result, revision], **slow).then(
        listed, None, lists, **quick
    )
    discard.click(discarded, [drafts, revision, actor], [result], **slow).then(listed, None, lists, **quick)
    undo.click(undone, [published, actor], [result], **slow).then(listed, None, lists, **quick)


def _opened(desk: Desk, draft: Draft) -> tuple[Any, ...]:
    return draft.text, draft.revision, review_view(desk.review(draft))
