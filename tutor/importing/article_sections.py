"""Cuts what stands between two questions: the answer, then the heading and introduction of a new section.

A heading inside an answer stays with the answer. Knows nothing of how an answer is written.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tutor.importing.article_lines import (
    hash_heading,
    introduces,
    is_advert,
    is_collection,
    is_heading,
    is_tail_heading,
    names_level,
)
from tutor.importing.article_numbers import Numbered, is_answered


@dataclass(frozen=True)
class Region:
    """The lines after a question up to the next one, ``stop``. Its answer ends at ``cut``, where a new section begins.

    From ``rest`` on stands the answer of a question without a heading; its numbers are ``missing``. ``adverts`` are
    lines to leave out, ``again`` the numbered lines of other runs.
    """

    head: Numbered
    cut: int
    rest: int
    stop: int
    missing: tuple[int, ...]
    adverts: tuple[int, ...]
    again: tuple[Numbered, ...]


@dataclass(frozen=True)
class _Levels:
    """How many '#' the questions have (0: none), and how many at most a heading that opens a section."""

    of_questions: int
    of_sections: int


@dataclass(frozen=True)
class _Surroundings:
    """What a heading between two questions is judged by: the lines, the depth of sections, the other numbers."""

    lines: Sequence[str]
    start: int
    stop: int
    levels: _Levels
    last: bool
    gap: bool
    again: Sequence[Numbered]

    def opens_section(self, at: int) -> bool:
        """Whether the line at ``at`` begins a new section and is no heading inside the answer."""
        text = self.lines[at].strip()
        marked = hash_heading(self.lines[at])
        if marked:
            collects = not self.levels.of_questions and is_collection(marked[1])
            return marked[0] <= self.levels.of_sections or collects or (self.last and is_tail_heading(text))
        if self.last and (is_tail_heading(text) or (self.again and self.again[0].line == at and self._asks_again())):
            return True
        return bool(text) and self._is_alone(at) and is_heading(text) and self._leads_on(at, text)

    def _is_alone(self, at: int) -> bool:
        before = at == self.start or not self.lines[at - 1].strip()
        return before and (at + 1 == len(self.lines) or not self.lines[at + 1].strip())

    def _leads_on(self, at: int, text: str) -> bool:
        """Whether what follows a plain heading says that a section begins."""
        after = _paragraphs(self.lines, at + 1, self.stop)
        if is_collection(text):
            return True
        if not after and not self.last:
            return self._stands_apart(at)
        if not after or (len(after) > 3 and not self.gap and not self.last):
            return False
        if introduces(after[0]) or (any(0 < found.line - at <= 8 for found in self.again) and self._explains_again()):
            return True
        return self._stands_apart(at) and (self.gap or (names_level(text) and len(after) == 1))

    def _stands_apart(self, at: int) -> bool:
        """Whether text stands before the heading that is no list of such lines, so that it is no part of one."""
        before = [line for line in self.lines[self.start : at] if line.strip()]
        return bool(before) and not is_heading(before[-1])

    def _asks_again(self) -> bool:
        """Whether numbers that start again are questions with text of their own, and no list inside an answer."""
        asking = sum(found.title.endswith("?") or bool(found.style[0]) for found in self.again)
        return 2 * asking > len(self.again) and self._explains_again()

    def _explains_again(self) -> bool:
        """Whether most numbers that start again have text below them, as those of a list have not."""
        heads = {found.line for found in self.again}
        return 2 * sum(is_answered(found, self.lines, heads) for found in self.again) > len(self.again)


def regions(
    run: Sequence[Numbered], again: Sequence[Numbered], lines: Sequence[str], code: Collection[int]
) -> Iterator[Region]:
    """What follows each question of ``run``, in order. ``code`` are the lines that are code."""
    levels = _levels(run, lines, code)
    places = [found.line for found in again]
    for place, head in enumerate(run):
        last = place + 1 == len(run)
        stop = len(lines) if last else run[place + 1].line
        missing = () if last else tuple(range(head.number + 1, run[place + 1].number))
        inner = tuple(again[bisect_left(places, head.stop) : bisect_left(places, stop)])
        text = [at for at in range(head.stop, stop) if at not in code]
        adverts = tuple(at for at in text if is_advert(lines[at]))
        surroundings = _Surroundings(lines, head.stop, stop, levels, last, bool(missing), inner)
        cut = next((at for at in text if at not in adverts and surroundings.opens_section(at)), stop)
        rest = _after_introduction(lines, cut, stop, adverts) if len(missing) == 1 else stop
        yield Region(head, cut, rest, stop, missing, adverts, inner)


def _levels(run: Sequence[Numbered], lines: Sequence[str], code: Collection[int]) -> _Levels:
    own = [mark[0] for found in run if (mark := hash_heading(lines[found.line]))]
    if own:
        return _Levels(min(own), min(own))
    before = [hash_heading(lines[at]) for at in range(run[0].line if run else 0) if at not in code]
    return _Levels(0, next((mark[0] for mark in reversed(before) if mark), 0))


def _after_introduction(lines: Sequence[str], cut: int, stop: int, adverts: Collection[int]) -> int:
    """Where text goes on after a section's heading and the paragraph that introduces the section's questions."""
    at = cut + 1
    while at < stop and (not lines[at].strip() or at in adverts):
        at += 1
    begin = at
    while at < stop and lines[at].strip():
        at += 1
    return min(stop, at if introduces(" ".join(lines[begin:at])) else begin)


def _paragraphs(lines: Sequence[str], start: int, stop: int) -> list[str]:
    text = "\n".join("" if is_advert(line) else line for line in lines[start:stop])
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
