"""Figures for trainers out of what was answered: by day, by outcome, by item, and against the calibration questions.

Pure functions over records; knows neither the store nor how figures are drawn.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from langchain_core.embeddings import Embeddings

from tutor.desk.grouping import groups
from tutor.store.measures import Measured, Rated

OUTCOMES = ("answer", "clarify", "abstain", "refuse", "smalltalk", "failed", "stopped", "memory")
VERDICTS = ("correct", "wrong", "wrong_evidence", "unclear")
DRIFT_BINS, FEWEST_FOR_DRIFT = 8, 30
TOPICS_SHOWN, UNCOVERED_LOOKED_AT = 12, 300


@dataclass(frozen=True)
class Day:
    """One day's answers. ``median`` and ``slow`` (of twenty answers one takes longer) are milliseconds, None where
    nothing was answered; ``dropped`` is the share of answers of which a sentence of the model did not hold."""

    day: date
    median: float | None
    slow: float | None
    outcomes: dict[str, int]
    dropped: float
    ratings: dict[str, int]


@dataclass(frozen=True)
class Drift:
    """How far the first hits' scores lie from those of the calibration questions: shares by bin, their edges, and the
    population stability index, None while there are too few questions to say."""

    edges: tuple[float, ...]
    asked: tuple[float, ...]
    calibrated: tuple[float, ...]
    index: float | None
    count: int


def by_day(answers: Sequence[Measured], rated: Sequence[Rated]) -> list[Day]:
    """Every day on which something happened, in order."""
    answered: defaultdict[date, list[Measured]] = defaultdict(list)
    marks: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for answer in answers:
        answered[answer.at.date()].append(answer)
    for rating in rated:
        marks[rating.at.date()][rating.verdict] += 1
    return [_day(day, answered[day], marks[day]) for day in sorted({*answered, *marks})]


def confidences(answers: Sequence[Measured]) -> list[float]:
    """The probabilities that were shown: of answers, questions back and abstentions."""
    judged = ("answer", "clarify", "abstain")
    return [each.confidence for each in answers if each.confidence is not None and each.decision in judged]


def drift(asked: Sequence[float], calibrated: Sequence[float]) -> Drift | None:
    """None where there is nothing to compare. The bins hold equal shares of the calibration questions."""
    if not asked or not calibrated:
        return None
    edges = np.quantile(calibrated, np.linspace(0, 1, DRIFT_BINS + 1))
    inner = edges[1:-1]
    shares = [_shares(np.digitize(values, inner)) for values in (asked, calibrated)]
    index = sum((one - other) * math.log(one / other) for one, other in zip(*shares, strict=True))
    enough = len(asked) >= FEWEST_FOR_DRIFT
    return Drift(tuple(edges.tolist()), tuple(shares[0]), tuple(shares[1]), index if enough else None, len(asked))


def never_found(answers: Sequence[Measured], items: Collection[str]) -> list[str]:
    """The items that no question found, not even among its further hits."""
    return sorted(set(items) - {id for answer in answers for id in answer.found})


def often_rated_down(rated: Sequence[Rated]) -> list[tuple[str, int, int]]:
    """Items with how many of their ratings were bad and how many they had, most bad ones first."""
    counts: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for rating in rated:
        if rating.item_id:
            counts[rating.item_id][rating.verdict != "correct"] += 1
    bad = [(id, count[True], count.total()) for id, count in counts.items() if count[True]]
    return sorted(bad, key=lambda row: (-row[1], row[2], row[0]))[:TOPICS_SHOWN]


def not_covered(
    answers: Sequence[Measured], answered: Mapping[str, datetime], embedder: Embeddings
) -> list[tuple[str, int]]:
    """What was asked and not covered: alike questions together under their first wording, most asked first.

    ``answered`` are questions that trainers answered, and when: those alike that were asked before do not count.
    """
    asked = [each for each in answers if each.declined or (each.decision == "abstain" and each.found)]
    asked = asked[-UNCOVERED_LOOKED_AT:]
    known = list(answered)
    questions = [*(each.question for each in asked), *known]
    counted = []
    for group in groups(questions, embedder, [None] * len(questions)):
        since = max((answered[questions[place]] for place in group if place >= len(asked)), default=None)
        still = [asked[place] for place in group if place < len(asked) and (not since or asked[place].at > since)]
        if still:
            counted.append((still[0].question, len(still)))
    return sorted(counted, key=lambda row: -row[1])[:TOPICS_SHOWN]


def _day(day: date, answers: Sequence[Measured], marks: Counter[str]) -> Day:
    times = [each.milliseconds for each in answers if each.milliseconds is not None]
    outcomes = Counter(each.state if each.state in ("failed", "stopped") else each.decision for each in answers)
    dropped = sum(each.dropped > 0 for each in answers) / len(answers) if answers else 0.0
    median, slow = np.quantile(times, [0.5, 0.95]).tolist() if times else (None, None)
    return Day(day, median, slow, dict(outcomes), dropped, dict(marks))


def _shares(bins: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> list[float]:
    """No share is 0, so that the index is finite."""
    counts = np.bincount(bins, minlength=DRIFT_BINS) + 0.5
    return [float(share) for share in counts / counts.sum()]
