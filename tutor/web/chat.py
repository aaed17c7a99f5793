"""The chat's adaptor: a question goes in, views of the page come out, one for each event of the tutor.

Knows the service's stream and the session; knows no gradio component, so that tests read its views directly.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from tutor.errors import TutorError
from tutor.records import ChatModelChoice, Event, EvidenceEvent, Item, Question, Status
from tutor.settings import Settings
from tutor.web import evidence, messages
from tutor.web.interruption import Interruption
from tutor.web.turns import Session, ShownTurn, advance

_LOG = logging.getLogger(__name__)
NEAREST_ITEMS = 3


class Service(Protocol):
    """What the page needs of a running tutor."""

    @property
    def settings(self) -> Settings: ...
    def start(self) -> None: ...
    def close(self) -> None: ...
    def items(self) -> tuple[Item, ...]: ...
    def status(self) -> Status: ...
    def stream(self, question: Question, model: ChatModelChoice | None = None) -> Iterator[Event]: ...
    def check_model(self, choice: ChatModelChoice) -> str: ...


@dataclass(frozen=True)
class View:
    """What the page shows: the chat's messages, the evidence panel as HTML, and whether an answer is on its way."""

    messages: Sequence[dict[str, str]]
    panel: str
    busy: bool


class Chat:
    """Answers questions for any number of sessions; keeps nothing of them itself."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def ask(self, session: Session, text: str) -> Iterator[View]:
        """One view at once, one for each event, the last one with ``busy`` False. Raises nothing."""
        if not text.strip() or session.running:
            return
        interruption = session.running = Interruption()
        known = {item.id: item for item in self._service.items()}
        history, number = session.history(), len(session.turns)
        before = self._messages(session.turns, known)
        session.turns.append(ShownTurn(text))
        session.shown = number
        try:
            yield self._view(session, before, number, known)
            with closing(self._turns(ShownTurn(text), Question(text, history), session, interruption, known)) as turns:
                for turn in turns:
                    if session.running is not interruption:  # a new conversation began meanwhile
                        return
                    session.turns[number] = turn
                    yield self._view(session, before, number, known)
        finally:
            interruption.stop()
            if session.running is interruption:
                session.running = None
        yield self._view(session, before, number, known)

    def retry(self, session: Session, number: int) -> Iterator[View]:
        """Asks the question of a turn again: in place where it was the last one, else as a new turn."""
        if session.running or not 0 <= number < len(session.turns):
            return
        text = session.turns[number].question
        if number == len(session.turns) - 1:
            session.turns.pop()
        yield from self.ask(session, text)

    def show(self, session: Session, number: int, opened: int = 0) -> str:
        """Brings the evidence of a turn back. Returns the panel."""
        known = {item.id: item for item in self._service.items()}
        if 0 <= number < len(session.turns):
            session.shown = number
        turn = session.turns[session.shown] if 0 <= session.shown < len(session.turns) else None
        return evidence.panel(_with_nearest(turn, known) if turn else None, opened)

    def empty(self, session: Session) -> View:
        """A new conversation."""
        session.forget()
        return View([], evidence.panel(None), False)

    def welcome(self) -> str:
        """The empty chat's own text, with questions of the corpus to begin with."""
        items = self._service.items()
        return messages.placeholder(messages.examples(items), items)

    def _turns(
        self,
        turn: ShownTurn,
        question: Question,
        session: Session,
        interruption: Interruption,
        known: dict[str, Item],
    ) -> Generator[ShownTurn, None, None]:
        try:
            with closing(interruption.read(self._service.stream(question, session.choice))) as events:
                for event in events:
                    turn = advance(turn, event)
                    if isinstance(event, EvidenceEvent):
                        turn = _with_nearest(turn, known)
                    yield turn
        except TutorError as error:
            yield replace(turn, error=str(error))
            return
        except Exception as error:
            _LOG.exception("The tutor failed on a question")
            words = f"The tutor failed inside ({type(error).__name__}); the question is kept. Try it again."
            yield replace(turn, error=words)
            return
        if not turn.answer:
            yield replace(turn, stopped=True)

    def _view(self, session: Session, before: Sequence[dict[str, str]], number: int, known: dict[str, Item]) -> View:
        titles = {item_id: item.title for item_id, item in known.items()}
        turn = session.turns[number]
        own = messages.messages([turn], titles, number)
        shown = session.turns[session.shown] if 0 <= session.shown < len(session.turns) else turn
        return View([*before, *own], evidence.panel(shown), session.running is not None)

    def _messages(self, turns: Sequence[ShownTurn], known: dict[str, Item]) -> list[dict[str, str]]:
        return messages.messages(turns, {item_id: item.title for item_id, item in known.items()})


def _with_nearest(turn: ShownTurn, known: dict[str, Item]) -> ShownTurn:
    """Where nothing is cited the events carry hits only; the panel shows their items as what comes nearest."""
    if turn.items or not turn.hits:
        return turn
    nearest = [known[hit.item_id] for hit in turn.hits[:NEAREST_ITEMS] if hit.item_id in known]
    return replace(turn, items=tuple(nearest))
