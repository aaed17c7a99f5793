"""Askers and trainers in a real Chromium: what is typed stays whatever fails, and reaches those it is meant for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import Open, ask, go, serve
from desk_help import have_turn
from playwright.sync_api import Page, expect
from web_fakes import FakeService

from tutor.store.feedback import Feedback
from tutor.store.inbox import Inbox
from tutor.store.records import LOCAL_USER
from tutor.web.desk import Desk

pytestmark = pytest.mark.browser

FIRST, SECOND = "what is a vae", "how do ships float"


@pytest.fixture
def service(tmp_path: Path) -> FakeService:
    """Two questions wait on the desk; there is no embedding model, so that no publication succeeds."""
    service = FakeService()
    service.settings = replace(service.settings, home=tmp_path / "home")
    feedback = Feedback(service.database, LOCAL_USER)
    for question in (FIRST, SECOND):
        feedback.escalate(have_turn(service.database, question))
    return service


@pytest.fixture
def home(service: FakeService) -> Iterator[str]:
    yield from serve(service)


@pytest.fixture
def url(home: str) -> str:
    return f"{home}/desk"


def take_up(page: Page, question: str) -> None:
    page.locator("#desk-groups label").filter(has_text=question).click()
    expect(page.locator("#desk-question textarea")).to_have_value(question)


def type_in(page: Page, where: str, words: str) -> None:
    page.locator(f"{where} textarea").fill(words)


def holds(page: Page, where: str, words: str) -> None:
    expect(page.locator(f"{where} textarea")).to_have_value(words)


def test_what_a_trainer_typed_outlasts_refreshing_another_tab_and_a_failure_but_not_another_question(
    browse: Open, url: str, service: FakeService
) -> None:
    page = browse(url)
    take_up(page, FIRST)
    type_in(page, "#desk-answer", "It samples codes.")
    type_in(page, "#desk-asks", "vae pls")
    page.get_by_role("button", name="Reject it").click()
    type_in(page, "#desk-reply", "Not about vaes.")
    page.locator("#desk-refresh").click()
    go(page, "Log")
    go(page, "Inbox")
    Desk(service).begin([1], FIRST, "Tom's answer.", "", [], "beginner", "tom")
    page.locator("#desk-begin").click()
    expect(page.locator("#desk-result")).to_contain_text("takes up already")
    expect(page.locator("#desk-groups label").filter(has_text="draft 1").locator("input")).to_be_checked()
    holds(page, "#desk-question", FIRST)
    holds(page, "#desk-answer", "It samples codes.")
    holds(page, "#desk-asks", "vae pls")
    holds(page, "#desk-reply", "Not about vaes.")
    take_up(page, SECOND)
    holds(page, "#desk-answer", "")
    holds(page, "#desk-asks", "")
    holds(page, "#desk-reply", "")
    type_in(page, "#desk-reply", "Not about ships.")
    page.locator("#desk-reject").click()
    expect(page.locator("#desk-result")).to_contain_text("Rejected")
    holds(page, "#desk-question", "")
    holds(page, "#desk-reply", "")


def test_a_proposal_never_takes_the_place_of_what_a_trainer_typed_meanwhile(
    browse: Open, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    come = threading.Event()

    def propose(desk: Desk, question: str) -> str:
        come.wait(30)
        return f"Proposed for {question}."

    monkeypatch.setattr(Desk, "propose", propose)
    page = browse(url)
    take_up(page, FIRST)
    page.locator("#desk-propose").click()
    take_up(page, SECOND)
    type_in(page, "#desk-answer", "They push water aside.")
    come.set()
    holds(page, "#desk-proposal", f"Proposed for {FIRST}.")
    expect(page.locator("#desk-proposal")).to_contain_text(f"The model’s proposal for: {FIRST}")
    holds(page, "#desk-answer", "They push water aside.")
    take_up(page, FIRST)
    expect(page.locator("#desk-proposal")).to_have_count(0)
    page.locator("#desk-propose").click()
    holds(page, "#desk-answer", f"Proposed for {FIRST}.")


def test_a_draft_stays_open_with_its_text_and_after_a_failed_publication_it_is_saved(
    browse: Open, url: str, service: FakeService
) -> None:
    desk = Desk(service)
    older = desk.begin([1], FIRST, "It samples codes.", "", [], "beginner", "tess")
    newer = desk.begin([2], SECOND, "They push water aside.", "", [], "beginner", "tess")
    page = browse(url)
    go(page, "Drafts")
    holds(page, "#desk-text", newer.text)
    page.locator("#desk-drafts input").click()
    page.get_by_role("option").filter(has_text=FIRST).click()
    holds(page, "#desk-text", older.text)
    type_in(page, "#desk-text", f"{older.text}More.\n")
    go(page, "Log")
    go(page, "Drafts")
    page.locator("#desk-publish").click()
    expect(page.locator("#desk-draft-result")).to_contain_text("no embedding model")
    type_in(page, "#desk-text", f"{older.text}Still more.\n")
    page.locator("#desk-save").click()
    expect(page.locator("#desk-draft-result")).to_contain_text("Saved.")
    holds(page, "#desk-text", f"{older.text}Still more.\n")
    assert desk.draft(older.id).text == f"{older.text}Still more.\n"


def test_who_saves_second_sees_the_difference_and_chooses_whose_text_stays(
    browse: Open, url: str, service: FakeService
) -> None:
    desk = Desk(service)
    draft = desk.begin([1], FIRST, "It samples codes.", "", [], "beginner", "tess")
    page = browse(url)
    go(page, "Drafts")
    holds(page, "#desk-text", draft.text)
    desk.save(draft.id, draft.revision, f"{draft.text}Tom was here.\n", "tom")
    type_in(page, "#desk-text", f"{draft.text}Tess was here.\n")
    page.locator("#desk-save").click()
    expect(page.locator("#desk-draft-result")).to_contain_text("is by tom")
    expect(page.locator("#desk-review .gone")).to_contain_text("Tom was here.")
    expect(page.locator("#desk-review .new")).to_contain_text("Tess was here.")
    grounds = [page.locator(f"#desk-review .{style}").first for style in ("same", "gone", "new")]
    assert len({each.evaluate("cell => getComputedStyle(cell).backgroundColor") for each in grounds}) == 3
    expect(page.locator("#desk-review .new mark")).to_have_text("Tess")
    page.locator("#desk-keep-mine").click()
    expect(page.locator("#desk-keep-mine")).to_be_hidden()
    page.locator("#desk-save").click()
    expect(page.locator("#desk-draft-result")).to_contain_text("Saved.")
    assert desk.draft(draft.id).text == f"{draft.text}Tess was here.\n"


def test_an_answer_is_rated_while_another_one_streams_and_can_be_rated_anew(
    browse: Open, home: str, service: FakeService
) -> None:
    page = browse(home)
    expect(page.locator(".example").first).to_be_visible(timeout=60_000)
    ask(page, "What is overfitting?")
    ask(page, "hold what is dropout", wait=False)
    rated = page.locator("#chat .feedback").first
    rated.locator("summary").filter(has_text="Not right").click()
    rated.locator(".note textarea").fill("It is\n\n*the* $other$ way.")
    rated.get_by_role("button", name="Wrong", exact=True).click()
    expect(rated).to_contain_text("Rated as wrong")
    service.held.set()
    expect(page.locator("#chat .do-retry")).to_have_count(2, timeout=30_000)
    expect(rated).to_contain_text("Rated as wrong")
    rated.locator("summary").filter(has_text="Rate it otherwise").click()
    expect(rated.locator(".note textarea")).to_have_value("It is\n\n*the* $other$ way.")
    rated.get_by_role("button", name="Correct").click()
    expect(rated).to_contain_text("Rated as correct")


def test_an_open_list_of_questions_follows_the_trainers_and_leads_to_the_item(
    browse: Open, home: str, service: FakeService
) -> None:
    page = browse(home)
    go(page, "My questions")
    expect(page.locator("#my-questions")).to_contain_text("Waiting for a trainer")
    inbox = Inbox(service.database)
    inbox.settle([1], "q001", "", "tess")
    expect(page.locator("#my-questions")).to_contain_text("is answered now", timeout=15_000)
    expect(page.locator("#news")).to_contain_text("is answered now", timeout=15_000)
    page.locator("#news .do-heard").click()
    expect(page.locator("#news .news")).to_have_count(0)
    page.locator("#my-questions .do-open").click()
    expect(page.locator("#library-item")).to_contain_text(next(i.title for i in service.items() if i.id == "q001"))
