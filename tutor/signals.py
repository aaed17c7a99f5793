"""What speaks for and against the first hit being the answer: numbers that a calibration weighs.

Knows hits and the chat model's yes or no; nothing of thresholds or of what is decided.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tutor.lexical import LexicalIndex, terms
from tutor.records import Hit, Item
from tutor.retrieval import item_terms

RETRIEVAL_SIGNALS = ("score", "margin", "ask", "words", "wording")
SUFFICIENCY = "sufficiency"
"""The log-odds of the chat model's yes to "does the passage answer the question?"."""

ALONE, COVERED, MISSING = "alone", "covered", "missing"
FOLLOW_UP_SIGNALS = (ALONE, COVERED, MISSING)
"""Of a message that leans on the conversation. The conversation's words match whatever is asked about its topic, so
what counts is whether the item holds the words that the message adds."""

Signals = Mapping[str, float]


def retrieval_signals(hits: Sequence[Hit]) -> dict[str, float]:
    """Of at least one hit, found with vectors: its score and parts, and its lead over the next item, below 0 where a
    conversation puts an item first that scores less."""
    first = hits[0]
    return {
        "score": first.score,
        "margin": first.score - (hits[1].score if len(hits) > 1 else 0.0),
        "ask": first.scores.get("ask", 0.0),
        "words": first.scores.get("words", 0.0),
        "wording": first.scores.get("wording", 0.0),
    }


def follow_up_signals(alone: float, added: Sequence[str], item: Item, words: LexicalIndex) -> dict[str, float]:
    """``alone`` is the probability as if the message stood by itself, as log-odds; then how much of the ``added``
    terms, each as rare as it is (idf), stands in the item: the share in [0, 1], and what is missing."""
    wrong = [text for each in item.misconceptions for text in (each.claim, each.why)]
    known = frozenset.union(*item_terms(item), terms(" ".join(wrong)))
    whole = sum(words.idf(term) for term in added)
    missing = sum(words.idf(term) for term in added if term not in known)
    bounded = min(max(alone, 1e-4), 1 - 1e-4)
    return {
        ALONE: math.log(bounded / (1 - bounded)),
        COVERED: 1 - missing / whole if whole else 1.0,
        MISSING: missing,
    }
