"""How sure the tutor is that the first hit answers the question, and what follows from it.

PROVISIONAL: a logistic model of two retrieval signals, fitted on the corpus's own asks (each asked once with its item
in the index and itself left out, once with its item taken away) and on the project's off-topic messages. No chat model
is asked and no risk is certified yet. Knows nothing of how an answer is written.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tutor.lexical import terms
from tutor.records import Band, Confidence, Decision, Hit

INTERCEPT, SCORE_WEIGHT, MARGIN_WEIGHT = -3.51, 4.93, 12.70
OFF_TOPIC_SCORE = 0.25
"""Below it a question is plainly off topic: on the fitting set 70 % of the off-topic messages, 1 % of the others."""

HIGH, MEDIUM = 0.66, 0.33
DIRECT_SIMILARITY = 0.70
"""A question this near to an item's title or one of its asks is that item's own question in other words."""

CLARIFY_MARGIN = 0.06
CLARIFY_TERMS = 2


def confidence(hits: Sequence[Hit], words_only: bool = False) -> Confidence:
    """The probability that ``hits[0]`` answers the question, with its band and reason."""
    if not hits:
        return Confidence(0.0, "low", "nothing in the corpus shares a word with the question")
    margin = hits[0].score - (hits[1].score if len(hits) > 1 else 0.0)
    value = 1 / (1 + math.exp(-(INTERCEPT + SCORE_WEIGHT * hits[0].score + MARGIN_WEIGHT * margin)))
    if words_only:
        return Confidence(min(value, MEDIUM), "low", "only words were compared: the embedding model is still loading")
    return Confidence(value, _band(value), _reason(hits[0], margin, value))


def is_direct_match(hits: Sequence[Hit]) -> bool:
    """Whether the question is the first hit's own, in other words."""
    return bool(hits) and max(hits[0].scores.get("question", 0.0), hits[0].scores.get("ask", 0.0)) >= DIRECT_SIMILARITY


def is_close(hits: Sequence[Hit]) -> bool:
    """Whether the second hit is nearly as good as the first."""
    return len(hits) > 1 and hits[0].score - hits[1].score < CLARIFY_MARGIN


def decide(question: str, hits: Sequence[Hit], words_only: bool = False) -> Decision:
    """Answer, ask back, or say that the corpus does not hold it.

    A word or two that several items share need asking back; a word or two that are in one item at most are a topic of
    their own, and near to others by chance.
    """
    if not hits or (not words_only and hits[0].score < OFF_TOPIC_SCORE):
        return "abstain"
    if len(set(terms(question))) <= CLARIFY_TERMS and is_close(hits) and not is_direct_match(hits):
        return "clarify" if hits[1].scores.get("words", 0.0) > 0 else "abstain"
    return "answer"


def _band(value: float) -> Band:
    return "high" if value >= HIGH else "medium" if value >= MEDIUM else "low"


def _reason(first: Hit, margin: float, value: float) -> str:
    if first.score < OFF_TOPIC_SCORE:
        return "no item comes near the question"
    if value >= HIGH:
        return "one item clearly matches best"
    if margin < CLARIFY_MARGIN / 2:
        return "several items match about equally well"
    if first.score < 2 * OFF_TOPIC_SCORE:
        return "the best item matches only loosely"
    return "the best item matches, but not by a wide margin"
