"""A turn of the conversation: what it has shown so far, and how an event of the tutor moves it on.

Plain records and one pure step. Knows neither gradio nor HTML, and decides nothing about an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tutor.events import DecisionEvent, DoneEvent, Event, EvidenceEvent, TokenEvent, WaitingEvent
from tutor.records import HIDES_EVIDENCE, Answer, Citation, Confidence, Decision, Hit, Item, Question, Style, Turn

_DECLINED = "None of the nearest items is what you mean, so the corpus does not hold an answer to this."
_REMEMBERED = "The model answered from its memory, unverified."


@dataclass(frozen=True)
class Reaction:
    """What the person said about a turn: a verdict, what they typed with it, the number the trainers have it under, why
    that was not kept."""

    rated: str = ""
    note: str = ""
    number: int = 0
    error: str = ""


@dataclass(frozen=True)
class ShownTurn:
    """A question and everything shown for it. ``own`` are the corpus's or the tutor's words, ``written`` the model's
    checked ones, ``remembered`` those of its memory, all Markdown. ``chosen`` is the id of the item that the person
    clicked, ``from_memory`` says that the model's memory was asked for by a button, ``declined`` that the person meant
    none of the choices. ``style`` is the way of telling that was asked for by a button. ``queued`` is its place among
    those that wait for the chat model, 0 for none.

    ``id`` is the turn's name in the store, "" where it is not kept; ``siblings`` are the ids of its other versions and
    its own. ``ended`` says that no more comes although there is no answer: it was kept by another version of the tutor;
    ``interrupted``, that the tutor went away in the middle; ``changed``, that its items were edited since. ``unkept``
    is why the conversation is not being kept, said at one turn."""

    question: str
    chosen: str = ""
    from_memory: bool = False
    declined: bool = False
    style: Style = ""
    items: tuple[Item, ...] = ()
    hits: tuple[Hit, ...] = ()
    citations: tuple[Citation, ...] = ()
    decision: Decision | None = None
    confidence: Confidence | None = None
    standalone: str = ""
    queued: int = 0
    own: str = ""
    written: str = ""
    remembered: str = ""
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False
    id: str = ""
    siblings: tuple[str, ...] = ()
    ended: bool = False
    interrupted: bool = False
    changed: bool = False
    unkept: str = ""
    reaction: Reaction = Reaction()

    @property
    def finished(self) -> bool:
        return bool(self.answer or self.error or self.stopped or self.ended or self.interrupted)

    @property
    def plain(self) -> str:
        """The words that can be relied on as Markdown, for the clipboard and for the history."""
        return "\n\n".join(part.strip() for part in (self.own, self.written) if part.strip())

    @property
    def said(self) -> str:
        """What the next question's history holds of the answer: of the model's memory only that it was asked, so that
        unverified words become no ground of a later answer."""
        return self.plain or (_REMEMBERED if self.remembered.strip() else "")

    def to_ask(self, history: tuple[Turn, ...]) -> Question:
        """The turn's question for the tutor. The model's memory is asked without ``history``: its question stands by
        itself."""
        known = () if self.from_memory else history
        return Question(self.question, known, chosen=self.chosen, from_memory=self.from_memory, style=self.style)


def advance(turn: ShownTurn, event: Event) -> ShownTurn:
    """The turn after one more event."""
    match event:
        case WaitingEvent():
            return replace(turn, queued=event.place)
        case EvidenceEvent():
            return replace(turn, items=event.items, hits=event.hits, citations=event.citations)
        case DecisionEvent():
            return replace(
                turn,
                queued=0,
                decision=event.decision,
                confidence=event.confidence,
                standalone=event.standalone.strip(),
            )
        case TokenEvent(origin="item"):
            return replace(turn, own=turn.own + event.text)
        case TokenEvent(origin="memory"):
            return replace(turn, remembered=turn.remembered + event.text)
        case TokenEvent():
            return replace(turn, written=turn.written + event.text)
        case DoneEvent():
            return _done(turn, event.answer)


def _done(turn: ShownTurn, answer: Answer) -> ShownTurn:
    """Takes over what the finished answer knows better; words that were streamed stay as they were shown."""
    own, written, remembered = turn.own, turn.written, turn.remembered
    match answer.origin:
        case "memory":
            own, written, remembered = "", "", answer.text
        case "item" if not own.strip() or answer.decision != "answer":
            own = answer.text
        case "model" if not written.strip():
            written = answer.text
    return replace(
        turn,
        answer=answer,
        decision=answer.decision,
        confidence=answer.confidence,
        standalone=answer.standalone.strip(),
        hits=() if answer.style in HIDES_EVIDENCE else answer.hits or turn.hits,
        citations=answer.citations or (turn.citations if answer.decision == "answer" else ()),
        own=own,
        written=written,
        remembered=remembered,
    )


def declined(turn: ShownTurn) -> ShownTurn:
    """The turn after the person meant none of its choices: then the corpus does not hold it."""
    if turn.decision != "clarify" or turn.answer is None:
        return turn
    return replace(turn, decision="abstain", declined=True, confidence=None, items=(), hits=(), own=_DECLINED)
