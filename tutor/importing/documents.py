"""Reads one file of a trainer: Markdown, text, HTML, PDF, DOCX, CSV or JSONL.

Gives Markdown text, or rows of questions and answers, or the fields of an item file. Knows nothing of items'
numbers and of where they are kept.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tutor.errors import DocumentError
from tutor.importing.clean_text import clean_text, one_line
from tutor.importing.docx_markdown import docx_to_markdown
from tutor.importing.html_markdown import html_to_markdown
from tutor.importing.pdf_text import pdf_to_text

MAX_DOCUMENT_BYTES = 20_000_000
SUFFIXES = (".md", ".markdown", ".txt", ".text", ".html", ".htm", ".pdf", ".docx", ".csv", ".jsonl")

_QUESTION_NAMES = ("question", "prompt", "q", "title")
_ANSWER_NAMES = ("answer", "response", "a", "body")
_EXPECTED_NAMES = "question and answer, prompt and response, q and a, or title and body"
_NAME_THEM = "name the two columns 'question' and 'answer'"
_OBJECT = 'one object a line: {"question": …, "answer": …}'
_MEND_LINE = "mend that line"


class UnreadableDocumentError(DocumentError):
    """A document that cannot be read, with its file and line (0 where no line can be named)."""

    def __init__(self, file: str, line: int, what: str, expected: str, mend: str = "") -> None:
        self.file, self.line, self.what = file, line, what
        super().__init__(f"{file}:{line} {what}" if line else f"{file} {what}", expected, mend)


@dataclass(frozen=True)
class Row:
    """A question and answer of a table. ``answer`` may be empty; ``line`` is where the row ends in its file."""

    line: int
    question: str
    answer: str
    topics: tuple[str, ...] = ()
    level: str = ""
    asks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A file's content: ``rows`` of a table, else ``text`` in Markdown; ``front`` is the front matter of Markdown.

    ``file`` is the name to report it by, ``title`` its own title or its name in words. ``headed`` says that the text
    marks its headings with '#'.
    """

    file: str
    title: str
    text: str = ""
    rows: tuple[Row, ...] = ()
    front: Mapping[str, Any] = field(default_factory=dict)
    headed: bool = True


def read_document(path: Path, name: str = "") -> Document:
    """What the file at ``path`` holds; ``name`` is what messages call it.

    Raises UnreadableDocumentError, a DocumentError, with what was found, what was expected and what mends it.
    """
    name = name or path.name
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        found = f"has the suffix {suffix!r}" if suffix else "has no suffix"
        raise UnreadableDocumentError(name, 0, found, f"one of {' '.join(SUFFIXES)}", "save it as one of these")
    raw = _read_bytes(path, name)
    title = " ".join(re.sub(r"[_-]+", " ", one_line(path.stem)).split()) or "Document"
    if suffix in (".pdf", ".docx"):
        return _filled(Document(name, title, _converted(name, raw, suffix), headed=suffix == ".docx"))
    text = _decoded(raw, name)
    if suffix in (".html", ".htm"):
        return _filled(Document(name, title, _converted(name, text, suffix)))
    if suffix == ".csv":
        return Document(name, title, rows=_csv_rows(clean_text(text), name))
    if suffix == ".jsonl":
        return Document(name, title, rows=_jsonl_rows(text, name))
    if suffix in (".txt", ".text"):
        return _filled(Document(name, title, clean_text(text), headed=False))
    front, text = _front_matter(clean_text(text))
    own = one_line(front["title"]) if isinstance(front.get("title"), str) else ""
    return _filled(Document(name, own or title, text, front=front))


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        if not path.is_file():
            raise UnreadableDocumentError(name, 0, "is not there or is no file", "a file or a folder", "check the path")
        size = path.stat().st_size
        if size > MAX_DOCUMENT_BYTES:
            found = f"is {size / 1e6:.1f} MB big"
            raise UnreadableDocumentError(name, 0, found, f"at most {MAX_DOCUMENT_BYTES // 10**6} MB", "split the file")
        raw = path.read_bytes()
    except OSError as error:
        found = f"cannot be read ({error.strerror})"
        raise UnreadableDocumentError(name, 0, found, "a readable file", "check its permissions") from error
    if not raw.strip():
        raise UnreadableDocumentError(name, 0, "is empty", "text", "write something into it or leave it out")
    return raw


