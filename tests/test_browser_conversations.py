"""Kept conversations in a real Chromium: a refresh, a second browser, versions, the list at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PHONE, Open, ask, bot, box, overflow, serve
from conftest import DESK
from playwright.sync_api import Page, expect
from web_fakes import FakeService

from tutor.store.conversations import Conversations
from tutor.store.records import LOCAL_USER, Asked, Content

pytestmark = pytest.mark.browser


@pytest.fixture
def service() -> FakeService:
    return FakeService(delay=0.2)


@pytest.fixture
def url(service: FakeService) -> Iterator[str]:
    yield from serve(service)


@pytest.fixture
def open_page(browse: Open, url: str) -> Open:
    def opened(size: tuple[int, int] = DESK, address: str = "") -> Page:
        page = browse(address or url, size)
        expect(page.locator("#question textarea")).to_be_visible(timeout=60_000)
        return page

    return opened


def entries(page: Page) -> list[str]:
    return page.locator("#conversation-list .name").all_inner_texts()


def more(page: Page, action: str) -> None:
    page.locator("#conversation-list .do-more").first.click()
    page.locator("#conversation-list").get_by_role("button", name=action).locator("visible=true").click()


def test_a_refresh_keeps_the_conversation_and_the_unsent_text_which_no_other_browser_sees(open_page: Open) -> None:
    page = open_page()
    expect(page.locator(".example").first).to_be_visible(timeout=30_000)
    ask(page, "precision vs recall")
    box(page).fill("my unsent thought")
    page.reload()
    expect(bot(page)).to_contain_text("From the corpus, word for word", timeout=30_000)
    expect(box(page)).to_have_value("my unsent thought")
    expect(page.locator("#evidence .card[open]")).to_contain_text("How do precision and recall differ?")
    other = open_page()
    expect(other.locator("#conversation-list .name")).to_have_text(["precision vs recall"], timeout=30_000)
    expect(box(other)).to_have_value("")
    expect(other.locator("#chat .user-row")).to_have_count(0)
    other.locator("#conversation-list .kept-name").click()
    expect(bot(other)).to_contain_text("From the corpus, word for word", timeout=30_000)
    expect(box(other)).to_have_value("")


def test_a_refresh_in_the_middle_of_an_answer_goes_on_with_it(open_page: Open, service: FakeService) -> None:
    page = open_page()
    ask(page, "precision vs recall hold", wait=False)
    expect(bot(page)).to_contain_text("Precision asks how many", timeout=30_000)
    page.reload()
    expect(bot(page)).to_contain_text("Precision asks how many", timeout=30_000)
    expect(page.get_by_role("button", name="Stop the answer")).to_be_visible()
    service.held.set()
    expect(bot(page)).to_contain_text("In the model’s words", timeout=30_000)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    assert len(service.asked) == 1


def test_an_answer_goes_on_while_other_conversations_are_looked_at(open_page: Open, service: FakeService) -> None:
    page = open_page()
    named = page.locator("#conversation-list .kept-name")
    ask(page, "precision vs recall hold", wait=False)
    expect(bot(page)).to_contain_text("Precision asks how many", timeout=30_000)
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".example").first).to_be_visible()
    ask(page, "l1 vs l2")
    for words, busy in (("precision", True), ("l1", False), ("precision", True)):
        named.filter(has_text=words).click()
        expect(page.locator("#chat .user-row")).to_contain_text(words, timeout=30_000)
        expect(page.get_by_role("button", name="Stop the answer")).to_be_visible(visible=busy)
    service.held.set()
    expect(bot(page)).to_contain_text("In the model’s words", timeout=30_000)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    assert len(service.asked) == 2


def test_an_answer_that_a_crash_broke_off_is_continued(open_page: Open, url: str, service: FakeService) -> None:
    kept = Conversations(service.database, LOCAL_USER)
    id = kept.create()
    kept.save_progress(kept.begin_turn(id, Asked("precision vs recall")), Content(item_text="Precision asks"))
    page = open_page(address=f"{url}/?c={id}")
    expect(bot(page)).to_contain_text("Interrupted.", timeout=30_000)
    page.get_by_role("button", name="Continue").click()
    expect(bot(page)).to_contain_text("In the model’s words", timeout=30_000)
    expect(page.locator("#chat .user-row")).to_have_count(1)


def test_an_edited_message_keeps_the_version_before(open_page: Open) -> None:
    page = open_page()
    ask(page, "precision vs recall")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Your message").fill("l1 vs l2")
    page.get_by_label("Your message").press("Enter")
    expect(page.locator("#chat .below")).to_contain_text("2 / 2", timeout=30_000)
    expect(bot(page)).to_contain_text("Regularization limits", timeout=30_000)
    expect(page.get_by_role("button", name="Send")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="The version before").click()
    expect(page.locator("#chat .below")).to_contain_text("1 / 2", timeout=30_000)
    expect(bot(page)).to_contain_text("Precision asks how many")


def test_conversations_are_searched_renamed_taken_away_brought_in_and_deleted(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    ask(page, "precision vs recall")
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".example").first).to_be_visible()
    ask(page, "l1 vs l2")
    expect(page.locator("#conversation-list .name")).to_have_count(2)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    page.get_by_label("Search conversations").fill("regularization")
    expect(page.locator("#conversation-list .name")).to_have_text(["l1 vs l2"], timeout=20_000)
    more(page, "Rename")
    page.get_by_label("Name", exact=True).fill("<b>Penalties</b>")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.locator("#conversation-list .name")).to_have_text(["<b>Penalties</b>"], timeout=20_000)
    with page.expect_download() as download:
        more(page, "Export as JSON")
    download.value.save_as(tmp_path / "kept.json")
    assert download.value.suggested_filename.endswith("-b-penalties-b.json")
    more(page, "Delete")
    page.get_by_role("button", name="Really delete it for good").click()
    expect(page.locator("#conversation-list .name")).to_have_count(0, timeout=20_000)
    expect(page.locator(".example").first).to_be_visible()
    assert "c=" not in page.url
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files(tmp_path / "kept.json")
    expect(page.locator("#conversation-list .current .name")).to_have_text(["<b>Penalties</b>"], timeout=20_000)
    expect(bot(page)).to_contain_text("Regularization limits")


def test_on_a_phone_the_list_opens_over_the_chat_and_closes_again(open_page: Open) -> None:
    page = open_page(PHONE)
    ask(page, "precision vs recall")
    expect(page.locator("#conversations")).to_be_hidden()
    page.get_by_role("button", name="Show or hide the conversations").click()
    expect(page.locator("#conversation-list .name")).to_be_in_viewport()
    assert overflow(page) <= 0
    page.keyboard.press("Escape")
    expect(page.locator("#conversations")).to_be_hidden()
    assert overflow(page) <= 0
    assert entries(page) == ["precision vs recall"]
