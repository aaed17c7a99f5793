"""How often each item was what answered, by the turns that are kept of all people: what is asked most is got ready
first. Nothing of a person leaves here, only items and numbers. Decides nothing."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from tutor.store.database import Database
from tutor.store.serialized import load_evidence
from tutor.store.tables import turns

TURNS = 2000
"""The newest turns that are looked at."""


def asked_items(database: Database) -> Counter[str]:
    """Ids of items, each with the number of answers that it stood first in. Raises StoreError."""
    wanted = select(turns.c.evidence).where(turns.c.decision == "answer").order_by(turns.c.created_at.desc())
    with database.reading() as connection:
        rows = connection.execute(wanted.limit(TURNS)).all()
    hits = [load_evidence(row.evidence).hits for row in rows]
    return Counter(each[0].item_id for each in hits if each)
