"""Copies of a turn with what was said before it, for trainers, and these copies as JSON text.

A copy stays as it is when the conversation is deleted later. Knows tables and records; decides nothing.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from tutor.errors import StoreError
from tutor.store.feedback_records import Exchange, FoundItem, Spoken
from tutor.store.records import Content, StoredTurn
from tutor.store.tables import turns
from tutor.store.turn_rows import stored_turn

_EXCHANGE = TypeAdapter(Exchange)


def exchange_of(connection: Connection, user: str, turn: str) -> tuple[StoredTurn, Exchange]:
    """A user's finished turn, and the copy of it. Raises StoreError where it is gone or not answered yet."""
    path = _path(connection, user, turn)
    if not path:
        raise StoreError("This answer is not there any more", "one that was not deleted", "ask the question again")
    last = path[-1]
    if last.state == "open":
        raise StoreError("This message is not answered yet", "a finished answer", "wait for the answer")
    before = tuple(Spoken(each.asked.message, each.content.text) for each in path[:-1])
    content = last.content
    confidence = content.confidence.value if content.confidence else None
    versions = {name: value for name, value in asdict(last.versions).items() if value}
    return last, Exchange(
        before, last.asked.message, content.text, content.decision or "", confidence, _found(content), versions
    )


def read_exchange(text: str) -> Exchange:
    """An empty one where another tutor wrote something that does not fit."""
    try:
        return _EXCHANGE.validate_json(text)
    except ValidationError:
        return Exchange()


def _path(connection: Connection, user: str, turn: str) -> list[StoredTurn]:
    """From the conversation's first turn to ``turn``; empty where that is not this user's."""
    path: list[Any] = []
    id: str | None = turn
    while id and (row := connection.execute(select(turns).where(turns.c.id == id, turns.c.user_id == user)).first()):
        path.append(row)
        id = row.parent_id
    return [stored_turn(row) for row in reversed(path)]


def _found(content: Content) -> tuple[FoundItem, ...]:
    quotes = {cited.item_id: cited.quote for cited in reversed(content.citations)}
    hits = {hit.item_id: hit.score for hit in content.hits} | {
        id: 1.0 for id in quotes if id not in {hit.item_id for hit in content.hits}
    }
    return tuple(FoundItem(id, score, content.digests.get(id, ""), quotes.get(id, "")) for id, score in hits.items())
