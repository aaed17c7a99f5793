"""Asks a chat model once whether an answer agrees with the item as a whole.

A sentence may hold the item's words and say the opposite; of a whole answer the model sees that far better than of
single points. The prompt begins as every answer about the item does, so a passage that was read ahead is not read
again. Knows nothing of key points, of scores or of how much its word counts.
"""

from __future__ import annotations

import weakref

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from tutor.prompts import agreement_prompt
from tutor.records import Item
from tutor.sufficiency import log_odds

SHOWN_CHARACTERS = 900
"""Of the answer: with a passage that was read ahead, less than three seconds on two cores."""

REMEMBERED = 1_000
_HEARD: dict[int, dict[str, float]] = {}


def agreement(item: Item, said: str, model: BaseChatModel, config: RunnableConfig | None = None) -> float | None:
    """ln(P(yes) / P(no)) that the beginning of ``said`` is right by ``item``; None where the model fails. Rounded, and
    remembered, because the last digits depend on how much of the prompt the runtime had read before."""
    messages = agreement_prompt(item, said[:SHOWN_CHARACTERS])
    asked, heard = str(messages[-1].content), _heard(model)
    if asked not in heard:
        odds = log_odds(model, messages, config)
        if odds is None:
            return None
        if len(heard) >= REMEMBERED:
            heard.clear()
        heard[asked] = round(odds, 1)
    return heard[asked]


def _heard(model: BaseChatModel) -> dict[str, float]:
    """What ``model`` said before. It is forgotten with the model, which may own a process and must not be kept."""
    if id(model) not in _HEARD:
        _HEARD[id(model)] = {}
        weakref.finalize(model, _HEARD.pop, id(model), None)
    return _HEARD[id(model)]
