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
from tutor.judging import Judge
from tutor.records import ChatModelChoice, Event, EvidenceEvent, Item, Question, Status
from tutor.settings import Settings
from tutor.web import evidence, messages
from tutor.web.interruption import Interruption
from tutor.web.models import can_generate
from tutor.web.turns import Session, ShownTurn, advance, declined

_LOG = logging.getLogger(__name__)
NEAREST_ITEMS = 3


class Service(Protocol):
    """What the page needs of a running tutor."""

    @property
    def settings(self) -> Settings: ...
    @property
    def judge(self) -> Judge: ...
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
        yield from self._ask(session, ShownTurn(text))

    def choose(self, session: Session, item_id: str) -> Iterator[View]:
        """Asks for the item that the person clicked: it is answered from that item, whatever its score."""
        title = next((item.title for item in self._service.items() if item.id == item_id), "")
        yield from self._ask(session, ShownTurn(title, chosen=item_id))

    def remember(self, session: Session, number: int) -> Iterator[View]:
        """Asks a turn's question, as it was understood, of the chat model's memory, which nothing verifies."""
        if 0 <= number < len(session.turns):
            turn = session.turns[number]
            yield from self._ask(session, ShownTurn(turn.standalone or turn.question, from_memory=True))

    def decline(self, session: Session, number: int) -> View | None:
        """None of a turn's choices is meant. Nothing is searched again; None where there is nothing to decline."""
        if session.running or not 0 <= number < len(session.turns):
            return None
        session.turns[number] = declined(session.turns[number])
        session.shown = number
        known = {item.id: item for item in self._service.items()}
        return View(self._messages(session, session.turns, known), evidence.panel(session.turns[number]), False)

    def _ask(self, session: Session, asked: ShownTurn) -> Iterator[View]:
        if not asked.question.strip() or session.running:
            return
        interruption = session.running = Interruption()
        known = {item.id: item for item in self._service.items()}
        history, number = session.history(), len(session.turns)
        before = self._messages(session, session.turns, known)
        session.turns.append(asked)
        session.shown = number
        try:
            yield self._view(session, before, number, known)
            with closing(self._turns(asked, asked.to_ask(history), session, interruption, known)) as turns:
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
        turn = session.turns[number]
        if number == len(session.turns) - 1:
            session.turns.pop()
        yield from self._ask(session, ShownTurn(turn.question, turn.chosen, turn.from_memory))

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
        turn = session.turns[number]
        own = self._messages(session, [turn], known, number)
        shown = session.turns[session.shown] if 0 <= session.shown < len(session.turns) else turn
        return View([*before, *own], evidence.panel(shown), session.running is not None)

    def _messages(
        self, session: Session, turns: Sequence[ShownTurn], known: dict[str, Item], first: int = 0
    ) -> list[dict[str, str]]:
        titles = {item_id: item.title for item_id, item in known.items()}
        can_remember = can_generate(self._service.status(), session.choice)
        return messages.messages(turns, titles, first, can_remember)


def _with_nearest(turn: ShownTurn, known: dict[str, Item]) -> ShownTurn:
    """Where nothing is cited the events carry hits only; the panel shows their items as what comes nearest."""
    if turn.items or not turn.hits:
        return turn
    nearest = [known[hit.item_id] for hit in turn.hits[:NEAREST_ITEMS] if hit.item_id in known]
    return replace(turn, items=tuple(nearest))
