"""The tables as SQLAlchemy knows them. Migrations make them; a test holds the two together.

Knows columns and their meaning; nothing of queries.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

ID = String(64)
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a later migration can change them."""

metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite keeps no zone, so it is taken off and put on again here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def belongs_to_user() -> Column[Any]:
    """The column that every table of a person's data has."""
    return Column("user_id", ID, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


users = Table("users", metadata, Column("id", ID, primary_key=True), Column("created_at", UtcDateTime, nullable=False))

conversations = Table(
    "conversations",
    metadata,
    Column("id", ID, primary_key=True),
    belongs_to_user(),
    Column("name", String(200), nullable=False),
    Column("named", Boolean, nullable=False),  # by the person; else after the first message
    Column("searched", Text, nullable=False),  # the name, case-folded: SQLite's own LIKE folds ASCII only
    Column("shown_turn", ID),  # the leaf of the branch that is shown
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "user_id", "updated_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", ID, primary_key=True),
    belongs_to_user(),
    Column("conversation_id", ID, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", ID, ForeignKey("turns.id", ondelete="CASCADE")),
    Column("place", Integer, nullable=False),  # counts the conversation's turns from 0, over all branches
    Column("attempt", Integer, nullable=False),  # counts how often it was asked; a stale one writes nothing
    Column("message", Text, nullable=False),
    Column("chosen", String(200), nullable=False),
    Column("from_memory", Boolean, nullable=False),
    Column("style", String(40), nullable=False),
    Column("state", String(16), nullable=False),  # open, done, stopped, failed
    Column("declined", Boolean, nullable=False),
    Column("item_text", Text, nullable=False),
    Column("model_text", Text, nullable=False),
    Column("memory_text", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("standalone", Text, nullable=False),
    Column("decision", String(16)),
    Column("confidence", Float),
    Column("evidence", Text, nullable=False),  # JSON: hits, citations, the digests of the hits' items
    Column("answer", Text),  # JSON: the whole Answer, once there is one
    Column("versions", Text, nullable=False),  # JSON: what answered
    Column("searched", Text, nullable=False),  # message and answer, case-folded
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    UniqueConstraint("conversation_id", "place"),
    Index(None, "parent_id"),
)
