"""A turn's row and its record. Knows columns and stored records; asks nothing of the database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tutor.store.records import Asked, Content, StoredTurn
from tutor.store.serialized import dump, dump_evidence, load_answer, load_evidence, load_versions, storable


def content_columns(content: Content, message: str) -> dict[str, object]:
    """The columns that change while a turn is answered. ``message`` is searched with the answer."""
    return {
        "item_text": storable(content.item_text),
        "model_text": storable(content.model_text),
        "memory_text": storable(content.memory_text),
        "error": storable(content.error),
        "declined": content.declined,
        "standalone": storable(content.standalone),
        "decision": content.decision,
        "confidence": content.confidence.value if content.confidence else None,
        "evidence": dump_evidence(content),
        "answer": dump(content.answer) if content.answer else None,
        "searched": storable(f"{message}\n{content.text}").casefold(),
    }


def row_of(turn: StoredTurn) -> dict[str, object]:
    """The columns of a new row of ``turns``, but for whose it is."""
    message = storable(turn.asked.message)
    return {
        "id": turn.id,
        "parent_id": turn.parent,
        "place": turn.place,
        "attempt": 1,
        "message": message,
        "chosen": storable(turn.asked.chosen),
        "from_memory": turn.asked.from_memory,
        "style": storable(turn.asked.style),
        "state": turn.state,
        "versions": dump(turn.versions),
        "created_at": turn.created,
        "finished_at": turn.finished,
        **content_columns(turn.content, message),
    }


def stored_turn(row: Any, siblings: tuple[str, ...] = ()) -> StoredTurn:
    """The record of a row of ``turns``."""
    content = replace(
        load_evidence(row.evidence),
        item_text=row.item_text,
        model_text=row.model_text,
        memory_text=row.memory_text,
        error=row.error,
        declined=row.declined,
        standalone=row.standalone,
        decision=row.decision,
        answer=load_answer(row.answer),
    )
    return StoredTurn(
        row.id,
        row.parent_id,
        row.place,
        Asked(row.message, row.chosen, row.from_memory, row.style),
        row.state,
        content,
        load_versions(row.versions),
        row.created_at,
        row.finished_at,
        siblings,
    )
