"""Cuts a numbered question-and-answer article into its items.

Works on the order of the numbers and on the look of the lines, not on any one article's words. Knows nothing of
files; ``article_lines`` judges single lines, ``article_markdown`` writes the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tutor.importing.article_code import code_spans
from tutor.importing.article_markdown import NO_ANSWER, format_answer
from tutor.importing.article_numbers import Numbered, main_run, numbered_at
from tutor.importing.article_sections import Region, regions
from tutor.importing.clean_text import clean_text

NOT_IN_RUN = "(a number outside the run of questions)"
"""How a left-out line ends that has a number of its own: a restart, or a number that does not follow."""

_QUESTION = re.compile(
    r"\?|^(?:what|why|how|when|where|which|who|is|are|can|do|does|should|explain|describe|define|name|list|give|write|"
    r"implement|compare|differentiate|discuss|tell|state|derive|mention|you|your|suppose|design)\b",
    re.I,
)


@dataclass(frozen=True)
class ArticleItem:
    """A numbered question in the source's own wording; ``body`` is Markdown and never empty."""

    number: int
    title: str
    body: str


@dataclass(frozen=True)
class Article:
    """What an article holds. ``doubtful`` are sentences on items to look at, ``left_out`` on text in no item.

    ``coverage`` is the share of the text's words that the items hold.
    """

    items: tuple[ArticleItem, ...]
    doubtful: tuple[str, ...]
    left_out: tuple[str, ...]
    coverage: float = 0.0

    @property
    def is_question_list(self) -> bool:
        """Whether the text is an article of questions, and no text that merely has a numbered list in it."""
        answered = sum(item.body != NO_ANSWER for item in self.items)
        asking = sum(_QUESTION.search(item.title) is not None for item in self.items)
        if len(self.items) == 1:
            return answered == 1 and self.items[0].title.endswith("?")
        return 2 * answered >= len(self.items) > 1 and (self.coverage >= 0.4 or 2 * asking >= len(self.items))


def parse_article(text: str) -> Article:
    """The numbered questions of ``text`` with their answers, in order; none where nothing is numbered."""
    lines = clean_text(text).split("\n")
    code = {number for span in code_spans(lines) for number in range(span.start, span.stop)}
    marked = [found for at in range(len(lines)) if at not in code and (found := numbered_at(lines, at))]
    run = main_run(marked, lines)
    own = {found.line for found in run}
    draft = _Draft(lines)
    if run:
        draft.leave_out(0, run[0].line)
    for region in regions(run, [found for found in marked if found.line not in own], lines, code):
        draft.add(region)
    return draft.finish()


@dataclass
class _Draft:
    """An article as it grows, question by question."""

    lines: Sequence[str]
    items: list[ArticleItem] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self, region: Region) -> None:
        """Takes in a question, and the one without a heading that may follow it."""
        self._add_question(region.head, self._without_adverts(region, region.head.stop, region.cut))
        self.leave_out(region.cut, region.rest, region.again)
        if region.missing:
            self._add_missing(region, self._without_adverts(region, region.rest, region.stop))

    def leave_out(self, start: int, stop: int, again: Iterable[Numbered] = ()) -> None:
        """Notes that these lines are in no item, and each numbered line among them."""
        filled = [number for number in range(start, stop) if self.lines[number].strip()]
        if not filled:
            return
        where = f"lines {filled[0] + 1}–{filled[-1] + 1}" if len(filled) > 1 else f"line {filled[0] + 1}"
        self.left_out.append(f"{where}: {self._shown(filled[0])}")
        self.left_out += [
            f"line {found.line + 1}: {self._shown(found.line)} {NOT_IN_RUN}"
            for found in again
            if start <= found.line < stop
        ]

    def finish(self) -> Article:
        words = len(" ".join(self.lines).split()) or 1
        held = sum(len(f"{item.title} {item.body}".split()) for item in self.items)
        return Article(tuple(self.items), tuple(self.doubtful), tuple(self.left_out), min(1.0, held / words))

    def _shown(self, number: int) -> str:
        return self.lines[number].strip()[:100]

    def _without_adverts(self, region: Region, start: int, stop: int) -> list[str]:
        inside = [number for number in region.adverts if start <= number < stop]
        self.left_out += [f"line {number + 1}: {self._shown(number)}" for number in inside]
        return ["" if number in inside else self.lines[number] for number in range(start, stop)]

    def _add_question(self, head: Numbered, lines: Sequence[str]) -> None:
        title, rest = head.title, head.rest
        if "? " in title and not rest and not any(line.strip() for line in lines):
            title, _, rest = title.partition("? ")
            title += "?"
            self.doubtful.append(f"Question {head.number}: its answer was taken from the line of its title")
        self._add_answer(head.number, title, [rest, *lines])

    def _add_missing(self, region: Region, lines: Sequence[str]) -> None:
        if len(region.missing) == 1 and any(line.strip() for line in lines):
            number = region.missing[0]
            self.doubtful.append(
                f"Question {number}: its heading is missing; the text that follows the section's introduction is "
                "taken as its answer"
            )
            self._add_answer(number, f"Question {number} (its heading is missing)", lines)
            return
        self.doubtful += [
            f"Question {number}: it is missing after question {region.head.number}, and no text is plainly its own"
            for number in region.missing
        ]

    def _add_answer(self, number: int, title: str, lines: Sequence[str]) -> None:
        answer = format_answer(lines, title)
        self.items.append(ArticleItem(number, title, answer.markdown or NO_ANSWER))
        self.doubtful += [f"Question {number}: {note}" for note in answer.notes]
