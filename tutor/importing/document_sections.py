"""Splits a document without numbered questions into sections at its headings, and long sections into parts.

Knows nothing of items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tutor.importing.article_code import code_spans
from tutor.importing.article_lines import hash_heading, is_heading
from tutor.importing.article_markdown import format_answer
from tutor.importing.clean_text import one_line, without_markup
from tutor.importing.documents import Document

MAX_SECTION_WORDS = 400

_SETEXT = re.compile(r"(?:={3,}|-{3,})\s*$")
_ASKED = re.compile(r"(?:\*\*)?(?:Q|Question)\s*[:.)]\s*(?P<question>\S.*?)(?:\*\*)?$")
_REPLIED = re.compile(r"\s*(?:\*\*)?(?:A|Ans|Answer)\s*[:.)](?:\*\*)?\s+")


def sections(document: Document) -> Iterator[tuple[str, str]]:
    """Title and Markdown of each part, in order; titles of further parts of a section end with ' (2)' and so on."""
    found = list(_headed_sections(document)) or [(document.title, document.text.split("\n"))]
    for title, lines in found:
        body = "\n".join(lines).strip("\n") if document.headed else format_answer(lines, title).markdown
        for number, part in enumerate(_parts(body), 1):
            yield title if number == 1 else f"{title} ({number})", part


def _headed_sections(document: Document) -> Iterator[tuple[str, list[str]]]:
    lines = document.text.split("\n")
    code = {number for span in code_spans(lines) if span.fenced for number in range(span.start, span.stop)}
    title, held = document.title, list[str]()
    skipped = False
    for number, line in enumerate(lines):
        heading = "" if number in code or skipped else _heading(lines, number, document.headed)
        if heading:
            if any(one.strip() for one in held):
                yield title, held
            title, held = one_line(without_markup(heading)).replace("**", "") or document.title, []
            skipped = number + 1 < len(lines) and _is_underline(lines, number + 1, document.headed)
        elif skipped:
            skipped = False
        else:
            held.append(_REPLIED.sub("", line) if not any(one.strip() for one in held) else line)
    if any(one.strip() for one in held):
        yield title, held


def _heading(lines: Sequence[str], number: int, headed: bool) -> str:
    """The text of a heading at this line, or nothing. Text without marks has headings by their look."""
    line = lines[number]
    marked = hash_heading(line)
    asked = _ASKED.match(line.strip())
    if asked:
        return asked.group("question")
    if headed:
        if marked:
            return marked[1]
        return line.strip() if number + 1 < len(lines) and _is_underline(lines, number + 1, headed) else ""
    alone = (number == 0 or not lines[number - 1].strip()) and not "".join(lines[number + 1 : number + 2]).strip()
    following = next((one for one in lines[number + 1 : number + 6] if one.strip()), "")
    return line.strip() if alone and is_heading(line) and following and not is_heading(following) else ""


def _is_underline(lines: Sequence[str], number: int, headed: bool) -> bool:
    """Whether this line makes a heading of the one above, which stands alone as one line of words."""
    above, before = lines[number - 1], lines[number - 2] if number >= 2 else ""
    words = above.strip() and above[0] not in "|-*+>#`" and not before.strip()
    return bool(headed and words and _SETEXT.match(lines[number]))


def _parts(body: str) -> Iterator[str]:
    """Runs of whole blocks of at most ``MAX_SECTION_WORDS`` words; code is never broken."""
    held: list[str] = []
    count = 0
    for block in _blocks(body):
        words = len(block.split())
        if held and count + words > MAX_SECTION_WORDS:
            yield "\n\n".join(held)
            held, count = [], 0
        held.append(block)
        count += words
    if held:
        yield "\n\n".join(held)


def _blocks(body: str) -> Iterator[str]:
    lines = body.split("\n")
    at = 0
    for span in (span for span in code_spans(lines) if span.fenced):
        yield from _text_blocks(lines[at : span.start])
        yield "\n".join(lines[span.start : span.stop])
        at = span.stop
    yield from _text_blocks(lines[at:])


def _text_blocks(lines: Sequence[str]) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", "\n".join(lines)):
        if len(block.split()) <= MAX_SECTION_WORDS:
            if block.strip():
                yield block.strip("\n")
        else:
            yield from _broken(block)


def _broken(block: str) -> Iterator[str]:
    """A block that is too long, broken between lines, else between sentences, else between words."""
    held: list[str] = []
    count = 0
    for piece in (piece for line in block.split("\n") for piece in _pieces(line)):
        words = len(piece.split())
        if held and count + words > MAX_SECTION_WORDS:
            yield "\n".join(held)
            held, count = [], 0
        held.append(piece)
        count += words
    yield "\n".join(held)


def _pieces(line: str) -> Iterator[str]:
    if len(line.split()) <= MAX_SECTION_WORDS:
        yield line
        return
    for sentence in re.split(r"(?<=[.!?])\s+", line):
        words = sentence.split()
        for start in range(0, len(words), MAX_SECTION_WORDS):
            yield " ".join(words[start : start + MAX_SECTION_WORDS])
