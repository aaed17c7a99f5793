"""Quizzes: one right option by construction, balanced keys, the same seed the same quiz, nothing told too early."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from web_fakes import curated

from tutor.errors import PracticeError
from tutor.quiz import FORMS, Quiz, QuizQuestion, QuizSetup, answer, evidence_of, finish, make_quiz, score

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ITEMS = {item.id: item for item in curated()}
POINTS = {point.text for item in curated() for point in item.key_points}
CLAIMS = {each.claim for item in curated() for each in item.misconceptions}


def quiz(seed: int = 1, **setup: object) -> Quiz:
    return make_quiz(replace(QuizSetup(number=40), **setup), curated(), seed, NOW)  # type: ignore[arg-type]


@cache
def all_questions() -> list[QuizQuestion]:
    return [question for seed in range(20) for question in quiz(seed, number=50).questions]


def test_the_same_seed_gives_the_same_quiz_and_another_one_another() -> None:
    assert quiz(3) == quiz(3)
    assert quiz(3).questions != quiz(4).questions


def test_every_question_has_distinct_options_a_reason_each_and_a_key_among_them() -> None:
    for question in all_questions():
        assert len(set(question.options)) == len(question.options) == len(question.why) >= 2
        assert 0 <= question.key < len(question.options)
        assert all(question.why)


def test_only_the_key_of_a_choose_question_is_no_misconception() -> None:
    for question in (each for each in all_questions() if each.form == "choose"):
        right = [option for option in question.options if option not in CLAIMS]
        assert right == [question.options[question.key]]
        assert right[0] in {point.text for point in ITEMS[question.item].key_points}


def test_only_the_key_of_a_fill_question_is_a_point_of_the_item_and_it_is_not_shown() -> None:
    for question in (each for each in all_questions() if each.form == "fill"):
        own = {point.text for point in ITEMS[question.item].key_points}
        assert [option for option in question.options if option in own] == [question.options[question.key]]
        assert question.options[question.key] not in question.context


def test_a_true_claim_is_a_key_point_and_a_false_one_a_misconception() -> None:
    for question in (each for each in all_questions() if each.form == "true or false"):
        claim = question.prompt.removeprefix("True or false? ")
        assert claim in (CLAIMS if question.key else POINTS)


def test_a_multiple_choice_item_keeps_its_key_through_the_shuffle() -> None:
    for question in (each for each in all_questions() if each.form == "multiple choice"):
        choices = ITEMS[question.item].choices
        assert choices is not None
        assert question.options[question.key] == choices.options[choices.key]


@pytest.mark.parametrize("seed", range(5))
def test_the_right_option_stands_in_each_place_equally_often(seed: int) -> None:
    made = quiz(seed, number=48)
    four = Counter(question.key for question in made.questions if len(question.options) == 4)
    two = Counter(question.key for question in made.questions if len(question.options) == 2)
    assert max(four.values()) - min(four[place] for place in range(4)) <= 1
    assert abs(two[0] - two[1]) <= 1


def test_a_quiz_mixes_the_forms_and_asks_every_item_before_one_comes_again() -> None:
    made = quiz(number=20)
    assert {question.form for question in made.questions} == set(FORMS)
    assert len({question.item for question in made.questions}) == 20


def test_the_ten_multiple_choice_items_can_all_be_asked() -> None:
    made = quiz(number=10, forms=("multiple choice",))
    assert len({question.item for question in made.questions}) == 10


def test_topics_limit_the_quiz_and_too_few_questions_are_said() -> None:
    made = quiz(topics=("privacy",), number=50)
    assert all("privacy" in question.topics for question in made.questions)
    assert "Only" in made.notes[0]


@pytest.mark.parametrize("setup", [{"topics": ("imported",)}, {"number": 0}, {"number": 51}, {"forms": ()}])
def test_what_cannot_be_asked_is_a_sentence(setup: dict[str, Any]) -> None:
    with pytest.raises(PracticeError, match="Expected"):
        quiz(**setup)


def test_an_immediate_quiz_tells_after_each_answer_and_takes_one_answer_only() -> None:
    made = answer(quiz(number=3), 0, 1, NOW)
    assert made.tells(0)
    assert not made.tells(1)
    with pytest.raises(PracticeError, match="answered already"):
        answer(made, 0, 0, NOW)


def test_a_held_quiz_tells_nothing_before_its_end_and_answers_may_change() -> None:
    made = answer(answer(quiz(number=3, immediate=False), 0, 1, NOW), 0, 0, NOW)
    assert (made.answers[0], score(made), evidence_of(made, "a")) == (0, (0, 0), ())
    ended = finish(made, NOW)
    assert score(ended)[1] == 1
    assert len(evidence_of(ended, "a")) == 1


@pytest.mark.parametrize(("place", "choice"), [(-1, 0), (3, 0), (0, -1), (0, 9)])
def test_an_option_that_is_not_there_is_refused(place: int, choice: int) -> None:
    with pytest.raises(PracticeError, match="no option"):
        answer(quiz(number=3), place, choice, NOW)


def test_evidence_says_right_or_wrong_on_the_items_topics() -> None:
    made = quiz(number=2)
    made = answer(made, 0, made.questions[0].key, NOW)
    made = answer(made, 1, (made.questions[1].key + 1) % 2, NOW)
    rows = evidence_of(made, "a")
    assert [row.score for row in rows] == [1.0, 0.0]
    assert [row.key for row in rows] == ["quiz:a:0", "quiz:a:1"]
    assert rows[0].topics == made.questions[0].topics
    assert made.finished == NOW
