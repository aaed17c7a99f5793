"""Checks the corpus as a whole: schema, links, duplicates, formulas, and key points that the answer really holds.

Knows nothing of the index; needs no model.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from latex2mathml import exceptions
from latex2mathml.converter import convert

from tutor.corpus import Shelf, read_corpus
from tutor.errors import FileProblem
from tutor.lexical import plain_words, terms
from tutor.records import Item

KEY_POINT_COVERAGE = 0.75
BODY_WORDS = (60, 400)

_FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$\n]+?)\$(?!\d)", re.S)
_LATEX_ERRORS: tuple[type[Exception], ...] = (
    *(error for error in vars(exceptions).values() if isinstance(error, type) and issubclass(error, Exception)),
    *(LookupError, RuntimeError, StopIteration, TypeError, ValueError),  # what it raises on malformed formulas
)


def lint(corpus: Path) -> tuple[Shelf, tuple[FileProblem, ...]]:
    """The readable items, and every problem in order of file and line."""
    shelf = read_corpus(corpus)
    places = _places(shelf, corpus)
    problems = [*shelf.problems]
    for item in shelf.items:
        name, text = places[item.id]
        problems += [
            FileProblem(name, _line(text, needle), found, expected)
            for needle, found, expected in _item_problems(item, {each.id: each for each in shelf.items})
        ]
    problems += _shared_asks(shelf.items, places)
    return shelf, tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))


Problem = tuple[str, str, str]
"""Where in the file (a piece of its text), what was found, what was expected."""


def _item_problems(item: Item, items: dict[str, Item]) -> Iterator[Problem]:
    yield from _link_problems(item, items)
    yield from _formula_problems(item)
    yield from _key_point_problems(item)
    words = len(item.body.split())
    least = 25 if item.kind == "mcq" else BODY_WORDS[0]
    if not least <= words <= BODY_WORDS[1]:
        yield item.body[:40], f"a body of {words} words", f"{least} to {BODY_WORDS[1]}"


def _link_problems(item: Item, items: dict[str, Item]) -> Iterator[Problem]:
    for follow_up in item.follow_ups:
        target = items.get(follow_up.item)
        if target is None or target.kind == "mcq" or target.id == item.id:
            yield follow_up.question, f"a follow-up to {follow_up.item!r}", "the id of another item that answers it"
    for id in item.related:
        if id not in items or id == item.id:
            yield "related:", f"related to {id!r}", "the id of another item"


def _formula_problems(item: Item) -> Iterator[Problem]:
    prose = re.sub(r"```.*?```|`[^`]*`", _blank, item.body, flags=re.S)
    for match in _FORMULA.finditer(prose):
        formula = match[1] or match[2]
        try:
            unknown = re.search(r"\\[A-Za-z]+", convert(formula))
            if unknown:
                yield formula.strip()[:40], f"the unknown command {unknown[0]}", "LaTeX that renders"
        except _LATEX_ERRORS as error:
            yield formula.strip()[:40], f"a formula that does not render ({type(error).__name__})", "LaTeX"
        if formula.count("{") - formula.count(r"\{") != formula.count("}") - formula.count(r"\}"):
            yield formula.strip()[:40], "a formula with unbalanced braces", "LaTeX"
    if (stray := re.search(r"(?<!\\)\$", _FORMULA.sub(_blank, prose))) is not None:
        line = item.body[: stray.start()].count("\n")
        yield item.body.split("\n")[line], "a single $", "pairs of $ around a formula; write an amount as USD 5"


def _blank(match: re.Match[str]) -> str:
    """As many blanks as there were characters, so that what follows keeps its place and its line."""
    return re.sub(r"[^\n]", " ", match[0])


def _key_point_problems(item: Item) -> Iterator[Problem]:
    body = set(terms(item.body))
    for point in item.key_points:
        asked = set(terms(point.text))
        missing = sorted(asked - body)
        if len(missing) > (1 - KEY_POINT_COVERAGE) * len(asked):
            yield (
                point.text[:40],
                f"a key point whose words are not in the body ({', '.join(missing)})",
                "its fact there",
            )


def _shared_asks(items: Iterable[Item], places: dict[str, tuple[str, str]]) -> Iterator[FileProblem]:
    owners: dict[str, list[tuple[Item, str]]] = defaultdict(list)
    for item in items:
        for ask in item.asks:
            owners[plain_words(ask)].append((item, ask))
    for owned in owners.values():
        for item, ask in owned[1:]:
            name, text = places[item.id]
            yield FileProblem(name, _line(text, ask), f"the ask {ask!r}", f"one that {owned[0][0].id} does not have")


def _places(shelf: Shelf, corpus: Path) -> dict[str, tuple[str, str]]:
    """File name and text of each item's file, by id."""
    return {id: (name, (corpus / name).read_text(encoding="utf-8-sig")) for id, name in shelf.files.items()}


def _line(text: str, needle: str) -> int:
    position = text.find(needle)
    return text.count("\n", 0, position) + 1 if position >= 0 else 1
