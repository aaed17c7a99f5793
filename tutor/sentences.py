"""Splits an item's Markdown into the sentences that can be quoted as evidence.

A sentence knows its place in the source, so that a page can mark it where it stands. A table row is one sentence,
read with its column heads. Knows nothing of retrieval or of answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark").enable("table")
_END = re.compile(r"""(?<=[.!?])["'”’)\]*_]*\s+(?=["'“‘(\[$*_`]*[A-Z0-9$\\])""")
_NOT_AN_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|cf|etc|al|approx|Fig|Eq|Dr|Mr|Ms|Prof|No|St|resp)\.|\b[A-Z]\."
    r"|^\s*(?:(?:[-*+•]|>|\d+[.)])\s*)*\d+[.)])$"
)
_LEADING_MARKS = re.compile(r"^\s*(?:(?:[-*+•]\s|\d+[.)]\s|#{1,6}\s|>)\s*)+")
_QUOTE_MARK = re.compile(r"\n[ \t]*>[> \t]*")
_VERBATIM = re.compile(r"(\$\$.+?\$\$|\$[^$]+\$|`[^`]+`)", re.S)
_STOP = re.compile(r"[.!?]")
_NEWLINE = re.compile(r"\r\n?|\n")
_MARKUP = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`")


@dataclass(frozen=True)
class Sentence:
    """``source[start:end]`` is the Markdown of the sentence; ``text`` is what a person reads."""

    start: int
    end: int
    text: str


@lru_cache(maxsize=4096)
def sentences(source: str) -> tuple[Sentence, ...]:
    """The sentences of ``source`` in order. Code blocks and table heads are none."""
    offsets = _line_offsets(source)
    found: list[Sentence] = []
    heads: list[str] = []
    tokens = _PARSER.parse(source)
    for position, token in enumerate(tokens):
        if token.map is None:
            continue
        start, end = offsets[token.map[0]], offsets[token.map[1]]
        if token.type == "inline" and tokens[position - 1].type in ("paragraph_open", "heading_open"):
            found.extend(_paragraph(source, start, end))
        elif token.type == "tr_open":
            cells = _cells(source[start:end])
            if tokens[position - 1].type == "thead_open":
                heads = cells
            else:
                found.append(Sentence(start, start + len(source[start:end].rstrip()), _row(heads, cells)))
    return tuple(sentence for sentence in found if sentence.text)


def plain_text(source: str) -> str:
    """The words of ``source`` without Markdown's marks, table rules and code."""
    return " ".join(sentence.text for sentence in sentences(source))


def strip_marks(text: str) -> str:
    """One sentence's Markdown as a person reads it; formulas stay as LaTeX, code loses its backticks only."""
    parts = _VERBATIM.split(_QUOTE_MARK.sub("\n", _LEADING_MARKS.sub("", text)))
    parts[::2] = [_MARKUP.sub("", part) for part in parts[::2]]
    parts[1::2] = [part.strip("`") for part in parts[1::2]]
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def can_end(text: str) -> bool:
    """Whether a sentence may end with ``text``: not with "e.g." or with the number of a list's item."""
    return not _NOT_AN_END.search(text)


def _paragraph(source: str, start: int, end: int) -> Iterator[Sentence]:
    text = source[start:end].rstrip()
    cuts = [0]
    for match in _END.finditer(_VERBATIM.sub(lambda verbatim: _STOP.sub(",", verbatim[0]), text)):
        if can_end(text[cuts[-1] : match.start()]):
            cuts.append(match.end())
    for begin, stop in zip(cuts, [*cuts[1:], len(text)], strict=True):
        piece = text[begin:stop]
        lead = len(piece) - len(piece.lstrip())
        mark = _LEADING_MARKS.match(piece)
        lead = mark.end() if mark else lead
        yield Sentence(start + begin + lead, start + begin + len(piece.rstrip()), strip_marks(piece))


def _cells(row: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", _LEADING_MARKS.sub("", row.strip()))
    cells = cells[1:] if not cells[0] else cells
    return [strip_marks(cell.replace("\\|", "|")) for cell in cells]


def _row(heads: list[str], cells: list[str]) -> str:
    if not any(heads):
        return "; ".join(cell for cell in cells if cell)
    named = [f"{head}: {cell}" if head else cell for head, cell in zip(heads[1:], cells[1:], strict=False) if cell]
    return " – ".join(filter(None, [*cells[:1], "; ".join(named)]))


def _line_offsets(source: str) -> list[int]:
    return [0, *(match.end() for match in _NEWLINE.finditer(source)), len(source)]
