"""A guided lesson that has ended as evidence of what the learner can do. Knows nothing of how a lesson goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tutor.grading.records import PointGrade
from tutor.grading.scoring import score
from tutor.learner.records import Evidence
from tutor.records import Item, PointReached


def lesson_evidence(item: Item, reached: Sequence[PointReached], at: datetime) -> Evidence:
    """The score of the points that the learner reached in a lesson about ``item``, one for each of its points."""
    points = [
        PointGrade(point.text, point.weight, each.verdict, "")
        for point, each in zip(item.key_points, reached, strict=True)
    ]
    count = sum(point.verdict == "covered" for point in points)
    note = f"{count} of {len(points)} points reached in a guided lesson."
    key = f"answer:{item.id}:{at.isoformat(timespec='microseconds')}"
    return Evidence(key, "answer", item.id, item.topics, score(points, 0), at, note=note)
