"""Figures that can be counted by hand, and scikit-learn's where it has the same one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score, roc_auc_score

from tutor.evaluation import metrics
from tutor.evaluation.metrics import Flags, Floats


def _once(count: int) -> Floats:
    return np.ones((1, count))


def _floats(*values: float) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _flags(*values: int) -> Flags:
    return np.asarray(values, dtype=np.bool_)


# --- rankings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ranking", "gold", "rank"),
    [("ab", "a", 1), ("ba", "a", 2), ("xyzva", "a", 5), ("", "a", math.inf), ("xy", "a", math.inf), ("xba", "ab", 2)],
)
def test_the_rank_is_that_of_the_first_right_item(ranking: str, gold: str, rank: float) -> None:
    assert metrics.rank_of_first(ranking, set(gold)) == rank


@pytest.mark.parametrize(
    ("ranking", "gold", "value"),
    [
        ("abc", "a", 1),
        ("bac", "a", 1 / math.log2(3)),
        ("xyz", "a", 0),
        ("axb", "ab", (1 + 1 / 2) / (1 + 1 / math.log2(3))),
        ("abcdefghijk", "k", 0),
        ("", "a", 0),
    ],
)
def test_ndcg_by_hand(ranking: str, gold: str, value: float) -> None:
    assert metrics.ndcg(ranking, set(gold)) == pytest.approx(value)


def test_ndcg_without_a_gold_is_not_defined() -> None:
    assert math.isnan(metrics.ndcg("abc", set()))


@given(st.permutations(range(12)), st.sets(st.integers(0, 11), min_size=1))
def test_ndcg_is_that_of_scikit_learn(order: Sequence[int], gold: set[int]) -> None:
    gains = [[float(item in gold) for item in range(12)]]
    scores = [[-float(order.index(item)) for item in range(12)]]
    mine = metrics.ndcg([str(item) for item in order], {str(item) for item in gold})
    assert mine == pytest.approx(ndcg_score(gains, scores, k=10))


def test_a_mean_counts_each_question_as_often_as_it_stands_in_the_resample() -> None:
    weights = np.asarray([[1.0, 1, 1, 1], [4, 0, 0, 0], [0, 1, 3, 0], [0, 0, 0, 0]])
    means = metrics.mean(_floats(1, 0, 0.5, 0.5), weights)
    assert means[:3] == pytest.approx([0.5, 1, 0.375])
    assert math.isnan(means[3])


# --- discrimination ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("positives", "negatives", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1),
        ([0.1], [0.9], 0),
        ([0.5], [0.5], 1 / 2),
        ([0.9, 0.5], [0.5, 0.1], 3.5 / 4),
        ([0.3, 0.6, 0.9], [0.4, 0.7], 3 / 6),
        ([0.3], [], math.nan),
        ([], [0.3], math.nan),
    ],
)
def test_auroc_is_the_share_of_pairs_in_the_right_order(
    positives: list[float], negatives: list[float], expected: float
) -> None:
    scores, positive = _floats(*positives, *negatives), _flags(*[1] * len(positives), *[0] * len(negatives))
    found = metrics.auroc(scores, positive, ~positive, _once(len(scores)))[0]
    assert found == pytest.approx(expected, nan_ok=True)


_scored = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(1, 4)), min_size=2, max_size=20)


@given(_scored)
def test_auroc_is_that_of_scikit_learn_with_weights_too(rows: list[tuple[int, bool, int]]) -> None:
    scores, positive = _floats(*[row[0] for row in rows]), _flags(*[row[1] for row in rows])
    weights = _floats(*[row[2] for row in rows])
    if positive.all() or not positive.any():
        return
    found = metrics.auroc(scores, positive, ~positive, weights[None, :])[0]
    assert found == pytest.approx(roc_auc_score(positive, scores, sample_weight=weights))


# --- selective answering ----------------------------------------------------------------------------------------------


def test_risk_and_coverage_by_hand() -> None:
    """Right, near miss, right, wrong, right: the second answer is wrong and answers no answerable question."""
    confidence, wrong, answerable = _floats(0.9, 0.8, 0.7, 0.6, 0.5), _flags(0, 1, 0, 1, 0), _flags(1, 0, 1, 1, 1)
    curve = metrics.risk_coverage(confidence, wrong, answerable, _once(5))
    assert curve.risk[0] == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4, 2 / 5])
    assert curve.coverage[0] == pytest.approx([1 / 4, 1 / 4, 2 / 4, 3 / 4, 1])
    assert [metrics.coverage_at(curve, risk)[0] for risk in (0, 0.32, 1 / 3, 0.4)] == [1 / 4, 1 / 4, 1 / 2, 1]


def test_questions_of_equal_confidence_are_answered_together() -> None:
    curve = metrics.risk_coverage(_floats(0.5, 0.9, 0.5, 0.5), _flags(1, 0, 0, 0), _flags(1, 1, 1, 1), _once(4))
    assert curve.thresholds.tolist() == [0.9, 0.5]
    assert curve.risk[0] == pytest.approx([0, 1 / 4])
    assert metrics.coverage_at(curve, 0.2)[0] == 1 / 4
    assert metrics.coverage_at(curve, 0.25)[0] == 1


def test_a_question_that_stands_twice_counts_twice() -> None:
    weights = np.asarray([[2.0, 0, 1]])
    curve = metrics.risk_coverage(_floats(0.9, 0.8, 0.7), _flags(0, 1, 1), _flags(1, 1, 1), weights)
    assert curve.risk[0] == pytest.approx([0, 0, 1 / 3])
    assert curve.coverage[0] == pytest.approx([2 / 3, 2 / 3, 1])


@pytest.mark.parametrize(("wrong", "coverage"), [((0, 0), 1), ((1, 1), 0), ((1, 0), 0)])
def test_coverage_is_whole_where_all_is_right_and_none_where_the_surest_is_wrong(
    wrong: tuple[int, int], coverage: float
) -> None:
    curve = metrics.risk_coverage(_floats(0.9, 0.1), _flags(*wrong), _flags(1, 1), _once(2))
    assert metrics.coverage_at(curve, 0.1)[0] == coverage


def test_coverage_without_an_answerable_question_is_not_defined() -> None:
    curve = metrics.risk_coverage(_floats(0.9, 0.1), _flags(1, 1), _flags(0, 0), _once(2))
    assert math.isnan(metrics.coverage_at(curve, 0.1)[0])


@pytest.mark.parametrize(
    ("confidence", "wrong", "area"),
    [
        ((0.9, 0.8, 0.7), (0, 0, 1), (0 + 0 + 1 / 3) / 3),
        ((0.9, 0.8, 0.7), (1, 0, 0), (1 + 1 / 2 + 1 / 3) / 3),
        ((0.9, 0.8, 0.7), (1, 1, 1), 1),
        ((0.9, 0.8, 0.7), (0, 0, 0), 0),
        ((0.5, 0.5), (0, 1), 1 / 2),
        ((0.9, 0.5, 0.5), (0, 1, 0), (0 + 1 / 4 + 1 / 3) / 3),
        ((), (), math.nan),
    ],
)
def test_the_area_under_risk_and_coverage_by_hand(
    confidence: tuple[float, ...], wrong: tuple[int, ...], area: float
) -> None:
    assert metrics.aurc(_floats(*confidence), _flags(*wrong)) == pytest.approx(area, nan_ok=True)


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=15))
def test_the_order_of_the_questions_changes_no_figure(rows: list[tuple[int, bool]]) -> None:
    again = sorted(rows, key=lambda row: (row[1], row[0]))
    areas = [
        metrics.aurc(_floats(*[row[0] for row in each]), _flags(*[row[1] for row in each])) for each in (rows, again)
    ]
    assert areas[0] == pytest.approx(areas[1])


def test_the_exact_interval_is_the_one_of_the_tables() -> None:
    """Of 59 without an error at most 5 % are wrong at 95 % one-sided; two-sided 0 of 59 reaches 6.06 %."""
    none = metrics.clopper_pearson(0, 59)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 59))
    half = metrics.clopper_pearson(5, 10)
    assert [half.low, half.high] == pytest.approx([0.1871, 0.8129], abs=1e-4)
    assert math.isnan(metrics.clopper_pearson(0, 0).value)


# --- calibration ------------------------------------------------------------------------------------------------------


def test_calibration_error_by_hand() -> None:
    """One bin of (.9, .9) with one right of two: .4 off; one of (.2) that is wrong: .2 off."""
    confidence, right = _floats(0.9, 0.9, 0.2), _flags(1, 0, 0)
    bins = metrics.equal_width_bins(confidence)
    assert bins.tolist() == [9, 9, 2]
    assert metrics.calibration_error(confidence, right, bins, _once(3))[0] == pytest.approx((2 * 0.4 + 0.2) / 3)


@pytest.mark.parametrize(("confidence", "error"), [((1, 1, 0), 0), ((0, 0, 1), 1), ((0.5, 0.5, 0.5), 1 / 6)])
def test_calibration_error_is_none_where_all_came_true_and_whole_where_nothing_did(
    confidence: tuple[float, ...], error: float
) -> None:
    sure, right = _floats(*confidence), _flags(1, 1, 0)
    found = metrics.calibration_error(sure, right, metrics.equal_width_bins(sure), _once(3))
    assert found[0] == pytest.approx(error)


def test_bins_of_equal_mass_hold_about_as_many_and_keep_equal_confidence_together() -> None:
    assert np.bincount(metrics.equal_mass_bins(np.linspace(0, 1, 150))).tolist() == [10] * 15
    tied = metrics.equal_mass_bins(_floats(*[0.3] * 40, *np.linspace(0.4, 0.9, 20)))
    assert len(set(tied[:40].tolist())) == 1


def test_brier_by_hand() -> None:
    assert metrics.brier(_floats(1, 0.5, 0), _flags(1, 1, 1), _once(3))[0] == pytest.approx((0 + 0.25 + 1) / 3)


# --- intervals --------------------------------------------------------------------------------------------------------


def test_a_resample_draws_as_many_questions_of_each_file_as_it_holds() -> None:
    weights = metrics.bootstrap_weights(["a", "b", "a", "a", "b"], resamples=50)
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()
    assert (weights[:, [1, 4]].sum(axis=1) == 2).all()
    assert len({tuple(row) for row in weights.tolist()}) > 10


def test_the_same_seed_gives_the_same_interval_and_another_seed_does_not() -> None:
    strata = ["a"] * 30
    one, same, other = (metrics.bootstrap_weights(strata, 20, seed) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_the_interval_of_a_share_is_about_that_of_the_normal_distribution() -> None:
    values = _floats(*[1] * 80, *[0] * 20)
    found = metrics.estimate(partial(metrics.mean, values), metrics.bootstrap_weights(["a"] * 100))
    assert found.value == 0.8
    assert [found.low, found.high] == pytest.approx([0.8 - 1.96 * 0.04, 0.8 + 1.96 * 0.04], abs=0.015)


def test_a_figure_that_is_not_defined_has_no_interval() -> None:
    weights = metrics.bootstrap_weights(["a", "a"])
    positive = _flags(1, 1)
    found = metrics.estimate(partial(metrics.auroc, _floats(1, 2), positive, ~positive), weights)
    assert all(math.isnan(value) for value in (found.value, found.low, found.high))


def test_no_question_at_all_is_no_error() -> None:
    none, no_flags, weights = _floats(), _flags(), metrics.bootstrap_weights([])
    curve = metrics.risk_coverage(none, no_flags, no_flags, weights)
    assert np.isnan(metrics.coverage_at(curve, 0.1)).all()
    assert np.isnan(metrics.mean(none, weights)).all()
    for bins in (metrics.equal_width_bins(none), metrics.equal_mass_bins(none)):
        assert np.isnan(metrics.calibration_error(none, no_flags, bins, weights)).all()
