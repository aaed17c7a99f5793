"""Decides what the signals of an answer mean: is a key point covered, partly, missing or contradicted?

Logistic regressions: whether a key point is said, from the signals of its presence; whether the answer speaks against
the item, from those of opposition; and how much a chat model's word on that counts beside them. Their numbers were
fitted on the even-numbered items of ``tests/answers`` (paraphrases and excellent answers against off-topic and long
poor ones; right answers of all kinds against fluent wrong ones); the odd-numbered ones are for measuring. Knows nothing
of texts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from tutor.grading.opposition import Opposition
from tutor.grading.presence import Presence
from tutor.grading.records import PointVerdict


@dataclass(frozen=True)
class Fit:
    """A logistic regression: signals to log-odds."""

    weights: Mapping[str, float]
    intercept: float

    def log_odds(self, signals: Mapping[str, float]) -> float:
        return self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())


@dataclass(frozen=True)
class Fits:
    """``said``: is a key point said? From ``partly`` on in part, from ``covered`` on in full: of the paraphrased points
    of items that were not fitted on 4 in 100 are below the first and 10 in 100 below the second. ``against``: is the
    answer wrong?"""

    said: Fit
    partly: float
    covered: float
    against: Fit


WITH_VECTORS = Fits(
    Fit({"meaning": 4.067, "lift": 2.234, "together": 2.609, "own": 5.590}, -4.687),
    -0.78,
    0.01,
    Fit(
        {
            "against": 2.611,
            "misfit": 15.734,
            "telling": 2.748,
            "misplaced": 2.132,
            "denied": 4.198,
            "misconception": 5.954,
            "claimed": 3.549,
            "turned": 58.189,
            "absolute": 1.592,
        },
        -4.475,
    ),
)
WORDS_ONLY = Fits(
    Fit({"together": 6.069, "own": 5.986}, -3.434),
    -1.74,
    -0.17,
    Fit(
        {
            "against": 2.947,
            "misfit": 13.013,
            "telling": 3.057,
            "misplaced": 1.641,
            "denied": 5.602,
            "claimed": 4.869,
            "turned": 56.636,
            "absolute": 1.385,
        },
        -4.767,
    ),
)

WRONG, DOUBT_SLOPE = 1.0, 3.0
"""At these log-odds of being wrong half of a score is taken off; the second says how fast the share grows."""

CERTAIN = 2.0
"""From these log-odds on an answer contradicts whatever point it says. Of the right answers to items that were not
fitted on none has them."""

AGREEMENT_SLOPE, AGREEMENT_CENTRE = 2.5, -0.36
"""How much a chat model's log-odds of an answer being right move those of its being wrong, with vectors or without."""

MOSTLY = 0.5
"""From this shrunk share of clashing sentences on an answer is wrong whatever else speaks for it: its sides are
exchanged. It takes two sentences of two, or three of four."""


def said_log_odds(presence: Presence, fits: Fits) -> float:
    """ln(P / (1 - P)) of a key point being said, rightly or not."""
    return fits.said.log_odds(asdict(presence))


def against_log_odds(opposition: Opposition, fits: Fits, yes: float | None = None) -> float:
    """ln(P / (1 - P)) of an answer being wrong as a whole; ``yes`` is a chat model's log-odds of its being right."""
    odds = fits.against.log_odds(asdict(opposition))
    odds += 0.0 if yes is None else AGREEMENT_SLOPE * (AGREEMENT_CENTRE - yes)
    return max(odds, CERTAIN) if opposition.misplaced >= MOSTLY else odds


def doubt(against: float) -> float:
    """The share in (0, 1) of a score that is taken off, from the log-odds of the answer being wrong."""
    return 1 / (1 + math.exp(DOUBT_SLOPE * (WRONG - against)))


def point_verdict(said: float, against: float, clashing: bool, fits: Fits) -> PointVerdict:
    """The verdict from the log-odds that a point is said, those that the answer is wrong, and whether the
    sentence that says it clashes with the item. One clash is no contradiction where the rest of the answer is right."""
    if said < fits.partly:
        return "missing"
    if against >= CERTAIN or (clashing and against >= WRONG):
        return "contradicted"
    return "covered" if said >= fits.covered else "partly"
