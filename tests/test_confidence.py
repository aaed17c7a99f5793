"""How sure the tutor is follows from a calibration, and what it does from thresholds that the calibration certifies."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.calibration.record import Fit
from tutor.confidence import (
    CLARIFY_MARGIN,
    DIRECT_SIMILARITY,
    OWN_QUESTION,
    WORDS_SCORE,
    Basis,
    is_close,
    is_direct_match,
    is_own_question,
    judge,
    judge_words,
)
from tutor.records import Decision, Field, Hit, Item

BY_SCORE = Fit({"score": 2.0, "margin": 4.0}, -1.0, 0.1, 0.6, 0.8, 0.2)
BARE = Fit({"score": 1.0}, 0.0, 0.1, 0.6, 0.8, 0.2)
ASKED = "why do deep trees follow the noise"


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _hits(*scores: float, **parts: float) -> list[Hit]:
    fields: dict[Field, float] = {
        "question": parts.get("question", 0.0),
        "ask": parts.get("ask", 0.0),
        "words": parts.get("words", 0.0),
        "wording": parts.get("wording", 0.5),
    }
    return [Hit(f"q{number:03}", score, "both", "text", fields) for number, score in enumerate(scores, start=1)]


def _item(id: str, title: str, question: str, *asks: str) -> Item:
    return Item(id, title, question, "basic", "concept", "beginner", ("foundations",), "Body.", asks)


ITEMS = {
    "q001": _item("q001", "What is PCA?", "Explain PCA to me, please.", "pca in one line"),
    "q002": _item("q002", "Trees", "What is a tree?"),
    "q003": _item("q003", "Forests", "What is a forest?"),
    "q004": _item("q004", "Boosting", "What is boosting?"),
}


def _decided(probability: float, basis: Basis | None = None, question: str = ASKED) -> tuple[Decision, str]:
    verdict = judge(question, _hits(_logit(probability), -9.0), ITEMS, basis or Basis(BARE), None)
    assert verdict.confidence.value == pytest.approx(probability)
    return verdict.decision, verdict.confidence.band


# --- the probability --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "logit"),
    [((0.5, 0.25), -1 + 2 * 0.5 + 4 * 0.25), ((0.5,), -1 + 2 * 0.5 + 4 * 0.5), ((0.25, 0.25, 0.1), -1 + 2 * 0.25)],
)
def test_the_probability_is_a_logistic_function_of_the_signals(scores: Sequence[float], logit: float) -> None:
    verdict = judge(ASKED, _hits(*scores), ITEMS, Basis(BY_SCORE), None)
    assert verdict.confidence.value == pytest.approx(1 / (1 + math.exp(-logit)))


def test_the_chat_models_yes_is_one_more_signal() -> None:
    basis = Basis(Fit({"score": 2.0, "sufficiency": 0.5}, -1.0, 0.1, 0.6, 0.8, 0.2))
    yes, no = (judge(ASKED, _hits(0.5, 0.1), ITEMS, basis, odds).confidence.value for odds in (3.0, -3.0))
    assert yes == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert no == pytest.approx(1 / (1 + math.exp(1.5)))


@settings(deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=4), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_whatever_was_fitted_the_probability_is_one_and_a_decision_is_made(
    scores: list[float], weight: float, intercept: float
) -> None:
    basis = Basis(Fit({"score": weight}, intercept, 0.1, 0.6, 0.8, 0.2))
    verdict = judge(ASKED, _hits(*sorted(scores, reverse=True)), ITEMS, basis, None)
    assert 0 <= verdict.confidence.value <= 1
    assert verdict.confidence.reason
    assert verdict.decision in ("answer", "clarify", "abstain")


# --- thresholds and bands ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probability", "outcome"),
    [
        (0.81, ("answer", "high")),
        (0.79, ("answer", "medium")),
        (0.61, ("answer", "medium")),
        (0.59, ("clarify", "low")),
        (0.21, ("clarify", "low")),
        (0.19, ("abstain", "low")),
    ],
)
def test_each_threshold_parts_what_is_done_and_said(probability: float, outcome: tuple[str, str]) -> None:
    assert _decided(probability) == outcome


def test_a_threshold_belongs_to_what_lies_above_it() -> None:
    even = Fit({"score": 1.0}, 0.0, 0.1, 0.5, 0.5, 0.5)
    verdict = judge(ASKED, _hits(0.0, -1.0), ITEMS, Basis(even), None)
    assert (verdict.confidence.value, verdict.decision, verdict.confidence.band) == (0.5, "answer", "high")


@pytest.mark.parametrize(
    ("probability", "outcome"),
    [(0.81, ("answer", "medium")), (0.79, ("clarify", "low")), (0.19, ("abstain", "low"))],
)
def test_with_caution_only_what_is_certified_for_half_the_risk_is_answered_and_never_called_high(
    probability: float, outcome: tuple[str, str]
) -> None:
    assert _decided(probability, Basis(BARE, conservative=True)) == outcome


def test_where_nothing_could_be_certified_nothing_but_own_questions_is_answered() -> None:
    uncertain = Basis(Fit({"score": 1.0}, 0.0, 0.1, None, None, 0.2))
    assert _decided(0.999, uncertain) == ("clarify", "low")
    assert judge("what is pca", _hits(0.9, 0.1), ITEMS, uncertain, None).decision == "answer"


def test_without_a_calibration_the_score_alone_stands_for_the_probability() -> None:
    verdict = judge(ASKED, _hits(0.9, 0.1), ITEMS, Basis.unknown(), None)
    assert verdict.confidence.value == pytest.approx(1 / (1 + math.exp(5 - 8 * 0.9)))
    assert (verdict.decision, verdict.confidence.band) == ("clarify", "low")
    assert judge(ASKED, _hits(0.4, 0.1), ITEMS, Basis.unknown(), None).decision == "abstain"


def test_without_hits_there_is_nothing_to_be_sure_of() -> None:
    for verdict in (judge(ASKED, [], ITEMS, Basis(BARE), None), judge_words(ASKED, [], ITEMS)):
        assert (verdict.decision, verdict.confidence.value, verdict.confidence.band) == ("abstain", 0.0, "low")
        assert "shares a word" in verdict.confidence.reason


# --- own questions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question", ["What is PCA?", "what is  pca", "WHAT IS PCA!!", "Explain PCA to me, please.", "PCA, in one line."]
)
def test_an_items_own_question_is_answered_whatever_its_score(question: str) -> None:
    verdict = judge(question, _hits(-9.0, -9.0), ITEMS, Basis(BARE, conservative=True), -9.0)
    assert (verdict.decision, verdict.confidence.band) == ("answer", "high")
    assert verdict.confidence.value == OWN_QUESTION
    assert verdict.confidence.reason == "the question is one of the item's own"


@pytest.mark.parametrize("question", ["What is KPCA?", "What is PCA not?", "PCA", "What is a tree?", ""])
def test_another_question_is_not_the_items_own(question: str) -> None:
    assert not is_own_question(question, ITEMS["q001"])


# --- asking back ------------------------------------------------------------------------------------------------------


def test_a_word_that_several_items_share_is_asked_back_however_sure() -> None:
    verdict = judge("clustering", _hits(5.0, 4.96, words=0.2), ITEMS, Basis(BARE), None)
    assert (verdict.decision, verdict.is_vague) == ("clarify", True)
    assert verdict.confidence.reason == "the question is short, and several items share its words"


@pytest.mark.parametrize(
    ("question", "hits"),
    [
        ("clustering", _hits(5.0, 5.0 - CLARIFY_MARGIN - 0.01, words=0.2)),
        ("clustering", _hits(5.0, words=0.2)),
        ("clustering", _hits(5.0, 4.96)),
        ("how to choose clusters for customers", _hits(5.0, 4.96, words=0.2)),
    ],
)
def test_one_clear_item_or_a_full_question_is_answered(question: str, hits: list[Hit]) -> None:
    verdict = judge(question, hits, ITEMS, Basis(BARE), None)
    assert (verdict.decision, verdict.is_vague) == ("answer", False)


def test_a_vague_word_below_the_lowest_threshold_is_not_in_the_corpus() -> None:
    verdict = judge("clustering", _hits(_logit(0.1), _logit(0.1) - 0.01, words=0.2), ITEMS, Basis(BARE), None)
    assert (verdict.decision, verdict.is_vague) == ("abstain", False)


# --- reasons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "basis", "yes", "reason"),
    [
        (_hits(3.0, 0.1), Basis(BARE), None, "one item clearly matches best"),
        (_hits(3.0, 0.1), Basis(BARE), 2.0, "one item matches, and the chat model agrees"),
        (_hits(0.1, -1.0), Basis(BARE), None, "the best item matches only loosely"),
        (_hits(0.1, 0.09), Basis(BARE), None, "several items match about equally well"),
        (_hits(0.1, 0.09), Basis(BARE), -2.0, "the chat model finds no full answer in the best item"),
        (_hits(0.1, 0.09), Basis(BARE, True), None, "the confidence is not calibrated for what is in use"),
        (_hits(-5.0, -6.0, wording=0.0), Basis(BARE, True), -2.0, "no item comes near the question"),
        (_hits(-5.0, -6.0), Basis(BARE), -2.0, "the chat model finds no full answer in the best item"),
    ],
)
def test_the_reason_names_what_decided(hits: list[Hit], basis: Basis, yes: float | None, reason: str) -> None:
    assert judge(ASKED, hits, ITEMS, basis, yes).confidence.reason == reason


# --- words alone ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "score", "decision"),
    [
        (ASKED, WORDS_SCORE, "answer"),
        (ASKED, WORDS_SCORE - 0.01, "clarify"),
        ("what is pca", 0.01, "answer"),
    ],
)
def test_words_alone_answer_what_shares_many_and_own_questions(question: str, score: float, decision: str) -> None:
    verdict = judge_words(question, _hits(score), ITEMS)
    assert verdict.decision == decision
    assert (verdict.confidence.value, verdict.confidence.band) == (score / 2, "low")
    assert "still loading" in verdict.confidence.reason


# --- a direct match, a close one --------------------------------------------------------------------------------------


def test_a_question_near_to_a_title_or_an_ask_is_a_direct_match() -> None:
    assert is_direct_match(_hits(0.5, question=DIRECT_SIMILARITY))
    assert is_direct_match(_hits(0.5, ask=DIRECT_SIMILARITY))
    assert not is_direct_match(_hits(0.99, question=DIRECT_SIMILARITY - 0.01, ask=DIRECT_SIMILARITY - 0.01))
    assert not is_direct_match([Hit("q001", 0.9, "words", "text", {"words": 0.9})])
    assert not is_direct_match([])


def test_a_second_hit_within_the_margin_is_close() -> None:
    assert is_close(_hits(0.5, 0.5 - CLARIFY_MARGIN + 0.01))
    assert not is_close(_hits(0.5, 0.5 - CLARIFY_MARGIN - 0.01))
    assert not is_close(_hits(0.5))


def test_a_follow_up_is_judged_with_caution_where_that_was_never_calibrated() -> None:
    hits = _hits(_logit(0.7), -9.0)
    alone = judge(ASKED, hits, ITEMS, Basis(BARE), None)
    leaning = judge(ASKED, hits, ITEMS, Basis(BARE), None, lambda value: {})
    assert (alone.decision, leaning.decision) == ("answer", "clarify")
