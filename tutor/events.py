"""What a turn tells while it goes on: its place in a queue, the evidence, the decision, the words, the whole answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutor.records import Answer, Citation, Confidence, Decision, Hit, Item, Origin


@dataclass(frozen=True)
class WaitingEvent:
    """The chat model is answering others; ``place`` in its queue counts from 1. Only ever the first event."""

    place: int


@dataclass(frozen=True)
class EvidenceEvent:
    """The hits, before the decision and any word of the answer: ``items`` are the first hits' items, ``citations`` what
    to mark. A second one without items takes them back: nothing is claimed from them."""

    items: tuple[Item, ...]
    hits: tuple[Hit, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class DecisionEvent:
    """What will be done with the question and why."""

    decision: Decision
    confidence: Confidence
    standalone: str


@dataclass(frozen=True)
class TokenEvent:
    """The next piece of the answer, already checked unless ``origin`` is the model's memory."""

    text: str
    origin: Origin


@dataclass(frozen=True)
class DoneEvent:
    """The whole answer; always the last event."""

    answer: Answer


Event = WaitingEvent | EvidenceEvent | DecisionEvent | TokenEvent | DoneEvent


def at_once(answer: Answer, items: tuple[Item, ...] = ()) -> Iterator[Event]:
    """The events of a turn whose words are all there from the start and nobody's but the corpus's or the tutor's."""
    yield EvidenceEvent(items, answer.hits, answer.citations)
    yield DecisionEvent(answer.decision, answer.confidence, answer.standalone)
    yield TokenEvent(answer.text, "item")
    yield DoneEvent(answer)
