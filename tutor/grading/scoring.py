"""The score of an answer, from the verdicts on its key points by one formula.

score = (Σ weight · credit / Σ weight, at least 0) · (1 - doubt), less ``MISCONCEPTION_PENALTY`` for each misconception
said, held within [0, 1]. Doubt is the share that is taken off where the whole answer shows signs of being wrong: one
sign costs little, several cost nearly all. Knows nothing of texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.grading.records import PointGrade, PointVerdict

CREDIT: dict[PointVerdict, float] = {"covered": 1.0, "partly": 0.5, "missing": 0.0, "contradicted": -0.5}
MISCONCEPTION_PENALTY = 0.15
SHOWN_DOUBT = 0.05
"""From this share on the reason of a score names what was taken off."""


def score(points: Sequence[PointGrade], misconceptions: int, doubt: float = 0.0) -> float:
    """In [0, 1], rounded to four digits; 0 where there are no points."""
    whole = sum(point.weight for point in points)
    if not whole:
        return 0.0
    earned = sum(point.weight * CREDIT[point.verdict] for point in points) / whole
    trusted = max(earned, 0.0) * (1 - doubt)
    return round(min(max(trusted - MISCONCEPTION_PENALTY * misconceptions, 0.0), 1.0), 4)


def in_words(points: Sequence[PointGrade], misconceptions: int, doubt: float) -> str:
    """One sentence that says what made the score."""
    weight = {verdict: sum(point.weight for point in points if point.verdict == verdict) for verdict in CREDIT}
    parts = [f"{verdict} {weight[verdict]}" for verdict in CREDIT if weight[verdict]]
    taken = f"; {doubt:.0%} taken off for signs that it says what the item denies" if doubt >= SHOWN_DOUBT else ""
    penalty = (
        f", less {MISCONCEPTION_PENALTY} for each of {misconceptions} known wrong claims" if misconceptions else ""
    )
    return f"Of weight {sum(weight.values())} in key points: {', '.join(parts)}{taken}{penalty}."
