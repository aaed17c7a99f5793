"""Finds code in plain text that has lost its fences, and writes it as a fenced block.

Python is recognised by asking Python's own parser, line by line; other languages only where lines end in ``;`` or
braces. Knows nothing of questions and answers.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_LINE = 300
_MAX_OPEN_LINES = 60
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})([^`]*)$")
_STRONG = re.compile(
    r"(?:import\s+[\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+(?:\s+as\s+\w+)?)*|from\s+[\w.]+\s+import\s+[\w(*].*"
    r"|(?:async\s+)?def\s+\w+\s*\(.*|class\s+\w+\s*(?:\(.*\))?:|@\w[\w.]*(?:\(.*\))?)\s*(?:#.*)?$"
)
_OPENER = re.compile(r"(?:for|while|if|elif|with|try|except|else|finally|async)\b.*:\s*(?:#.*)?$")
_HINT = re.compile(r"[=(]|^(?:return|raise|yield|del|assert|pass|break|continue)\b")
_OTHER = re.compile(r"(?=.*[=(){}]).*[;{}]\s*$")
_HEADING = re.compile(r"#{2,6} +\S|# +(?:Q\w*[ .]*)?\d{1,3}[.):]")
_BULLET = re.compile(r"\s*[•●▪*+-]\s")
_STATEMENTS = (
    ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Raise, ast.Delete, ast.Assert,
    ast.Pass, ast.Break, ast.Continue,
)  # fmt: skip


@dataclass(frozen=True)
class CodeSpan:
    """Lines ``start`` to ``stop`` (not with it) are code; ``fenced`` where the text marks it itself."""

    start: int
    stop: int
    fenced: bool


def code_spans(lines: Sequence[str]) -> list[CodeSpan]:
    """Where code stands in ``lines``, in order. Blank lines and docstrings inside a block belong to it."""
    spans: list[CodeSpan] = []
    at = 0
    while at < len(lines):
        stop = _fence_end(lines, at)
        if stop:
            spans.append(CodeSpan(at, stop, True))
        elif _begins_code(lines[at]):
            stop = _code_end(lines, at)
            if stop:
                spans.append(CodeSpan(at, stop, False))
        at = max(stop, at + 1)
    return spans


def fenced(lines: Sequence[str], span: CodeSpan) -> str:
    """The Markdown of a span: a fenced block at the line's start, doubled spacing undone."""
    code = list(lines[span.start : span.stop])
    language = ""
    if span.fenced:
        language = re.sub(r"[^\w+#.-]", "", code[0].strip().lstrip("`~"))
        closed = len(code) > 1 and _closes(code[-1], code[0])
        code = code[1 : -1 if closed else None]
    else:
        code = single_spaced(code)
    text = textwrap.dedent("\n".join(code)).strip("\n")
    if not span.fenced:
        language = "python" if _parses(text) else ""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def single_spaced(code: Sequence[str]) -> list[str]:
    """``code`` without the blank line that doubled spacing put after each line; other code as it is."""
    filled = [number for number, line in enumerate(code) if line.strip()]
    gaps = [later - sooner - 1 for sooner, later in pairwise(filled)]
    if len(filled) < 3 or any(gap % 2 == 0 for gap in gaps):
        return list(code)
    single = [code[filled[0]]]
    for gap, number in zip(gaps, filled[1:], strict=True):
        single += [""] * ((gap - 1) // 2) + [code[number]]
    return single


def _fence_end(lines: Sequence[str], at: int) -> int:
    """The line after the block that a fence opens at ``at``, 0 where none does."""
    if not _FENCE.match(lines[at]):
        return 0
    for number in range(at + 1, len(lines)):
        if _closes(lines[number], lines[at]):
            return number + 1
    return len(lines)


def _closes(line: str, opening: str) -> bool:
    mark = opening.strip()
    mark = mark[: len(mark) - len(mark.lstrip(mark[0]))]
    return len(line.strip()) >= len(mark) and set(line.strip()) == {mark[0]}


def _begins_code(line: str) -> bool:
    text = line.strip()
    return bool(_STRONG.match(text)) or (not _BULLET.match(line) and _is_statement(text))


def _code_end(lines: Sequence[str], start: int) -> int:
    """The line after the block that starts at ``start``, 0 where too little of it is plainly code."""
    end, statements, strong, inner = start, 0, False, False
    at = start
    while at < len(lines):
        text = lines[at].strip()
        if text:
            plain = _is_statement(text) or _OPENER.match(text) is not None
            surely = _STRONG.match(text) is not None
            indented = inner and lines[at][:1].isspace() and not _BULLET.match(lines[at])
            if text.startswith("#") and not plain:
                if _HEADING.match(lines[at]):
                    break
                end = at + 1 if end == at else end
                at += 1
                continue
            if not (plain or surely or indented or text.startswith(('"""', "'''", ")", "]", "}"))):
                break
            inner = inner or text.endswith((":", "{", "(", "[", ","))
            statements, strong = statements + plain, strong or surely
            at = end = _statement_end(lines, at)
        else:
            at += 1
    block = "\n".join(lines[start:end])
    braces = statements >= 2 and _OTHER.match(lines[start]) is not None
    enough = strong or braces or (statements >= 3 and _parses(textwrap.dedent(block)))
    return end if enough else 0


def _statement_end(lines: Sequence[str], at: int) -> int:
    """The line after a statement that may run on inside brackets or a triple-quoted string."""
    text = lines[at]
    for quotes in ('"""', "'''"):
        if text.count(quotes) % 2:
            for number in range(at + 1, min(at + _MAX_OPEN_LINES, len(lines))):
                if quotes in lines[number]:
                    return number + 1
    depth = _depth(text)
    for number in range(at + 1, min(at + _MAX_OPEN_LINES, len(lines))):
        if depth <= 0 or not lines[number].strip():
            break
        depth += _depth(lines[number])
        if depth <= 0:
            return number + 1
    return at + 1


def _depth(line: str) -> int:
    bare = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", line)
    return sum(bare.count(mark) for mark in "([{") - sum(bare.count(mark) for mark in ")]}")


def _is_statement(text: str) -> bool:
    if len(text) > MAX_LINE or not (_HINT.search(text) or _OTHER.match(text)):
        return False
    tree = _parse(text)
    if tree is None or len(tree.body) != 1:
        return _OTHER.match(text) is not None
    node = tree.body[0]
    return isinstance(node, _STATEMENTS) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))


def _parses(code: str) -> bool:
    return _parse(code) is not None


def _parse(code: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
