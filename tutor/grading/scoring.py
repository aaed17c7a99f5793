"""The score of an answer, from the verdicts on its key points by one formula.

score = Σ weight · credit / Σ weight, less ``MISCONCEPTION_PENALTY`` for each misconception said, held within [0, 1].
Knows nothing of texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.grading.records import PointGrade, PointVerdict

CREDIT: dict[PointVerdict, float] = {"covered": 1.0, "partly": 0.5, "missing": 0.0, "contradicted": -0.5}
MISCONCEPTION_PENALTY = 0.15


def score(points: Sequence[PointGrade], misconceptions: int) -> float:
    """In [0, 1], rounded to four digits; 0 where there are no points."""
    whole = sum(point.weight for point in points)
    if not whole:
        return 0.0
    earned = sum(point.weight * CREDIT[point.verdict] for point in points) / whole
    return round(min(max(earned - MISCONCEPTION_PENALTY * misconceptions, 0.0), 1.0), 4)


def in_words(points: Sequence[PointGrade], misconceptions: int) -> str:
    """One sentence that says what made the score."""
    weight = {verdict: sum(point.weight for point in points if point.verdict == verdict) for verdict in CREDIT}
    parts = [f"{verdict} {weight[verdict]}" for verdict in CREDIT if weight[verdict]]
    penalty = (
        f", less {MISCONCEPTION_PENALTY} for each of {misconceptions} known wrong claims" if misconceptions else ""
    )
    return f"Of weight {sum(weight.values())} in key points: {', '.join(parts)}{penalty}."
