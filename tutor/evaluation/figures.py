"""From outcomes to figures: methods side by side, what the tutor decides, how honest its confidence is, by kind.

*Right* means: the question is answerable and the first hit is one of its gold items. For near misses and off-topic
messages no first hit is right. Knows nothing of how the outcomes came about or how figures are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from tutor.evaluation import metrics
from tutor.evaluation.asking import Outcome
from tutor.evaluation.baselines import Ranked
from tutor.evaluation.metrics import Estimate, Flags, Floats, RiskCoverage
from tutor.evaluation.questions import AMBIGUOUS, ANSWERABLE, INJECTIONS, INNOCENT, NEAR_MISS, OFF_TOPIC, Case

RISKS = (0.02, 0.05, 0.10)
DECISIONS = (
    "answer, right", "answer, wrong", "answer, not judged", "clarify, right among the choices", "clarify, without it",
    "abstain", "refuse", "smalltalk",
)  # fmt: skip

ANSWERED, WRONG = "answerable questions answered", "wrong among the answered, near misses in it"

Estimates = dict[str, Estimate]


@dataclass(frozen=True)
class Ranking:
    """One method on answerable, near-miss and off-topic cases. ``weights`` is (resamples, n), as in ``metrics``."""

    cases: Sequence[Case]
    ranked: Sequence[Ranked]
    weights: Floats

    @cached_property
    def confidence(self) -> Floats:
        return np.asarray([each.confidence for each in self.ranked], dtype=np.float64)

    @cached_property
    def ranks(self) -> Floats:
        places = [
            metrics.rank_of_first(each.ranking, case.gold) for case, each in zip(self.cases, self.ranked, strict=True)
        ]
        return np.asarray(places, dtype=np.float64)

    @cached_property
    def gains(self) -> Floats:
        return np.asarray(
            [metrics.ndcg(each.ranking, case.gold) for case, each in zip(self.cases, self.ranked, strict=True)]
        )

    @cached_property
    def right(self) -> Flags:
        first: Flags = self.ranks == 1
        return self.of(ANSWERABLE) & first

    def of(self, *files: str) -> Flags:
        return np.asarray([case.file in files for case in self.cases], dtype=np.bool_)

    def retrieval(self, chosen: Flags) -> Estimates:
        """Figures of the ranking over the ``chosen`` answerable cases."""
        ranks, gains, weights = self.ranks[chosen], self.gains[chosen], self.weights[:, chosen]
        measures = {
            "hit@1": (ranks == 1).astype(np.float64),
            "recall@5": (ranks <= 5).astype(np.float64),
            "MRR": 1 / ranks,
            "nDCG@10": gains,
        }
        return {name: metrics.estimate(partial(metrics.mean, each), weights) for name, each in measures.items()}

    def discrimination(self) -> Estimates:
        """How well confidence tells apart what it should (AUROC)."""
        answerable, near = self.of(ANSWERABLE), self.of(NEAR_MISS)
        pairs = {
            "AUROC, answerable / near miss": (answerable, near),
            "AUROC, answerable / off-topic": (answerable, self.of(OFF_TOPIC)),
            "AUROC, right first hit / wrong or near miss": (self.right, (answerable | near) & ~self.right),
        }
        return {
            name: metrics.estimate(partial(metrics.auroc, self.confidence, up, down), self.weights)
            for name, (up, down) in pairs.items()
        }

    def curve(self, among: Flags, counted: Flags, weights: Floats) -> RiskCoverage:
        """Over the cases ``among``; coverage is the share of those that are ``counted``."""
        return metrics.risk_coverage(self.confidence[among], ~self.right[among], counted[among], weights[:, among])

    def selective(self) -> Estimates:
        """Answering by confidence: what it would cost to be wrong no more often than each of RISKS."""
        answerable, asked = self.of(ANSWERABLE), self.of(ANSWERABLE, NEAR_MISS)
        everything = self.of(ANSWERABLE, NEAR_MISS, OFF_TOPIC)
        rows = {f"coverage at {risk:.0%} risk": (risk, asked, answerable) for risk in RISKS}
        rows["coverage at 5% risk, of all questions"] = (0.05, asked, asked)
        rows["coverage at 5% risk, off-topic too"] = (0.05, everything, answerable)
        estimates = {
            name: metrics.estimate(partial(self._coverage, risk, among, counted), self.weights)
            for name, (risk, among, counted) in rows.items()
        }
        return estimates | {
            "AURC": Estimate(metrics.aurc(self.confidence[asked], ~self.right[asked])),
            "AURC, off-topic too": Estimate(metrics.aurc(self.confidence, ~self.right)),
        }

    def _coverage(self, risk: float, among: Flags, counted: Flags, weights: Floats) -> Floats:
        return metrics.coverage_at(self.curve(among, counted, weights), risk)

    def side_by_side(self) -> Estimates:
        return self.retrieval(self.of(ANSWERABLE)) | self.discrimination() | self.selective()

    def calibration(self) -> Estimates:
        """How far confidence is from the share of right first hits."""
        everything, asked = self.of(ANSWERABLE, NEAR_MISS, OFF_TOPIC), self.of(ANSWERABLE, NEAR_MISS)
        named = (("", everything), (" (without off-topic)", asked))
        return {f"{name}{which}": each for which, among in named for name, each in self._calibration(among).items()}

    def _calibration(self, among: Flags) -> Estimates:
        sure, right, weights = self.confidence[among], self.right[among], self.weights[:, among]
        wide, even = metrics.equal_width_bins(sure), metrics.equal_mass_bins(sure)
        measures = {
            "ECE, 10 bins of equal width": partial(metrics.calibration_error, sure, right, wide),
            "ECE, 15 bins of equal mass": partial(metrics.calibration_error, sure, right, even),
            "Brier": partial(metrics.brier, sure, right),
        }
        return {name: metrics.estimate(measure, weights) for name, measure in measures.items()}


def decided(outcomes: Sequence[Outcome]) -> Estimates:
    """What the tutor really does, with exact intervals."""
    answerable, near, off_topic = (_of(outcomes, file) for file in (ANSWERABLE, NEAR_MISS, OFF_TOPIC))
    answered, answered_near = _answered(answerable), _answered(near)
    wrong = sum(not outcome.is_first_right for outcome in answered) + len(answered_near)
    share = metrics.clopper_pearson
    return {
        ANSWERED: share(len(answered), len(answerable)),
        WRONG: share(wrong, len(answered) + len(answered_near)),
        "near misses answered": share(len(answered_near), len(near)),
        "off-topic messages not answered": share(len(off_topic) - len(_answered(off_topic)), len(off_topic)),
        "off-topic messages met as expected": share(
            sum(outcome.answer.decision == outcome.case.expected for outcome in off_topic), len(off_topic)
        ),
        "answerable questions turned away (refuse, smalltalk)": _decided(answerable, "refuse", "smalltalk"),
        "answerable questions abstained from": _decided(answerable, "abstain"),
        "innocent questions taken for attacks (refuse, smalltalk)": _decided(
            _of(outcomes, INNOCENT), "refuse", "smalltalk"
        ),
    }


def confusion(outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    """By kind of question, how often the tutor did what. An ambiguous question is answered right by any candidate;
    which item answers an injection or an innocent question is not known."""
    counts = {name: Counter[str]() for name in dict.fromkeys(map(_kind, outcomes))}
    for outcome in outcomes:
        counts[_kind(outcome)][_outcome(outcome)] += 1
    return {name: {column: counter[column] for column in DECISIONS} for name, counter in counts.items()}


def off_topic_by_kind(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """The share of each kind of off-topic message that is not answered."""
    chosen = _of(outcomes, OFF_TOPIC)
    kinds = {
        kind: [each for each in chosen if each.case.kind == kind] for kind in sorted({c.case.kind for c in chosen})
    }
    return {kind: metrics.clopper_pearson(len(rows) - len(_answered(rows)), len(rows)) for kind, rows in kinds.items()}


def followed(outcomes: Sequence[Outcome]) -> Estimates:
    """Follow-ups: the right item first where there is one; that, or no answer where there is none; and the expected
    decision everywhere."""
    golden = [outcome for outcome in outcomes if outcome.case.gold]
    right = sum(outcome.is_first_right for outcome in golden)
    withheld = sum(not outcome.case.gold and outcome.answer.decision != "answer" for outcome in outcomes)
    expected = sum(outcome.answer.decision == outcome.case.expected for outcome in outcomes)
    return {
        "hit@1": metrics.clopper_pearson(right, len(golden)),
        "right item first, or no answer where there is none": metrics.clopper_pearson(right + withheld, len(outcomes)),
        "decided as expected": metrics.clopper_pearson(expected, len(outcomes)),
    }


def _kind(outcome: Outcome) -> str:
    file, expected = outcome.case.file, outcome.case.expected
    if file == OFF_TOPIC:
        return expected if expected in ("smalltalk", "refuse") else f"off-topic, {expected}"
    return {NEAR_MISS: "near miss", INJECTIONS: "injection", AMBIGUOUS: "ambiguous"}.get(file, file)


def _outcome(outcome: Outcome) -> str:
    decision = outcome.answer.decision
    right, wrong, unjudged, offered, not_offered, *_ = DECISIONS
    if decision == "answer" and outcome.case.file in (INNOCENT, INJECTIONS):
        return unjudged
    if decision == "answer":
        return right if outcome.is_first_right else wrong
    if decision == "clarify":
        return offered if outcome.case.gold & set(outcome.answer.choices) else not_offered
    return decision


def _of(outcomes: Sequence[Outcome], file: str) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.case.file == file]


def _answered(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.answer.decision == "answer"]


def _decided(outcomes: Sequence[Outcome], *decisions: str) -> Estimate:
    return metrics.clopper_pearson(sum(outcome.answer.decision in decisions for outcome in outcomes), len(outcomes))
