"""How sure the tutor is follows from the hits alone, and never says more than they do."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor import confidence as module
from tutor.confidence import (
    CLARIFY_MARGIN,
    DIRECT_SIMILARITY,
    HIGH,
    MEDIUM,
    OFF_TOPIC_SCORE,
    confidence,
    decide,
    is_direct_match,
)
from tutor.records import Field, Hit


def _hits(*scores: float, **parts: float) -> list[Hit]:
    fields: dict[Field, float] = {
        "question": parts.get("question", 0.0),
        "ask": parts.get("ask", 0.0),
        "words": parts.get("words", 0.0),
    }
    return [Hit(f"q{number:03}", score, "both", "text", fields) for number, score in enumerate(scores, start=1)]


# --- the value --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "logit"),
    [((0.5, 0.25), -1 + 2 * 0.5 + 4 * 0.25), ((0.5,), -1 + 2 * 0.5 + 4 * 0.5), ((0.25, 0.25, 0.1), -1 + 2 * 0.25)],
)
def test_the_value_is_a_logistic_function_of_score_and_margin(
    monkeypatch: pytest.MonkeyPatch, scores: tuple[float, ...], logit: float
) -> None:
    monkeypatch.setattr(module, "INTERCEPT", -1.0)
    monkeypatch.setattr(module, "SCORE_WEIGHT", 2.0)
    monkeypatch.setattr(module, "MARGIN_WEIGHT", 4.0)
    assert confidence(_hits(*scores)).value == pytest.approx(1 / (1 + math.exp(-logit)))


def test_without_hits_there_is_no_confidence_at_all() -> None:
    sure = confidence([])
    assert (sure.value, sure.band) == (0.0, "low")
    assert "shares a word" in sure.reason


_score = st.floats(-1, 1)


@given(_score, _score, _score)
def test_a_better_or_a_more_distinct_first_hit_is_never_less_sure(first: float, second: float, gain: float) -> None:
    first, second = max(first, second), min(first, second)
    better = confidence(_hits(first + abs(gain), second)).value
    crowded = confidence(_hits(first, first)).value
    assert crowded <= confidence(_hits(first, second)).value <= better


@given(st.lists(_score, min_size=1, max_size=4), st.booleans())
def test_value_band_and_reason_agree(scores: list[float], words_only: bool) -> None:
    sure = confidence(_hits(*sorted(scores, reverse=True)), words_only)
    assert 0 <= sure.value <= 1
    assert sure.reason
    if words_only:
        assert (sure.band, sure.value <= MEDIUM) == ("low", True)
    else:
        assert sure.band == ("high" if sure.value >= HIGH else "medium" if sure.value >= MEDIUM else "low")


def test_a_clear_first_hit_is_high_and_a_crowd_is_not() -> None:
    clear, crowd = confidence(_hits(0.9, 0.3)), confidence(_hits(0.45, 0.45))
    assert (clear.band, clear.reason) == ("high", "one item clearly matches best")
    assert crowd.band != "high"
    assert crowd.reason == "several items match about equally well"


def test_a_loose_hit_says_that_it_is_loose() -> None:
    sure = confidence(_hits(OFF_TOPIC_SCORE, OFF_TOPIC_SCORE - CLARIFY_MARGIN))
    assert (sure.band, sure.reason) == ("low", "the best item matches only loosely")


def test_words_alone_never_make_sure_and_say_why() -> None:
    sure = confidence(_hits(0.99, 0.0), words_only=True)
    assert (sure.value, sure.band) == (MEDIUM, "low")
    assert "still loading" in sure.reason


# --- a direct match ---------------------------------------------------------------------------------------------------


def test_a_question_near_to_a_title_or_an_ask_is_the_items_own() -> None:
    assert is_direct_match(_hits(0.5, question=DIRECT_SIMILARITY))
    assert is_direct_match(_hits(0.5, ask=DIRECT_SIMILARITY))
    assert not is_direct_match(_hits(0.99, question=DIRECT_SIMILARITY - 0.01, ask=DIRECT_SIMILARITY - 0.01))
    assert not is_direct_match([Hit("q001", 0.9, "words", "text", {"words": 0.9})])
    assert not is_direct_match([])


# --- what follows -----------------------------------------------------------------------------------------------------


def test_no_hit_or_one_below_the_threshold_is_not_answered() -> None:
    assert decide("boil an egg softly", []) == "abstain"
    assert decide("boil an egg softly", _hits(OFF_TOPIC_SCORE - 0.001, 0.0)) == "abstain"
    assert decide("boil an egg softly", _hits(OFF_TOPIC_SCORE, 0.0)) == "answer"


def test_words_alone_have_no_threshold_yet() -> None:
    assert decide("boil an egg softly", _hits(0.01), words_only=True) == "answer"
    assert decide("boil an egg softly", [], words_only=True) == "abstain"


def test_a_bare_topic_with_several_items_is_asked_back() -> None:
    assert decide("clustering", _hits(0.5, 0.45, words=0.2)) == "clarify"
    assert decide("What is clustering data?", _hits(0.5, 0.45, words=0.2)) == "clarify"


def test_a_bare_topic_that_no_two_items_share_a_word_with_is_not_in_the_corpus() -> None:
    assert decide("batch normalization", _hits(0.5, 0.45)) == "abstain"


@pytest.mark.parametrize(
    ("question", "hits"),
    [
        ("clustering", _hits(0.5, 0.5 - CLARIFY_MARGIN - 0.01)),
        ("clustering", _hits(0.5)),
        ("clustering", _hits(0.5, 0.45, question=0.8)),
        ("how to choose clusters for customers", _hits(0.5, 0.45)),
    ],
)
def test_one_clear_item_a_direct_match_or_a_full_question_is_answered(question: str, hits: list[Hit]) -> None:
    assert decide(question, hits) == "answer"
