"""The measures themselves, on arrays: rankings, discrimination, selective answering, calibration.

Every measure that gets a bootstrap interval takes ``weights`` of shape (resamples, n): how often each of the n
questions stands in each resample. All ones are the questions as they are. The result has one number a resample, NaN
where it is not defined (no question of a class), so that one piece of code gives the figure and its interval.
Knows nothing of tutors or files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

RESAMPLES = 1000
SEED = 20261122


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % interval; NaN where it is not defined or has none."""

    value: float
    low: float = math.nan
    high: float = math.nan


# --- rankings ---------------------------------------------------------------------------------------------------------


def rank_of_first(ranking: Sequence[str], gold: Collection[str]) -> float:
    """Place, from 1, of the first right id; infinity where none is there. One of several right ids is enough."""
    return next((float(place) for place, id in enumerate(ranking, start=1) if id in gold), math.inf)


def ndcg(ranking: Sequence[str], gold: Collection[str], depth: int = 10) -> float:
    """Normalised discounted cumulative gain at ``depth`` with gains of 0 and 1 (Järvelin and Kekäläinen 2002)."""
    gain = sum(1 / math.log2(place + 1) for place, id in enumerate(ranking[:depth], start=1) if id in gold)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(len(gold), depth) + 1))
    return gain / ideal if ideal else math.nan


def mean(values: Floats, weights: Floats) -> Floats:
    """Weighted mean of ``values`` (n,) for each row of ``weights`` (resamples, n)."""
    return _divide(weights @ values, weights.sum(axis=1))


# --- discrimination ---------------------------------------------------------------------------------------------------


def auroc(scores: Floats, positive: Flags, negative: Flags, weights: Floats) -> Floats:
    """Probability that a positive scores above a negative, ties counting one half (Mann and Whitney 1947)."""
    high, low = scores[positive][:, None], scores[negative][None, :]
    wins = (high > low) + 0.5 * (high == low)
    up, down = weights[:, positive], weights[:, negative]
    return _divide(((up @ wins) * down).sum(axis=1), up.sum(axis=1) * down.sum(axis=1))


# --- selective answering ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RiskCoverage:
    """What happens if every question at least this sure is answered, for each sureness that occurs, surest first.

    ``coverage`` is the share of the questions that count towards it which are answered, ``risk`` the share of wrong
    ones among all that are answered; both of shape (resamples, thresholds). Questions of equal confidence are answered
    together or not at all.
    """

    thresholds: Floats
    coverage: Floats
    risk: Floats


def risk_coverage(confidence: Floats, wrong: Flags, counted: Flags, weights: Floats) -> RiskCoverage:
    """The curve of El-Yaniv and Wiener (2010). ``counted`` are the questions that coverage is a share of."""
    order, ends = _surest_first(confidence)
    answered, errors, covered = (
        np.cumsum(each[:, order], axis=1)[:, ends] for each in (weights, weights * wrong, weights * counted)
    )
    total = (weights * counted).sum(axis=1, keepdims=True)
    return RiskCoverage(confidence[order][ends], _divide(covered, total), _divide(errors, answered))


def coverage_at(curve: RiskCoverage, risk: float) -> Floats:
    """The largest coverage at no more than ``risk``, 0 where every threshold is riskier."""
    if not curve.thresholds.size or np.isnan(curve.coverage).all():
        return np.full(len(curve.coverage), math.nan)
    reached: Floats = np.where(curve.risk <= risk + 1e-12, curve.coverage, 0.0).max(axis=1)
    return reached


def aurc(confidence: Floats, wrong: Flags) -> float:
    """Area under the risk-coverage curve: the mean risk of the k surest questions over all k (Geifman and El-Yaniv
    2017). Questions of equal confidence are taken in random order, in expectation."""
    if not confidence.size:
        return math.nan
    order, ends = _surest_first(confidence)
    counts = np.concatenate([[0], ends + 1])
    errors = np.concatenate([[0], np.cumsum(wrong[order])[ends]])
    every = np.arange(1, len(confidence) + 1)
    return float(np.mean(np.interp(every, counts, errors) / every))


def clopper_pearson(count: int, total: int) -> Estimate:
    """``count`` of ``total`` as a share with its exact 95 % interval (Clopper and Pearson 1934)."""
    if not total:
        return Estimate(math.nan)
    from scipy import stats

    interval = stats.binomtest(count, total).proportion_ci(0.95, method="exact")
    return Estimate(count / total, float(interval.low), float(interval.high))


# --- calibration ------------------------------------------------------------------------------------------------------


def equal_width_bins(confidence: Floats, count: int = 10) -> Places:
    """The bin of each question, from 0, where bins are equally wide in [0, 1] (Naeini et al. 2015)."""
    return np.minimum((confidence * count).astype(np.int64), count - 1)


def equal_mass_bins(confidence: Floats, count: int = 15) -> Places:
    """The bin of each question, where bins hold about as many questions each (Nguyen and O'Connor 2015)."""
    if not confidence.size:
        return np.zeros(0, dtype=np.int64)
    edges = np.quantile(confidence, np.arange(1, count) / count)
    return np.searchsorted(edges, confidence, side="right").astype(np.int64)


def calibration_error(confidence: Floats, right: Flags, bins: Places, weights: Floats) -> Floats:
    """Expected calibration error: the mean distance of confidence and accuracy in a bin, by the number of questions in
    it (Guo et al. 2017)."""
    membership = np.eye(int(bins.max(initial=0)) + 1)[bins]
    gaps = np.abs((weights * (confidence - right)) @ membership).sum(axis=1)
    return _divide(gaps, weights.sum(axis=1))


def brier(confidence: Floats, right: Flags, weights: Floats) -> Floats:
    """Mean squared distance of confidence and outcome (Brier 1950)."""
    return mean((confidence - right) ** 2, weights)


# --- intervals --------------------------------------------------------------------------------------------------------


def bootstrap_weights(strata: Sequence[str], resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """How often each question stands in each resample, (resamples, n): drawn with replacement within its stratum."""
    random = np.random.default_rng(seed)
    weights = np.zeros((resamples, len(strata)))
    names = np.asarray(strata)
    for name in dict.fromkeys(strata):
        places = np.flatnonzero(names == name)
        weights[:, places] = random.multinomial(len(places), np.full(len(places), 1 / len(places)), size=resamples)
    return weights


def estimate(measure: Callable[[Floats], Floats], weights: Floats) -> Estimate:
    """``measure`` of the questions as they are, with the percentile interval of the bootstrap (Efron 1979)."""
    value = float(measure(np.ones((1, weights.shape[1])))[0])
    samples = measure(weights)
    samples = samples[~np.isnan(samples)]
    if math.isnan(value) or not samples.size:
        return Estimate(value)
    low, high = np.percentile(samples, [2.5, 97.5])
    return Estimate(value, float(low), float(high))


def _surest_first(confidence: Floats) -> tuple[Places, Places]:
    """The order of falling confidence, and in it the last place of each run of equal confidence."""
    order = np.argsort(-confidence, kind="stable")
    falling = confidence[order]
    ends = np.flatnonzero(np.append(falling[1:] != falling[:-1], True)) if falling.size else np.zeros(0, dtype=np.int64)
    return order.astype(np.int64), ends.astype(np.int64)


def _divide(above: Floats, below: Floats) -> Floats:
    quotient: Floats = np.divide(above, below, out=np.full(np.shape(above), math.nan), where=below != 0)
    return quotient
