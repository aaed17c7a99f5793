"""A coding question of an interview in a real Chromium: tried on the sample, handed in, its cases, a refresh."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from browsing import PHONE, Open, overflow, serve
from conftest import DESK
from playwright.sync_api import Locator, Page, expect
from test_browser_practice import press, to_practice
from test_web_lab import WRONG
from web_fakes import FakeService

from tutor.interview.conducting import Interviews
from tutor.interview.records import Setup
from tutor.web.practice import PracticeRoom

pytestmark = pytest.mark.browser
HOSTILE = 'print("<img src=x onerror=alert(1)> $x$ **b**")'
SETUP = Setup(kinds=("coding",), number=1, items=("q041",))


@dataclass
class Served:
    service: FakeService
    url: str


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr("tutor.web.interview_tab.READ_SECONDS", 0.3)
    service = FakeService()
    for url in serve(service):
        yield Served(service, url)
    service.judge.close()


def open_question(browse: Open, served: Served, setup: Setup, size: tuple[int, int] = DESK) -> Page:
    PracticeRoom(served.service).start_interview(setup)
    page = browse(served.url, size)
    page.set_default_timeout(30_000)
    to_practice(page)
    expect(editor(page)).to_contain_text("def rolling_window_mean(x: np.ndarray | list, k: int)", timeout=30_000)
    return page


def editor(page: Page) -> Locator:
    return page.locator("#iv-code .cm-content")


def write(page: Page, source: str) -> None:
    editor(page).fill(source)
    expect(editor(page)).to_contain_text(source.strip().splitlines()[-1].strip())


def again(page: Page) -> None:
    page.reload()
    to_practice(page)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_program_is_tried_on_the_sample_handed_in_once_and_told_case_by_case(
    browse: Open, served: Served, size: tuple[int, int]
) -> None:
    page = open_question(browse, served, SETUP, size)
    expect(page.locator(".iv-interviewer")).to_contain_text("rolling_window_mean([1")
    write(page, f"{HOSTILE}\n{WRONG}")
    press(page, "Run the sample")
    expect(page.locator("#iv-sample")).to_contain_text("array([0., 0., 2., 3., 4., 5.])", timeout=60_000)
    expect(page.locator("#iv-sample .lab-printed")).to_contain_text("<img src=x onerror=alert(1)>")
    assert "nan" not in page.locator("#iv-sample").inner_text()
    assert page.locator("#iv-sample :is(img, script)").count() == 0
    assert page.locator(".iv-candidate").count() == 0
    assert overflow(page, "#practice-tab", "#practice") <= 0
    again(page)
    expect(editor(page)).to_contain_text("np.zeros(len(x))")
    press(page, "Hand in")
    expect(page.locator("#iv-predicting")).to_be_visible(timeout=60_000)
    assert page.locator("#practice .lab-cases").count() == 0
    press(page, "No guess")
    expect(page.locator(".iv-score")).to_contain_text("cases pass")
    for _ in range(2):
        expect(page.locator("#practice .lab-found").first).to_contain_text("expected nan, got 0.0")
        expect(page.locator(".iv-result details").filter(has_text="passed").first).to_be_visible()
        assert page.locator(".iv-result .lab-printed :is(img, script)").count() == 0
        assert overflow(page, "#practice-tab", "#practice") <= 0
        again(page)
    press(page, "Next question")
    expect(page.locator(".iv-card .lab-found").first).to_contain_text("expected nan, got 0.0")
    assert overflow(page, "#practice-tab", "#practice") <= 0


def test_an_open_page_reads_the_clock_and_a_paused_one_does_not(
    browse: Open, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr(Interviews, "read_clock", lambda self, id, revision: read.append(revision))
    page = open_question(browse, served, SETUP)
    until(lambda: len(read) >= 4)
    press(page, "Pause")
    expect(page.get_by_role("button", name="Resume", exact=True)).to_be_visible()
    before = len(read)
    page.wait_for_timeout(1500)
    assert len(read) <= before + 1
    press(page, "Resume")
    until(lambda: len(read) >= before + 4)


@pytest.mark.parametrize(("minutes", "shown"), [(90, "0:"), (3, "3:")])
def test_the_pages_clock_leaves_out_the_minutes_that_it_slept(
    browse: Open, served: Served, minutes: int, shown: str
) -> None:
    page = open_question(browse, served, SETUP)
    expect(page.locator(".iv-clock")).to_contain_text("of 20:00")
    page.evaluate(
        "(ms) => { const now = performance.now.bind(performance); performance.now = () => now() + ms; }",
        minutes * 60_000,
    )
    page.wait_for_timeout(1500)
    assert page.locator(".iv-clock").inner_text().startswith(shown)


def test_the_page_and_the_server_leave_out_a_silence_by_one_rule(
    browse: Open, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.web.interview_views.LONGEST_ABSENCE", timedelta(minutes=2))
    test_the_pages_clock_leaves_out_the_minutes_that_it_slept(browse, served, 3, "0:")


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_an_interview_that_tells_at_the_end_tells_no_case_before(browse: Open, served: Served) -> None:
    setup = Setup(kinds=("coding",), number=2, items=("q041", "q043"), coached=False, level="beginner")
    PracticeRoom(served.service).start_interview(setup)
    page = browse(served.url)
    page.set_default_timeout(30_000)
    to_practice(page)
    expect(editor(page)).to_contain_text("def ")
    write(page, WRONG if "rolling" in editor(page).inner_text() else "def nms(boxes, scores, *args): return []")
    press(page, "Run the sample")
    expect(page.locator("#iv-sample")).to_contain_text("Your result", timeout=60_000)
    press(page, "Hand in")
    expect(page.locator("#iv-predicting")).to_be_visible(timeout=60_000)
    press(page, "No guess")
    expect(page.get_by_text("All scores come at the end.")).to_be_visible()
    press(page, "Next question")
    expect(page.get_by_text("Question 2 of 2")).to_be_visible()
    expect(page.locator("#iv-sample")).not_to_contain_text("Your result")
    assert page.locator("#practice :is(.lab-cases, .lab-verdict, .iv-score)").count() == 0
    press(page, "End the interview")
    expect(page.locator(".iv-card .lab-cases").first).to_be_visible()
