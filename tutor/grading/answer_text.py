"""Cuts an answer into sentences and their clauses, each with its exact place, so that a quote is the person's own.

Code between fences is left out. Knows nothing of items or of what is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tutor.claims import Reading, read
from tutor.lexical import terms
from tutor.sentences import can_end, strip_marks

READ_CHARACTERS = 8000
"""What is read of an answer: ten minutes of talk."""

MAX_SENTENCES = 60
MIN_CLAUSE_TERMS = 3
MAX_SENTENCE_CHARACTERS = 600

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.S)
_LINE = re.compile(r"[^\n]+")
_LEAD = re.compile(r"\s*(?:(?:[-*+•]|>|#{1,6}|\d+[.)])\s+)*")
_END = re.compile(r"""(?<=[.!?])["'”’)\]*_]*\s+""")
_CUT = re.compile(
    r"[;:]\s+|\s[–—-]\s|,\s+(?=(?:and|but|while|whereas|so|because|although|though|yet)\b)"
    r"|\s+(?=(?:while|whereas|but|although)\b)",
    re.I,
)


@dataclass(frozen=True)
class Piece:
    """A sentence of the answer or a clause of one: ``answer[start:end]`` is the quote, ``text`` what is read of it."""

    start: int
    end: int
    text: str

    @cached_property
    def reading(self) -> Reading:
        return read(self.text)

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms(self.text))


def answer_sentences(answer: str) -> tuple[Piece, ...]:
    """The sentences of ``answer`` in order, at most ``MAX_SENTENCES``; a line's end ends a sentence too."""
    read_part = _FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence[0]), answer[:READ_CHARACTERS])
    found = (piece for line in _LINE.finditer(read_part) for piece in _line(answer, line[0], line.start()))
    return tuple(piece for piece, _ in zip(found, range(MAX_SENTENCES), strict=False))


def clauses(sentence: Piece) -> tuple[Piece, ...]:
    """The clauses of ``sentence`` that say something by themselves; none where it has only one."""
    cuts = [0, *(cut.end() for cut in _CUT.finditer(sentence.text)), len(sentence.text)]
    if len(cuts) == 2 or sentence.end - sentence.start != len(sentence.text):
        return ()
    parts: list[tuple[int, int]] = []
    for start, end in pairwise(cuts):
        if parts and len(terms(sentence.text[parts[-1][0] : parts[-1][1]])) < MIN_CLAUSE_TERMS:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    return tuple(
        Piece(sentence.start + start, sentence.start + end, sentence.text[start:end].rstrip(" ,;:–—-"))
        for start, end in parts
        if len(terms(sentence.text[start:end])) >= MIN_CLAUSE_TERMS
    )


def _line(answer: str, line: str, offset: int) -> Iterator[Piece]:
    lead = _LEAD.match(line)
    begin = lead.end() if lead else 0
    cuts = [begin, *(end.end() for end in _END.finditer(line, begin) if can_end(line[begin : end.start()])), len(line)]
    for start, end in pairwise(cuts):
        for at in range(start, end, MAX_SENTENCE_CHARACTERS):
            stop = min(at + MAX_SENTENCE_CHARACTERS, end)
            quote = answer[at + offset : stop + offset]
            kept = quote.rstrip()
            if any(char.isalnum() for char in kept):
                text = kept if not _has_marks(kept) else strip_marks(kept)
                yield Piece(offset + at, offset + at + len(kept), text)


def _has_marks(text: str) -> bool:
    return any(mark in text for mark in "*`_$")
