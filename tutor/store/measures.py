"""Answers as numbers, for monitoring: how long each took, what was decided, what was found, what did not hold.

Reads turns and ratings of all users; knows nothing of what is made of the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Row, func, select

from tutor.store.database import Database
from tutor.store.tables import inquiries, ratings, turns

NEWEST = 3000
"""So many answers are looked at."""


@dataclass(frozen=True)
class Measured:
    """One finished turn. ``decision`` is ``memory`` where the model's memory answered; ``milliseconds`` is None where
    nothing was answered; ``found`` are the ids of the hits, best first, ``score`` the first one's; ``dropped`` counts
    the model's sentences that did not hold; ``declined`` says that the person meant none of the choices."""

    at: datetime
    question: str
    state: str
    decision: str
    confidence: float | None
    milliseconds: float | None
    found: tuple[str, ...]
    score: float | None
    dropped: int
    declined: bool = False


@dataclass(frozen=True)
class Rated:
    """One rating and the item that was answered from, "" for none."""

    at: datetime
    verdict: str
    item_id: str


def measured_answers(database: Database) -> list[Measured]:
    """The newest finished turns, oldest first. Raises StoreError."""
    wanted = select(turns).where(turns.c.state != "open").order_by(turns.c.created_at.desc()).limit(NEWEST)
    with database.reading() as connection:
        rows = connection.execute(wanted).all()
    return [_measured(row) for row in reversed(rows)]


def answered_inquiries(database: Database) -> dict[str, datetime]:
    """When each question that people sent to the trainers was answered. Raises StoreError."""
    wanted = select(inquiries.c.question, func.max(inquiries.c.updated_at)).where(inquiries.c.state == "answered")
    with database.reading() as connection:
        rows = connection.execute(wanted.where(inquiries.c.kind != "objection").group_by(inquiries.c.question)).all()
    return {row[0]: row[1] for row in rows}


def rated_answers(database: Database) -> list[Rated]:
    """All ratings, oldest first. Raises StoreError."""
    with database.reading() as connection:
        rows = connection.execute(select(ratings).order_by(ratings.c.updated_at)).all()
    return [Rated(row.updated_at, row.verdict, row.item_id) for row in rows]


def _measured(row: Row[Any]) -> Measured:
    evidence, answer = _read(row.evidence), _read(row.answer)
    hits = [hit for hit in evidence.get("hits", []) if isinstance(hit, dict)]
    took = answer.get("timings", {}).get("total_ms")
    return Measured(
        row.created_at,
        row.standalone or row.message,
        row.state,
        "memory" if answer.get("origin") == "memory" else row.decision or "",
        row.confidence,
        float(took) if took else None,
        tuple(str(hit.get("item_id", "")) for hit in hits),
        float(hits[0].get("score", 0.0)) if hits else None,
        len(answer.get("dropped", ())),
        row.declined,
    )


def _read(text: str | None) -> dict[str, Any]:
    try:
        read = from_json(text) if text else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
