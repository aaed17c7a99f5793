"""Writes the text of PDF and Word files as plain lines or Markdown.

A PDF knows lines, not paragraphs: lines that run on are joined again. Knows nothing of questions and answers.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import docx
import pypdf
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.paragraph import Paragraph
from pypdf.errors import DependencyError, PyPdfError

from tutor.article_lines import bullet_text, is_heading, is_lettered, listed_text
from tutor.errors import DocumentError

MAX_UNPACKED_BYTES = 300_000_000
_PDF_ERRORS = (
    *(PyPdfError, OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
    *(AssertionError, NotImplementedError, zlib.error),
)
"""What pypdf raises for damaged files, as its issues tell: it checks little by itself."""
_NUMBER_PART = re.compile(r"\s*(?:Q(?:uestion)?\s*)?\d{1,3}\s*[.):]\s*\S")


def pdf_to_text(raw: bytes) -> str:
    """The text of all pages, paragraphs separated by blank lines. Raises DocumentError."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError("is protected by a password", "an open PDF", "save a copy without the password")
        pages = [page.extract_text().split("\n") for page in reader.pages]
    except DependencyError as error:
        raise DocumentError("is encrypted", "an open PDF", "save a copy without encryption") from error
    except _PDF_ERRORS as error:
        raise DocumentError(
            f"is damaged ({error or type(error).__name__})", "a whole PDF", "export it again"
        ) from error
    lines = [line for page in _without_running_lines(pages) for line in page]
    if not any(letter.isalnum() for line in lines for letter in line):
        raise DocumentError(
            "holds no text, it seems to be scanned pages", "a PDF with text", "run OCR first, e.g. ocrmypdf IN OUT"
        )
    return "\n".join(unwrapped(lines))


def unwrapped(lines: Sequence[str]) -> Iterator[str]:
    """Joins lines that a page's width broke; blank lines set off questions, headings and finished paragraphs."""
    width = max((len(line.rstrip()) for line in lines), default=0)
    before = ""
    for line in map(str.rstrip, lines):
        if before and _runs_on(before, line, width):
            hyphen = re.search(r"[a-z]-$", before) and line.lstrip()[:1].islower()
            before = before[:-1] + line.lstrip() if hyphen else f"{before} {line.lstrip()}"
            continue
        if before:
            yield before
        if before and (_ends_paragraph(before, line) or is_heading(before) or is_heading(line)):
            yield ""
        if not line.strip():
            yield ""
        before = line
    yield before


def _runs_on(before: str, line: str, width: int) -> bool:
    """Whether ``line`` goes on in the middle of the sentence that ``before`` breaks off."""
    text = line.strip()
    if not text or bullet_text(line) or listed_text(line) or is_lettered(line) or _NUMBER_PART.match(line):
        return False
    last = before[before.rfind("\n") + 1 :].rstrip()
    if text[0].islower() and last[-1] not in ".!?:":
        return True
    if width <= 40 or is_heading(line):
        return False
    return len(last) >= (0.9 if last[-1] in ".!?:" else 0.75) * width


def _ends_paragraph(before: str, line: str) -> bool:
    starts_list = bullet_text(line) is not None or is_lettered(line)
    return _NUMBER_PART.match(line) is not None or (before.rstrip()[-1:] in (".", "!", "?", ":") and not starts_list)


def _without_running_lines(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Pages without the heads, feet and page numbers that repeat on most of them."""
    filled = [[line for line in page if line.strip()] for page in pages]
    edges = Counter(key for page in filled for key in {_shape(line) for line in [*page[:1], *page[-1:]]})
    running = {key for key, count in edges.items() if len(pages) >= 3 and count > len(pages) / 2}
    kept = []
    for page in filled:
        start = 1 if page and _shape(page[0]) in running else 0
        stop = len(page) - (1 if len(page) > start and _shape(page[-1]) in running else 0)
        kept.append(page[start:stop])
    return kept


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


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
    text = paragraph.text.strip()
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
    path = f"w:abstractNum[@w:abstractNumId='{abstract[0]}']/w:lvl[@w:ilvl='{level if level.isdigit() else 0}']/w:numFmt/@w:val"
    return str(next(iter(root.xpath(path)), ""))


def _docx_table(table: Table) -> str:
    rows = [[" ".join(cell.text.split()).replace("|", "\\|") for cell in row.cells] for row in table.rows]
    if not rows:
        return ""
    written = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([written[0], "|" + " --- |" * len(rows[0]), *written[1:]])
