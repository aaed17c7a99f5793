"""Finds numbered lines and the run of rising numbers that are an article's questions.

Lists inside answers, and sections that count from one again, are other runs. Knows nothing of answers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tutor.importing.article_lines import is_bullet

MAX_TITLE_CHARS = 2000
MAX_GAP = 9
"""How many headings in a row may be missing before a number no longer counts as the next one."""

_MAX_OPEN_RUNS = 12
_PREFIX = re.compile(
    r" {0,3}(#{1,6} +)?(\*\*|__)?(?:([Qq](?:uestion|ues|n)?|Q(?:UESTION)?)[ .#:-]{0,2})?(\d{1,4})(?!\d)(.*)$"
)
_AFTER_NUMBER = re.compile(r" ?([.):])(?:\*\*|__)?(?:\s+|(?=[^\W\d_a-z]|[\"'“‘¿(*`]))|\s?([-–—])\s+")
_BOLD_START = re.compile(r"(\*\*|__)(.+?)\1\s*(.*)$")


@dataclass(frozen=True)
class Numbered:
    """A line that opens with a number. ``stop`` is the line after its title; ``rest`` is text after a bold title."""

    line: int
    stop: int
    number: int
    title: str
    rest: str
    style: tuple[object, ...]

    def unlike(self, other: Numbered) -> int:
        """In how many traits of layout the two differ: a list inside an answer looks unlike the questions."""
        return sum(mine != theirs for mine, theirs in zip(self.style, other.style, strict=True))


def numbered_at(lines: Sequence[str], at: int) -> Numbered | None:
    """The numbered line at ``at`` with all of its title, else None."""
    match = _PREFIX.match(lines[at])
    if not match or len(lines[at]) > MAX_TITLE_CHARS:
        return None
    hashes, bold, letter, number, after = match.groups()
    separated = _AFTER_NUMBER.match(after)
    if separated:
        title = after[separated.end() :]
    elif letter and (after[:1].isspace() or after.strip("*_ .):") == ""):
        title = after
    elif after.strip("*_ ") in (".", ")", ":"):
        title = ""
    else:
        return None
    stop = at + 1
    if not title.strip("*_ ") and stop < len(lines) and not _PREFIX.match(lines[stop]):
        title, stop = lines[stop], stop + 1
    title, stop = _whole_title(title.strip(), lines, stop)
    title, rest = _without_bold(title, bool(bold))
    if not any(letter.isalpha() for letter in title):
        return None
    blank = (at == 0 or not lines[at - 1].strip(), stop >= len(lines) or not lines[stop].strip())
    mark = (separated.group(1) or separated.group(2)) if separated else ""
    style = (bool(letter), len(hashes or ""), bool(bold or rest), mark, *blank, title.endswith("?"))
    return Numbered(at, stop, int(number), title, rest, style)


def _whole_title(title: str, lines: Sequence[str], stop: int) -> tuple[str, int]:
    """Adds the lines that a wrapped title runs on to."""
    for _ in range(6):
        following = lines[stop].strip() if stop < len(lines) else ""
        runs_on = following[:1].islower() or (following.endswith("?") and len(title) > 40)
        if not following or title.endswith((".", "?", "!", ":")) or not runs_on or is_bullet(lines[stop]):
            break
        title, stop = f"{title} {following}", stop + 1
    return title, stop


def _without_bold(title: str, opened: bool) -> tuple[str, str]:
    match = _BOLD_START.match(title)
    if match and not opened:
        return match.group(2).strip(), match.group(3).strip()
    if opened and "**" in title:
        title, _, rest = title.partition("**")
        return title.strip(), rest.strip()
    return re.sub(r"(?:\s*#+|\*\*|__)\s*$", "", title).strip(), ""


def main_run(marked: Sequence[Numbered], lines: Sequence[str]) -> tuple[Numbered, ...]:
    """The run of rising numbers that holds the most answered questions; lists and later restarts are other runs."""
    runs = _runs(marked, 1)
    if marked and max((len(run) for run in runs), default=0) < 2:
        runs += _runs(marked, marked[0].number)
    heads = {found.line for found in marked}

    def worth(run: list[Numbered]) -> tuple[int, int]:
        return sum(is_answered(found, lines, heads) for found in run), len(run)

    best: list[Numbered] = max(runs, key=worth, default=[])
    return tuple(best)


def _runs(marked: Sequence[Numbered], first: int) -> list[list[Numbered]]:
    """Splits numbered lines into runs. A number that two open runs could take goes to the one it looks like."""
    closed: list[list[Numbered]] = []
    open_runs: list[list[Numbered]] = []
    for found in marked:
        fitting = []
        for depth, run in enumerate(open_runs):
            gap = found.number - run[-1].number - 1
            if 0 <= gap <= MAX_GAP:
                fitting.append((gap, found.unlike(run[-1]), -depth))
        if found.number == first:
            open_runs.append([found])
            if len(open_runs) > _MAX_OPEN_RUNS:
                closed.append(open_runs.pop(1))
        elif fitting:
            depth = -min(fitting)[2]
            closed += open_runs[depth + 1 :]
            del open_runs[depth + 1 :]
            open_runs[depth].append(found)
    return closed + open_runs


def is_answered(found: Numbered, lines: Sequence[str], heads: Collection[int]) -> bool:
    """Whether text stands below a numbered line before the next one; ``heads`` are the numbered lines."""
    if found.rest:
        return True
    following = next((number for number in range(found.stop, len(lines)) if lines[number].strip()), None)
    return following is not None and following not in heads
