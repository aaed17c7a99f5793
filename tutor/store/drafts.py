"""Drafts of items from their first words to the published file and back: who changes an old revision loses.

A publication is two steps, begun before the file is written and finished after the index holds it, so that after a
crash the row says what was going on. Knows tables and records; nothing of files or of the index.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, func, select

from tutor.errors import StoreError
from tutor.store import audit
from tutor.store.database import Database
from tutor.store.feedback_records import TAKEN_BACK, Draft, DraftState, Inquiry
from tutor.store.inbox import decide, require_open
from tutor.store.inquiry_rows import inquiry_of
from tutor.store.serialized import storable
from tutor.store.tables import drafts, inquiries, regressions

LISTED = 100


class Drafts:
    """Every method is one transaction and raises StoreError where the database fails or the draft is not in the state
    that the step needs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, numbers: Collection[int], text: str, actor: str, used: Collection[str] = ()) -> Draft:
        """A draft of a new item that takes up these inquiries, none of which another draft may have. Its id is the
        first free ``trainers-<number>`` from the draft's own number on, which stands for the first ``{id}`` in
        ``text``; ``used`` are the ids that items have already."""
        with self._database.writing() as connection:
            number = _next_number(connection)
            drafted = connection.scalars(select(drafts.c.item_id)).all()
            item_id = next(id for place in count(number) if (id := f"trainers-{place:03d}") not in {*used, *drafted})
            return _begin(connection, numbers, number, item_id, text.replace("{id}", item_id, 1), None, actor)

    def begin_change(self, numbers: Collection[int], item_id: str, text: str, replaced: str, actor: str) -> Draft:
        """A draft that changes the item ``item_id``, whose file holds ``replaced`` now. Inquiries as in ``begin``, or
        none."""
        with self._database.writing() as connection:
            return _begin(connection, numbers, _next_number(connection), item_id, text, replaced, actor)

    def get(self, id: str) -> Draft:
        with self._database.reading() as connection:
            return _draft(_row(connection, id))

    def get_open(self, id: str, revision: int) -> Draft:
        """Raises StoreError where it is not open any more, or was changed since ``revision``."""
        with self._database.reading() as connection:
            row = _row(connection, id)
        _require(row, revision, "open")
        return _draft(row)

    def taken_up(self, id: str) -> list[Inquiry]:
        """The inquiries that a draft takes up, or answered, in the order they came."""
        wanted = select(inquiries).where(inquiries.c.draft_id == id).order_by(inquiries.c.number)
        with self._database.reading() as connection:
            return [inquiry_of(row) for row in connection.execute(wanted)]

    def all(self, *states: DraftState) -> list[Draft]:
        """Those in one of ``states``, at most ``LISTED``, newest change first."""
        wanted = select(drafts).where(drafts.c.state.in_(states)).order_by(drafts.c.updated_at.desc(), drafts.c.number)
        with self._database.reading() as connection:
            return [_draft(row) for row in connection.execute(wanted.limit(LISTED))]

    def save(self, id: str, revision: int, item_id: str, text: str, actor: str) -> Draft:
        """The draft with new text."""
        return self._step(id, revision, "open", "open", actor, "edited", "", item_id=item_id, text=storable(text))

    def discard(self, id: str, revision: int, actor: str) -> None:
        """Gives a draft up; its inquiries are open again for another one."""
        with self._database.writing() as connection:
            self._move(connection, id, revision, "open", "discarded", actor, "discarded", "")
            connection.execute(inquiries.update().where(inquiries.c.draft_id == id).values(draft_id=None))

    def merge(self, numbers: Collection[int], draft: Draft, actor: str) -> None:
        """Takes up further inquiries, which no other draft may have, in an open draft, which gets the text of
        ``draft``; where it is published already, they are answered at once."""
        with self._database.writing() as connection:
            _require_free(connection, numbers, draft.id)
            state = _row(connection, draft.id).state
            if state not in ("open", "published"):
                raise StoreError(f"Draft {draft.number} is {state}", "an open or published one", "choose another")
            connection.execute(inquiries.update().where(inquiries.c.number.in_(numbers)).values(draft_id=draft.id))
            if state == "published":
                audit.note(connection, actor, "merged", f"draft {draft.number}", _listed(numbers))
                _answer(connection, draft, numbers)
                return
            text = storable(draft.text)
            self._move(
                connection, draft.id, draft.revision, "open", "open", actor, "merged", _listed(numbers), text=text
            )

    def begin_publishing(self, id: str, revision: int, place: str, actor: str) -> Draft:
        """The one who gets this draft back may write ``place``; everybody else who tries gets an error."""
        return self._step(id, revision, "open", "publishing", actor, "publishing", place, place=place)

    def finish_publishing(self, id: str, actor: str) -> Draft:
        """The index holds the item: its inquiries are answered, their questions are regression cases."""
        with self._database.writing() as connection:
            row = _row(connection, id)
            self._move(connection, id, row.revision, "publishing", "published", actor, "published", row.place)
            draft = _draft(_row(connection, id))
            taken = connection.scalars(
                select(inquiries.c.number).where(inquiries.c.draft_id == id, inquiries.c.state == "open")
            ).all()
            _answer(connection, draft, taken)
            return draft

    def fail_publishing(self, id: str, why: str, actor: str) -> Draft:
        """The file is as it was before: the draft is open again."""
        row = self.get(id)
        return self._step(id, row.revision, "publishing", "open", actor, "not published", why, place="")

    def begin_undoing(self, id: str, revision: int, actor: str) -> Draft:
        return self._step(id, revision, "published", "undoing", actor, "undoing", "")

    def finish_undoing(self, id: str, actor: str) -> Draft:
        """The item is out of the index, or as it was: what it answered is open again and no regression case."""
        with self._database.writing() as connection:
            self._move(connection, id, _row(connection, id).revision, "undoing", "undone", actor, "undone", "")
            connection.execute(regressions.update().where(regressions.c.draft_id == id).values(active=False))
            again = {"state": "open", "reply": TAKEN_BACK, "item_id": "", "draft_id": None, "told_at": None}
            answered = (inquiries.c.draft_id == id) & (inquiries.c.state == "answered")
            connection.execute(inquiries.update().where(answered).values(again))
            return _draft(_row(connection, id))

    def fail_undoing(self, id: str, why: str, actor: str) -> Draft:
        """The published file stands again."""
        return self._step(id, self.get(id).revision, "undoing", "published", actor, "not undone", why)

    def _step(
        self,
        id: str,
        revision: int,
        before: DraftState,
        after: DraftState,
        actor: str,
        action: str,
        detail: str,
        **values: object,
    ) -> Draft:
        with self._database.writing() as connection:
            self._move(connection, id, revision, before, after, actor, action, detail, **values)
            return _draft(_row(connection, id))

    def _move(
        self,
        connection: Connection,
        id: str,
        revision: int,
        before: DraftState,
        after: DraftState,
        actor: str,
        action: str,
        detail: str,
        **values: object,
    ) -> None:
        row = _row(connection, id)
        _require(row, revision, before)
        changed = {"state": after, "revision": revision + 1, "updated_at": datetime.now(UTC), **values}
        connection.execute(drafts.update().where(drafts.c.id == id).values(changed))
        audit.note(connection, actor, action, f"draft {row.number}", detail)


