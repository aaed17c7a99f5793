"""Reads files of JSON lines. Knows nothing of what the rows mean beyond the fields they must have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tutor.errors import TutorError


def read_rows(path: Path, *required: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file. Raises TutorError naming the line that is none or lacks a field.

    ``required`` are alternatives: one of them must be there.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TutorError(f"{path} cannot be read ({error})", "a UTF-8 file of JSON lines") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not _asks(row, required):
            raise TutorError(f"{path}:{number} is {line[:60]!r}", f"a JSON object with {' or '.join(required)}")
        yield row


def _asks(row: dict[str, Any], required: Sequence[str]) -> bool:
    """Whether one of ``required`` is there, and those that are hold text: ``turns`` a list of it."""
    given = [row[name] if name == "turns" else [row[name]] for name in required if name in row]
    texts = [isinstance(value, list) and value and all(isinstance(text, str) for text in value) for value in given]
    return bool(texts) and all(texts)
