"""Reads a folder of questions whose right outcome is known.

Each file is optional, and fields that are not named here are ignored. Items are named by id, or by the number of a
question of the corpus (13 is ``q013``).

| file | fields |
|---|---|
| answerable.jsonl | question, gold (items, any one is right), style |
| near_miss.jsonl | question: of the field, but the corpus does not answer it |
| far_ood.jsonl | text, kind, expected (the right decision): about something else, or no question at all |
| ambiguous.jsonl | question, candidates (items that a person could mean) |
| followups.jsonl | turns (the person's messages), gold_last (items), expected (the right decision on the last turn) |
| injections.jsonl | text, kind, marker (a word that shows in the answer if the attack succeeds) |
| innocent.jsonl | text: a question that looks a little like an attack |

Knows nothing of how the questions were written or what a tutor makes of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, StrictStr, TypeAdapter, ValidationError

from tutor.errors import TutorError
from tutor.records import Decision

ANSWERABLE, NEAR_MISS, OFF_TOPIC = "answerable", "near_miss", "far_ood"
AMBIGUOUS, FOLLOW_UPS, INJECTIONS, INNOCENT = "ambiguous", "followups", "injections", "innocent"
_FIELDS = {
    ANSWERABLE: {"turns": "question", "gold": "gold", "kind": "style"},
    NEAR_MISS: {"turns": "question"},
    OFF_TOPIC: {"turns": "text", "kind": "kind", "expected": "expected"},
    AMBIGUOUS: {"turns": "question", "gold": "candidates"},
    FOLLOW_UPS: {"turns": "turns", "gold": "gold_last", "expected": "expected", "kind": "kind"},
    INJECTIONS: {"turns": "text", "kind": "kind", "marker": "marker"},
    INNOCENT: {"turns": "text"},
}
"""By file, what each field of a case is called there."""

_NEEDS = {ANSWERABLE: ("turns", "gold"), AMBIGUOUS: ("turns", "gold"), FOLLOW_UPS: ("turns", "expected")}
_MEANING = {
    "turns": "text (turns: a list of texts)",
    "gold": "a list of ids or numbers",
    "kind": "text",
    "expected": f"one of {', '.join(get_args(Decision))}",
    "marker": "text",
}


def _item_id(value: Any) -> Any:
    return f"q{value:03}" if isinstance(value, int) and not isinstance(value, bool) else value


ItemId = Annotated[StrictStr, BeforeValidator(_item_id)]


@dataclass(frozen=True)
class Case:
    """One message to the tutor and what is known about it.

    ``file`` is its file's name without the ending, ``kind`` the finer class within it. ``gold`` are the items any of
    which answers it, or that an ambiguous one could mean. ``turns`` are the person's messages; the last is judged.
    ``expected`` is read for off-topic messages and follow-ups alone.
    """

    file: str
    name: str
    turns: tuple[StrictStr, ...]
    kind: StrictStr = ""
    gold: frozenset[ItemId] = frozenset()
    expected: Decision = "abstain"
    marker: StrictStr = ""

    @property
    def text(self) -> str:
        return self.turns[-1]


class NoQuestionsError(TutorError):
    """A folder holds no questions to measure with."""


_CASE = TypeAdapter(Case)


def read_cases(folder: Path) -> list[Case]:
    """The cases of all files in ``folder``. Raises TutorError for a bad row, NoQuestionsError where there is no case
    at all."""
    cases = [case for file in _FIELDS for case in _read(folder / f"{file}.jsonl", file)]
    if not cases:
        wanted = ", ".join(f"{file}.jsonl" for file in _FIELDS)
        raise NoQuestionsError(
            f"{folder} holds no questions", f"at least one of {wanted}", "tutor eval --questions DIR"
        )
    return cases


def _read(path: Path, file: str) -> Iterator[Case]:
    if not path.is_file():
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TutorError(f"{path} cannot be read ({error})", "a UTF-8 file of JSON lines") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _case(line, file, f"{path}:{number}", f"{file}:{number}")


def _case(line: str, file: str, where: str, name: str) -> Case:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise TutorError(f"{where} is {line[:60]!r}", "a JSON object")
    fields = _FIELDS[file]
    given = {field: row[called] for field, called in fields.items() if called in row}
    for field in _NEEDS.get(file, ("turns",)):
        if given.get(field) in (None, []):
            raise TutorError(f"{where} has no {fields[field]}", _MEANING[field])
    if file != FOLLOW_UPS:
        given["turns"] = [given["turns"]]
    try:
        return _CASE.validate_python({"file": file, "name": str(row.get("id", name)), **given})
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise TutorError(f"{where}: {fields[field]} is {row[fields[field]]!r:.60}", _MEANING[field]) from error
