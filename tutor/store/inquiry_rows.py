"""A row of ``inquiries`` and its record. Asks nothing of the database."""

from __future__ import annotations

from typing import Any

from tutor.store.exchanges import read_exchange
from tutor.store.feedback_records import Inquiry


def inquiry_of(row: Any) -> Inquiry:
    """The record of a row of ``inquiries``."""
    return Inquiry(
        row.id,
        row.number,
        row.user_id,
        row.kind,
        row.subject_id,
        row.question,
        row.note,
        read_exchange(row.exchange),
        row.state,
        row.reply,
        row.item_id,
        row.draft_id,
        row.told_at,
        row.created_at,
        row.updated_at,
    )
