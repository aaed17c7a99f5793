"""Files of JSON lines are read row by row, and the line that is none is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.errors import TutorError
from tutor.json_lines import read_rows


def test_rows_are_read_and_empty_lines_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('\ufeff{"question": "a\u2028b"}\r\n\n  \n{"turns": ["c", "d"], "id": 7}\n', encoding="utf-8")
    rows = list(read_rows(path, "question", "turns"))
    assert rows == [{"question": "a\u2028b"}, {"turns": ["c", "d"], "id": 7}]


def test_other_fields_are_left_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"question": "a", "gold": ["q001"], "extra": null}', encoding="utf-8")
    assert list(read_rows(path, "question")) == [{"question": "a", "gold": ["q001"], "extra": None}]


@pytest.mark.parametrize(
    "line",
    [
        "{broken",
        "[]",
        '"What is PCA?"',
        "null",
        "{}",
        '{"id": 1}',
        '{"text": "What is PCA?"}',
        '{"question": null}',
        '{"question": ["What is PCA?"]}',
        '{"turns": "What is PCA?"}',
        '{"turns": []}',
        '{"turns": ["a", 2]}',
        '{"question": "What is PCA?", "turns": null}',
    ],
)
def test_a_line_that_asks_nothing_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(f'{{"question": "fine"}}\n\n{line}\n', encoding="utf-8")
    with pytest.raises(TutorError, match=r"in\.jsonl:3 is .*Expected: a JSON object with question or turns\."):
        list(read_rows(path, "question", "turns"))


def test_the_rows_before_a_bad_line_are_there(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"question": "fine"}\nnonsense\n', encoding="utf-8")
    rows = read_rows(path, "question")
    assert next(rows) == {"question": "fine"}
    with pytest.raises(TutorError, match=r"in\.jsonl:2"):
        next(rows)


def test_a_file_that_is_missing_or_not_utf8_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"question": "naïve"}'.encode("latin-1"))
    for path in (latin, tmp_path / "missing.jsonl", tmp_path):
        with pytest.raises(TutorError, match=f"{path} cannot be read"):
            list(read_rows(path, "question"))
