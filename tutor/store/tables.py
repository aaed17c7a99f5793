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

ratings = Table(
    "ratings",
    metadata,
    Column("id", ID, primary_key=True),
    belongs_to_user(),
    Column("turn_id", ID, nullable=False),  # no key: a rating outlives its conversation, with a copy of the answer
    Column("verdict", String(20), nullable=False),  # correct, wrong, wrong_evidence, unclear
    Column("note", Text, nullable=False),
    Column("item_id", String(80), nullable=False),  # what was answered from, "" for nothing
    Column("exchange", Text, nullable=False),  # JSON: the conversation so far and the whole rated turn
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("user_id", "turn_id"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # open, publishing, published, undoing, undone, discarded
    Column("revision", Integer, nullable=False),  # counts changes: who saves over an older one loses
    Column("item_id", String(80), nullable=False),
    Column("text", Text, nullable=False),  # the whole item file
    Column("place", Text, nullable=False),  # the file it is published to, "" before
    Column("replaced", Text),  # the text of the item's file when the draft began, NULL for a new item
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("number"),
)

inquiries = Table(
    "inquiries",
    metadata,
    Column("id", ID, primary_key=True),
    belongs_to_user(),
    Column("number", Integer, nullable=False),  # what the asker is given
    Column("kind", String(16), nullable=False),  # escalation, rating, objection
    Column("subject_id", ID, nullable=False),  # the turn, or what else is objected to
    Column("question", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("exchange", Text, nullable=False),  # as in ratings
    Column("state", String(16), nullable=False),  # open, answered, rejected, withdrawn
    Column("reply", Text, nullable=False),  # what the trainer tells the asker
    Column("item_id", String(80), nullable=False),  # what answers it now, "" for nothing
    Column("draft_id", ID, ForeignKey("drafts.id")),  # NULL until somebody takes it up
    Column("told_at", UtcDateTime),  # when the asker saw the outcome
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("number"),
    UniqueConstraint("user_id", "kind", "subject_id"),
    Index(None, "state"),
    Index(None, "draft_id"),
)

regressions = Table(
    "regressions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("draft_id", ID, ForeignKey("drafts.id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("item_id", String(80), nullable=False),  # what must answer it
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("detail", Text, nullable=False),
)

updates = Table(
    "updates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("origin", String(16), nullable=False),  # watch, desk, publish
    Column("seconds", Float, nullable=False),
    Column("added", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("problems", Text, nullable=False),  # JSON: sentences, one for each refused file
    Column("refused", Text, nullable=False),  # why nothing was done, "" where something was
)

practice = Table(
    "practice",
    metadata,
    Column("id", ID, primary_key=True),
    belongs_to_user(),
    Column("kind", String(16), nullable=False),  # interview, quiz
    Column("material", Text, nullable=False),  # JSON: copies of what is asked, written once
    Column("state", Text, nullable=False),  # JSON: all the rest, written after each step
    Column("standing", String(16), nullable=False),  # running, paused, finished
    Column("revision", Integer, nullable=False),  # counts steps: who saves over an older one loses
    Column("draft", Text, nullable=False),  # typed and not sent
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "user_id", "kind", "updated_at"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", ID, primary_key=True),
    belongs_to_user(),
    Column("key", String(160), nullable=False),  # names the act, so that it counts once
    Column("source", String(16), nullable=False),  # interview, quiz, attempt, answer, own word
    Column("item_id", String(80), nullable=False),  # "" for a word on a topic
    Column("topics", Text, nullable=False),  # JSON: names
    Column("score", Float, nullable=False),
    Column("predicted", Float),
    Column("note", Text, nullable=False),
    Column("set_aside", Boolean, nullable=False),  # by the person: stays in sight, counts for nothing
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("user_id", "key"),
)
