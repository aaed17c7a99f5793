"""Teaches the Markdown parser ``$…$`` and ``$$…$$``, so that nothing inside a formula is read as Markdown.

A single ``$`` is money, not mathematics: an inline formula has no space just inside its fences and no digit after
them. Knows nothing of how a formula is drawn.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

FORMULA = "tex"
_DISPLAY = re.compile(r"\$\$([^$]+?)\$\$")
_INLINE = re.compile(r"\$(?![\s$])((?:\\[^$`]|[^$\\`])+?)(?<!\s)\$(?!\d)")


def add_formulas(parser: MarkdownIt) -> None:
    """Adds the tokens ``math_inline`` (markup ``$`` or ``$$``) and ``math_block``."""
    parser.inline.ruler.before("escape", "math_inline", _inline_rule)
    parser.block.ruler.before("fence", "math_block", _block_rule, {"alt": ["paragraph", "blockquote", "list"]})


def _inline_rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$":
        return False
    match = _DISPLAY.match(state.src, state.pos) or _INLINE.match(state.src, state.pos)
    if not match or match.end() > state.posMax:
        return False
    if not silent:
        token = state.push("math_inline", "", 0)
        token.content = match.group(1)
        token.markup = "$$" if match.group(0).startswith("$$") else "$"
    state.pos = match.end()
    return True


def _block_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula on lines of its own: it may hold empty lines and lines that look like a list or a heading."""
    if state.is_code_block(start) or not _text(state, start).startswith("$$"):
        return False
    last = _closing_line(state, start, end)
    if last is None:
        return False
    if silent:
        return True
    lines = [_text(state, number) for number in range(start, last + 1)]
    token = state.push("math_block", "", 0)
    token.content = "\n".join(lines).strip().removeprefix("$$").removesuffix("$$")
    token.map = [start, last + 1]
    state.line = last + 1
    return True


def _closing_line(state: StateBlock, start: int, end: int) -> int | None:
    if re.fullmatch(r"\$\$[^$]+\$\$", _text(state, start)):
        return start
    if "$" in _text(state, start)[2:]:
        return None
    for number in range(start + 1, end):
        line = _text(state, number)
        if line.endswith("$$") and "$" not in line[:-2]:
            return number
        if "$" in line or (line and state.sCount[number] < state.blkIndent):
            return None
    return None


def _text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
