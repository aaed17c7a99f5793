"""What the grader gives back: a verdict on each key point, misconceptions that were said, a rubric, and the score.

Knows nothing of how verdicts come about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PointVerdict = Literal["covered", "partly", "missing", "contradicted"]
Aspect = Literal["structure", "depth", "precision", "trade-offs"]
Mark = Literal["weak", "fair", "strong"]


@dataclass(frozen=True)
class PointGrade:
    """The verdict on one key point. ``evidence`` is an exact quote of the answer, "" where the point is missing."""

    text: str
    weight: int
    verdict: PointVerdict
    evidence: str


@dataclass(frozen=True)
class SaidMisconception:
    """A known wrong claim that the answer makes, why it is wrong, and the exact quote that makes it."""

    claim: str
    why: str
    evidence: str


@dataclass(frozen=True)
class RubricMark:
    """One aspect of the answer beside its facts. It never changes the score. ``trusted`` is False where the one who
    gave it, ``by``, was measured and does not tell good from poor answers reliably."""

    aspect: Aspect
    mark: Mark
    by: str
    trusted: bool


@dataclass(frozen=True)
class Grade:
    """``score`` is in [0, 1]; ``reason`` says in words what made it.

    ``points`` follow the item's key points, one each, and are empty where the item has none. ``enough`` is False where
    nothing could be judged: an empty answer, another language, code instead of words, no key points. ``grader`` is
    "words and vectors", "words" where there was no embedder, or these and the chat model's name.
    """

    score: float
    points: tuple[PointGrade, ...]
    misconceptions: tuple[SaidMisconception, ...]
    rubric: tuple[RubricMark, ...]
    grader: str
    reason: str
    enough: bool
