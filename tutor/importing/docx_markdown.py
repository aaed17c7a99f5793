"""Writes the paragraphs, lists and tables of a Word file as Markdown, with the numbers that Word only draws.

Knows nothing of questions and answers.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.paragraph import Paragraph

from tutor.errors import DocumentError

MAX_UNPACKED_BYTES = 300_000_000


def docx_to_markdown(raw: bytes) -> str:
    """The paragraphs, lists and tables of a Word file as Markdown. Raises DocumentError."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise DocumentError("unpacks to too much", f"at most {MAX_UNPACKED_BYTES // 10**6} MB", "split it")
        document = docx.Document(io.BytesIO(raw))
        return "\n\n".join(block for block in _docx_blocks(document) if block.strip())
    except (zipfile.BadZipFile, OpcError, SyntaxError, LookupError, ValueError, AttributeError, zlib.error) as error:
        raise DocumentError(
            "is no Word document, or it is damaged or protected by a password", "an open DOCX file", "save it again"
        ) from error


def _docx_blocks(document: Any) -> Iterator[str]:
    counters: Counter[tuple[str, int]] = Counter()
    items: list[str] = []
    for part in document.iter_inner_content():
        item = _docx_item(part, document, counters) if isinstance(part, Paragraph) else ""
        if item:
            items.append(item)
            continue
        if items and (not isinstance(part, Paragraph) or part.text.strip()):
            yield "\n".join(items)
            items = []
        yield _docx_table(part) if isinstance(part, Table) else _docx_paragraph(part)
    yield "\n".join(items)


def _docx_paragraph(paragraph: Paragraph) -> str:
    text = paragraph.text.rstrip()
    style = (paragraph.style.name if paragraph.style else "") or ""
    level = re.fullmatch(r"heading (\d)", style.lower())
    if text and (level or style.lower() == "title"):
        return f"{'#' * int(level.group(1) if level else 1)} {' '.join(text.split())}"
    return text


def _docx_item(paragraph: Paragraph, document: Any, counters: Counter[tuple[str, int]]) -> str:
    """A paragraph that Word numbers or bullets by itself, with its mark; else nothing."""
    style = (paragraph.style.name if paragraph.style else "") or ""
    text = " ".join(paragraph.text.split())
    if not text or style.lower().startswith(("heading", "title")):
        return ""
    numbering = paragraph._p.find(".//{*}numPr")
    if numbering is None and not style.startswith("List "):
        return ""
    level = _attribute(numbering, "ilvl")
    depth = int(level) if level.isdigit() else 0
    identity = _attribute(numbering, "numId") or style
    if identity == "0":
        return ""
    if (_number_format(document, identity, level) or ("decimal" if "Number" in style else "bullet")) == "bullet":
        return f"{'    ' * depth}- {text}"
    counters[identity, depth] += 1
    return f"{'    ' * depth}{counters[identity, depth]}. {text}"


def _attribute(element: Any, name: str) -> str:
    found = element.find("{*}" + name) if element is not None else None
    return (
        "" if found is None else next((str(value) for key, value in found.attrib.items() if key.endswith("}val")), "")
    )


def _number_format(document: Any, identity: str, level: str) -> str:
    """What Word puts before a list's paragraphs: ``bullet``, ``decimal`` …; nothing where the list is not defined."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return ""
    abstract = root.xpath(f"w:num[@w:numId='{identity}']/w:abstractNumId/@w:val") if identity.isdigit() else []
    if not (abstract and abstract[0].isdigit()):
        return ""
    place = f"w:lvl[@w:ilvl='{level if level.isdigit() else 0}']/w:numFmt/@w:val"
    return str(next(iter(root.xpath(f"w:abstractNum[@w:abstractNumId='{abstract[0]}']/{place}")), ""))


def _docx_table(table: Table) -> str:
    rows = [[" ".join(cell.text.split()).replace("|", "\\|") for cell in row.cells] for row in table.rows]
    if not rows:
        return ""
    written = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([written[0], "|" + " --- |" * len(rows[0]), *written[1:]])
