"""The whole loop in a real Chromium: not covered, sent, answered by a trainer, told, asked again and answered."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Open, box, serve_real
from playwright.sync_api import Page, expect

from tutor.settings import Settings, default_corpus

pytestmark = [pytest.mark.browser, pytest.mark.model]

ASKED, OTHER_WORDS = "what is a variational autoencoder", "explain variational autoencoders to me"
ANSWER = (
    "A variational autoencoder is a generative model. Its encoder gives a mean and a variance of a code, and its "
    "decoder rebuilds the input from a sample of that code."
)
SLOW = 60_000
LIVE_SECONDS = 5.0


@pytest.fixture
def url(real_home: Path, tmp_path: Path) -> Iterator[str]:
    """The page over a home of its own, with the real corpus, index and embedder and no chat model."""
    home = tmp_path / "desk-home"
    home.mkdir()
    (home / "weights").symlink_to(real_home / "weights", target_is_directory=True)
    shutil.copytree(real_home / "index", home / "index")
    yield from serve_real(Settings(home=home, corpus=default_corpus(), chat_model="none"))


def ask(page: Page, question: str) -> None:
    box(page).fill(question)
    box(page).press("Enter")


def answer_at_the_desk(desk: Page) -> None:
    """Takes the question up and makes a draft of an answer, up to the button that publishes it."""
    desk.locator("#desk-groups label").filter(has_text=ASKED).click(timeout=SLOW)
    expect(desk.locator("#desk-question textarea")).to_have_value(ASKED, timeout=SLOW)
    desk.locator("#desk-answer textarea").fill(ANSWER)
    desk.locator("#desk-begin").click()
    expect(desk.locator("#desk-result")).to_contain_text("The draft is made", timeout=SLOW)
    desk.get_by_role("tab", name="Drafts").click()
    expect(desk.locator("#desk-text textarea")).to_have_value(re.compile("trainers-001"), timeout=SLOW)
    expect(desk.locator("#desk-review")).to_contain_text("It can be published", timeout=SLOW)


def test_a_question_that_is_not_covered_is_answered_by_a_trainer_and_from_then_on_by_the_tutor(
    browse: Open, url: str
) -> None:
    person = browse(url)
    expect(person.locator(".example").first).to_be_visible(timeout=SLOW)
    ask(person, ASKED)
    expect(person.locator("#chat h3.verdict.abstain")).to_be_visible(timeout=SLOW)
    person.locator("#chat .do-escalate").click()
    expect(person.locator("#chat .feedback")).to_contain_text("as number 1", timeout=SLOW)
    person.get_by_role("tab", name="My questions").click()
    expect(person.locator("#my-questions")).to_contain_text("Waiting for a trainer", timeout=SLOW)

    desk = browse(f"{url}/desk")
    answer_at_the_desk(desk)
    started = time.monotonic()
    desk.locator("#desk-publish").click()
    expect(desk.locator("#desk-draft-result")).to_contain_text("Published in", timeout=SLOW)
    took = time.monotonic() - started
    print(desk.locator("#desk-draft-result").inner_text(), f"{took:.1f} s from the click to the word")

    expect(person.locator("#news")).to_contain_text("is answered now", timeout=SLOW)
    person.get_by_role("tab", name="Chat").click()
    ask(person, OTHER_WORDS)
    expect(person.locator("#chat p").filter(has_text="decoder rebuilds the input").first).to_be_visible(timeout=SLOW)
    expect(person.locator("#evidence mark").first).to_be_visible(timeout=SLOW)
    expect(person.locator("#evidence")).to_contain_text(ASKED)
    assert took < LIVE_SECONDS

    desk.get_by_role("tab", name="Log").click()
    expect(desk.locator("#desk-log")).to_contain_text("published", timeout=SLOW)
    desk.get_by_role("tab", name="Monitoring").click()
    expect(desk.locator("#desk-monitoring img").first).to_be_visible(timeout=SLOW)
    person.locator("#news .do-heard").click()
    expect(person.locator("#news .news")).to_have_count(0, timeout=SLOW)


def test_the_desk_shows_a_hostile_question_as_text_and_a_hostile_draft_is_refused(browse: Open, url: str) -> None:
    person = browse(url)
    expect(person.locator(".example").first).to_be_visible(timeout=SLOW)
    ask(person, "zzqx <script>alert(1)</script> <img src=x onerror=alert(2)> gibberish?")
    person.locator("#chat .do-escalate").click(timeout=SLOW)
    desk = browse(f"{url}/desk")
    desk.locator("#desk-groups label").first.click(timeout=SLOW)
    expect(desk.locator("#desk-group")).to_contain_text("<script>", timeout=SLOW)
    desk.locator("#desk-question textarea").fill("What is zzqx?")
    desk.locator("#desk-asks textarea").fill("")
    desk.locator("#desk-answer textarea").fill("It is <script>alert(3)</script>.")
    desk.locator("#desk-begin").click()
    expect(desk.locator("#desk-result")).to_contain_text("The draft is made", timeout=SLOW)
    desk.get_by_role("tab", name="Drafts").click()
    expect(desk.locator("#desk-review")).to_contain_text("found the HTML <script>", timeout=SLOW)
    desk.locator("#desk-publish").click()
    expect(desk.locator("#desk-draft-result")).to_contain_text("found the HTML <script>", timeout=SLOW)
