"""Has a chat model decide the key points that words and vectors leave open, by short yes-or-no questions.

Only the sentence that says most of a point is shown, with its neighbours: so a question costs about a second on two
cores, and what else the answer says, orders included, is never read. How many are asked does not depend on the clock,
so the same answer gets the same grade. Knows nothing of how verdicts are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from tutor.prompts import grading_prompt
from tutor.sufficiency import log_odds

MAX_LOOKS = 2
"""Questions for one answer: together below three seconds on two cores."""

SHOWN_CHARACTERS = 400


@dataclass(frozen=True)
class OpenPoint:
    """A key point that is open: ``number`` is its place among the item's, ``said`` the sentences about it; the less its
    ``distance`` from the middle, the more open it is."""

    number: int
    text: str
    weight: int
    distance: float
    said: str


def second_look(
    points: Sequence[OpenPoint], question: str, model: BaseChatModel, config: RunnableConfig | None
) -> dict[int, float]:
    """ln(P(yes) / P(no)) that the point is said, by its number, for the most open of the heaviest points."""
    chosen = sorted(points, key=lambda point: (-point.weight, point.distance, point.number))[:MAX_LOOKS]
    asked = {
        point.number: log_odds(model, grading_prompt(question, point.said[:SHOWN_CHARACTERS], point.text), config)
        for point in chosen
    }
    return {number: odds for number, odds in asked.items() if odds is not None}
