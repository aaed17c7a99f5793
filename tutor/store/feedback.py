"""One person's word on answers: ratings, questions sent to the trainers, objections, and what became of them.

What was acknowledged is kept, with a copy of the answer, its evidence and versions, also when the conversation is
deleted. Knows tables and records; nothing of pages.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import get_args

from sqlalchemy import Connection, func, select

from tutor.errors import StoreError
from tutor.store.database import Database
from tutor.store.exchanges import exchange_of, read_exchange
from tutor.store.feedback_records import NOTE_LIMIT, Exchange, Inquiry, InquiryKind, Rating, Verdict
from tutor.store.inquiry_rows import inquiry_of
from tutor.store.serialized import dump, storable
from tutor.store.tables import inquiries, ratings


class Feedback:
    """All of one user's. Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, database: Database, user: str) -> None:
        self._database, self._user = database, user

    def rate(self, turn: str, verdict: Verdict, note: str = "") -> None:
        """Keeps a rating of a turn; a second one of the same turn takes its place. Every one but ``correct`` shows on
        the trainers' desk until it is dealt with. Raises StoreError for an answer that is gone or not finished, and
        for a note of more than ``NOTE_LIMIT`` characters."""
        if verdict not in get_args(Verdict):
            raise StoreError(f"The rating is {verdict!r}", f"one of {', '.join(get_args(Verdict))}", "choose one")
        note, now = _checked(note), datetime.now(UTC)
        with self._database.writing() as connection:
            rated, exchange = exchange_of(connection, self._user, turn)
            cited = [each.item_id for each in exchange.found if each.quote]
            changing = {"verdict": verdict, "note": note, "updated_at": now}
            mine = (ratings.c.user_id == self._user) & (ratings.c.turn_id == turn)
            if not connection.execute(ratings.update().where(mine).values(changing)).rowcount:
                row = {"id": uuid.uuid4().hex, "user_id": self._user, "turn_id": turn, "created_at": now}
                row |= {"item_id": cited[0] if cited else "", "exchange": dump(exchange)}
                connection.execute(ratings.insert().values({**row, **changing}))
            question = rated.content.standalone or rated.asked.message
            if verdict == "correct":
                self._withdraw(connection, turn, now)
            else:
                words = f"{verdict.replace('_', ' ').capitalize()}. {note}".strip()
                self._inquire(connection, "rating", turn, question, words, exchange)

    def ratings(self, turns: Iterable[str]) -> dict[str, Rating]:
        """This user's ratings of these turns, by turn."""
        wanted = select(ratings).where(ratings.c.user_id == self._user, ratings.c.turn_id.in_(list(turns)))
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return {
            row.turn_id: Rating(
                row.turn_id, row.verdict, row.note, row.item_id, read_exchange(row.exchange), row.updated_at
            )
            for row in rows
        }

    def escalate(self, turn: str, note: str = "") -> int:
        """Sends a turn to the trainers with the conversation before it and its evidence; returns the number by which
        the person finds it again. The same turn twice is one inquiry. Raises StoreError as ``rate``."""
        note = _checked(note)
        with self._database.writing() as connection:
            asked, exchange = exchange_of(connection, self._user, turn)
            question = asked.content.standalone or asked.asked.message
            return self._inquire(connection, "escalation", turn, question, note, exchange)

    def object(self, subject: str, question: str, note: str, exchange: Exchange) -> int:
        """Sends an objection to a judgement of the tutor, such as a grade. ``subject`` is the id of what is objected
        to: the same one twice is one inquiry, which is open again where it was decided. Returns its number."""
        with self._database.writing() as connection:
            return self._inquire(connection, "objection", subject, question, _checked(note), exchange)

    def inquiries(self) -> list[Inquiry]:
        """What this person sent to the trainers, newest first: escalations and objections."""
        sent = select(inquiries).where(inquiries.c.user_id == self._user, inquiries.c.kind != "rating")
        with self._database.reading() as connection:
            rows = connection.execute(sent.order_by(inquiries.c.number.desc())).all()
        return [inquiry_of(row) for row in rows]

    def heard(self, numbers: Iterable[int]) -> None:
        """The person has seen the outcome of these."""
        has_outcome = inquiries.c.state.in_(("answered", "rejected")) | (inquiries.c.reply != "")
        decided = has_outcome & inquiries.c.told_at.is_(None)
        mine = (inquiries.c.user_id == self._user) & inquiries.c.number.in_(list(numbers))
        with self._database.writing() as connection:
            connection.execute(inquiries.update().where(mine, decided).values(told_at=datetime.now(UTC)))

    def _inquire(
        self, connection: Connection, kind: InquiryKind, subject: str, question: str, note: str, exchange: Exchange
    ) -> int:
        known = (inquiries.c.user_id == self._user) & (inquiries.c.kind == kind) & (inquiries.c.subject_id == subject)
        found = connection.execute(select(inquiries).where(known)).first()
        now = datetime.now(UTC)
        if found is not None:
            changed = {"note": note or found.note, "updated_at": now}
            if found.state == "withdrawn" or (kind == "objection" and found.state != "open"):
                changed |= {"state": "open", "reply": "", "item_id": "", "draft_id": None, "told_at": None}
            if kind == "objection":
                changed["exchange"] = dump(exchange)
            connection.execute(inquiries.update().where(known).values(changed))
            return int(found.number)
        number = connection.scalar(select(func.coalesce(func.max(inquiries.c.number), 0) + 1)) or 1
        row = {"id": uuid.uuid4().hex, "user_id": self._user, "number": number, "kind": kind, "subject_id": subject}
        row |= {"question": storable(question), "note": note, "exchange": dump(exchange), "state": "open"}
        row |= {"reply": "", "item_id": "", "created_at": now, "updated_at": now}
        connection.execute(inquiries.insert().values(row))
        return int(number)

    def _withdraw(self, connection: Connection, turn: str, now: datetime) -> None:
        mine = (inquiries.c.user_id == self._user) & (inquiries.c.kind == "rating") & (inquiries.c.subject_id == turn)
        still = mine & (inquiries.c.state == "open") & inquiries.c.draft_id.is_(None)
        connection.execute(inquiries.update().where(still).values(state="withdrawn", updated_at=now))


def _checked(note: str) -> str:
    note = storable(note).strip()
    if len(note) > NOTE_LIMIT:
        raise StoreError(f"The text has {len(note):,} characters", f"at most {NOTE_LIMIT:,}", "shorten it")
    return note