def _converted(name: str, content: bytes | str, suffix: str) -> str:
    """The Markdown of a rich format; its errors get the file's name."""
    try:
        if isinstance(content, str):
            return clean_text(html_to_markdown(content))
        return clean_text(pdf_to_text(content) if suffix == ".pdf" else docx_to_markdown(content))
    except DocumentError as error:
        raise UnreadableDocumentError(name, 0, error.found, error.expected, error.mend) from error


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        found = f"is not UTF-8: it has the byte 0x{raw[error.start]:02x} at offset {error.start}"
        mend = "save the file as UTF-8 text, then import it again"
        raise UnreadableDocumentError(name, line, found, "UTF-8 text", mend) from error


def _filled(document: Document) -> Document:
    if not document.text.strip():
        raise UnreadableDocumentError(
            document.file, 0, "holds no text", "text", "write something into it or leave it out"
        )
    return document


def _front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """The YAML mapping between the first two lines '---', and the text after it; ``{}`` and all where there is none."""
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
    if lines[0].strip() != "---" or not end:
        return {}, text
    try:
        data = yaml.load("\n".join(lines[1:end]), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, text
    return (data, "\n".join(lines[end + 1 :])) if isinstance(data, dict) else ({}, text)


def _csv_rows(text: str, name: str) -> tuple[Row, ...]:
    head = text.lstrip("\n").split("\n", 1)[0]
    delimiter = max(",;\t|", key=lambda mark: (_named(head.split(mark)) is not None, head.count(mark)))
    reader = csv.reader(io.StringIO(text.lstrip("\n")), delimiter=delimiter, skipinitialspace=True)
    offset = len(text) - len(text.lstrip("\n"))
    limit = csv.field_size_limit(MAX_DOCUMENT_BYTES)
    try:
        columns = [column.strip() for column in next(reader)]
        if _named(columns) is None:
            shown = ", ".join(repr(column[:40]) for column in columns[:12])
            raise UnreadableDocumentError(name, 1 + offset, f"has the columns {shown}", _EXPECTED_NAMES, _NAME_THEM)
        rows = []
        for cells in reader:
            line = reader.line_num + offset
            if any(cell.strip() for cell in cells[len(columns) :]):
                found, expected = f"has {len(cells)} cells", f"{len(columns)}, as many as columns"
                raise UnreadableDocumentError(name, line, found, expected, f"put text with {delimiter!r} in quotes")
            if any(cell.strip() for cell in cells):
                rows.append(_row(dict(zip(columns, cells, strict=False)), line, name))
    except csv.Error as error:
        found = f"is no CSV ({error})"
        raise UnreadableDocumentError(name, reader.line_num + offset, found, "rows of cells", _MEND_LINE) from error
    finally:
        csv.field_size_limit(limit)
    return _some(rows, name)


def _jsonl_rows(text: str, name: str) -> tuple[Row, ...]:
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            what = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
            raise UnreadableDocumentError(
                name, number, f"is not JSON ({what})", "one object a line", "mend it"
            ) from error
        if not isinstance(data, dict):
            raise UnreadableDocumentError(name, number, "is no JSON object", '{"question": …, "answer": …}', _MEND_LINE)
        rows.append(_row(data, number, name))
    return _some(rows, name)


def _named(names: Iterable[str]) -> tuple[str, str] | None:
    """Which of the names hold the question and the answer."""
    known = {name.strip().strip('"').lower(): name for name in names}
    question = next((known[name] for name in _QUESTION_NAMES if name in known), None)
    answer = next((known[name] for name in _ANSWER_NAMES if name in known), None)
    return (question, answer) if question is not None and answer is not None else None


def _row(data: Mapping[str, Any], line: int, name: str) -> Row:
    named = _named(data)
    if named is None:
        keys = ", ".join(repr(key[:40]) for key in list(data)[:12]) or "none"
        raise UnreadableDocumentError(name, line, f"has the keys {keys}", _EXPECTED_NAMES, _MEND_LINE)
    other = {key.strip().lower(): value for key, value in data.items()}
    question = one_line(_text(data[named[0]]))
    if not question:
        raise UnreadableDocumentError(name, line, "has an empty question", "a question in every row", _MEND_LINE)
    return Row(
        line,
        question,
        clean_text(_text(data[named[1]])).strip(),
        _several(other.get("topics"), r"[;,|]"),
        _text(other.get("level")).strip(),
        _several(other.get("asks"), ";"),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _several(value: object, separator: str) -> tuple[str, ...]:
    """A list, or one text with separators, as single texts."""
    parts = [_text(part) for part in value] if isinstance(value, list) else re.split(separator, _text(value))
    return tuple(part for part in map(one_line, parts) if part)


def _some(rows: list[Row], name: str) -> tuple[Row, ...]:
    if not rows:
        raise UnreadableDocumentError(name, 0, "has no rows", "a question and an answer in every row", "add some")
    return tuple(rows)
