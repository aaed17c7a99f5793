"""What waits on the trainers' desk, from all users, and what the index's updates did. Knows tables; decides nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from tutor.errors import StoreError
from tutor.store import audit
from tutor.store.database import Database
from tutor.store.feedback_records import Inquiry, Regression, Update
from tutor.store.inquiry_rows import inquiry_of
from tutor.store.serialized import storable
from tutor.store.tables import inquiries, regressions, updates

UPDATES_KEPT = 500


class Inbox:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self) -> list[Inquiry]:
        """All that nobody decided yet, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(inquiries).where(inquiries.c.state == "open").order_by(inquiries.c.number)
            ).all()
        return [inquiry_of(row) for row in rows]

    def reject(self, numbers: Collection[int], reply: str, actor: str) -> None:
        """Decides that these are not taken up; ``reply`` is what their askers read."""
        reply = storable(reply).strip()
        if not reply:
            raise StoreError("There is no reply", "a sentence that tells the asker why", "write the reply")
        with self._database.writing() as connection:
            require_open(connection, numbers)
            _release(connection, numbers)
            decide(connection, inquiries.c.number.in_(numbers), "rejected", reply, "")
            for number in sorted(numbers):
                audit.note(connection, actor, "rejected", f"inquiry {number}", reply)

    def settle(self, numbers: Collection[int], item_id: str, reply: str, actor: str) -> None:
        """Decides that ``item_id``, which is there already, answers these; ``reply`` is what their askers read."""
        with self._database.writing() as connection:
            require_open(connection, numbers)
            _release(connection, numbers)
            decide(connection, inquiries.c.number.in_(numbers), "answered", storable(reply).strip(), item_id)
            for number in sorted(numbers):
                audit.note(connection, actor, "merged", f"inquiry {number}", f"into {item_id}")

    def regressions(self) -> list[Regression]:
        """The questions that published items must answer, in the order they came."""
        wanted = select(regressions).where(regressions.c.active).order_by(regressions.c.created_at, regressions.c.id)
        with self._database.reading() as connection:
            return [Regression(row.question, row.item_id) for row in connection.execute(wanted)]

    def record_update(self, update: Update) -> None:
        """Keeps what an update of the index did, and forgets all but the newest ``UPDATES_KEPT``. The same refusal
        again is kept once, so that new tries do not push everything else out."""
        row: dict[str, object] = {
            "at": datetime.now(UTC),
            "origin": update.origin,
            "seconds": update.seconds,
            "added": update.added,
        }
        row |= {"updated": update.updated, "removed": update.removed, "refused": storable(update.refused)}
        row |= {"problems": json.dumps([storable(problem) for problem in update.problems])}
        with self._database.writing() as connection:
            refused = connection.scalar(select(updates.c.refused).order_by(updates.c.id.desc()).limit(1))
            if update.refused and refused == row["refused"]:
                return
            kept = connection.execute(updates.insert().values(row)).inserted_primary_key
            if kept:
                connection.execute(updates.delete().where(updates.c.id <= kept[0] - UPDATES_KEPT))

    def updates(self, count: int = 20) -> list[Update]:
        """The newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(updates).order_by(updates.c.id.desc()).limit(count)).all()
        return [
            Update(
                row.origin,
                row.seconds,
                row.added,
                row.updated,
                row.removed,
                tuple(json.loads(row.problems)),
                row.refused,
                row.at,
            )
            for row in rows
        ]


def require_open(connection: Connection, numbers: Collection[int]) -> Sequence[Inquiry]:
    """These inquiries. Raises StoreError where one is decided or taken up already, or where there is none."""
    rows = connection.execute(select(inquiries).where(inquiries.c.number.in_(numbers))).all()
    found = [inquiry_of(row) for row in rows]
    gone = set(numbers) - {each.number for each in found if each.state == "open"}
    if gone or not found:
        named = ", ".join(str(number) for number in sorted(gone)) or "none chosen"
        raise StoreError(
            f"Inquiries that cannot be decided any more: {named}", "open inquiries", "look at the list again"
        )
    return found


def _release(connection: Connection, numbers: Collection[int]) -> None:
    """No draft takes these up any more: what becomes of it is no matter of theirs."""
    connection.execute(inquiries.update().where(inquiries.c.number.in_(numbers)).values(draft_id=None))


def decide(connection: Connection, which: object, state: str, reply: str, item_id: str) -> None:
    """Gives inquiries their outcome; their askers have not seen it yet."""
    outcome = {"state": state, "reply": reply, "item_id": item_id, "told_at": None, "updated_at": datetime.now(UTC)}
    connection.execute(inquiries.update().where(which).values(outcome))  # type: ignore[arg-type]
