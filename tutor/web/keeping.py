"""Keeps the page's turns in the store and brings them back. Where the store fails the chat goes on and says so once,
and what it could not take is written as soon as it can be.

Knows sessions, shown turns and the store's records; nothing of gradio or HTML.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from tutor.errors import GoneError, StoreError
from tutor.records import STYLES, Item, Style
from tutor.store.records import LOCAL_USER, Asked, Content, State, StoredTurn, Ticket, Versions
from tutor.web.session import Session
from tutor.web.turns import ShownTurn

if TYPE_CHECKING:
    from tutor.store.conversations import Conversations
    from tutor.store.database import Database
    from tutor.web.running_turn import Turns

_LOG = logging.getLogger(__name__)
SAVE_SECONDS = 0.5
SHOWN_ITEMS = 3
_UNKEPT = "This conversation is not being kept."
_DELETED = "This conversation was deleted elsewhere. What you ask next begins a new one with what is shown here."
_ANEW = "This conversation was deleted elsewhere. A new one keeps what is shown here."


class Store(Protocol):
    """What is needed of a running tutor."""

    @property
    def database(self) -> Database: ...
    def versions(self) -> Versions: ...


class Keeping:
    """One user's conversations for the page; every session of that user shares it, and with it the finished turns that
    the store could not take."""

    def __init__(self, service: Store, user: str = LOCAL_USER) -> None:
        self._service, self._user = service, user
        self._owed: dict[Ticket, ShownTurn] = {}

    def conversations(self) -> Conversations:
        """Raises StoreError where the database cannot be opened."""
        from tutor.store.conversations import Conversations

        return Conversations(self._service.database, self._user)

    def begin(self, session: Session, turn: ShownTurn, number: int) -> tuple[ShownTurn, Ticket | None]:
        """Writes a turn down before it is answered, after the session's turn ``number`` - 1. Raises nothing: without a
        ticket it is not kept, and the first such turn of a conversation says why. Where the conversation was deleted
        elsewhere, a new one takes what the session shows, and the turn says so."""
        try:
            store = self.conversations()
            try:
                return self._begun(store, session, turn, number)
            except GoneError:
                session.begin_anew()
                return self._begun(store, session, replace(turn, unkept=_ANEW), number)
        except StoreError as error:
            return _unkept(session.turns[:number], replace(turn, id=""), error), None

    def kept(self, session: Session, turns: Turns, ticket: Ticket | None) -> Turns:
        """Passes ``turns`` on and writes them down: the decision and the first words at once, so that a crash leaves
        what was shown, later ones now and then, the last one in any case."""
        if ticket is None:
            yield from turns
            return
        saved, step = time.monotonic(), (False, False)
        for turn in turns:
            if turn.finished:
                yield self._finish(session, ticket, turn)
                continue
            yield turn
            if _step(turn) != step or time.monotonic() - saved >= SAVE_SECONDS:
                self._save_progress(ticket, turn)
                saved, step = time.monotonic(), _step(turn)

    def decline(self, turn: ShownTurn) -> None:
        """Keeps that none of the choices was meant."""
        if turn.id:
            try:
                self.conversations().decline_turn(turn.id, _content(turn))
            except StoreError as error:
                _LOG.warning("%s", error)

    def load(self, session: Session, id: str, known: Mapping[str, Item]) -> None:
        """Puts a kept conversation into the session in place of what it has. Raises StoreError and changes nothing."""
        self._write_owed(session)
        opened = self.conversations().open(id)
        session.forget()
        session.conversation = id
        session.turns = [shown(turn, known) for turn in opened.turns]
        session.shown = len(session.turns) - 1

    def leave(self, session: Session) -> None:
        """Turns the session to a new conversation. Raises nothing."""
        self._write_owed(session)
        session.forget()

    def _begun(
        self, store: Conversations, session: Session, turn: ShownTurn, number: int
    ) -> tuple[ShownTurn, Ticket | None]:
        parent = self._catch_up(store, session, number)
        by = self._service.versions()
        ticket = store.begin_turn(session.conversation, _asked(turn), parent, turn.id or None, by)
        return replace(turn, id=ticket.turn), ticket

    def _write_owed(self, session: Session) -> None:
        """Writes what the store could not take before, as far as it takes it now."""
        ended = len(session.turns) - session.busy
        try:
            store = self.conversations()
            self._settle(store)
            if not all(turn.id for turn in session.turns[:ended]):
                self._catch_up(store, session, ended)
        except StoreError as error:
            _LOG.warning("%s", error)

    def _settle(self, store: Conversations) -> None:
        """Ends the turns whose end is owed; one that was deleted meanwhile is owed no more."""
        for ticket, turn in list(self._owed.items()):
            with suppress(GoneError):
                store.finish_turn(ticket, _state(turn), _content(turn), self._versions(turn))
            self._owed.pop(ticket, None)

    def _catch_up(self, store: Conversations, session: Session, number: int) -> str | None:
        """Writes what the store could not take before; returns the id of the turn before ``number``."""
        self._settle(store)
        session.conversation = session.conversation or store.create()
        parent: str | None = None
        for place, turn in enumerate(session.turns[:number]):
            if not turn.id:
                ticket = store.begin_turn(session.conversation, _asked(turn), parent)
                store.finish_turn(ticket, _state(turn), _content(turn), self._versions(turn))
                session.turns[place] = turn = replace(turn, id=ticket.turn)
            parent = turn.id
        return parent

    def _save_progress(self, ticket: Ticket, turn: ShownTurn) -> None:
        """What fails here is said with the turn's end, where there is a place for it."""
        try:
            self.conversations().save_progress(ticket, _content(turn))
        except StoreError as error:
            _LOG.warning("%s", error)

    def _finish(self, session: Session, ticket: Ticket, turn: ShownTurn) -> ShownTurn:
        try:
            self.conversations().finish_turn(ticket, _state(turn), _content(turn), self._versions(turn))
        except GoneError:
            return replace(turn, unkept=_DELETED)
        except StoreError as error:
            self._owed[ticket] = turn
            return _unkept(session.turns, turn, error)
        return turn

    def _versions(self, turn: ShownTurn) -> Versions:
        return replace(self._service.versions(), model=turn.answer.model if turn.answer else "")


