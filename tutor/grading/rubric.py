"""Marks beside the score: how deep an answer goes and how exact it is, read off its verdicts.

Structure and trade-offs are marked by nobody yet: no way to do so was measured to tell good from poor answers. Knows
nothing of texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.grading.records import Mark, PointGrade, RubricMark
from tutor.grading.scoring import CREDIT

STRONG, FAIR = 0.75, 0.4


def rubric(points: Sequence[PointGrade], misconceptions: int) -> tuple[RubricMark, ...]:
    """``depth``: how much of the points below the highest weight is said. ``precision``: how much of what is said is
    said in full, and rightly; there is none where nothing is said."""
    if not points:
        return ()
    highest = max(point.weight for point in points)
    deeper = [point for point in points if point.weight < highest] or list(points)
    said = [point for point in points if point.verdict != "missing"]
    marks = [RubricMark("depth", _mark(_credit(deeper)), "key points", True)]
    if said:
        exact = _credit(said) - misconceptions / len(said)
        marks.append(RubricMark("precision", _mark(exact), "key points", True))
    return tuple(marks)


def _credit(points: Sequence[PointGrade]) -> float:
    whole = sum(point.weight for point in points)
    return sum(point.weight * CREDIT[point.verdict] for point in points) / whole


def _mark(share: float) -> Mark:
    return "strong" if share >= STRONG else "fair" if share >= FAIR else "weak"
