"""The machine-readable form of grades: one line of JSON an answer. The fields are a contract for tests and measurement.

Knows nothing of how grades come about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from tutor.errors import TutorError
from tutor.grading.grader import grade
from tutor.grading.records import Grade
from tutor.json_lines import read_rows
from tutor.records import Item


def as_record(given: Grade) -> dict[str, Any]:
    """A grade with the fields of the contract first."""
    return {
        "score": given.score,
        "points": [{"text": each.text, "verdict": each.verdict, "evidence": each.evidence} for each in given.points],
        "grader": given.grader,
        "enough": given.enough,
        "reason": given.reason,
        "misconceptions": [asdict(each) for each in given.misconceptions],
        "rubric": [asdict(each) for each in given.rubric],
    }


def item_called(items: Mapping[str, Item], name: object) -> Item:
    """The item of an id. Raises TutorError where there is none."""
    if not isinstance(name, str) or name not in items:
        raise TutorError(f"There is no item {name!r}", "the id of an item, such as q013", "tutor lint")
    return items[name]


def grade_batch(
    items: Mapping[str, Item], source: Path, target: Path, embedder: Embeddings, chat_model: BaseChatModel | None
) -> int:
    """Grades every row of ``source`` (id, item, answer) into ``target``; returns how many. ``target`` appears only when
    it is whole. Raises TutorError for a row that cannot be read, and where ``target`` cannot be written."""
    rows = [(row, item_called(items, row.get("item"))) for row in read_rows(source, "answer")]
    beside = target.with_name(target.name + ".partial")
    try:
        with beside.open("w", encoding="utf-8") as out:
            for row, item in rows:
                record = as_record(grade(item, row["answer"], embedder, chat_model))
                out.write(json.dumps({"id": row.get("id"), **record}, ensure_ascii=False) + "\n")
        beside.replace(target)
    except OSError as error:
        raise TutorError(f"{target} cannot be written ({error.strerror or error})", "a file to write to") from error
    return len(rows)
