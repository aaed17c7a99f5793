"""Reads the YAML front matter of a file, with the line of each of its values, so that a problem can name its place.

Knows nothing of what the fields mean.
"""

from __future__ import annotations

from typing import Any

import yaml
from pydantic import ValidationError

from tutor.errors import CorpusError, FileProblem

MAX_NESTING = 8

Place = tuple[str | int, ...]
"""Where a value stands: the names and positions that lead to it, as in ``("key_points", 0, "text")``."""


def split_front_matter(content: str, name: str) -> tuple[str, str, int]:
    """Front matter, body, and the body's first line number. Raises CorpusError where there is no front matter."""
    lines = content.split("\n")
    if lines[0].strip() != "---":
        raise CorpusError(FileProblem(name, 1, repr(lines[0][:40]), "'---', the start of the front matter"))
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == "---":
            return "\n".join(lines[1 : number - 1]), "\n".join(lines[number:]), number + 1
    raise CorpusError(FileProblem(name, len(lines), "no second '---'", "'---' after the front matter"))


class _Loader(yaml.CSafeLoader):
    """Names the place of a value that its type cannot hold, such as the date 2024-13-45."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, AttributeError) as error:
            kind = node.tag.rpartition(":")[2]
            raise yaml.MarkedYAMLError(
                problem=f"{str(node.value)[:40]!r}, which is no {kind}", problem_mark=node.start_mark
            ) from error


def parse_front_matter(matter: str, name: str) -> tuple[dict[str, Any], dict[Place, int]]:
    """The data, and the file's line of each of its places. Raises CorpusError where it is no plain YAML of fields."""
    try:
        _check_nesting(matter, name)
        node = yaml.compose(matter, Loader=_Loader)
        data = yaml.load(matter, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        lines_before = mark.line if mark else matter.encode()[: getattr(error, "position", 0)].count(b"\n")
        words = getattr(error, "problem", None) or getattr(error, "reason", None) or "something that is not YAML"
        problem = FileProblem(name, lines_before + 2, words.removeprefix("found "), "YAML front matter")
        raise CorpusError(problem) from None
    if not isinstance(data, dict) or node is None:
        raise CorpusError(FileProblem(name, 2, "no fields", "id, title, section, kind, level, topics …"))
    lines: dict[Place, int] = {}
    _collect_lines(node, (), lines, name)
    return data, lines


def _check_nesting(matter: str, name: str) -> None:
    """Refuses what would overflow the stack of the recursive YAML composer: deep nesting, and aliases that loop."""
    depth = 0
    for event in yaml.parse(matter, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 2 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise CorpusError(FileProblem(name, line, f"the alias *{event.anchor}", "each value written out"))
        if depth > MAX_NESTING:
            raise CorpusError(FileProblem(name, line, f"more than {MAX_NESTING} levels of nesting", "plain fields"))


def _collect_lines(node: yaml.Node, place: Place, lines: dict[Place, int], name: str) -> None:
    lines.setdefault(place, node.start_mark.line + 2)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            if inner in lines:
                raise CorpusError(
                    FileProblem(name, key.start_mark.line + 2, f"{key.value!r} a second time", "each field once")
                )
            lines[inner] = key.start_mark.line + 2
            _collect_lines(value, inner, lines, name)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _collect_lines(value, (*place, position), lines, name)


def schema_problem(error: ValidationError, lines: dict[Place, int], name: str) -> FileProblem:
    """The first thing that breaks a schema, at its line."""
    first = error.errors()[0]
    place = tuple(first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if not place and ":" in message:
        field_name, message = message.split(":", 1)
        place = (field_name,)
    where = ".".join(str(part) for part in place)
    while place not in lines and place:
        place = place[:-1]
    if first["type"] == "missing":
        return FileProblem(name, lines.get(place, 2), f"no field {where!r}", "every required field")
    if first["type"] == "value_error":
        return FileProblem(name, lines.get(place, 2), f"in {where!r}: {message.strip()}", "what corpus/README.md says")
    shown = repr(first["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    return FileProblem(name, lines.get(place, 2), f"{where} = {shown}", message[:1].lower() + message[1:])
