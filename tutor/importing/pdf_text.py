"""Writes the text of a PDF as plain lines: paragraphs joined again, code with its indentation, no running heads.

A PDF knows places on a page, not paragraphs: blank lines and indentation come from pypdf's layout mode, the words from
its plain mode, which spaces them better. Knows nothing of questions and answers.
"""

from __future__ import annotations

import io
import logging
import re
import textwrap
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from tutor.errors import DocumentError
from tutor.importing.article_code import code_spans
from tutor.importing.article_lines import bullet_text, is_heading, is_lettered, listed_text

_PDF_ERRORS = (
    *(PyPdfError, OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
    *(AssertionError, NotImplementedError, zlib.error),
)
"""What pypdf raises for damaged files, as its issues tell: it checks little by itself."""
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_COLUMN_GAP = re.compile(r"\S.{25,}\S\s{3,}\S.{25,}")
_NUMBERED = re.compile(r"\s*(?:Q(?:uestion)?\s*)?\d{1,3}\s*[.):]\s*\S")


def pdf_to_text(raw: bytes) -> str:
    """The text of all pages, paragraphs separated by blank lines. Raises DocumentError."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it finds wrong is raised, or does not matter
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError("is protected by a password", "an open PDF", "save a copy without the password")
        pages = [_page_lines(page) for page in reader.pages]
    except DependencyError as error:
        raise DocumentError("is encrypted", "an open PDF", "save a copy without encryption") from error
    except _PDF_ERRORS as error:
        raise DocumentError(
            f"is damaged ({error or type(error).__name__})", "a whole PDF", "export it again"
        ) from error
    if not any(letter.isalnum() for page in pages for line in page for letter in line):
        raise DocumentError(
            "holds no text, it seems to be scanned pages", "a PDF with text", "run OCR first, e.g. ocrmypdf IN OUT"
        )
    text = "\n".join(unwrapped(_joined(without_running_lines(pages))))
    return re.sub("[ﬀ-ﬆ]", lambda found: _LIGATURES[found.group()], text)


def _page_lines(page: pypdf.PageObject) -> list[str]:
    """The lines of a page where they stand on it; in plain order where the page has columns of text."""
    plain = page.extract_text().split("\n")
    drawn = page.extract_text(extraction_mode="layout").split("\n")
    filled = [line for line in drawn if line.strip()]
    if not filled or 3 * sum(_COLUMN_GAP.search(line) is not None for line in filled) > len(filled):
        return plain
    spaced = {"".join(line.split()): line.strip() for line in plain}
    return [_spaced(line, spaced.get("".join(line.split()), "")) for line in drawn]


def _spaced(drawn: str, plain: str) -> str:
    return drawn[: len(drawn) - len(drawn.lstrip())] + plain if plain else drawn.rstrip()


def without_running_lines(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Pages without the heads, feet and page numbers that repeat on most of them."""
    trimmed = [_trimmed(page) for page in pages]
    edges = Counter(key for page in trimmed for key in {_shape(line) for line in [*page[:1], *page[-1:]]})
    running = {key for key, count in edges.items() if len(pages) >= 3 and count > len(pages) / 2}
    for page in trimmed:
        while page and (not page[0].strip() or _shape(page[0]) in running):
            del page[0]
        while page and (not page[-1].strip() or _shape(page[-1]) in running):
            del page[-1]
    return trimmed


def _trimmed(page: Sequence[str]) -> list[str]:
    filled = [number for number, line in enumerate(page) if line.strip()]
    return list(page[filled[0] : filled[-1] + 1]) if filled else []


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.split()))


def _joined(pages: Sequence[Sequence[str]]) -> list[str]:
    """The lines of all pages, each page moved to the left; a paragraph ends with a sentence at a page's end."""
    lines: list[str] = []
    for page in pages:
        if lines and (lines[-1].rstrip()[-1:] in (".", "!", "?", ":") or is_heading(lines[-1])):
            lines.append("")
        lines += textwrap.dedent("\n".join(page)).split("\n")
    return lines


def unwrapped(lines: Sequence[str]) -> Iterator[str]:
    """Joins lines that a page's width broke; blank lines set off questions, headings and finished paragraphs."""
    code = {number for span in code_spans(lines) for number in range(span.start, span.stop)}
    width = max((len(line.rstrip()) for line in lines), default=0)
    before = ""
    for number, line in enumerate(map(str.rstrip, lines)):
        last = lines[number - 1].strip() if number else ""
        if before and number not in code and number - 1 not in code and _runs_on(last, line, width):
            hyphenated = re.search(r"[a-z]-$", before) and line.strip()[:1].islower()
            before = before[:-1] + line.strip() if hyphenated else f"{before} {line.strip()}"
            continue
        if number:
            yield before
        if before and line.strip() and number not in code and _is_set_off(last, line, width):
            yield ""
        before = line
    yield before


def _runs_on(last: str, line: str, width: int) -> bool:
    """Whether ``line`` goes on in the middle of the sentence or paragraph that ``last`` breaks off."""
    text = line.strip()
    if not text or not last or _opens_item(line) or _NUMBERED.match(line):
        return False
    if text[0].islower() and last[-1] not in ".!?:":
        return True
    if width <= 40 or is_heading(line):
        return False
    return len(last) >= (0.9 if last[-1] in ".!?:" else 0.75) * width


def _is_set_off(last: str, line: str, width: int) -> bool:
    """Whether a new paragraph begins at ``line``, though no blank line says so."""
    if _NUMBERED.match(line) and not listed_text(last):
        return True
    ended = last[-1:] in (".", "!", "?", ":") and len(last) < 0.9 * width
    return ended and not _opens_item(line) and not _opens_item(last)


def _opens_item(line: str) -> bool:
    return bullet_text(line) is not None or is_lettered(line)
