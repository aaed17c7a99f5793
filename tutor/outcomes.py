"""The turns that answer nothing: a question back, "the corpus does not hold it", small talk, and the model's memory.

Each is its own thing with its own words. Knows nothing of how it was decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tutor import acts
from tutor.confidence import Verdict
from tutor.dialogue import Exchange
from tutor.events import Event, at_once
from tutor.finding import Found
from tutor.index import SearchIndex
from tutor.learner import Advice
from tutor.records import Answer, Confidence, Decision, FollowUp, Hit, Timings

SHOWN_HITS = 5
FEWEST_CHOICES, MOST_CHOICES, NEAREST = 2, 4, 3
CHOICE_SHARE = 0.6
"""Of the first hit's score: what scores less is no reading of the question."""

UNVERIFIED = Confidence(0.0, "low", "this is not in the corpus")
NO_MEMORY = "There is no chat model that could answer from memory, and the corpus does not hold it."
_FROM_MEMORY = (
    "Unverified: this is what the chat model remembers. Nothing in the corpus supports it; check it elsewhere."
)
_NEAREST = "The corpus does not hold an answer to this, so I will not guess. The nearest topics it does hold:"
_NOTHING_NEAR = "The corpus does not hold an answer to this, so I will not guess."
_VAGUE = "That could mean several things. Which one do you mean?"
_UNSURE = "I am not sure that the corpus answers exactly this. Is it one of these?"
_NOTHING_TOLD = "I have not answered anything yet that I could tell in another way. Choose a question, or ask your own:"
_NOT_ANSWERED = (
    "I did not answer your last question from the corpus, so I have nothing to tell in another way. Choose one of "
    "these, or ask your own:"
)
_REPLIES: dict[acts.Act, str] = {
    "greeting": "Hello! Ask me anything that a machine-learning interviewer might ask you.",
    "thanks": "You're welcome. Ask the next one whenever you like.",
    "goodbye": "Goodbye, and good luck with the interview!",
    "order": "I only answer questions about machine learning from my corpus, and I take no orders about how I work.",
    "abuse": "Let's keep to machine learning. Which topic shall we practise?",
    "harm": "I cannot help with that. For anything urgent, please turn to people who can, such as emergency services.",
    "empty": "Which machine-learning question would you like to practise? A few to start with:",
}
_DECISIONS: dict[acts.Act, Decision] = {
    "order": "refuse",
    "abuse": "refuse",
    "harm": "refuse",
    "empty": "clarify",
}
_FIRST_QUESTIONS = ("q001", "q013", "q052", "q034")


def reply(act: acts.Act, text: str, index: SearchIndex) -> Iterator[Event]:
    """A message that asks nothing: one fitting sentence, no search."""
    decision = _DECISIONS.get(act, "smalltalk")
    sure = Confidence(0.0, "low", "the message asks nothing about machine learning")
    choices = tuple(id for id in _FIRST_QUESTIONS if id in index.items) if act == "empty" else ()
    yield from at_once(Answer(decision, sure, _REPLIES[act], text, choices=choices))


def advised(advice: Advice, text: str, index: SearchIndex) -> Iterator[Event]:
    """What to practise now, from the learner's own evidence."""
    sure = Confidence(0.0, "low", "this rests on what was practised so far")
    offered = tuple(FollowUp(index.items[id].title, id) for id in advice.items if id in index.items)
    yield from at_once(Answer("smalltalk", sure, advice.text, text, suggestions=offered[:MOST_CHOICES]))


def nothing_to_retell(text: str, last: Exchange | None, hits: Sequence[Hit], index: SearchIndex) -> Iterator[Event]:
    """A wish to be told more, or in another way, where nothing was told. What was offered at the ``last`` question is
    offered again; ``hits`` are what that question finds."""
    offered = [each.item for each in last.offered] if last else _FIRST_QUESTIONS
    choices = tuple(id for id in offered if id in index.items) or tuple(hit.item_id for hit in hits[:NEAREST])
    words = _NOT_ANSWERED if last else _NOTHING_TOLD
    unsure = Confidence(0.0, "low", "there is no answer that could be told in another way")
    yield from at_once(Answer("clarify", unsure, words, text, tuple(hits[:SHOWN_HITS]), choices=choices))


def without_answer(verdict: Verdict, found: Found, timings: Timings) -> Iterator[Event]:
    """Clarify or abstain: nothing is claimed, the nearest items are offered as what they are."""
    hits = tuple(found.hits[:SHOWN_HITS])
    choices = tuple(hit.item_id for hit in hits[:NEAREST])
    text = _NEAREST if choices else _NOTHING_NEAR
    decision = verdict.decision
    if decision == "clarify":
        near = [hit.item_id for hit in hits if hit.score >= CHOICE_SHARE * hits[0].score]
        choices = tuple(near[:MOST_CHOICES]) if len(near) >= FEWEST_CHOICES else choices
        text = _VAGUE if verdict.is_vague else _UNSURE
    yield from at_once(
        Answer(
            decision,
            verdict.confidence,
            text,
            found.standalone,
            hits,
            choices=choices,
            notices=found.notices,
            timings=timings,
        )
    )


def not_covered(draft: Answer) -> Iterator[Event]:
    """The model read the best passage, began to answer, and found no answer in it."""
    sure = Confidence(draft.confidence.value, "low", "the model finds no answer in the best passage")
    choices = tuple(hit.item_id for hit in draft.hits[:NEAREST])
    yield from at_once(
        replace(
            draft, decision="abstain", confidence=sure, text=_NEAREST, citations=(), suggestions=(), choices=choices
        )
    )


def remembered(asked: str, text: str, model: str, timings: Timings) -> Answer:
    """The model's own words, or that there are none."""
    if not text:
        return Answer("abstain", UNVERIFIED, NO_MEMORY, asked, timings=timings)
    return Answer(
        "abstain", UNVERIFIED, text, asked, notices=(_FROM_MEMORY,), origin="memory", model=model, timings=timings
    )
