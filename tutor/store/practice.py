"""One person's interviews, quizzes and evidence of what they can do. Knows tables; nothing of what is asked or graded.

A step is saved together with the evidence that it gives, in one transaction, and only over the state that it was taken
from: of two tabs that answer at once, one wins and the other is told.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select

from tutor.errors import StaleError, StoreError
from tutor.learner.records import Evidence
from tutor.store.database import Database
from tutor.store.feedback import Feedback
from tutor.store.feedback_records import NOTE_LIMIT, Exchange
from tutor.store.serialized import storable
from tutor.store.tables import evidence as evidence_table
from tutor.store.tables import practice

MAX_DRAFT = 60_000
LISTED = 50


@dataclass(frozen=True)
class SavedPractice:
    """A row: ``material`` and ``state`` are JSON texts of whoever saved them; ``standing`` is running, paused or
    finished; ``draft`` was typed and not sent."""

    id: str
    kind: str
    material: str
    state: str
    standing: str
    revision: int
    draft: str
    created_at: datetime
    updated_at: datetime


class Practice:
    """All of one user's. Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, database: Database, user: str) -> None:
        self._database, self._user = database, user

    def start(self, kind: str, material: str, state: str, standing: str, at: datetime) -> str:
        """Keeps a new interview or quiz at revision 0; returns its id."""
        row = {"id": uuid.uuid4().hex, "user_id": self._user, "kind": kind, "material": storable(material)}
        row |= {"state": storable(state), "standing": standing, "draft": ""}
        with self._database.writing() as connection:
            connection.execute(practice.insert().values({**row, "revision": 0, "created_at": at, "updated_at": at}))
        return str(row["id"])

    def load(self, id: str) -> SavedPractice:
        with self._database.reading() as connection:
            return _saved(self._row(connection, id))

    def save(
        self,
        id: str,
        revision: int,
        state: str,
        standing: str,
        at: datetime,
        evidence: Sequence[Evidence] = (),
        keep_draft: bool = False,
    ) -> int:
        """Saves what follows from ``revision``; returns the new revision. Raises StaleError where it was overtaken."""
        changed = {"state": storable(state), "standing": standing, "updated_at": at, "revision": revision + 1}
        if not keep_draft:
            changed["draft"] = ""
        with self._database.writing() as connection:
            if self._row(connection, id).revision != revision:
                raise StaleError("This went on in another tab or window", "the newest state", "look at where it stands")
            connection.execute(practice.update().where(practice.c.id == id).values(changed))
            self._insert(connection, evidence)
        return revision + 1

    def keep_state(self, id: str, revision: int, state: str) -> None:
        """Keeps ``state`` in place of the one of ``revision``, unless a step was taken since; is no step itself."""
        self._keep(id, revision, state=storable(state))

    def keep_draft(self, id: str, revision: int, text: str) -> None:
        """Keeps what was typed and not sent, unless a step was taken since ``revision``; is no step itself."""
        self._keep(id, revision, draft=storable(text[:MAX_DRAFT]))

    def newest(self, kind: str, *standings: str) -> list[SavedPractice]:
        """Those of a kind that stand so, the one that was touched last first; at most ``LISTED``."""
        mine = (practice.c.user_id == self._user) & (practice.c.kind == kind) & practice.c.standing.in_(standings)
        wanted = select(practice).where(mine).order_by(practice.c.updated_at.desc(), practice.c.id).limit(LISTED)
        with self._database.reading() as connection:
            return [_saved(row) for row in connection.execute(wanted)]

    def forget(self, id: str) -> None:
        """Deletes an interview or a quiz; its evidence stays."""
        mine = (practice.c.id == id) & (practice.c.user_id == self._user)
        with self._database.writing() as connection:
            connection.execute(practice.delete().where(mine))

    def evidence(self) -> tuple[Evidence, ...]:
        """All of it, oldest first."""
        wanted = select(evidence_table).where(evidence_table.c.user_id == self._user)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(evidence_table.c.at, evidence_table.c.id)).all()
        return tuple(_evidence(row) for row in rows)

    def add_evidence(self, *rows: Evidence) -> None:
        """Keeps rows whose key is not there yet; the same act counts once."""
        with self._database.writing() as connection:
            self._insert(connection, rows)

    def set_aside(self, key: str, aside: bool) -> None:
        """Takes a row out of the count, or back in."""
        mine = (evidence_table.c.user_id == self._user) & (evidence_table.c.key == key)
        with self._database.writing() as connection:
            connection.execute(evidence_table.update().where(mine).values(set_aside=aside))

    def add_objection(self, subject: str, question: str, answered: str, note: str) -> int:
        """Puts an objection to a score on the trainers' desk; returns the number by which its asker finds it."""
        exchange = Exchange(asked=question, answered=answered)
        return Feedback(self._database, self._user).object(subject[:64], question, note[:NOTE_LIMIT], exchange)

    def _keep(self, id: str, revision: int, **values: str) -> None:
        mine = (practice.c.id == id) & (practice.c.user_id == self._user) & (practice.c.revision == revision)
        with self._database.writing() as connection:
            connection.execute(practice.update().where(mine).values(values))

    def _row(self, connection: Connection, id: str) -> Row[tuple[object, ...]]:
        mine = (practice.c.id == id) & (practice.c.user_id == self._user)
        row = connection.execute(select(practice).where(mine)).first()
        if row is None:
            raise StoreError("This interview or quiz is not there any more", "one of the list", "start a new one")
        return row

    def _insert(self, connection: Connection, rows: Sequence[Evidence]) -> None:
        if not rows:
            return
        keys = [row.key for row in rows]
        mine = (evidence_table.c.user_id == self._user) & evidence_table.c.key.in_(keys)
        known = set(connection.scalars(select(evidence_table.c.key).where(mine)))
        for row in rows:
            if row.key not in known:
                known.add(row.key)
                values = {"id": uuid.uuid4().hex, "user_id": self._user, "key": row.key, "source": row.source}
                values |= {"item_id": row.item[:80], "topics": json.dumps(row.topics), "note": storable(row.note)}
                rest = {"score": row.score, "predicted": row.predicted, "set_aside": row.set_aside, "at": row.at}
                connection.execute(evidence_table.insert().values({**values, **rest}))


def _saved(row: Row[tuple[object, ...]]) -> SavedPractice:
    names = "id kind material state standing revision draft created_at updated_at".split()
    return SavedPractice(**{name: getattr(row, name) for name in names})


def _evidence(row: Row[tuple[object, ...]]) -> Evidence:
    return Evidence(
        row.key,
        row.source,
        row.item_id,
        tuple(json.loads(row.topics)),
        row.score,
        row.at,
        row.predicted,
        row.note,
        row.set_aside,
    )
