"""One person's conversations: turns written before and after their answer, branches, search, real deletion.

Knows tables and stored records; nothing of how an answer comes to be. Every query names the user.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from tutor.errors import GoneError, StoreError
from tutor.store.database import Database
from tutor.store.records import (
    LISTED,
    NAME_LIMIT,
    Asked,
    Content,
    Conversation,
    Entry,
    State,
    StoredTurn,
    Ticket,
    Versions,
)
from tutor.store.serialized import dump, storable
from tutor.store.tables import conversations, turns
from tutor.store.turn_rows import content_columns, row_of, stored_turn

_NAME_OF_MESSAGE = 80


class Conversations:
    """All of one user's. Every method is one transaction; each raises StoreError where the database fails, and its
    GoneError where the conversation or turn is not this user's or not there any more."""

    def __init__(self, database: Database, user: str) -> None:
        self._database, self._user = database, user

    def create(self) -> str:
        """A new, empty conversation; returns its id. It takes its name from its first message."""
        now, id = datetime.now(UTC), uuid.uuid4().hex
        row = {"id": id, "name": "", "named": False, "searched": "", "created_at": now, "updated_at": now}
        with self._database.writing() as connection:
            connection.execute(conversations.insert().values({**row, "user_id": self._user}))
        return id

    def entries(self, query: str = "") -> list[Entry]:
        """The newest ``LISTED`` and, where there are more, one to tell it by; the newest first. With ``query`` those
        that hold all its words, in any case, in their name, a message or an answer. Empty ones are left out."""
        count = func.count(turns.c.id)
        wanted = [conversations.c.user_id == self._user, *(self._holds(word) for word in storable(query).split())]
        statement = (
            select(conversations, count.label("turn_count"))
            .join(turns, turns.c.conversation_id == conversations.c.id)
            .where(*wanted)
            .group_by(conversations.c.id)
            .order_by(conversations.c.updated_at.desc(), conversations.c.id)
            .limit(LISTED + 1)
        )
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
        return [Entry(row.id, row.name, row.turn_count, row.created_at, row.updated_at) for row in rows]

    def open(self, id: str) -> Conversation:
        """The branch that is shown."""
        with self._database.reading() as connection:
            found = self._conversation(connection, id)
            links = self._links(connection, id)
            path = _path(links, found.shown_turn)
            rows = connection.execute(select(turns).where(turns.c.id.in_(path), self._mine())).all()
        by_id = {row.id: row for row in rows}
        shown = tuple(stored_turn(by_id[each], _siblings(links, each)) for each in path)
        return Conversation(id, found.name, found.named, found.created_at, found.updated_at, shown)

    def every_turn(self, id: str) -> tuple[Conversation, str | None]:
        """All turns of all branches in the order they were asked, and the id of the leaf that is shown."""
        with self._database.reading() as connection:
            found = self._conversation(connection, id)
            own = select(turns).where(turns.c.conversation_id == id, self._mine())
            rows = connection.execute(own.order_by(turns.c.place)).all()
        stored = tuple(stored_turn(row) for row in rows)
        whole = Conversation(id, found.name, found.named, found.created_at, found.updated_at, stored)
        return whole, found.shown_turn

    def rename(self, id: str, name: str) -> None:
        """Raises StoreError for a name that is empty or longer than ``NAME_LIMIT`` characters."""
        name = " ".join(storable(name).split())
        if not name or len(name) > NAME_LIMIT:
            raise StoreError(
                f"The name has {len(name):,} characters", f"1 to {NAME_LIMIT} characters", "choose another name"
            )
        with self._database.writing() as connection:
            self._conversation(connection, id)
            self._change(connection, id, name=name, named=True, searched=name.casefold())

    def delete(self, id: str) -> None:
        """Takes the conversation and all its turns out of the file. One that is gone already stays gone."""
        with self._database.writing() as connection:
            connection.execute(
                conversations.delete().where(conversations.c.id == id, conversations.c.user_id == self._user)
            )
        self._database.clear_log()

    def begin_turn(
        self,
        conversation: str,
        asked: Asked,
        parent: str | None = None,
        turn: str | None = None,
        versions: Versions | None = None,
    ) -> Ticket:
        """Writes a message down before it is answered, as the child of ``parent`` (None: the first of its branch).

        ``turn`` is an id that the asker made: the same one twice is one turn, and the second ticket for
        it is not fresh. ``versions`` is what is known then of what will answer.
        """
        with self._database.writing() as connection:
            found = self._conversation(connection, conversation)
            if turn and (known := self._known(connection, turn, conversation)):
                return known
            if parent:
                self._turn(connection, parent, conversation)
            place = connection.scalar(
                select(func.coalesce(func.max(turns.c.place), -1) + 1).where(turns.c.conversation_id == conversation)
            )
            ticket, now = Ticket(turn or uuid.uuid4().hex, 1), datetime.now(UTC)
            by = versions or Versions()
            begun = StoredTurn(ticket.turn, parent, place or 0, asked, "open", Content(), by, now, None)
            row = {**row_of(begun), "user_id": self._user, "conversation_id": conversation}
            connection.execute(turns.insert().values(row))
            name = {} if found.name else _named_after(storable(asked.message))
            self._change(connection, conversation, shown_turn=ticket.turn, updated_at=now, **name)
        return ticket

    def continue_turn(self, turn: str) -> Ticket:
        """A new attempt at a turn whose answer broke off; what was written so far stays until the new one says more."""
        with self._database.writing() as connection:
            row = self._turn(connection, turn)
            if row.state != "open":
                raise StoreError("This message is answered already", "one whose answer broke off", "reload the page")
            ticket = Ticket(turn, row.attempt + 1)
            connection.execute(turns.update().where(turns.c.id == turn).values(attempt=ticket.attempt))
        return ticket

    def save_progress(self, ticket: Ticket, content: Content) -> None:
        """What has come so far. Nothing happens where the turn is finished or a later attempt writes it."""
        self._write(ticket, content, state="open")

    def finish_turn(self, ticket: Ticket, state: State, content: Content, versions: Versions) -> None:
        """The last word on a turn; the first one of several holds."""
        self._write(ticket, content, state=state, versions=dump(versions), finished_at=datetime.now(UTC))

    def decline_turn(self, turn: str, content: Content) -> None:
        """Changes what a finished turn shows, after the person meant none of its choices."""
        with self._database.writing() as connection:
            row = self._turn(connection, turn)
            connection.execute(turns.update().where(turns.c.id == turn).values(content_columns(content, row.message)))

    def show_turn(self, turn: str) -> str:
        """Shows the branch of ``turn``, down to its newest end. Returns the conversation's id."""
        with self._database.writing() as connection:
            conversation = str(self._turn(connection, turn).conversation_id)
            links = self._links(connection, conversation)
            self._change(connection, conversation, shown_turn=_newest_end(links, turn))
        return conversation

    def add(
        self,
        name: str,
        named: bool,
        created: datetime,
        updated: datetime,
        shown_turn: str | None,
        stored: Sequence[StoredTurn],
    ) -> str:
        """Keeps a conversation that was had elsewhere, parents before their children. Returns its id."""
        id = uuid.uuid4().hex
        row = {"id": id, "user_id": self._user, "name": name, "named": named, "searched": name.casefold()}
        times = {"created_at": created, "updated_at": updated}
        with self._database.writing() as connection:
            connection.execute(conversations.insert().values({**row, **times, "shown_turn": shown_turn}))
            rows = [{**row_of(turn), "user_id": self._user, "conversation_id": id} for turn in stored]
            connection.execute(turns.insert(), rows)
        return id

    def _write(self, ticket: Ticket, content: Content, **more: object) -> None:
        open_attempt = and_(turns.c.id == ticket.turn, turns.c.attempt == ticket.attempt, turns.c.state == "open")
        with self._database.writing() as connection:
            row = self._turn(connection, ticket.turn)
            values = {**content_columns(content, row.message), **more}
            connection.execute(turns.update().where(open_attempt, self._mine()).values(values))
            if "finished_at" in more:
                self._change(connection, row.conversation_id, updated_at=more["finished_at"])

    def _mine(self) -> ColumnElement[bool]:
        return turns.c.user_id == self._user

    def _holds(self, word: str) -> ColumnElement[bool]:
        word = word.casefold()
        in_turns = select(turns.c.conversation_id).where(self._mine(), turns.c.searched.contains(word, autoescape=True))
        return or_(conversations.c.searched.contains(word, autoescape=True), conversations.c.id.in_(in_turns))

    def _conversation(self, connection: Connection, id: str) -> Row[tuple[object, ...]]:
        mine = and_(conversations.c.id == id, conversations.c.user_id == self._user)
        if (row := connection.execute(select(conversations).where(mine)).first()) is None:
            raise GoneError(
                "This conversation is not there any more", "one that was not deleted", "start a new conversation"
            )
        return row

    def _turn(self, connection: Connection, id: str, conversation: str | None = None) -> Row[tuple[object, ...]]:
        row = connection.execute(select(turns).where(turns.c.id == id, self._mine())).first()
        if row is None or conversation not in (None, row.conversation_id):
            raise GoneError("This message is not there any more", "one that was not deleted", "ask it again")
        return row

    def _known(self, connection: Connection, turn: str, conversation: str) -> Ticket | None:
        row = connection.execute(select(turns).where(turns.c.id == turn, self._mine())).first()
        if row is None:
            return None
        if row.conversation_id != conversation:
            raise StoreError("This message stands in another conversation", "a message of this one", "ask it again")
        return Ticket(turn, row.attempt, fresh=False)

    def _links(self, connection: Connection, conversation: str) -> dict[str, str | None]:
        """The parent of each turn by its id, in the order they were asked."""
        own = select(turns.c.id, turns.c.parent_id).where(turns.c.conversation_id == conversation, self._mine())
        return {row.id: row.parent_id for row in connection.execute(own.order_by(turns.c.place))}

    def _change(self, connection: Connection, id: str, **values: object) -> None:
        mine = and_(conversations.c.id == id, conversations.c.user_id == self._user)
        connection.execute(conversations.update().where(mine).values(values))


def _named_after(message: str) -> dict[str, str]:
    words = " ".join(message.split())
    name = words if len(words) <= _NAME_OF_MESSAGE else words[:_NAME_OF_MESSAGE].rsplit(" ", 1)[0] + "…"
    return {"name": name, "searched": name.casefold()}


def _path(links: dict[str, str | None], leaf: str | None) -> Sequence[str]:
    """The ids from the first turn to ``leaf``."""
    path: list[str] = []
    while leaf in links:
        path.append(leaf)
        leaf = links[leaf]
    return path[::-1]


def _siblings(links: dict[str, str | None], turn: str) -> tuple[str, ...]:
    return tuple(id for id, parent in links.items() if parent == links[turn])


def _newest_end(links: dict[str, str | None], turn: str) -> str:
    """The newest descendant of ``turn`` that has no child, itself where it has none."""
    within = {turn}
    for id, parent in links.items():  # parents come before their children
        if parent in within:
            within.add(id)
    parents = {parent for id, parent in links.items() if id in within}
    return [id for id in links if id in within and id not in parents][-1]
