"""Guided mode leads to the key points by questions, answers what the learner wrote, and can be left at any time."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.corpus import read_corpus
from tutor.grading.grader import grade
from tutor.guided import Step, answer, begin, goes_on, is_request, leaves
from tutor.records import Turn
from tutor.settings import default_corpus
from tutor.teaching import hints

ITEM = next(item for item in read_corpus(default_corpus()).items if item.id == "q013")
BY_WORDS = partial(grade, embedder=None)


class Lesson:
    """A conversation in guided mode, as the chain keeps it."""

    def __init__(self) -> None:
        self.history: tuple[Turn, ...] = (Turn("user", "quiz me on bagging and boosting"),)
        self.last = begin(ITEM, (), BY_WORDS)
        self._keep(self.last)

    def say(self, message: str) -> Step:
        self.last = answer(message, ITEM, self.history, BY_WORDS)
        self.history += (Turn("user", message),)
        self._keep(self.last)
        return self.last

    def _keep(self, step: Step) -> None:
        style = "" if step.over else "guided"
        self.history += (Turn("assistant", step.text, item=ITEM.id, style=style),)  # type: ignore[arg-type]


def test_it_begins_with_the_heaviest_point_and_tells_none() -> None:
    step = begin(ITEM, (), BY_WORDS)
    assert step.text.endswith(ITEM.key_points[0].probe)
    assert not [point.text for point in ITEM.key_points if point.text in step.text]
    assert [point.text for point in step.points] == [""] * len(ITEM.key_points)


def test_a_point_that_is_said_is_quoted_and_shown_as_reached() -> None:
    lesson = Lesson()
    said = "Bagging trains its models independently of one another on bootstrap samples, in parallel."
    step = lesson.say(said)
    assert step.text.startswith(f"Yes: you said “{said.rstrip('.')}")
    assert step.points[0].text == ITEM.key_points[0].text
    assert step.text.endswith(tuple(point.probe for point in ITEM.key_points[1:]))


def test_who_does_not_know_is_told_the_point_and_asked_for_the_next() -> None:
    lesson = Lesson()
    step = lesson.say("i don't know")
    assert step.text.startswith(f"The point was: {ITEM.key_points[0].text}")
    assert step.text.endswith(ITEM.key_points[1].probe)
    assert step.points[0].text == ""


def test_a_point_that_is_missed_is_asked_for_once_more_and_then_told() -> None:
    lesson = Lesson()
    assert lesson.say("cats are nice animals").text.endswith(ITEM.key_points[0].probe)
    step = lesson.say("dogs are nice animals")
    assert f"The point was: {ITEM.key_points[0].text}" in step.text
    assert step.text.endswith(ITEM.key_points[1].probe)


def test_a_hint_climbs_and_asks_the_same_again() -> None:
    lesson = Lesson()
    for hint in hints(ITEM):
        step = lesson.say("a hint please")
        assert hint in step.text
        assert step.text.endswith(ITEM.key_points[0].probe)


def test_at_the_end_stand_what_was_reached_and_the_model_answer() -> None:
    lesson = Lesson()
    lesson.say(" ".join(point.text for point in ITEM.key_points[:-1]))
    while not lesson.last.over:
        lesson.say("no idea")
    assert ITEM.body in lesson.last.text
    assert f"of {len(ITEM.key_points)} points yourself" in lesson.last.text


def test_saying_everything_at_once_ends_the_lesson() -> None:
    step = Lesson().say(" ".join(point.text for point in ITEM.key_points))
    assert step.over
    assert all(point.verdict == "covered" for point in step.points)


@pytest.mark.parametrize("message", ["stop", "I give up", "tell me the answer", "what is the answer?", "answer"])
def test_it_is_left_at_any_time(message: str) -> None:
    assert leaves(message)
    assert goes_on(message, Lesson().history) == ITEM.id


@pytest.mark.parametrize(
    "message",
    [
        "Stop training when validation loss rises",
        "Leave-one-out cross validation",
        "Enough trees average the noise",
        "skip connections",
        "next token prediction",
        "not sure, maybe the variance",
        "Ensembles help reduce variance",
        "When the validation loss rises we stop",
        "How much each tree votes depends on its error",
        "they are trained in parallel?",
    ],
)
def test_an_answer_may_hold_the_words_of_a_request(message: str) -> None:
    history = Lesson().history
    assert goes_on(message, history) == ITEM.id
    assert not is_request(message)


@pytest.mark.parametrize(
    "message", ["skip this one", "next question please", "idk", "pass, next", "a hint please", "help me", "ok stop it"]
)
def test_a_request_is_the_whole_message(message: str) -> None:
    assert is_request(message)


def test_a_lesson_that_is_taken_up_again_knows_what_was_said() -> None:
    lesson = Lesson()
    lesson.say("Bagging trains its models independently of one another on bootstrap samples, in parallel.")
    again = begin(ITEM, (*lesson.history, Turn("user", "what is pca"), Turn("assistant", "…", item="q035")), BY_WORDS)
    assert again.points[0].verdict == "covered"
    assert not again.text.endswith(ITEM.key_points[0].probe)


def test_a_question_that_leaves_a_lesson_is_no_answer_within_it() -> None:
    lesson = Lesson()
    asked = "Does bagging train its models independently of one another on bootstrap samples, in parallel?"
    again = begin(ITEM, (*lesson.history, Turn("user", asked), Turn("assistant", "…", item="q035")), BY_WORDS)
    assert again.points[0].verdict == "missing"


def test_a_lesson_of_which_nothing_is_left_to_ask_ends_without_a_score() -> None:
    lesson = Lesson()
    while not lesson.last.over:
        lesson.say("i don't know")
    assert lesson.last.points
    again = begin(ITEM, lesson.history, BY_WORDS)
    assert (again.over, again.points) == (True, ())


def test_a_question_leaves_it_and_an_answer_goes_on() -> None:
    history = Lesson().history
    assert goes_on("what is a bootstrap sample?", history) == ""
    assert goes_on("they are trained in parallel", history) == ITEM.id
    assert goes_on("they are trained in parallel", ()) == ""


@given(st.lists(st.text(max_size=80), min_size=1, max_size=5))
def test_whatever_is_written_the_lesson_goes_on_or_ends(messages: list[str]) -> None:
    lesson = Lesson()
    for message in messages:
        if lesson.last.over:
            break
        step = lesson.say(message)
        assert step.text
        assert len(step.points) == len(ITEM.key_points)
