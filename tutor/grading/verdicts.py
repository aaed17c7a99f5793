"""Decides what the signals of an answer mean: is a key point covered, partly, missing or contradicted?

Logistic regressions: whether a key point is said, from the signals of its presence; whether the answer speaks against
the item, from those of opposition, and with a chat model's word beside them. ``tutor calibrate --grader`` fits their
numbers on answers that measure nothing and writes them to ``fits.json``. Knows nothing of texts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

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
    """``said``: is a key point said? From the log-odds ``partly`` on in part, from ``covered`` on in full. ``against``:
    is the answer wrong? ``heard``: the same from the log-odds of ``against`` and a chat model's yes to its being
    right."""

    said: Fit
    partly: float
    covered: float
    against: Fit
    heard: Fit


@dataclass(frozen=True)
class GraderFits:
    """With an embedder, and by words alone."""

    with_vectors: Fits
    words_only: Fits


FITS = Path(__file__).with_name("fits.json")
_GRADER_FITS = TypeAdapter(GraderFits)

WRONG, DOUBT_SLOPE = 1.0, 3.0
"""At these log-odds of being wrong half of a score is taken off; the second says how fast the share grows."""

CERTAIN = 2.0
"""From these log-odds on an answer contradicts whatever point it says."""

MOSTLY = 0.5
"""From this shrunk share of clashing sentences on an answer is wrong whatever else speaks for it: its sides are
exchanged. It takes two sentences of two, or three of four."""


def read_fits(path: Path = FITS) -> GraderFits:
    return _GRADER_FITS.validate_json(path.read_bytes())


def write_fits(fits: GraderFits, path: Path = FITS) -> None:
    path.write_bytes(_GRADER_FITS.dump_json(fits, indent=1) + b"\n")


def said_log_odds(presence: Presence, fits: Fits) -> float:
    """ln(P / (1 - P)) of a key point being said, rightly or not."""
    return fits.said.log_odds(asdict(presence))


def against_log_odds(opposition: Opposition, fits: Fits, yes: float | None = None, whole: bool = True) -> float:
    """ln(P / (1 - P)) of an answer being wrong as a whole; ``yes`` is a chat model's log-odds of its being right. Of an
    answer that is not ``whole`` the model can say that something is wrong, not that nothing is."""
    odds = fits.against.log_odds(asdict(opposition))
    if yes is not None:
        heard = fits.heard.log_odds({"against": odds, "yes": yes})
        odds = heard if whole else max(odds, heard)
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


_SHIPPED = read_fits()
WITH_VECTORS, WORDS_ONLY = _SHIPPED.with_vectors, _SHIPPED.words_only
