"""Decides what the signals of an answer mean: is a key point covered, partly, missing or contradicted?

Two logistic regressions: whether a key point is said, from the signals of its presence, and whether the answer speaks
against the item, from those of opposition. Their numbers were fitted on the even-numbered items of ``tests/answers``
(paraphrases and excellent answers against off-topic and long poor ones; right answers of all kinds against fluent wrong
ones); the odd-numbered ones are for measuring. Knows nothing of texts.
"""

from __future__ import annotations

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
    that were fitted on 3 in 100 are below the first and 8 in 100 below the second. ``against``: is the answer wrong?"""

    said: Fit
    partly: float
    covered: float
    against: Fit


WITH_VECTORS = Fits(
    Fit({"meaning": 2.391, "lift": 2.095, "together": 5.268, "anywhere": 1.763, "own": 2.184}, -5.210),
    -1.29,
    -0.11,
    Fit(
        {
            "against": 1.819,
            "misfit": 4.270,
            "telling": 1.481,
            "misplaced": 0.813,
            "denied": 0.898,
            "misconception": 3.509,
            "turned": 24.675,
            "absolute": 1.161,
        },
        -1.928,
    ),
)
WORDS_ONLY = Fits(
    Fit({"together": 4.600, "anywhere": 2.237, "own": 4.420}, -3.275),
    -1.80,
    -0.29,
    Fit(
        {
            "against": 1.819,
            "misfit": 4.310,
            "telling": 1.463,
            "misplaced": 0.870,
            "denied": 1.172,
            "turned": 24.656,
            "absolute": 1.221,
        },
        -1.702,
    ),
)

DOUBTED, DOUBT = -1.0, 2.0
"""From the first log-odds of being wrong on, an answer must say its points so much more plainly."""

WRONG = 0.8
"""From these log-odds on what an answer says of a key point contradicts it."""

MOSTLY = 0.75
"""From this share of clashing sentences on an answer is wrong whatever else speaks for it: its sides are exchanged."""

OPEN_BELOW, OPEN_ABOVE = 1.0, 1.0
"""A point is open from so far below being partly said to so far above being covered."""

LOOK_SLOPE, LOOK_CENTRE = 0.5, 1.0
"""How much a chat model's log-odds of yes move those of a point being said."""


def said_log_odds(presence: Presence, fits: Fits) -> float:
    """ln(P / (1 - P)) of a key point being said, rightly or not."""
    return fits.said.log_odds(asdict(presence))


def against_log_odds(opposition: Opposition, fits: Fits) -> float:
    """ln(P / (1 - P)) of an answer being wrong as a whole."""
    odds = fits.against.log_odds(asdict(opposition))
    return max(odds, WRONG) if opposition.misplaced >= MOSTLY else odds


def doubt(said: float, against: float, fits: Fits) -> float | None:
    """How far a point is from the middle of what is open; None where it is clear, or the answer wrong."""
    if against >= WRONG or not fits.partly - OPEN_BELOW <= said <= fits.covered + OPEN_ABOVE:
        return None
    return abs(said - (fits.partly + fits.covered) / 2)


def with_second_look(said: float, yes: float) -> float:
    """The log-odds of a point being said, once a chat model's log-odds of yes are known."""
    return said + LOOK_SLOPE * (yes - LOOK_CENTRE)


def point_verdict(said: float, against: float, clashing: bool, fits: Fits) -> PointVerdict:
    """The verdict from the log-odds that a point is said, those that the answer is wrong, and whether the
    sentence that says it clashes with the item."""
    if said < fits.partly:
        return "missing"
    if against >= WRONG or (clashing and against >= 0):
        return "contradicted"
    plain = said - DOUBT * max(0.0, against - DOUBTED)
    return "covered" if plain >= fits.covered else "partly" if plain >= fits.partly else "missing"
