"""Thresholds are certified by exact bounds, on probabilities of questions that the fit has not seen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from tutor.calibration.fitting import (
    ABSTAIN_BELOW,
    CERTAINTY,
    FOLLOW_UP_MIX,
    FOLLOW_UP_RISK,
    MIX,
    RISK,
    certified_threshold,
    fit,
    mix_weights,
)
from tutor.calibration.sample import Asked, Source


def _threshold(right: list[bool], risk: float, probabilities: list[float] | None = None) -> float | None:
    given = probabilities or [1 - place / 1000 for place in range(len(right))]
    return certified_threshold(np.array(given), np.array(right, dtype=bool), risk)


# --- certified thresholds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("risk", "fewest"), [(0.10, 29), (0.05, 59)])
def test_so_many_answers_without_an_error_certify_a_risk_and_one_less_does_not(risk: float, fewest: int) -> None:
    assert CERTAINTY == 0.95
    assert (1 - risk) ** fewest <= 0.05 < (1 - risk) ** (fewest - 1)
    assert _threshold([True] * fewest, risk) == pytest.approx(1 - (fewest - 1) / 1000)
    assert _threshold([True] * (fewest - 1), risk) is None


def test_one_error_needs_forty_six_answers_for_a_risk_of_ten_percent() -> None:
    def by_chance(answers: int) -> float:
        """The probability of at most one error among so many, where one in ten is wrong."""
        return float(0.9**answers + answers * 0.1 * 0.9 ** (answers - 1))

    assert by_chance(46) <= 0.05 < by_chance(45)
    assert _threshold([False] + [True] * 45, 0.1) == pytest.approx(1 - 45 / 1000)
    assert _threshold([False] + [True] * 44, 0.1) is None


def test_the_threshold_is_the_lowest_that_is_certified() -> None:
    right = [True] * 40 + [False] * 10
    assert _threshold(right, 0.1) == pytest.approx(1 - 39 / 1000)


def test_the_order_of_the_sample_does_not_matter() -> None:
    right = np.array([True] * 40 + [False] * 10)
    probabilities = 1 - np.arange(50) / 1000
    shuffled = np.random.default_rng(1).permutation(50)
    assert certified_threshold(probabilities[shuffled], right[shuffled], 0.1) == pytest.approx(0.961)


def test_questions_of_equal_probability_are_answered_together_or_not_at_all() -> None:
    assert _threshold([True] * 29 + [False] * 20, 0.1, [0.9] * 49) is None
    assert _threshold([True] * 29 + [False] * 20, 0.1, [0.9] * 29 + [0.8] * 20) == 0.9


@pytest.mark.parametrize("right", [[False] * 100, [True, False] * 100, []])
def test_what_cannot_be_certified_has_no_threshold(right: list[bool]) -> None:
    assert _threshold(right, 0.1) is None


# --- the mix ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mix", [MIX, FOLLOW_UP_MIX], ids=["questions", "follow-ups"])
def test_the_mix_is_a_whole(mix: Mapping[Source, float]) -> None:
    assert sum(mix.values()) == pytest.approx(1)


def test_weights_bring_the_sources_into_the_mix_and_have_a_mean_of_one() -> None:
    sources: list[Source] = ["question", "question", "question", "ask"]
    weights = mix_weights(sources)
    assert weights == pytest.approx([0.75 * 4 / 3] * 3 + [0.25 * 4] * 1)
    assert weights.mean() == pytest.approx(1)


def test_every_source_weighs_its_share_however_many_questions_it_has() -> None:
    counts: dict[Source, int] = {"question": 5, "ask": 50, "near miss": 7, "item removed": 50, "off topic": 3}
    sources = [source for source, count in counts.items() for _ in range(count)]
    weights = mix_weights(sources)
    for source in counts:
        share = sum(weight for weight, each in zip(weights, sources, strict=True) if each == source) / weights.sum()
        assert share == pytest.approx(MIX[source])


# --- the fit ----------------------------------------------------------------------------------------------------------


def _sample(groups: int = 120) -> tuple[list[Asked], list[dict[str, float]]]:
    """Right questions score high, wrong ones low, with some that lie between; three questions a group."""
    draw = np.random.default_rng(3)
    sample: list[Asked] = []
    signals: list[dict[str, float]] = []
    for group in range(groups):
        for source in ("question", "near miss", "off topic"):
            right = source == "question"
            sample.append(Asked(f"{group} {source}", source, f"g{group}", (), right))
            signals.append({"score": float(draw.normal(2.0 if right else 0.0, 0.4)), "noise": float(draw.normal())})
    return sample, signals


def test_a_signal_that_tells_right_from_wrong_is_weighed_and_noise_is_not() -> None:
    sample, signals = _sample()
    made = fit(sample, signals, ("score", "noise")).fit
    assert made.weights["score"] > 2
    assert abs(made.weights["noise"]) < made.weights["score"] / 5
    assert made.probability({"score": 2.0, "noise": 0.0}) > 0.9
    assert made.probability({"score": 0.0, "noise": 0.0}) < 0.1
    assert (made.risk, made.abstain) == (RISK, ABSTAIN_BELOW)
    assert made.answer is not None


def test_a_higher_risk_is_certified_from_a_lower_threshold_on() -> None:
    sample, signals = _sample()
    strict, loose = (fit(sample, signals, ("score", "noise"), risk).fit for risk in (RISK, FOLLOW_UP_RISK))
    assert (strict.risk, loose.risk) == (RISK, FOLLOW_UP_RISK)
    assert strict.answer is not None
    assert loose.answer is not None
    assert loose.answer < strict.answer


def test_the_weights_are_those_of_the_signals_as_they_come() -> None:
    """Scaling within the fit must not leak out: the same questions in other units get the same probabilities."""
    sample, signals = _sample()
    scaled = [{"score": row["score"] * 100 + 7, "noise": row["noise"]} for row in signals]
    one, other = (fit(sample, rows, ("score", "noise")).fit for rows in (signals, scaled))
    assert other.weights["score"] == pytest.approx(one.weights["score"] / 100, rel=1e-3)
    for row, as_scaled in zip(signals[:20], scaled[:20], strict=True):
        assert other.probability(as_scaled) == pytest.approx(one.probability(row), abs=1e-3)


def test_a_sample_that_is_too_small_certifies_nothing() -> None:
    sample, signals = _sample(12)
    made = fit(sample, signals, ("score", "noise")).fit
    assert (made.answer, made.high) == (None, None)


def test_the_questions_of_an_item_are_judged_by_a_fit_that_saw_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.linear_model import LogisticRegression

    sample, signals = _sample(30)
    rows = np.array([[row["score"]] for row in signals])
    scaled = (rows - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-9)
    groups = {round(float(value), 9): asked.group for value, asked in zip(scaled[:, 0], sample, strict=True)}
    seen: list[set[str]] = []
    judged: list[set[str]] = []
    train, predict = LogisticRegression.fit, LogisticRegression.decision_function

    def _groups(matrix: Any) -> set[str]:
        return {groups[round(float(value), 9)] for value in matrix[:, 0]}

    def spy_fit(self: Any, matrix: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(_groups(matrix))
        return train(self, matrix, *args, **kwargs)

    def spy_predict(self: Any, matrix: Any) -> Any:
        judged.append(_groups(matrix))
        return predict(self, matrix)

    monkeypatch.setattr(LogisticRegression, "fit", spy_fit)
    monkeypatch.setattr(LogisticRegression, "decision_function", spy_predict)
    fitted = fit(sample, signals, ("score",))
    assert len(judged) == 10
    assert all(not trained & held_out for trained, held_out in zip(seen, judged, strict=False))
    assert set().union(*judged) == set(groups.values())
    assert seen[-1] == set(groups.values())
    assert len(fitted.probabilities) == len(sample)


def test_the_thresholds_rest_on_the_cross_fitted_probabilities_in_the_mix() -> None:
    """Of 120 questions, 120 near misses and 120 off-topic ones, 120, 59 and 27 stand to each other as in the mix."""
    sample, signals = _sample()
    fitted = fit(sample, signals, ("score", "noise"))
    assert fitted.fit.answer in fitted.probabilities
    answered = fitted.probabilities >= (fitted.fit.answer or math.inf)
    right = np.array([asked.is_right for asked in sample])
    assert answered[right].mean() > 0.9
    assert answered[~right].mean() < 0.2