def _begin(
    connection: Connection,
    numbers: Collection[int],
    number: int,
    item_id: str,
    text: str,
    replaced: str | None,
    actor: str,
) -> Draft:
    if numbers or replaced is None:
        _require_free(connection, numbers)
    id, now = uuid.uuid4().hex, datetime.now(UTC)
    row = {"id": id, "number": number, "state": "open", "revision": 1, "item_id": item_id, "place": ""}
    row |= {"text": storable(text), "replaced": replaced, "created_at": now, "updated_at": now}
    connection.execute(drafts.insert().values(row))
    connection.execute(inquiries.update().where(inquiries.c.number.in_(numbers)).values(draft_id=id))
    detail = f"{item_id} for {_listed(numbers)}" if numbers else item_id
    audit.note(connection, actor, "drafted", f"draft {number}", detail)
    return _draft(_row(connection, id))


def _next_number(connection: Connection) -> int:
    return connection.scalar(select(func.coalesce(func.max(drafts.c.number), 0) + 1)) or 1


def _require_free(connection: Connection, numbers: Collection[int], draft: str = "") -> None:
    """Raises StoreError where one of these is decided, or taken up by another draft than ``draft``."""
    taken = [each.number for each in require_open(connection, numbers) if each.draft not in (None, draft)]
    if taken:
        raise StoreError(
            f"Another draft takes up already: {', '.join(map(str, taken))}", "inquiries of no draft", "open it"
        )


def _answer(connection: Connection, draft: Draft, numbers: Collection[int]) -> None:
    """Tells the askers of these, and keeps each of their questions as a regression case; an objection asks nothing."""
    chosen = inquiries.c.number.in_(numbers)
    questions = select(inquiries.c.question).where(chosen, inquiries.c.kind != "objection")
    asked = connection.scalars(questions.order_by(inquiries.c.number)).all()
    decide(connection, chosen, "answered", "", draft.item_id)
    for question in dict.fromkeys(asked):
        row = {"id": uuid.uuid4().hex, "draft_id": draft.id, "question": question, "item_id": draft.item_id}
        connection.execute(regressions.insert().values({**row, "active": True, "created_at": datetime.now(UTC)}))


def _require(row: Row[Any], revision: int, state: DraftState) -> None:
    if row.state != state:
        raise StoreError(
            f"Draft {row.number} is {row.state} already", f"a draft that is {state}", "look at what became of it"
        )
    if row.revision != revision:
        raise StoreError(
            f"Draft {row.number} was changed by somebody else meanwhile",
            f"revision {revision}, but it is {row.revision} now",
            "look at the change, and choose whose text stays",
        )


def _listed(numbers: Collection[int]) -> str:
    return "inquiries " + ", ".join(str(number) for number in sorted(numbers))


def _row(connection: Connection, id: str) -> Row[Any]:
    row = connection.execute(select(drafts).where(drafts.c.id == id)).first()
    if row is None:
        raise StoreError("This draft is not there any more", "one of the list", "choose another")
    return row


def _draft(row: Any) -> Draft:
    return Draft(
        row.id,
        row.number,
        row.state,
        row.revision,
        row.item_id,
        row.text,
        row.place,
        row.replaced,
        row.updated_at,
    )
