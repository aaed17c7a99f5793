"""An item is told in other ways in the corpus's own words, and what is not told so is not made up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.acts import clean
from tutor.corpus import read_corpus
from tutor.records import Exercise, Item, KeyPoint, Misconception, Style, Teaching, Turn
from tutor.settings import default_corpus
from tutor.teaching import hints, hints_given, offers, told
from tutor.teaching_request import WITH_A_TOPIC, TeachingRequest, teaching_request, topic_told

QUESTIONS = Path(__file__).parent / "questions"
PCA = Item(
    id="q035",
    title="What is PCA?",
    question="What is PCA?",
    section="basic",
    kind="concept",
    level="beginner",
    topics=("foundations",),
    body="PCA turns the axes. For example, height and arm length become size.",
    key_points=(KeyPoint("PCA turns the axes.", 3, "What happens to the axes?"), KeyPoint("It is linear.", 1)),
    misconceptions=(Misconception("PCA selects columns.", "It makes new ones."),),
    teaching=Teaching("Simply.", "An example.", "A likeness.", "One sentence.", ("Look.", "The key.", "A case.")),
)
PLAIN = replace(PCA, id="q036", title="What is LDA?", teaching=None)
ITEMS = {item.id: item for item in (PCA, PLAIN)}


def turn(style: Style, item: str = "q035", text: str = "…") -> tuple[Turn, Turn]:
    return Turn("user", "?"), Turn("assistant", text, item=item, style=style)


# --- the request ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "style"),
    [
        ("simpler please", "simpler"),
        ("i dont get it", "simpler"),
        ("can you explain that in simple words", "simpler"),
        ("eli5", "simpler"),
        ("explain it to me like a recruiter would", "simpler"),
        ("how would you explain that to a non-technical manager", "simpler"),
        ("too complicated. explain simpler", "simpler"),
        ("give me an example", "example"),
        ("another example with small numbers pls", "example"),
        ("analogy?", "analogy"),
        ("in one sentence for an interview", "sentence"),
        ("tldr", "summary"),
        ("summarise", "summary"),
        ("go deeper", "deeper"),
        ("tell me more", "deeper"),
        ("hint, don't tell", "hint"),
        ("another hint", "hint"),
        ("quiz me on this", "guided"),
        ("simplify that please", "simpler"),
        ("that's too hard", "simpler"),
        ("make it shorter", "sentence"),
        ("too long", "sentence"),
        ("show me more", "deeper"),
        ("continue", "deeper"),
        ("summarise our conversation", "summary"),
        ("recap so far", "summary"),
        ("recap what we talked about", "summary"),
    ],
)
def test_a_wish_for_another_way_of_telling_is_heard(message: str, style: Style) -> None:
    assert teaching_request(clean(message)) == TeachingRequest(style, "")


def test_a_wish_can_name_its_topic() -> None:
    assert teaching_request("an analogy for gradient descent") == TeachingRequest("analogy", "gradient descent")
    assert teaching_request("quiz me on bagging") == TeachingRequest("guided", "bagging")


def test_questions_of_people_are_told_otherwise_only_where_they_ask_for_it() -> None:
    rows = (QUESTIONS / "answerable.jsonl").read_text(encoding="utf-8").splitlines()
    wishes = [(text, teaching_request(clean(text))) for text in (json.loads(row)["question"] for row in rows)]
    changed = [text for text, wish in wishes if wish and wish.style in WITH_A_TOPIC]
    assert len(wishes) > 250
    assert all("in one sentence" in text or "in simple words" in text for text in changed)
    assert not [text for text, wish in wishes if wish and not wish.topic]


@pytest.mark.parametrize(
    "message",
    [
        "is it easier to tune than boosting?",
        "which is simpler?",
        "is ridge simpler?",
        "What happens when a decision tree is too complex?",
        "why is a convex loss easier to optimise?",
        "my model is too complex",
        "how do I simplify a decision tree?",
        "what is a simple language model?",
        "what if gradients do not get updated",
        "i want to try gradient boosting",
        "my residual plots do not tell me anything",
        "how do I fit a model in one line of code",
        "should I continue training?",
    ],
)
def test_a_question_that_holds_a_word_of_a_wish_is_a_question(message: str) -> None:
    assert teaching_request(message) is None


@pytest.mark.parametrize("message", ["explain PCA simpler please", "simpler: PCA", "can you explain PCA more simply?"])
def test_simpler_at_an_end_of_a_message_is_a_wish_with_a_topic(message: str) -> None:
    request = teaching_request(message)
    assert request is not None
    assert (request.style, "PCA" in request.topic) == ("simpler", True)


def test_what_was_told_in_a_style_is_known_without_it() -> None:
    assert topic_told("simpler", "Explain in the simplest words: What is PCA?") == "What is PCA?"
    assert topic_told("", "Explain in the simplest words: What is PCA?").startswith("Explain")


def test_a_long_message_is_a_question() -> None:
    assert teaching_request(" ".join(["example"] * 15)) is None


@given(st.text(max_size=120))
def test_no_message_makes_the_reading_fail(message: str) -> None:
    request = teaching_request(clean(message))
    assert request is None or request.style


# --- the telling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("simpler", "Simply."),
        ("example", "An example."),
        ("analogy", "A likeness."),
        ("sentence", "One sentence."),
        ("summary", "- PCA turns the axes.\n- It is linear."),
    ],
)
def test_each_way_of_telling_has_its_words(style: Style, text: str) -> None:
    assert told(style, PCA, (), ITEMS) == text


def test_a_second_example_is_the_one_of_the_answer() -> None:
    assert told("example", PCA, turn("example"), ITEMS) == "For example, height and arm length become size."


def test_deeper_is_the_answer_first_and_then_what_candidates_get_wrong() -> None:
    assert told("deeper", PCA, (), ITEMS) == PCA.body
    assert "*PCA selects columns.* It makes new ones." in told("deeper", PCA, turn("", text=PCA.body), ITEMS)


def test_a_summary_has_a_line_for_each_item_spoken_of() -> None:
    spoken = (*turn("", "q036"), *turn(""))
    assert told("summary", PCA, spoken, ITEMS) == (
        "- **What is LDA?** PCA turns the axes.\n- **What is PCA?** One sentence."
    )


def test_hints_climb_and_end_in_the_answer() -> None:
    history: tuple[Turn, ...] = ()
    for number, hint in enumerate(("Look.", "The key.", "A case."), start=1):
        text = told("hint", PCA, history, ITEMS)
        assert hint in text
        assert f"({number} of 3)" in text
        assert PCA.body not in text
        offered = offers("hint", PCA, history)[0].question
        assert offered == ("Tell me the answer" if number == 3 else "Give me another hint")
        history += turn("hint")
    assert told("hint", PCA, history, ITEMS) == PCA.body


def test_another_question_in_between_starts_the_ladder_anew() -> None:
    assert hints_given(PCA, (*turn("hint"), *turn("hint"))) == 2
    assert hints_given(PCA, (*turn("hint"), *turn("", "q036"), *turn("hint"))) == 1
    assert hints_given(PCA, (*turn("hint"), *turn("hint", "q036"))) == 0


def test_a_coding_item_has_the_hints_of_its_exercise() -> None:
    exercise = Exercise("f", "f()", "f()", "", hints=("One.", "Two.", "Three."))
    assert hints(replace(PCA, exercise=exercise)) == ("One.", "Two.", "Three.")


def test_an_item_that_is_told_in_one_way_only_has_its_key_points_and_no_analogy() -> None:
    assert told("simpler", PLAIN, (), ITEMS) == "- PCA turns the axes."
    assert told("sentence", PLAIN, (), ITEMS) == "PCA turns the axes."
    assert told("analogy", PLAIN, (), ITEMS) == ""
    assert told("hint", PLAIN, (), ITEMS) == PLAIN.body


# --- the corpus -------------------------------------------------------------------------------------------------------

CURATED = [item for item in read_corpus(default_corpus()).items if item.kind != "mcq"]


def test_every_item_of_the_corpus_is_told_in_every_way() -> None:
    assert len(CURATED) > 70
    assert [item.id for item in CURATED if not item.teaching or len(hints(item)) != 3] == []
    assert [item.id for item in CURATED if not all(point.probe.endswith("?") for point in item.key_points)] == []


def test_no_hint_holds_a_key_point() -> None:
    shown = [
        (item.id, point.text)
        for item in CURATED
        for point in item.key_points
        for hint in hints(item)
        if point.text in hint
    ]
    assert shown == []
