"""Asks a chat model once whether an answer agrees with the item as a whole, and weighs its yes or no.

A sentence may hold the item's words and say the opposite; of a whole answer the model sees that far better than of
single points. The prompt begins as every answer about the item does, so a passage that was read ahead is not read
again. Knows nothing of key points or of scores.
"""

from __future__ import annotations

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from tutor.prompts import agreement_prompt
from tutor.records import Item
from tutor.sufficiency import log_odds

READ_CHARACTERS = 900
"""Of the answer: with a passage that was read ahead, less than three seconds on two cores."""

SLOPE, CENTRE = 2.5, -0.36
"""How much the model's log-odds of yes move those of the answer being wrong: a logistic regression of both on the
even-numbered items of ``tests/answers``, as in ``verdicts``."""


def agreement(item: Item, answer: str, model: BaseChatModel, config: RunnableConfig | None = None) -> float | None:
    """ln(P(yes) / P(no)) that all of ``answer`` agrees with ``item``; None where the model fails."""
    return log_odds(model, agreement_prompt(item, answer[:READ_CHARACTERS]), config)


def with_agreement(against: float, yes: float) -> float:
    """The log-odds of an answer being wrong, once a chat model's log-odds of its agreeing are known."""
    return against + SLOPE * (CENTRE - yes)
