"""A trainer's steps on a draft: what they typed is never lost, what somebody else kept never overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from small_service import SmallService, send

from tutor.desk import publishing
from tutor.errors import IngestError, StoreError
from tutor.store.feedback_records import Draft
from tutor.web.desk import Desk
from tutor.web.desk_editing import Edited, publish, save, to_choose
from tutor.web.desk_views import clash_view


@pytest.fixture
def service(tmp_path: Path, small_corpus: Path) -> SmallService:
    return SmallService.of(tmp_path, small_corpus)


@pytest.fixture
def desk(service: SmallService) -> Desk:
    return Desk(service)


@pytest.fixture
def draft(desk: Desk, service: SmallService) -> Draft:
    return desk.begin(send(service, "what is a vae"), "what is a vae", "It samples codes.", "", [], "beginner", "tess")


def fail(*_: object, **__: object) -> None:
    raise IngestError("The index cannot be built")


def test_after_a_publication_that_the_schema_refused_the_mended_text_is_published(desk: Desk, draft: Draft) -> None:
    refused = publish(desk, draft, draft.text.replace("beginner", "wizard"), "tess")
    assert (refused.done, refused.theirs) == (False, None)
    assert "wizard" in refused.words
    assert publish(desk, refused.known, draft.text, "tess").done


def test_after_a_publication_that_the_index_refused_the_same_trainer_saves_and_publishes(
    desk: Desk, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "update_index", fail)
        refused = publish(desk, draft, draft.text, "tess")
    assert "The index cannot be built" in refused.words
    saved = save(desk, refused.known, f"{draft.text}More.\n", "tess")
    assert saved.done
    assert publish(desk, saved.known, saved.known.text, "tess").done


@pytest.mark.parametrize("step", [save, publish])
def test_who_comes_second_reads_who_was_first_and_still_comes_second_at_the_next_press(
    desk: Desk, draft: Draft, step: Callable[[Desk, Draft, str, str], Edited]
) -> None:
    kept = desk.save(draft.id, draft.revision, f"{draft.text}Tom was here.\n", "tom").text
    mine = f"{draft.text}Tess was here.\n"
    for _ in range(2):
        lost = step(desk, draft, mine, "tess")
        assert (lost.done, lost.known) == (False, draft)
        assert lost.theirs
        assert lost.theirs.text == kept
        assert "“edited”, is by tom" in lost.words
    assert desk.draft(draft.id).text == kept
    seen = desk.draft(draft.id)
    assert lost.theirs == seen
    assert save(desk, seen, mine, "tess").done


def test_who_edits_a_draft_that_another_trainer_published_reads_it(desk: Desk, draft: Draft) -> None:
    desk.publish(draft.id, draft.revision, "tom")
    lost = save(desk, draft, f"{draft.text}More.\n", "tess")
    assert "is published already" in lost.words
    assert "“published”, is by tom" in lost.words


def test_where_the_database_is_locked_the_draft_is_known_as_before(
    desk: Desk, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> Draft:
        raise StoreError("The database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "save", locked)
        patch.setattr(Desk, "draft", locked)
        refused = save(desk, draft, "mine", "tess")
    assert (refused.done, refused.known, refused.theirs) == (False, draft, None)
    assert save(desk, refused.known, "mine", "tess").done


def test_a_draft_that_is_open_no_more_stays_to_be_chosen_while_something_in_it_is_not_kept(
    desk: Desk, draft: Draft, service: SmallService
) -> None:
    other = desk.begin(send(service, "how do ships float"), "how do ships float", "They do.", "", [], "beginner", "")
    desk.discard(draft.id, draft.revision, "tom")
    assert to_choose(desk, draft, draft.text) == [other]
    assert [each.id for each in to_choose(desk, draft, "typed")] == [other.id, draft.id]
    assert to_choose(desk, replace(other, revision=0), "typed") == [other]


def test_what_was_kept_and_what_was_typed_stand_side_by_side_as_text() -> None:
    shown = clash_view("<b>theirs</b>", "mine")
    assert "&lt;b&gt;theirs" in shown
    assert "mine" in shown
