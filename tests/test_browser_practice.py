"""Practice in a real Chromium: an interview through a refresh, a second tab, a quiz, the progress it makes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PHONE, Open, overflow, serve
from conftest import DESK
from playwright.sync_api import Page, expect
from web_fakes import FakeService

pytestmark = pytest.mark.browser
DRAFT = "Half a sentence that I did not send"
WORDS = "Bagging trains its models on bootstrap samples and they do not wait for one another."


@pytest.fixture
def url() -> Iterator[str]:
    service = FakeService()
    yield from serve(service)
    service.judge.close()


def open_practice(browse: Open, url: str, size: tuple[int, int] = DESK) -> Page:
    page = browse(url, size)
    page.set_default_timeout(30_000)
    to_practice(page)
    return page


def to_practice(page: Page) -> None:
    expect(page.locator(".example").first).to_be_visible(timeout=30_000)
    page.get_by_role("tab", name="Practise", exact=True).click()
    expect(page.locator("#practice-places")).to_be_visible(timeout=30_000)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def begin(page: Page) -> None:
    press(page, "Try a demo of two questions")
    expect(page.locator(".iv-interviewer").first).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_interview_is_answered_predicted_told_and_summed_up(
    browse: Open, url: str, size: tuple[int, int], tmp_path: Path
) -> None:
    page = open_practice(browse, url, size)
    expect(page.locator("#iv-start")).to_be_visible(timeout=30_000)
    assert overflow(page, "#practice-tab", "#practice") <= 0
    begin(page)
    presses, more = (page.locator(place).bounding_box() for place in ("#iv-presses", "#iv-more"))
    assert presses
    assert more
    assert more["y"] - presses["y"] - presses["height"] < 40
    page.get_by_role("button", name="Hint").click()
    expect(page.get_by_text("Here is a hint.")).to_be_visible()
    for said in range(1, 4):
        if page.locator("#iv-predicting").is_visible():
            break
        page.get_by_label("Your answer").fill(WORDS)
        press(page, "Send the answer")
        expect(page.locator(".iv-candidate")).to_have_count(said, timeout=30_000)
    assert page.locator(".iv-score").count() == 0
    press(page, "That is my guess")
    expect(page.locator(".iv-score")).to_contain_text("Less 10% for 1 hint.", timeout=30_000)
    assert overflow(page, "#practice-tab", "#practice") <= 0
    press(page, "Next question")
    expect(page.get_by_text("Question 2 of 2")).to_be_visible(timeout=30_000)
    press(page, "Skip")
    press(page, "Next question")
    expect(page.locator(".iv-card h2")).to_have_text("Not enough to judge", timeout=30_000)
    expect(page.locator(".iv-card .plot img")).to_be_visible()
    assert overflow(page, "#practice-tab", "#practice") <= 0
    with page.expect_download() as download:
        press(page, "Save as JSON")
    download.value.save_as(tmp_path / "card.json")
    saved = json.loads((tmp_path / "card.json").read_text(encoding="utf-8"))
    assert [question["state"] for question in saved["questions"]] == ["scored", "not answered"]


def test_a_refresh_loses_neither_the_interview_nor_the_draft(browse: Open, url: str) -> None:
    page = open_practice(browse, url)
    begin(page)
    question = page.locator(".iv-interviewer").first.inner_text()
    page.get_by_label("Your answer").fill(DRAFT)
    page.reload()
    to_practice(page)
    expect(page.locator(".iv-interviewer").first).to_have_text(question, use_inner_text=True)
    expect(page.get_by_label("Your answer")).to_have_value(DRAFT)
    assert float(page.locator(".iv-clock").get_attribute("data-used") or 0) > 0


def test_an_interview_that_is_set_aside_makes_room_and_is_taken_up_again_with_its_draft(browse: Open, url: str) -> None:
    page = open_practice(browse, url, PHONE)
    begin(page)
    page.get_by_label("Your answer").fill(DRAFT)
    press(page, "Set aside")
    expect(page.locator("#iv-start")).to_be_visible(timeout=30_000)
    press(page, "Review what is due")
    expect(page.get_by_role("alert")).to_contain_text("Nothing is due for review", timeout=30_000)
    assert overflow(page, "#practice-tab", "#practice") <= 0
    page.locator("#iv-earlier input").click()
    page.get_by_role("option").first.click()
    press(page, "Resume")
    expect(page.get_by_label("Your answer")).to_have_value(DRAFT)


def test_of_two_tabs_the_slower_one_is_told_and_keeps_its_text(browse: Open, url: str) -> None:
    first = open_practice(browse, url)
    begin(first)
    second = open_practice(browse, url)
    expect(second.locator(".iv-interviewer").first).to_be_visible(timeout=30_000)
    second.get_by_label("Your answer").fill(DRAFT)
    first.get_by_label("Your answer").fill(WORDS)
    press(first, "Send the answer")
    expect(first.locator(".iv-candidate")).to_have_count(1, timeout=30_000)
    press(second, "Send the answer")
    expect(second.get_by_role("alert")).to_contain_text("another tab", timeout=30_000)
    expect(second.locator(".iv-candidate")).to_contain_text("Bagging trains")
    expect(second.get_by_label("Your answer")).to_have_value(DRAFT)


def test_a_quiz_tells_why_and_shows_in_the_progress(browse: Open, url: str) -> None:
    page = open_practice(browse, url)
    page.get_by_label("Quiz", exact=True).check()
    page.locator("#quiz-start").click()
    expect(page.locator("#quiz-options label").first).to_be_visible(timeout=30_000)
    assert page.locator("#quiz-told .iv-points").count() == 0
    page.locator("#quiz-options label").first.click()
    press(page, "Answer")
    expect(page.locator("#quiz-told .iv-points")).to_be_visible(timeout=30_000)
    page.get_by_label("Progress", exact=True).check()
    expect(page.locator("#progress img").first).to_be_visible(timeout=60_000)
    expect(page.locator(".pr-numbers")).to_contain_text("Items tried1")
    assert overflow(page, "#practice-tab", "#practice") <= 0


def test_the_printed_scorecard_is_whole_unfolded_and_without_buttons(browse: Open, url: str) -> None:
    page = open_practice(browse, url)
    begin(page)
    page.get_by_label("Your answer").fill(WORDS)
    press(page, "Send the answer")
    expect(page.locator(".iv-candidate")).to_have_count(1, timeout=30_000)
    press(page, "End the interview")
    expect(page.locator(".iv-card h2")).to_be_visible(timeout=30_000)
    press(page, "Print")
    paper = page.frame_locator("#iv-paper")
    expect(paper.locator("h2")).to_have_text("Not enough to judge")
    assert paper.locator("details[open]").count() == paper.locator("details").count() == 2
    assert paper.locator("button, .katex-html").count() == 0
    assert WORDS in paper.locator(".iv-question").inner_text()
