"""What speaks for and against the first hit being the answer: numbers that a calibration weighs.

Knows hits and the chat model's yes or no; nothing of thresholds or of what is decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutor.records import Hit

RETRIEVAL_SIGNALS = ("score", "margin", "ask", "words", "wording")
SUFFICIENCY = "sufficiency"
"""The log-odds of the chat model's yes to "does the passage answer the question?"."""

Signals = Mapping[str, float]


def retrieval_signals(hits: Sequence[Hit]) -> dict[str, float]:
    """Of at least one hit, found with vectors: its score and parts, and its lead over the next item."""
    first = hits[0]
    return {
        "score": first.score,
        "margin": first.score - (hits[1].score if len(hits) > 1 else 0.0),
        "ask": first.scores.get("ask", 0.0),
        "words": first.scores.get("words", 0.0),
        "wording": first.scores.get("wording", 0.0),
    }