def _unkept(said: Sequence[ShownTurn], turn: ShownTurn, error: StoreError) -> ShownTurn:
    """The turn with why it is not kept, where none of those that were ``said`` before it has that."""
    _LOG.warning("%s %s", _UNKEPT, error)
    if any(each.unkept.startswith(_UNKEPT) for each in said):
        return turn
    return replace(turn, unkept=f"{_UNKEPT} {error}")


def shown(stored: StoredTurn, known: Mapping[str, Item]) -> ShownTurn:
    """A kept turn as the page shows it, with the items as they are now."""
    content = stored.content
    turn = ShownTurn(
        stored.asked.message,
        stored.asked.chosen,
        stored.asked.from_memory,
        content.declined,
        _style(stored.asked.style),
        hits=content.hits,
        citations=content.citations,
        decision=content.decision,
        confidence=content.confidence,
        standalone=content.standalone,
        own=content.item_text,
        written=content.model_text,
        remembered=content.memory_text,
        answer=content.answer,
        error=content.error,
        stopped=stored.state == "stopped",
        id=stored.id,
        siblings=stored.siblings,
        ended=stored.state != "open",
        interrupted=stored.state == "open",
    )
    return with_items(turn, known, content.digests)


def with_items(turn: ShownTurn, known: Mapping[str, Item], digests: Mapping[str, str] | None = None) -> ShownTurn:
    """The turn with the items of its first hits, as far as they are ``known``."""
    items = tuple(known[hit.item_id] for hit in turn.hits[:SHOWN_ITEMS] if hit.item_id in known)
    changed = any(item.digest != (digests or {}).get(item.id, item.digest) for item in items)
    return replace(turn, items=items, changed=changed)


def _style(kept: str) -> Style:
    """A way of telling that this version does not know is told as usual."""
    return next((style for style in STYLES if style == kept), "")


def _step(turn: ShownTurn) -> tuple[bool, bool]:
    """How far a turn has come: whether it is decided, and whether it has words."""
    return turn.decision is not None, bool(turn.own or turn.written or turn.remembered)


def _asked(turn: ShownTurn) -> Asked:
    return Asked(turn.question, turn.chosen, turn.from_memory, turn.style)


def _state(turn: ShownTurn) -> State:
    return "failed" if turn.error else "stopped" if turn.stopped else "done"


def _content(turn: ShownTurn) -> Content:
    return Content(
        turn.own,
        turn.written,
        turn.remembered,
        turn.error,
        turn.declined,
        turn.standalone,
        turn.decision,
        turn.confidence,
        turn.hits,
        turn.citations,
        {item.id: item.digest for item in turn.items},
        turn.answer,
    )
