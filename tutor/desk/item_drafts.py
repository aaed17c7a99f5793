"""A trainer's words as an item file, and what stands against publishing it: the schema, markup, an id of its own.

Knows the text of one file; nothing of folders, the store or the index.
"""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

from tutor.corpus import read_item
from tutor.errors import CorpusError, FileProblem
from tutor.records import Item, Level

SECTION = "Trainers' answers"
LONGEST_ASK = 600
"""What the schema of a curated item allows."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{1,79}")
_ID_LINE = re.compile(r"^id:[ \t]*(?P<quote>[\"']?)(?P<id>.*?)(?P=quote)[ \t]*(?:#.*)?$", re.M)
_MARKUP = {"html_block": "the HTML", "html_inline": "the HTML", "image": "an image"}


@dataclass(frozen=True)
class Sketch:
    """What a trainer in a hurry writes: a question, its answer in Markdown, other ways of asking, where it belongs."""

    question: str
    answer: str
    asks: Sequence[str] = ()
    topics: Sequence[str] = ("foundations",)
    level: Level = "intermediate"


@dataclass(frozen=True)
class Checked:
    """A draft that can be published. ``is_curated``: it fulfils the schema of the corpus too, not only a library's;
    ``short_of`` says what it lacks for that, "" where it lacks nothing."""

    item: Item
    short_of: str

    @property
    def is_curated(self) -> bool:
        return not self.short_of


def compose(sketch: Sketch) -> str:
    """The item file of a sketch, with a first ``{id}`` where its id goes."""
    title, *rest = (one_line(part) for part in re.split(r"(?<=[?.!])\s", sketch.question.strip(), maxsplit=1))
    front: dict[str, Any] = {"title": title}
    if rest:
        front["question"] = one_line(sketch.question)
    front |= {"section": SECTION, "kind": "concept", "level": sketch.level, "topics": list(sketch.topics)}
    asked = one_line(sketch.question).casefold()
    if asks := [ask[:LONGEST_ASK] for ask in distinct(sketch.asks) if ask.casefold() != asked]:
        front["asks"] = asks
    matter = yaml.dump(front, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf)
    return f"---\nid: {{id}}\n{matter}---\n{sketch.answer.strip()}\n"


def check(text: str, item_id: str, name: str = "the draft") -> Checked:
    """The item that ``text`` holds. Raises CorpusError with the first problem and its line."""
    line, found = _id_of(text)
    if not _ID.fullmatch(found):
        expected = "small letters, digits, hyphens and underscores; an id names no path"
        raise CorpusError(FileProblem(name, line, f"the id {found[:80]!r}", expected))
    if found != item_id:
        raise CorpusError(FileProblem(name, line, f"the id {found!r}", f"{item_id!r}, the draft's own"))
    try:
        item = _read(text, item_id, "library")
    except CorpusError as error:
        problem = error.problem
        raise CorpusError(FileProblem(name, problem.line, problem.found, problem.expected)) from None
    _refuse_markup(item, text, name)
    try:
        _read(text, item_id, "corpus")
    except CorpusError as error:
        return Checked(item, error.problem.found)
    return Checked(item, "")


def _id_of(text: str) -> tuple[int, str]:
    matter = text.split("\n---", 1)[0]
    match = _ID_LINE.search(matter)
    return (matter.count("\n", 0, match.start()) + 1, match["id"]) if match else (1, "")


def _read(text: str, item_id: str, source: str) -> Item:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{item_id}.md"
        path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
        if source == "library" and re.search(r"^kind:\s*coding\s*$", text, re.M):
            problem = FileProblem(path.name, 1, "an exercise", "its files edited in the corpus folder")
            raise CorpusError(problem)
        return read_item(path, Path(folder), source)


def _refuse_markup(item: Item, text: str, name: str) -> None:
    """Tags are shown as text everywhere, so one in an item is a mistake or an attack; in code it is neither."""
    for part in (item.title, item.question, *item.asks, item.body):
        for token in _tokens(part):
            if token.type in _MARKUP:
                shown = (token.content or "").strip().split("\n")[0][:60]
                line = text.count("\n", 0, max(0, text.find(shown))) + 1 if shown else 0
                found = f"{_MARKUP[token.type]} {shown}".strip()
                raise CorpusError(FileProblem(name, line, found, "plain Markdown; code stands in `backticks`"))


def _tokens(markdown: str) -> list[Any]:
    blocks = MarkdownIt("commonmark").parse(markdown)
    return [each for block in blocks for each in (block, *(block.children or ()))]


def one_line(text: str) -> str:
    """The text without line breaks and with single blanks."""
    return " ".join(text.split())


def distinct(texts: Iterable[str]) -> list[str]:
    """Each text once, in one line, as and where it came first. Case and blanks make no difference; blank ones go."""
    first: dict[str, str] = {}
    for line in map(one_line, texts):
        if line:
            first.setdefault(line.casefold(), line)
    return list(first.values())


def has_markup(text: str) -> bool:
    """Whether a draft that holds ``text`` would be refused for its HTML or its images."""
    return any(token.type in _MARKUP for token in _tokens(text))


class _Dumper(yaml.SafeDumper):
    """Writes every text in one line, so that no line of the front matter can end it."""
