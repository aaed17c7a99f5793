"""Asks a chat model once whether an answer agrees with the item as a whole.

A sentence may hold the item's words and say the opposite; of a whole answer the model sees that far better than of
single points. The prompt begins as every answer about the item does, so a passage that was read ahead is not read
again. Knows nothing of key points, of scores or of how much its word counts.
"""

from __future__ import annotations

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from tutor.prompts import agreement_prompt
from tutor.records import Item
from tutor.sufficiency import log_odds

SHOWN_CHARACTERS = 900
"""Of the answer: with a passage that was read ahead, less than three seconds on two cores."""


def agreement(item: Item, said: str, model: BaseChatModel, config: RunnableConfig | None = None) -> float | None:
    """ln(P(yes) / P(no)) that the beginning of ``said`` is right by ``item``; None where the model fails. Rounded,
    because the last digits depend on how much of the prompt the runtime had read before."""
    odds = log_odds(model, agreement_prompt(item, said[:SHOWN_CHARACTERS]), config)
    return None if odds is None else round(odds, 1)
