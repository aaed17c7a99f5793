"""Two programs side by side, with the lines that differ marked. Knows nothing of exercises."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

from tutor.web.safe_markdown import escape

Row = tuple[str, int, str, int, str]
"""How the two lines compare (equal, replace, delete, insert), then number and text of each; number 0: no line."""

MAX_LINES = 2_000
MAX_WIDTH = 300
_COLUMNS = "<colgroup><col><col><col><col></colgroup>"


def side_by_side(left: str, right: str, left_title: str, right_title: str) -> str:
    """A table of both texts. Every character of theirs is escaped."""
    head = f'<tr><th colspan="2">{escape(left_title)}</th><th colspan="2">{escape(right_title)}</th></tr>'
    body = "".join(_row(*row) for row in rows(left, right))
    table = f'<table class="lab-diff">{_COLUMNS}<thead>{head}</thead><tbody>{body}</tbody></table>'
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
    return f"<tr>{_cells(kind, left, left_text, 'gone')}{_cells(kind, right, right_text, 'new')}</tr>"


def _cells(kind: str, number: int, text: str, changed: str) -> str:
    if not number:
        return '<td class="line none"></td><td class="none"></td>'
    style = "same" if kind == "equal" else changed
    short = text if len(text) <= MAX_WIDTH else f"{text[: MAX_WIDTH - 1]}…"
    return f'<td class="line">{number}</td><td class="{style}"><code>{escape(short.expandtabs(4)) or " "}</code></td>'
