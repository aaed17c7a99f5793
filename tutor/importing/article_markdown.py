"""Writes the plain lines of one answer as Markdown, and notes what seems damaged in it.

Nothing is guessed: where cells, formulas or lists are lost, what is left is kept legible and a note says so. Knows
nothing of where the answer stood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.importing.article_code import code_spans, fenced
from tutor.importing.article_lines import bullet_text, hash_heading, is_bullet, is_lettered, listed_text, odd_words

NO_ANSWER = "(The source gives no answer to this question.)"

_ANSWER_MARK = re.compile(r"\s*(?:\*\*|__)?(?:(?:Answer|Ans|Sol(?:ution)?)\s*[:.–—-]|A\s*:)(?:\*\*|__)?\s*", re.I)
_CELL_BREAK = re.compile(r"\t+|(?<![.!?:;,])\s{2,}|\s+\|\s+")
_MAX_HEAD_CHARS = 60
_CAPTION = re.compile(r"[a-z][a-z0-9'’-]*(?: [a-z0-9'’-]+){1,8}$")
_FORMULA = re.compile(r"^(?=[^\n$]*[∑∏∫])[^\n$=]*=[^\n$]*$", re.M)
_MID_THOUGHT = re.compile(r"[^.!?]{0,60}\bon the other hand\b", re.I)


@dataclass(frozen=True)
class Answer:
    """``markdown`` is empty where the lines hold no answer; ``notes`` are clauses on what is doubtful."""

    markdown: str
    notes: tuple[str, ...]


def format_answer(lines: Sequence[str], title: str) -> Answer:
    """The Markdown of an answer to ``title``: lists, fenced code, tables with whatever borders can be known."""
    lines = _without_answer_mark(lines)
    notes: list[str] = []
    blocks: list[str] = []
    at = 0
    for span in code_spans(lines):
        blocks += _text_blocks(lines[at : span.start], title, notes)
        blocks.append(fenced(lines, span))
        at = span.stop
    blocks += _text_blocks(lines[at:], title, notes)
    markdown = "\n\n".join(block for block in blocks if block.strip())
    return Answer(markdown, (*notes, *_damage(markdown, title)))


def _without_answer_mark(lines: Sequence[str]) -> list[str]:
    kept = list(lines)
    for number, line in enumerate(kept):
        if line.strip():
            kept[number] = line[match.end() :] if (match := _ANSWER_MARK.match(line)) else line
            break
    return kept


def _text_blocks(lines: Sequence[str], title: str, notes: list[str]) -> list[str]:
    blocks: list[str] = []
    group: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            group.append(line.expandtabs(4) if line[:1] == "\t" else line)
        elif group:
            blocks.append(_block(group, blocks, title, notes))
            group = []
    return blocks


def _block(group: list[str], before: Sequence[str], title: str, notes: list[str]) -> str:
    """The Markdown of neighbouring lines."""
    if len(group) == 1 and _is_caption(group[0], before, title):
        notes.append(f"a picture or formula is lost, only its caption {group[0].strip()!r} is left")
        return f"(image: {group[0].strip()})"
    if all(line.lstrip().startswith("|") for line in group):
        return "\n".join(line.strip() for line in group)
    if any(is_bullet(line) or listed_text(line) for line in group):
        return _list(group)
    rows = [_CELL_BREAK.split(line.strip()) for line in group]
    short_head = len(group[0].strip()) <= _MAX_HEAD_CHARS * len(rows[0])
    if len(rows) > 1 and len(rows[0]) > 1 and short_head and len({len(row) for row in rows}) == 1:
        return _table(rows)
    if len(group) > 1 and all(is_lettered(line) for line in group):
        return "\n".join(f"- {line.strip()}" for line in group)
    if _is_flattened(group):
        notes.append(f"a table has lost its borders, its {len(group)} rows are kept as a list ({group[0].strip()!r} …)")
        return "\n".join(f"- {line.strip()}" for line in group)
    return "\n".join(line.strip() for line in group)


def _is_caption(line: str, before: Sequence[str], title: str) -> bool:
    """Whether a lone line in small letters is a picture's description: it repeats the title or follows a dash."""
    text = line.strip()
    if not _CAPTION.match(text):
        return False
    shared = {word for word in text.split() if len(word) > 3} & set(re.findall(r"[a-z]+", title.lower()))
    return bool(shared) or bool(before and before[-1].rstrip().endswith((":", "-", "–")))


def _is_flattened(group: Sequence[str]) -> bool:
    """Rows of a table without borders: each line starts anew, and the first, its head, has no stop."""
    starts = [line.strip()[0] for line in group]
    head = group[0].strip()
    fresh = all(start.isupper() or start.isdigit() or start in "(\"'“<>≤≥±" for start in starts)
    return len(group) >= 3 and fresh and len(head.split()) <= 10 and head[-1] not in ".,;:!?" and not hash_heading(head)


def _table(rows: Sequence[Sequence[str]]) -> str:
    cells = [[cell.strip(" |").replace("|", "\\|") for cell in row] for row in rows]
    written = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([written[0], "|" + " --- |" * len(rows[0]), *written[1:]])


def _list(group: Sequence[str]) -> str:
    """Bullets and numbers as a Markdown list; a formula or a sentence below an item stays with it."""
    written: list[str] = []
    indents: list[int] = []
    for line in group:
        item = _list_item(line)
        if item:
            indent, text = item
            while indents and indent < indents[-1]:
                indents.pop()
            if not indents or indent > indents[-1]:
                indents.append(indent)
            if written and not _list_item(written[-1]):
                written.append("")
            written.append("    " * (len(indents) - 1) + text)
        elif indents and line.strip()[0].islower():
            written[-1] += f" {line.strip()}"
        elif indents:
            written += ["", "    " * (len(indents) - 1) + f"   {line.strip()}"]
        else:
            written.append(line.strip())
    return "\n".join(written)


def _list_item(line: str) -> tuple[int, str] | None:
    """Indentation and Markdown of a line that opens with a bullet or a number, else None."""
    bullet, numbered = bullet_text(line), listed_text(line)
    if bullet:
        return bullet[0], f"- {bullet[1]}"
    return (numbered[0], f"{numbered[1]}. {numbered[2]}") if numbered else None


def _damage(markdown: str, title: str) -> list[str]:
    notes = []
    if not markdown:
        notes.append("it has no answer")
    elif markdown.endswith(":"):
        notes.append("its answer ends with a colon, and the list or picture that should follow is lost")
    if _MID_THOUGHT.match(markdown):
        notes.append("its answer begins in the middle of a comparison; its first part may be lost")
    formula = _FORMULA.search(markdown)
    if formula:
        notes.append(f"a formula may have lost its fractions and powers: {formula.group().strip()[:60]!r}")
    odd = odd_words(f"{title} {markdown}")
    if odd:
        notes.append("it holds characters that do not belong: " + ", ".join(repr(word) for word in odd[:5]))
    return notes
