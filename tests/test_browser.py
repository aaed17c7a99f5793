"""The page in a real Chromium: asked, read, searched and attacked as a person would, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from browsing import PHONE, Open, ask, bot, box, go, overflow, serve, serve_real
from conftest import DESK
from playwright.sync_api import expect
from web_fakes import FakeService

from tutor.settings import Settings, default_corpus

pytestmark = [pytest.mark.browser, pytest.mark.model]

HOSTILE = (
    "<img src=http://evil.example/a.png onerror=alert(1)> ![x](http://evil.example/b.png) <script>alert(2)</script>"
)


@pytest.fixture
def embedded_url(real_home: Path) -> Iterator[str]:
    """The same with the embedded chat model."""
    yield from serve_real(Settings(home=real_home, corpus=default_corpus()))


@pytest.fixture(scope="module")
def fake() -> FakeService:
    """A tutor that waits, fails and holds as its questions say."""
    return FakeService(delay=0.15)


@pytest.fixture(scope="module")
def fake_url(fake: FakeService) -> Iterator[str]:
    yield from serve(fake)


def test_a_question_is_answered_with_its_table_its_formulas_and_its_evidence(open_page: Open) -> None:
    page = open_page()
    ask(page, "precision vs recall")
    expect(bot(page)).to_contain_text("From the corpus, word for word")
    expect(bot(page).locator("table .katex").first).to_be_visible()
    expect(bot(page)).to_contain_text("confidence")
    expect(page.locator("#evidence .card[open]")).to_contain_text("How do precision and recall differ?")
    expect(page.locator("#evidence .card[open] mark").first).to_be_in_viewport()


def test_the_real_model_answers_below_the_items_own_answer(open_page: Open, embedded_url: str) -> None:
    page = open_page(url=embedded_url)
    box(page).fill("bagging vs boosting")
    box(page).press("Enter")
    expect(bot(page)).to_contain_text("From the corpus, word for word", timeout=10_000)
    expect(page.locator("#evidence .card[open]")).to_contain_text("How do bagging and boosting differ?")
    expect(bot(page)).to_contain_text("In the model’s words", timeout=90_000)
    expect(page.locator("#chat .do-retry")).to_have_count(1, timeout=90_000)


def test_a_name_that_another_site_points_here_is_not_answered_to(page_url: str) -> None:
    assert httpx.get(page_url, headers={"Host": "evil.example"}).status_code == 400
    assert httpx.get(page_url, headers={"Host": "localhost:7860"}).status_code == 200


def test_the_models_words_stream_in_below_while_send_becomes_stop(open_page: Open, fake_url: str) -> None:
    page = open_page(url=fake_url)
    ask(page, "precision vs recall", wait=False)
    expect(page.get_by_role("button", name="Stop the answer")).to_be_visible()
    expect(page.locator("#evidence .card").first).to_be_visible()
    expect(bot(page)).to_contain_text("In the model’s words")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_role("button", name="Stop the answer")).to_have_count(0)


def test_stop_keeps_what_was_shown_and_the_box_what_was_typed(
    open_page: Open, fake_url: str, fake: FakeService
) -> None:
    page = open_page(url=fake_url)
    ask(page, "precision vs recall hold", wait=False)
    expect(bot(page)).to_contain_text("Precision asks how many")
    box(page).fill("my next question")
    page.get_by_role("button", name="Stop the answer").click()
    expect(bot(page)).to_contain_text("Stopped.", timeout=2_000)
    expect(bot(page)).to_contain_text("Precision asks how many")
    expect(box(page)).to_have_value("my next question")
    fake.held.set()


def test_an_error_is_a_sentence_and_unsent_text_survives_it(open_page: Open, fake_url: str) -> None:
    page = open_page(url=fake_url)
    ask(page, "is there no index")
    expect(bot(page)).to_contain_text("The index is missing.")
    box(page).fill("unsent")
    bot(page).get_by_role("button", name="Try again").click()
    expect(page.locator("#chat .user-row")).to_have_count(1)
    expect(box(page)).to_have_value("unsent")
    ask(page, "precision vs recall crash")
    expect(bot(page)).to_contain_text("The tutor failed inside")
    expect(page.locator("body")).not_to_contain_text("Traceback")


def test_blank_text_and_clicks_while_an_answer_comes_lose_nothing(
    open_page: Open, fake_url: str, fake: FakeService
) -> None:
    page = open_page(url=fake_url)
    ask(page, "precision vs recall")
    box(page).fill("   ")
    box(page).press("Enter")
    expect(box(page)).to_have_value("   ")
    fake.held.clear()
    ask(page, "l1 vs l2 hold", wait=False)
    expect(bot(page)).to_contain_text("Regularization limits")
    bot(page, 0).locator(".chip").first.click()
    box(page).fill("a third question")
    box(page).press("Enter")
    fake.held.set()
    expect(page.locator("#chat .do-retry")).to_have_count(2, timeout=30_000)
    expect(page.locator("#chat .user-row")).to_have_count(2)
    expect(box(page)).to_have_value("a third question")


def test_shift_enter_makes_a_new_line_and_enter_sends(open_page: Open) -> None:
    page = open_page()
    box(page).press_sequentially("precision")
    box(page).press("Shift+Enter")
    box(page).press_sequentially("vs recall")
    expect(box(page)).to_have_value("precision\nvs recall")
    box(page).press("Enter")
    expect(box(page)).to_have_value("")
    expect(page.locator("#chat .typed")).to_have_text("precision\nvs recall", use_inner_text=True)


def test_an_old_message_brings_its_evidence_back(open_page: Open) -> None:
    page = open_page()
    ask(page, "precision vs recall")
    ask(page, "l1 vs l2")
    expect(page.locator("#evidence .asked")).to_have_text("For: l1 vs l2")
    bot(page, 0).locator("p").nth(1).click()
    expect(page.locator("#evidence .asked")).to_have_text("For: precision vs recall")
    bot(page, 1).get_by_role("button", name="Evidence").click()
    expect(page.locator("#evidence .asked")).to_have_text("For: l1 vs l2")


def test_a_citation_opens_its_card(open_page: Open) -> None:
    page = open_page()
    ask(page, "precision vs recall")
    card = page.locator("#evidence .card-1")
    card.locator("summary").first.click()
    expect(card).not_to_have_attribute("open", "")
    bot(page).locator(".cite").first.click()
    expect(card).to_have_attribute("open", "")
    expect(card.locator("mark").first).to_be_in_viewport()


def test_a_suggested_question_is_asked_and_stays_in_the_history(open_page: Open) -> None:
    page = open_page()
    ask(page, "precision vs recall")
    chip = bot(page, 0).locator(".next:not(.ways) .chip").first
    question = chip.inner_text()
    chip.click()
    expect(page.locator("#chat .typed").nth(1)).to_have_text(question)
    expect(page.locator("#chat .do-retry")).to_have_count(2, timeout=30_000)
    expect(bot(page, 0).locator(".next:not(.ways) .chip")).to_have_count(3)


def test_what_the_corpus_does_not_hold_is_said_and_the_nearest_can_be_asked(open_page: Open) -> None:
    page = open_page()
    ask(page, "best pasta recipe with tomatoes")
    expect(bot(page)).to_contain_text("Not in the corpus")
    bot(page).locator(".choice").first.click()
    expect(page.locator("#chat .do-retry")).to_have_count(2, timeout=30_000)


def test_an_example_of_the_empty_chat_can_be_asked(open_page: Open) -> None:
    page = open_page()
    expect(page.locator(".example")).to_have_count(4)
    page.locator(".example").first.click()
    expect(page.locator("#chat .do-retry")).to_have_count(1, timeout=30_000)


def test_the_plain_answer_is_copied_as_markdown(open_page: Open) -> None:
    page = open_page()
    ask(page, "precision vs recall")
    bot(page).get_by_role("button", name="Copy").click()
    expect(bot(page).get_by_role("button", name="Copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("Precision asks how many")
    assert r"| Formula | $\frac{TP}{TP+FP}$ |" in text


def test_a_new_chat_is_empty(open_page: Open) -> None:
    page = open_page()
    ask(page, "precision vs recall")
    page.get_by_role("button", name="New chat").click()
    expect(page.locator(".example").first).to_be_visible()
    expect(page.locator("#evidence .card")).to_have_count(0)
    ask(page, "l1 vs l2")
    expect(page.locator("#chat .user-row")).to_have_count(1)


def test_two_browsers_see_only_their_own_conversation(open_page: Open) -> None:
    one, other = open_page(), open_page()
    ask(one, "precision vs recall", wait=False)
    ask(other, "l1 vs l2")
    expect(one.locator("#chat .do-retry")).to_have_count(1, timeout=30_000)
    expect(one.locator("#chat")).not_to_contain_text("l1 vs l2")
    expect(other.locator("#chat")).not_to_contain_text("precision vs recall")


def test_hostile_text_stays_text(open_page: Open) -> None:
    page = open_page()
    ask(page, HOSTILE)
    expect(page.locator("#chat .typed")).to_have_text(HOSTILE)
    assert page.locator("#chat img, #chat script, #evidence img, #evidence a").count() == 0


@pytest.mark.parametrize(
    "text", ["[x](javascript:alert(1))", "$\\href{javascript:alert(1)}{x}$", "🙂 \u0007 $5 and $10"]
)
def test_odd_text_is_shown_as_typed(open_page: Open, text: str) -> None:
    page = open_page()
    ask(page, text)
    expect(page.locator("#chat .typed")).to_have_text(text.replace("\u0007", ""))
    assert page.locator("#chat .user-row :is(a, .katex)").count() == 0


def test_hostile_items_stay_text(open_page: Open, fake: FakeService, fake_url: str) -> None:
    shelf = fake.shelf
    bad = f"{HOSTILE} $<img src=http://evil.example/c.png>$ [x](http://evil.example)"
    fake.shelf = (replace(shelf[0], id="bad-001", title=bad, question=bad, body=bad, asks=("hostile imported item",)),)
    try:
        page = open_page(url=fake_url)
        ask(page, "hostile imported item")
        expect(bot(page)).to_contain_text("<script>alert(2)</script>")
        go(page, "Library")
        page.locator(".entry").first.click()
        expect(page.locator(".item-title")).to_contain_text("onerror=alert(1)")
        assert page.locator("#tabs :is(img, script, a, iframe)").count() == 0
    finally:
        fake.shelf = shelf


def test_a_hundred_thousand_characters_are_taken(open_page: Open) -> None:
    page = open_page()
    ask(page, "what about precision vs recall " * 3300)
    expect(page.locator("#chat .typed")).to_contain_text("characters; the first 1,200 are shown")


def test_the_library_is_searched_while_typing_and_an_item_is_read_with_its_formulas(open_page: Open) -> None:
    page = open_page()
    go(page, "Library")
    expect(page.locator(".entry").nth(60)).to_be_attached()
    page.get_by_label("Search the library").press_sequentially("elastic net", delay=15)
    expect(page.locator(".entry").first).to_contain_text("Elastic Net")
    expect(page.locator(".entry").nth(20)).not_to_be_attached()
    page.locator(".entry").first.click()
    expect(page.locator("#library-item .katex-display").first).to_be_visible()
    expect(page.locator("#library-item")).to_contain_text("What a good answer holds")


def test_the_library_is_filtered_by_kind_and_the_answer_of_a_quiz_item_is_hidden(open_page: Open) -> None:
    page = open_page()
    go(page, "Library")
    page.get_by_label("Kind", exact=True).click()
    page.get_by_role("option", name="Multiple choice").click()
    expect(page.locator(".count")).to_contain_text("10 of")
    page.locator(".entry").first.click()
    expect(page.get_by_text("Why not the others")).to_be_hidden()
    page.get_by_text("Show the answer").click()
    expect(page.get_by_text("Why not the others")).to_be_visible()


def test_an_item_of_the_library_is_asked_about_in_the_chat(open_page: Open) -> None:
    page = open_page()
    go(page, "Library")
    page.get_by_label("Search the library").fill("precision recall")
    page.locator(".entry", has_text="How do precision and recall differ?").click()
    page.get_by_role("button", name="Ask about this").click()
    expect(page.locator("#chat .typed")).to_have_text("How do precision and recall differ?")
    expect(page.locator("#chat .do-retry")).to_have_count(1, timeout=30_000)


def test_another_model_is_checked_and_used_for_this_session(open_page: Open, fake_url: str, fake: FakeService) -> None:
    page = open_page(url=fake_url)
    go(page, "Settings")
    page.get_by_label("An OpenAI-compatible URL").check()
    page.get_by_label("Base URL").fill("http://127.0.0.1:9/v1")
    page.get_by_label("Model", exact=True).fill("broken")
    page.get_by_role("button", name="Check and use").click()
    expect(page.locator("#settings-result")).to_contain_text("does not answer")
    page.get_by_label("Model", exact=True).fill("mine")
    page.get_by_label("Key, where").fill("sk-secret")
    page.get_by_role("button", name="Check and use").click()
    expect(page.locator("#settings-result")).to_contain_text("openai:mine answers.")
    expect(page.get_by_label("Key, where")).to_have_value("")
    go(page, "Chat")
    ask(page, "precision vs recall")
    model = fake.asked[-1][1]
    assert model is not None
    assert (model.spec, model.api_key) == ("openai:mine@http://127.0.0.1:9/v1", "sk-secret")
    assert "sk-secret" not in page.content()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_is_wider_than_the_window(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page(size)
    assert overflow(page) <= 0
    ask(page, "l1 vs l2")
    assert overflow(page) <= 0
    ask(page, "w" * 400)
    assert overflow(page) <= 0
    go(page, "Library")
    assert overflow(page) <= 0
    page.locator(".entry", has_text="Elastic Net").first.click()
    expect(page.locator("#library-item .katex-display").first).to_be_visible()
    assert overflow(page) <= 0
    go(page, "Settings")
    page.get_by_label("An OpenAI-compatible URL").check()
    assert overflow(page) <= 0


def test_the_state_of_the_models_does_not_run_under_the_tabs(open_page: Open) -> None:
    page = open_page()
    for width in (1440, 1280, 1200, 1199, 1000, 900):
        page.set_viewport_size({"width": width, "height": 800})
        said = page.locator("#header .status span:last-child").bounding_box()
        first_tab = page.get_by_role("tab", name="Chat", exact=True).bounding_box()
        assert said
        assert first_tab
        assert said["x"] + said["width"] <= first_tab["x"], width


def test_on_a_phone_the_evidence_opens_over_the_chat_and_closes_again(open_page: Open) -> None:
    page = open_page(PHONE)
    ask(page, "precision vs recall")
    expect(page.locator("#evidence")).to_be_hidden()
    bot(page).get_by_role("button", name="Evidence").click()
    expect(page.locator("#evidence .card[open] mark").first).to_be_in_viewport()
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#evidence")).to_be_hidden()
    expect(box(page)).to_be_in_viewport()


def test_on_a_phone_the_library_shows_the_list_then_the_item_and_goes_back(open_page: Open) -> None:
    page = open_page(PHONE)
    go(page, "Library")
    page.locator(".entry").first.click()
    expect(page.locator(".item-title")).to_be_visible()
    expect(page.locator(".entry").first).to_be_hidden()
    page.get_by_role("button", name="Back to the list").click()
    expect(page.locator(".entry").first).to_be_visible()


def test_light_and_dark_follow_the_system_and_can_be_switched(open_page: Open) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = open_page(), open_page(scheme="dark")
    before = light.evaluate(ground)
    assert before == "rgb(255, 255, 255)"
    assert dark.evaluate(ground) != before
    light.get_by_role("button", name="Switch between light and dark").click()
    assert light.evaluate(ground) == dark.evaluate(ground)
    light.reload()
    expect(light.locator(".example").first).to_be_visible()
    expect(light.locator("body.dark")).to_be_attached()


FOCUS = """() => {
    const element = document.activeElement;
    const framed = getComputedStyle(element.closest("#question") || element);
    const ring = getComputedStyle(element).outlineStyle !== "none" || framed.boxShadow !== "none";
    const name = element === document.body ? "" : element.ariaLabel || element.textContent || element.tagName;
    return [name.trim().slice(0, 60), ring];
}"""


def test_everything_is_reached_by_keyboard_with_a_visible_focus(open_page: Open) -> None:
    page = open_page()
    ask(page, "precision vs recall")
    seen: dict[str, bool] = {}
    for _ in range(160):
        page.keyboard.press("Tab")
        name, ring = page.evaluate(FOCUS)
        seen[name] = ring
    assert {"Library", "Settings", "Evidence", "Copy", "Try again", "New chat", "Send"} <= set(seen)
    assert [name for name, ring in seen.items() if name and not ring] == []


def test_the_answer_is_announced_and_messages_are_not_labelled_with_their_markup(open_page: Open) -> None:
    page = open_page()
    ask(page, "precision vs recall")
    expect(page.locator("#chat [role=log]")).to_have_attribute("aria-live", "polite")
    assert page.locator("#chat [data-testid=bot][aria-label]").count() == 0
    assert page.locator("footer:visible").count() == 0
