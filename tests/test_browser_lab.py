"""The code lab in a real Chromium: a wrong program, its failing case in words, mended, the reference, a draft."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import PHONE, Open, overflow, serve
from conftest import DESK
from playwright.sync_api import Page, expect
from test_web_lab import RIGHT, WRONG
from web_fakes import FakeService

pytestmark = pytest.mark.browser
HOSTILE = 'print("<img src=x onerror=alert(1)> $x$ **b**")'


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    service = FakeService()
    yield from serve(service)
    service.judge.close()


def open_lab(browse: Open, url: str, size: tuple[int, int]) -> Page:
    page = browse(url, size)
    to_lab(page)
    return page


def to_lab(page: Page) -> None:
    expect(page.locator(".example").first).to_be_visible(timeout=30_000)
    page.get_by_role("tab", name="Code lab", exact=True).click()
    expect(page.locator("#lab-editor .cm-content")).to_be_visible(timeout=15_000)


def write(page: Page, source: str) -> None:
    page.locator("#lab-editor .cm-content").fill(source)
    expect(page.locator("#lab-editor .cm-content")).to_contain_text(source.strip().splitlines()[-1].strip())


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_wrong_program_is_mended_passes_and_is_compared_with_the_reference(
    browse: Open, url: str, size: tuple[int, int]
) -> None:
    page = open_lab(browse, url, size)
    write(page, f"{HOSTILE}\n{WRONG}")
    press(page, "Run the sample")
    expect(page.locator("#lab-result")).to_contain_text("array([0., 0., 2., 3., 4., 5.])", timeout=60_000)
    press(page, "Submit")
    expect(page.locator(".lab-cases .lab-found").first).to_contain_text("expected nan, got 0.0", timeout=60_000)
    expect(page.locator(".lab-printed").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("#lab-result :is(img, script)").count() == 0
    press(page, "Hint 1 of 3")
    expect(page.locator(".lab-hints li")).to_have_count(1)
    write(page, RIGHT)
    press(page, "Submit")
    expect(page.locator(".lab-headline")).to_contain_text("Passed", timeout=60_000)
    expect(page.locator("#lab-time img")).to_be_visible(timeout=60_000)
    expect(page.locator("#lab-told")).to_contain_text("An interviewer asks next")
    press(page, "Reveal the reference")
    expect(page.locator(".text-diff .new").first).to_be_visible()
    assert overflow(page, "#lab-tab", "#lab") <= 0


def test_a_draft_outlives_a_refresh_for_each_exercise(browse: Open, url: str) -> None:
    page = open_lab(browse, url, DESK)
    write(page, WRONG)
    page.get_by_label("Exercise").click()
    page.get_by_role("option", name="Cosine").click()
    expect(page.locator("#lab-editor .cm-content")).to_contain_text("cosine_similarity_matrix")
    write(page, "mine = 1")
    page.reload()
    to_lab(page)
    expect(page.locator("#lab-editor .cm-content")).to_have_text("mine = 1")
    expect(page.locator("#lab-statement h2")).to_contain_text("Cosine")
    page.get_by_label("Exercise").click()
    page.get_by_role("option", name="Rolling").click()
    expect(page.locator("#lab-editor .cm-content")).to_contain_text("np.zeros(len(x))")


def test_a_failing_case_goes_into_the_chats_box_and_is_not_sent(browse: Open, url: str) -> None:
    page = open_lab(browse, url, DESK)
    write(page, WRONG)
    press(page, "Submit")
    expect(page.locator(".lab-headline")).to_contain_text("Wrong", timeout=60_000)
    press(page, "Discuss in the chat")
    box = page.get_by_label("Your question")
    expect(box).to_be_visible()
    assert box.input_value().startswith("My rolling_window_mean fails the case")
    assert page.locator("#chat .user-row").count() == 0
