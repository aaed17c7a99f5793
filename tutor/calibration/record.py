"""A calibration: what was fitted, for which embedder, prompts, chat model and items, and how it is kept in a file.

Knows nothing of how it is fitted.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tutor.errors import CalibrationError
from tutor.signals import FOLLOW_UP_SIGNALS, RETRIEVAL_SIGNALS, SUFFICIENCY, Signals

SHIPPED = Path(__file__).parent / "shipped.json"
CHANGED_SHARE = 0.2
"""A corpus that has grown or shrunk by more than this share is another one than was calibrated on."""


@dataclass(frozen=True)
class Fit:
    """A logistic model and its thresholds, all probabilities in [0, 1].

    ``answer``: at and above it the risk of a wrong answer is certified to be at most ``risk``; None where the sample
    could not certify any. ``high``: the same for half that risk. ``abstain``: below it no item is near an answer.
    """

    weights: dict[str, float]
    intercept: float
    risk: float
    answer: float | None
    high: float | None
    abstain: float

    def probability(self, signals: Signals) -> float:
        """That the first hit answers the question."""
        logit = self.intercept + sum(weight * signals[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, logit))))


@dataclass(frozen=True)
class Calibration:
    """``with_model`` goes with ``chat_model`` only; ``items`` are the ids that were searched. ``follow_up`` and
    ``follow_up_with_model`` weigh a message that leans on the conversation, on top of the other two."""

    date: str
    embedder: str
    prompts: str
    chat_model: str
    items: tuple[str, ...]
    without_model: Fit
    with_model: Fit | None
    follow_up: Fit | None = None
    follow_up_with_model: Fit | None = None

    def mismatch(self, items: Collection[str]) -> str:
        """What speaks against using it on an index of these searched ids, as a sentence; empty where nothing does."""
        known, now = set(self.items), set(items)
        grown, shrunk = len(now - known) / len(known), len(known - now) / len(known)
        if max(grown, shrunk) <= CHANGED_SHARE:
            return ""
        change = f"grown by {grown:.0%}" if grown >= shrunk else f"shrunk by {shrunk:.0%}"
        return f"the corpus has {change} since the confidence was calibrated"


_CALIBRATION = TypeAdapter(Calibration)


def read_calibration(path: Path) -> Calibration:
    """Raises CalibrationError where the file is missing, damaged or something else."""
    try:
        calibration = _CALIBRATION.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CalibrationError(f"{path} cannot be read as a calibration", "one", "tutor calibrate") from error
    if not calibration.items or not _is_usable(calibration):
        raise CalibrationError(f"{path} holds no usable calibration", "one", "tutor calibrate")
    return calibration


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Replaces ``path`` in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".partial")
    beside.write_bytes(_CALIBRATION.dump_json(calibration, indent=1) + b"\n")
    beside.replace(path)


def _is_usable(calibration: Calibration) -> bool:
    """Whether every number can be one, and every weight is of a signal that there is."""
    fits = [
        (calibration.without_model, RETRIEVAL_SIGNALS),
        (calibration.with_model, (*RETRIEVAL_SIGNALS, SUFFICIENCY)),
        (calibration.follow_up, FOLLOW_UP_SIGNALS),
        (calibration.follow_up_with_model, FOLLOW_UP_SIGNALS),
    ]
    return all(fit is None or _is_fit(fit, signals) for fit, signals in fits)


def _is_fit(fit: Fit, signals: Collection[str]) -> bool:
    thresholds = [fit.risk, fit.abstain, *(each for each in (fit.answer, fit.high) if each is not None)]
    return (
        fit.weights.keys() <= set(signals)
        and all(math.isfinite(value) for value in (fit.intercept, *fit.weights.values()))
        and all(0 <= value <= 1 for value in thresholds)
    )
