"""Two texts side by side, with the lines that differ and their changed words marked. Knows nothing of exercises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

from tutor.web.safe_markdown import escape

Row = tuple[str, int, str, int, str]
"""How the two lines compare (equal, replace, delete, insert), then number and text of each; number 0: no line."""

MAX_LINES = 2_000
MAX_WIDTH = 4_000
"""Characters shown of a line; of a longer one, those from shortly before its first change."""

_LEAD = 100
_ALIKE = 0.5
"""The least likeness of two lines whose words are compared; below it they are two lines and no edit."""

_COLUMNS = "<colgroup><col><col><col><col></colgroup>"


def side_by_side(left: str, right: str, left_title: str, right_title: str) -> str:
    """A table of both texts. Every character of theirs is escaped."""
    head = f'<tr><th colspan="2">{escape(left_title)}</th><th colspan="2">{escape(right_title)}</th></tr>'
    body = "".join(_row(*row) for row in rows(left, right))
    table = f'<table class="text-diff">{_COLUMNS}<thead>{head}</thead><tbody>{body}</tbody></table>'
    return f'<div class="scroll">{table}</div>'


def rows(left: str, right: str) -> Iterator[Row]:
    """The lines of both, paired."""
    one, other = left.splitlines()[:MAX_LINES], right.splitlines()[:MAX_LINES]
    for kind, start, end, other_start, other_end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        pairs = zip_longest(range(start, end), range(other_start, other_end))
        for mine, theirs in pairs:
            yield (
                kind,
                0 if mine is None else mine + 1,
                "" if mine is None else one[mine],
                0 if theirs is None else theirs + 1,
                "" if theirs is None else other[theirs],
            )


def _row(kind: str, left: int, left_text: str, right: int, right_text: str) -> str:
    one, other = _cut(left_text, right_text)
    compared = _compared(one, other) if kind == "replace" and left and right else (escape(one), escape(other))
    styles = ("same", "same") if kind == "equal" else ("gone", "new")
    cells = zip((left, right), compared, styles, strict=True)
    return f"<tr>{''.join(_cells(number, html, style) for number, html, style in cells)}</tr>"


def _cells(number: int, html: str, style: str) -> str:
    if not number:
        return '<td class="line none"></td><td class="none"></td>'
    return f'<td class="line">{number}</td><td class="{style}"><code>{html or " "}</code></td>'


def _cut(one: str, other: str) -> tuple[str, str]:
    """Both lines as far as they are shown."""
    texts = one.expandtabs(4), other.expandtabs(4)
    change = next((place for place, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), 0)
    start = max(0, change - _LEAD) if max(map(len, texts)) > MAX_WIDTH else 0
    left, right = (
        f"{'…' if start else ''}{text[start : start + MAX_WIDTH]}{'…' if len(text) > start + MAX_WIDTH else ''}"
        for text in texts
    )
    return left, right


def _compared(one: str, other: str) -> tuple[str, str]:
    """Two lines as safe HTML, the words that only one of them has marked."""
    mine, theirs = re.findall(r"\w+|\W", one), re.findall(r"\w+|\W", other)
    matcher = SequenceMatcher(None, mine, theirs)
    if matcher.ratio() < _ALIKE:
        return escape(one), escape(other)
    left = right = ""
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        left += _marked(mine[start:end], kind != "equal")
        right += _marked(theirs[other_start:other_end], kind != "equal")
    return left, right


def _marked(words: list[str], changed: bool) -> str:
    text = escape("".join(words))
    return f"<mark>{text}</mark>" if text and changed else text
