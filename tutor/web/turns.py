"""One browser's conversation: what each turn has shown so far, and how an event of the tutor moves it on.

Plain records and one pure step. Knows neither gradio nor HTML, and decides nothing about an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tutor.records import (
    Answer,
    ChatModelChoice,
    Citation,
    Confidence,
    Decision,
    DecisionEvent,
    DoneEvent,
    Event,
    EvidenceEvent,
    Hit,
    Item,
    TokenEvent,
    Turn,
)
from tutor.web.interruption import Interruption


@dataclass(frozen=True)
class ShownTurn:
    """A question and everything shown for it. ``own`` is the item's text, ``written`` the model's, both Markdown."""

    question: str
    items: tuple[Item, ...] = ()
    hits: tuple[Hit, ...] = ()
    citations: tuple[Citation, ...] = ()
    decision: Decision | None = None
    confidence: Confidence | None = None
    standalone: str = ""
    own: str = ""
    written: str = ""
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False

    @property
    def finished(self) -> bool:
        return bool(self.answer or self.error or self.stopped)

    @property
    def plain(self) -> str:
        """The answer as Markdown, for the clipboard and for the history the next question is asked with."""
        return "\n\n".join(part.strip() for part in (self.own, self.written) if part.strip())


def advance(turn: ShownTurn, event: Event) -> ShownTurn:
    """The turn after one more event."""
    match event:
        case EvidenceEvent():
            return replace(turn, items=event.items, hits=event.hits, citations=event.citations)
        case DecisionEvent():
            return replace(
                turn, decision=event.decision, confidence=event.confidence, standalone=event.standalone.strip()
            )
        case TokenEvent(origin="item"):
            return replace(turn, own=turn.own + event.text)
        case TokenEvent():
            return replace(turn, written=turn.written + event.text)
        case DoneEvent():
            return _done(turn, event.answer)


def _done(turn: ShownTurn, answer: Answer) -> ShownTurn:
    """Takes over what the finished answer knows better; words that were streamed stay as they were shown."""
    shown = turn.own if answer.origin == "item" else turn.written
    if not shown.strip() or answer.decision != "answer":
        own, written = (answer.text, turn.written) if answer.origin == "item" else (turn.own, answer.text)
    else:
        own, written = turn.own, turn.written
    return replace(
        turn,
        answer=answer,
        decision=answer.decision,
        confidence=answer.confidence,
        standalone=answer.standalone.strip(),
        hits=answer.hits or turn.hits,
        citations=answer.citations or (turn.citations if answer.decision == "answer" else ()),
        own=own,
        written=written,
    )


@dataclass(eq=False)
class Session:
    """Everything one browser tab has: it lives in that tab's ``gr.State`` and nowhere else.

    ``shown`` is the turn whose evidence the panel shows, -1 for none; ``choice`` the model this tab asked for;
    ``running`` what stops the stream in progress.
    """

    turns: list[ShownTurn] = field(default_factory=list)
    shown: int = -1
    choice: ChatModelChoice | None = None
    running: Interruption | None = None

    def history(self) -> tuple[Turn, ...]:
        """The finished messages so far, as the tutor takes them."""
        turns: list[Turn] = []
        for turn in self.turns:
            if turn.plain:
                turns += [Turn("user", turn.question), Turn("assistant", turn.plain)]
        return tuple(turns)

    def stop(self) -> None:
        if self.running:
            self.running.stop()

    def forget(self) -> None:
        """A new conversation: the model that was chosen stays."""
        self.stop()
        self.turns, self.shown, self.running = [], -1, None
