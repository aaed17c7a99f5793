"""The log of the trainers' desk: every step writes a line in its own transaction, and no line is ever changed.

Knows the table; nothing of what the steps are.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from tutor.store.database import Database
from tutor.store.feedback_records import AuditEntry
from tutor.store.serialized import storable
from tutor.store.tables import audit

LISTED = 200
SYSTEM = "the tutor"
"""Who acts where nobody does: what goes on by itself after a crash."""


def note(connection: Connection, actor: str, action: str, subject: str, detail: str = "") -> None:
    """Writes one line down, kept if and only if the caller's transaction is."""
    row = {"at": datetime.now(UTC), "actor": storable(actor)[:80], "action": action, "subject": subject[:80]}
    connection.execute(audit.insert().values({**row, "detail": storable(detail)}))


def entries(database: Database, count: int = LISTED) -> list[AuditEntry]:
    """The newest lines first. Raises StoreError."""
    with database.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.id.desc()).limit(count)).all()
    return [AuditEntry(row.at, row.actor, row.action, row.subject, row.detail) for row in rows]
