"""Fits the probability that the first hit answers the question, and certifies the thresholds at which it is answered.

A logistic regression of a few signals: with some hundred samples it calibrates better than anything freer. Every
threshold rests on probabilities that were cross-fitted: the questions of an item are judged by a model that saw none
of them. Knows nothing of where signals come from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutor.calibration.record import Fit
from tutor.calibration.sample import Asked, Source

RISK = 0.10
"""The share of wrong ones among answered questions that is certified, with ``CERTAINTY``."""

FOLLOW_UP_RISK = 0.15
"""The same for messages that lean on a conversation: its item lies open beside them, so a wrong answer costs less
there, and a question back more."""

CERTAINTY = 0.95
MIX: Mapping[Source, float] = {"question": 0.45, "ask": 0.15, "near miss": 0.22, "item removed": 0.08, "off topic": 0.1}
"""What people are taken to ask: six in ten questions that the corpus answers, three near misses, one off topic.

Asks count less than the project's questions, because an item's asks were written to be unlike each other: one that is
left out finds its item in 73 of 100 cases, a question by someone else in 91.
"""

FOLLOW_UP_MIX: Mapping[Source, float] = {
    "follow up": 0.5,
    "reworded follow up": 0.35,
    "follow up, missed": 0.09,
    "reworded follow up, missed": 0.06,
}
"""Of messages that lean on a conversation, one in seven is taken to be missed by the corpus: people ask on about what
they were told."""

_SHARES = {**MIX, **FOLLOW_UP_MIX}

FOLDS = 10
REGULARISATION = 1.0
ABSTAIN_BELOW = 0.2
"""Four to one against: below it the tutor says that the corpus does not hold it, and does not ask back."""

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Vector = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Fitted:
    """A fit, and the cross-fitted probabilities of the sample it was made from, in the sample's order."""

    fit: Fit
    probabilities: Vector


@dataclass(frozen=True)
class Logistic:
    """A logistic regression, and the log-odds of its own rows, each by a model that saw none of its group."""

    slopes: tuple[float, ...]
    intercept: float
    log_odds: Vector


def cross_fit(matrix: Matrix, labels: np.ndarray, groups: Sequence[str], weights: Vector) -> Logistic:
    """Shapes: (rows, signals), (rows,) of bool, (rows,), (rows,)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    middle, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    scaled = (matrix - middle) / spread

    def trained(rows: np.ndarray) -> LogisticRegression:
        model = LogisticRegression(C=REGULARISATION, max_iter=1000)
        return model.fit(scaled[rows], labels[rows], sample_weight=weights[rows])

    log_odds = np.zeros(len(labels))
    for train, held_out in GroupKFold(FOLDS).split(scaled, labels, groups=groups):
        log_odds[held_out] = trained(train).decision_function(scaled[held_out])
    whole = trained(np.arange(len(labels)))
    slopes = whole.coef_[0] / spread
    return Logistic(tuple(map(float, slopes)), float(whole.intercept_[0] - slopes @ middle), log_odds)


def fit(
    sample: Sequence[Asked], signals: Sequence[dict[str, float]], names: Sequence[str], risk: float = RISK
) -> Fitted:
    """``signals[i]`` holds all of ``names`` for ``sample[i]``; ``risk`` is what is certified."""
    matrix: Matrix = np.array([[row[name] for name in names] for row in signals], dtype=np.float64)
    right = np.array([asked.is_right for asked in sample])
    weights = mix_weights([asked.source for asked in sample])
    fitted = cross_fit(matrix, right, [asked.group for asked in sample], weights)
    probabilities = 1 / (1 + np.exp(-fitted.log_odds))
    mixed = _in_the_mix(sample)
    answer, high = (certified_threshold(probabilities[mixed], right[mixed], share) for share in (risk, risk / 2))
    made = Fit(
        dict(zip(names, fitted.slopes, strict=True)),
        fitted.intercept,
        risk,
        answer,
        high,
        ABSTAIN_BELOW,
    )
    return Fitted(made, probabilities)


def mix_weights(sources: Sequence[str], mix: Mapping[Any, float] = _SHARES) -> Vector:
    """Weights with which the sources stand to each other as in the mix; their mean is 1."""
    counts = Counter(sources)
    shares = {source: mix[source] for source in counts}
    whole = sum(shares.values())
    return np.array([shares[source] / whole * len(sources) / counts[source] for source in sources])


def certified_threshold(probabilities: Vector, right: np.ndarray, risk: float) -> float | None:
    """The lowest probability from which on the risk of a wrong answer is at most ``risk``, with ``CERTAINTY``.

    The upper bound is Clopper and Pearson's (1934), one-sided. None where no threshold can be certified: 29 answers
    without an error are the fewest for a risk of 10 %, 59 for 5 %.
    """
    from scipy.stats import beta

    order = np.argsort(-probabilities, kind="stable")
    wrong = np.cumsum(~right[order])
    answered = np.arange(1, len(order) + 1)
    bounds = beta.ppf(CERTAINTY, wrong + 1, answered - wrong)
    bounds = np.where(wrong == answered, 1.0, bounds)
    last_of_equals = np.append(np.diff(probabilities[order]) != 0, True)
    allowed = np.flatnonzero((bounds <= risk) & last_of_equals)
    return float(probabilities[order][allowed[-1]]) if len(allowed) else None


def _in_the_mix(sample: Sequence[Asked]) -> np.ndarray:
    """Places of a part of the sample in which the sources stand to each other as in their mix; counts certify, weights
    cannot."""
    places = {source: [at for at, asked in enumerate(sample) if asked.source == source] for source in _SHARES}
    size = min((len(found) / _SHARES[source] for source, found in places.items() if found), default=0.0)
    if not size:
        return np.arange(len(sample))
    chosen = [
        at
        for source, found in places.items()
        if found
        for at in np.random.default_rng(0).permutation(found)[: round(size * _SHARES[source])]
    ]
    return np.array(sorted(chosen), dtype=int)
