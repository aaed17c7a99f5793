"""Asks the chat model whether a passage answers a question, and reads its yes and no from the first token's logprobs.

Relevance is not sufficiency (Joren et al. 2024, arXiv 2411.06037): a passage can be on topic and not answer. Knows
nothing of what follows from the reply.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig

ALTERNATIVES = 20
"""Tokens whose probabilities are asked for: as many as the protocol gives."""

LOWEST = 1e-6
"""What a word's probability counts as where it is not among the alternatives."""

ROUNDING = 1e-3
"""How far above 0 a logprob may be: engines compute with few digits."""

_LOG = logging.getLogger(__name__)


def log_odds(
    model: BaseChatModel, messages: Sequence[BaseMessage], config: RunnableConfig | None = None
) -> float | None:
    """ln(P(yes) / P(no)), in [-14, 14]; None where the model fails or gives no probabilities."""
    try:
        reply = model.invoke(list(messages), config, max_tokens=1, logprobs=True, top_logprobs=ALTERNATIVES)
        tokens = reply.response_metadata["logprobs"]["content"][0]["top_logprobs"]
        said = [(str(each["token"]).strip().lower(), _probability(float(each["logprob"]))) for each in tokens]
    except Exception:  # each engine raises its own kinds, or answers without what was asked for
        _LOG.warning("the chat model gave no yes or no", exc_info=True)
        return None
    yes, no = (sum(probability for token, probability in said if token == word) for word in ("yes", "no"))
    if not yes and not no:
        return None
    return math.log(max(yes, LOWEST) / max(no, LOWEST))


def _probability(logprob: float) -> float:
    """Raises ValueError where it is none."""
    if math.isnan(logprob) or logprob > ROUNDING:
        raise ValueError(f"{logprob} is no logarithm of a probability")
    return math.exp(logprob)
