"""Keeps the page's turns in the store and brings them back. Where the store fails the chat goes on and says so once.

Knows sessions, shown turns and the store's records; nothing of gradio or HTML.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from tutor.errors import StoreError
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


class Store(Protocol):
    """What is needed of a running tutor."""

    @property
    def database(self) -> Database: ...
    def versions(self) -> Versions: ...


class Keeping:
    """One user's conversations for the page; every session of that user shares it."""

    def __init__(self, service: Store, user: str = LOCAL_USER) -> None:
        self._service, self._user = service, user

    def conversations(self) -> Conversations:
        """Raises StoreError where the database cannot be opened."""
        from tutor.store.conversations import Conversations

        return Conversations(self._service.database, self._user)

    def begin(self, session: Session, turn: ShownTurn, number: int) -> tuple[ShownTurn, Ticket | None]:
        """Writes a turn down before it is answered, after the session's turn ``number`` - 1. Raises nothing: without a
        ticket it is not kept, and the first such turn of a conversation says why."""
        try:
            store = self.conversations()
            session.conversation = session.conversation or store.create()
            parent = self._catch_up(store, session, number)
            ticket = store.begin_turn(session.conversation, _asked(turn), parent, turn.id or None)
        except StoreError as error:
            return self._unkept(session, replace(turn, id=""), error), None
        return replace(turn, id=ticket.turn), ticket

    def kept(self, session: Session, turns: Turns, ticket: Ticket | None) -> Turns:
        """Passes ``turns`` on and writes them down, the last one in any case."""
        if ticket is None:
            yield from turns
            return
        saved = time.monotonic()
        for turn in turns:
            if turn.finished or time.monotonic() - saved >= SAVE_SECONDS:
                turn, saved = self._save(session, ticket, turn), time.monotonic()
            yield turn

    def decline(self, turn: ShownTurn) -> None:
        """Keeps that none of the choices was meant."""
        if turn.id:
            try:
                self.conversations().decline_turn(turn.id, _content(turn))
            except StoreError as error:
                _LOG.warning("%s", error)

    def load(self, session: Session, id: str, known: Mapping[str, Item]) -> None:
        """Puts a kept conversation into the session in place of what it has. Raises StoreError and changes nothing."""
        opened = self.conversations().open(id)
        session.forget()
        session.conversation = id
        session.turns = [shown(turn, known) for turn in opened.turns]
        session.shown = len(session.turns) - 1

    def _catch_up(self, store: Conversations, session: Session, number: int) -> str | None:
        """Writes what the store could not take before; returns the id of the turn before ``number``."""
        while session.owed:
            ticket, turn = session.owed[0]
            store.finish_turn(ticket, _state(turn), _content(turn), self._versions(turn))
            session.owed.pop(0)
        parent: str | None = None
        for place, turn in enumerate(session.turns[:number]):
            if not turn.id:
                ticket = store.begin_turn(session.conversation, _asked(turn), parent)
                store.finish_turn(ticket, _state(turn), _content(turn), self._versions(turn))
                session.turns[place] = turn = replace(turn, id=ticket.turn)
            parent = turn.id
        return parent

    def _save(self, session: Session, ticket: Ticket, turn: ShownTurn) -> ShownTurn:
        try:
            store = self.conversations()
            if turn.finished:
                store.finish_turn(ticket, _state(turn), _content(turn), self._versions(turn))
            else:
                store.save_progress(ticket, _content(turn))
        except StoreError as error:
            if turn.finished:
                session.owed.append((ticket, turn))
            return self._unkept(session, turn, error)
        return turn

    def _unkept(self, session: Session, turn: ShownTurn, error: StoreError) -> ShownTurn:
        _LOG.warning("%s %s", _UNKEPT, error)
        if session.said_unkept:
            return turn
        session.said_unkept = True
        return replace(turn, unkept=f"{_UNKEPT} {error}")

    def _versions(self, turn: ShownTurn) -> Versions:
        return replace(self._service.versions(), model=turn.answer.model if turn.answer else "")


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
