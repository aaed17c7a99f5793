"""How sure the tutor is that the first hit answers the question, and what follows from it.

The probability comes from a calibration; the decision from thresholds whose risk that calibration certifies. Knows
nothing of how a calibration is fitted, of models, or of how an answer is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tutor.calibration.record import Fit
from tutor.lexical import plain_words, terms
from tutor.records import Band, Confidence, Decision, Hit, Item
from tutor.signals import SUFFICIENCY, Signals, retrieval_signals

CLARIFY_MARGIN = 0.06
CLARIFY_TERMS = 2
WORDS_SCORE = 0.5
"""A squashed BM25 score from which on words alone are believed, while the embedding model is loading."""

DIRECT_SIMILARITY = 0.70
OWN_QUESTION = 0.99
"""The probability where the question is, word for word, one that the first item was written for."""


@dataclass(frozen=True)
class Basis:
    """By what a question is judged. ``conservative`` says that the calibration does not fit what is in use: then only
    what is certified for half the risk is answered. ``follow_up`` weighs what ``fit`` says of a message that leans on
    the conversation."""

    fit: Fit
    conservative: bool = False
    follow_up: Fit | None = None

    @property
    def answer(self) -> float | None:
        return self.fit.high if self.conservative else self.fit.answer

    def of_follow_up(self) -> Basis:
        """By what a message is judged that leans on the conversation: with caution where that was never calibrated,
        because the conversation's own words make any message look like a question on its topic."""
        return replace(self, conservative=True) if self.follow_up is None else replace(self, fit=self.follow_up)

    @classmethod
    def unknown(cls) -> Basis:
        """Where there is no calibration: the score alone stands for the probability, and nothing is certified."""
        return cls(Fit({"score": 8.0}, -5.0, 0.0, None, None, 0.25), conservative=True)


@dataclass(frozen=True)
class Verdict:
    """How sure the tutor is, and what it does. ``is_vague``: it asks back because the question means several things."""

    confidence: Confidence
    decision: Decision
    is_vague: bool = False


NOTHING_FOUND = Verdict(Confidence(0.0, "low", "nothing in the corpus shares a word with the question"), "abstain")


def judge(
    question: str,
    hits: Sequence[Hit],
    items: Mapping[str, Item],
    basis: Basis,
    yes: float | None,
    added: Callable[[float], Signals] | None = None,
) -> Verdict:
    """``hits`` were found with vectors; ``yes`` is the log-odds that the first one's passage is sufficient, where
    ``basis`` weighs it. ``added`` gives the signals of a follow-up from the probability that it would have alone."""
    if not hits:
        return NOTHING_FOUND
    signals = retrieval_signals(hits) | ({} if yes is None else {SUFFICIENCY: yes})
    value = basis.fit.probability(signals)
    if added is not None:
        basis = basis.of_follow_up()
        value = basis.fit.probability(added(value)) if basis.follow_up else value
    if is_own_question(question, items[hits[0].item_id]):
        reason = "the question is one of the item's own"
        return Verdict(Confidence(max(value, OWN_QUESTION), "high", reason), "answer")
    vague = added is None and is_vague(question, hits)
    decision = _decide(value, basis, vague)
    reason = _reason(decision, hits, basis, yes, vague)
    return Verdict(Confidence(value, _band(value, basis), reason), decision, vague and decision == "clarify")


def judge_words(question: str, hits: Sequence[Hit], items: Mapping[str, Item]) -> Verdict:
    """For the seconds before the embedding model is loaded: ``hits`` were found by words alone."""
    reason = "only words were compared: the embedding model is still loading"
    if not hits:
        return NOTHING_FOUND
    own = is_own_question(question, items[hits[0].item_id])
    decision: Decision = "answer" if own or hits[0].score >= WORDS_SCORE else "clarify"
    return Verdict(Confidence(hits[0].score / 2, "low", reason), decision)


def is_own_question(question: str, item: Item) -> bool:
    """Whether the question is the item's title, its question or one of its asks, but for case and punctuation."""
    return plain_words(question) in {plain_words(own) for own in (item.title, item.question, *item.asks)}


def is_direct_match(hits: Sequence[Hit]) -> bool:
    """Whether the question is near to the first hit's own: then the item's own answer comes first."""
    return bool(hits) and max(hits[0].scores.get("question", 0.0), hits[0].scores.get("ask", 0.0)) >= DIRECT_SIMILARITY


def is_close(hits: Sequence[Hit]) -> bool:
    """Whether the second hit is nearly as good as the first."""
    return len(hits) > 1 and hits[0].score - hits[1].score < CLARIFY_MARGIN


def is_vague(question: str, hits: Sequence[Hit]) -> bool:
    """Whether the question is a word or two that several items share."""
    few = len(set(terms(question))) <= CLARIFY_TERMS
    return few and is_close(hits) and hits[1].scores.get("words", 0.0) > 0


def _decide(value: float, basis: Basis, vague: bool) -> Decision:
    if value < basis.fit.abstain:
        return "abstain"
    if not vague and basis.answer is not None and value >= basis.answer:
        return "answer"
    return "clarify"


def _band(value: float, basis: Basis) -> Band:
    if basis.fit.high is not None and value >= basis.fit.high and not basis.conservative:
        return "high"
    return "medium" if basis.answer is not None and value >= basis.answer else "low"


def _reason(decision: Decision, hits: Sequence[Hit], basis: Basis, yes: float | None, vague: bool) -> str:
    if decision == "answer":
        return "one item clearly matches best" if yes is None else "one item matches, and the chat model agrees"
    if decision == "clarify" and vague:
        return "the question is short, and several items share its words"
    if decision == "abstain" and hits[0].scores.get("wording", 0.0) == 0:
        return "no item comes near the question"
    if basis.conservative:
        return "the confidence is not calibrated for what is in use"
    if yes is not None and yes < 0:
        return "the chat model finds no full answer in the best item"
    return "several items match about equally well" if is_close(hits) else "the best item matches only loosely"
