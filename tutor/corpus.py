"""Reads item files: one Markdown file with YAML front matter an item, checked by a schema.

A file that breaks the schema gives a FileProblem with its line and costs no other item. Knows nothing of the index;
what needs several items at once (links, duplicates) is in ``lint``.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator
from pydantic import Field as Constrained

from tutor.errors import CorpusError, FileProblem
from tutor.records import Choices, Exercise, FollowUp, Item, KeyPoint, Kind, Level, Misconception, Teaching
from tutor.topics import TOPICS

MAX_FILE_BYTES = 400_000
MAX_NESTING = 8
EXERCISE_FILE, SOLUTION_FILE, CASES_FILE = "question.md", "solution.py", "cases.py"
FOLDERS = ("questions", "coding", "mcq", "guide", "faq")

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1500)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{1,79}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _KeyPoint(_Strict):
    text: Line
    weight: int = Constrained(ge=1, le=3)
    probe: Line | None = None


class _Misconception(_Strict):
    claim: Line
    why: Line


class _FollowUp(_Strict):
    question: Line
    item: Identifier


class _Teaching(_Strict):
    simpler: Paragraph
    example: Paragraph
    analogy: Paragraph
    one_sentence: Line
    hints: list[Line] = []


class _FrontMatter(_Strict):
    """The schema of every item. What only a curated item owes is checked by ``_Curated``."""

    id: Identifier
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)] | None = None
    section: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    kind: Kind
    level: Level
    topics: list[str] = Constrained(min_length=1, max_length=4)
    asks: list[Line] = []
    key_points: list[_KeyPoint] = []
    misconceptions: list[_Misconception] = []
    follow_ups: list[_FollowUp] = []
    related: list[Identifier] = []
    teaching: _Teaching | None = None
    function: Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*$")] | None = None
    signature: Line | None = None
    sample: Line | None = None
    hints: list[Line] = []
    complexity: Line | None = None
    interviewer: list[Line] = []
    options: dict[Literal["A", "B", "C", "D", "E", "F"], Line] | None = None
    key: str | None = None
    distractors: dict[str, Line] | None = None

    @model_validator(mode="after")
    def _parts_of_the_kind(self) -> _FrontMatter:
        if self.kind == "mcq":
            self._check_choices()
        if self.kind == "coding":
            self._check_exercise()
        unknown = [topic for topic in self.topics if topic not in TOPICS]
        if unknown:
            raise ValueError(f"topics: {', '.join(unknown)} is not in the list of corpus/README.md")
        return self

    def _check_choices(self) -> None:
        options, distractors = self.options or {}, self.distractors or {}
        if self.key not in options:
            raise ValueError(f"key: {self.key!r} is not a letter of the options")
        if set(distractors) != set(options) - {self.key}:
            raise ValueError("distractors: one sentence is needed for each option but the key")

    def _check_exercise(self) -> None:
        if not (self.function and self.signature and self.sample):
            raise ValueError("function: a coding item needs function, signature and sample")
        call = _literal_call(self.sample)
        if call != self.function:
            raise ValueError(f"sample: must be a call of {self.function} whose arguments are literals")


class _Curated(_FrontMatter):
    """What an item of the corpus owes beyond the schema, so that it can be found and graded."""

    @model_validator(mode="after")
    def _enough_to_find_and_grade(self) -> _Curated:
        if self.kind == "mcq":
            return self
        exercise = (("hints", 3, 3), ("interviewer", 2, 6)) if self.kind == "coding" else ()
        for name, least, most in (
            ("asks", 8, 40),
            ("key_points", 3, 7),
            ("misconceptions", 1, 6),
            ("follow_ups", 3, 6),
            *exercise,
        ):
            count = len(getattr(self, name))
            if not least <= count <= most:
                needed = f"{least} to {most}" if least < most else f"{least}"
                raise ValueError(f"{name}: {count} given, {needed} needed")
        if self.kind == "coding" and not self.complexity:
            raise ValueError("complexity: a coding item needs the cost of its solution in time and memory")
        return self


@dataclass(frozen=True)
class Shelf:
    """What a folder of item files holds: the good items in order of id, and what was wrong with the others.

    ``files`` gives the file of each good item by its id, relative to the folder.
    """

    items: tuple[Item, ...]
    problems: tuple[FileProblem, ...]
    files: Mapping[str, str] = field(default_factory=dict)


def read_corpus(folder: Path, known: Mapping[str, Item] | None = None) -> Shelf:
    """Every item of the curated corpus below ``folder``. ``known`` holds, by their digests, items that this same
    reader read before: of a file that has not changed since only the digest is computed."""
    paths = (path for name in FOLDERS for path in _item_files(folder / name))
    return _read_shelf(paths, folder, "corpus", known or {})


def read_library(folder: Path, known: Mapping[str, Item] | None = None) -> Shelf:
    """Every imported item: ``folder/<source>/*.md``. Its asks and key points are optional. ``known`` as above."""
    shelves = [
        _read_shelf(_item_files(source), folder, source.name, known or {})
        for source in (sorted(folder.iterdir()) if folder.is_dir() else [])
        if source.is_dir() and not source.name.startswith(".")
    ]
    return Shelf(
        tuple(item for shelf in shelves for item in shelf.items),
        tuple(problem for shelf in shelves for problem in shelf.problems),
        {id: file for shelf in shelves for id, file in shelf.files.items()},
    )


def reader_fingerprint() -> str:
    """Changes whenever the reading of item files does."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]


def read_item(path: Path, root: Path, source: str = "corpus", known: Mapping[str, Item] | None = None) -> Item:
    """One item file. Raises CorpusError with file (relative to ``root``), line, what was found, what was expected."""
    name = path.relative_to(root).as_posix()
    content = _read_text(path, name)
    if known and (item := _unchanged(path, root, content, source, known)):
        return item
    matter, body, first_line = _split(content, name)
    data, lines = _parse_yaml(matter, name)
    schema = _Curated if source == "corpus" else _FrontMatter
    try:
        front = schema.model_validate(data)
    except ValidationError as error:
        raise CorpusError(_schema_problem(error, lines, name)) from None
    expected_id = _named(path)
    if not _fits(front.id, expected_id):
        raise CorpusError(FileProblem(name, lines.get(("id",), 1), f"id {front.id!r}", f"the start of {expected_id!r}"))
    if not body.strip():
        raise CorpusError(FileProblem(name, first_line, "an empty body", "the model answer in Markdown"))
    solution = _solution(path, root) if front.kind == "coding" else ""
    cases = _cases(path, root, source)
    return _item(front, body.strip(), source, solution, cases, _digest(content + solution + cases))


def _unchanged(path: Path, root: Path, content: str, source: str, known: Mapping[str, Item]) -> Item | None:
    """The item that was read from the same text before, under the same name."""
    solution = path.with_name(SOLUTION_FILE)
    if path.name == EXERCISE_FILE and solution.is_file():
        content += _read_text(solution, solution.relative_to(root).as_posix()) + _cases(path, root, source)
    item = known.get(_digest(content))
    return item if item and item.source == source and _fits(item.id, _named(path)) else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _named(path: Path) -> str:
    """The name that an item's file gives it."""
    return (path.parent.name if path.name == EXERCISE_FILE else path.stem).lower()


def _fits(item_id: str, name: str) -> bool:
    return name == item_id or name.startswith(item_id + "-")


def _item(front: _FrontMatter, body: str, source: str, solution: str, cases: str, digest: str) -> Item:
    return Item(
        id=front.id,
        title=front.title,
        question=front.question or front.title,
        section=front.section,
        kind=front.kind,
        level=front.level,
        topics=tuple(front.topics),
        body=body,
        asks=tuple(front.asks),
        key_points=tuple(KeyPoint(point.text, point.weight, point.probe or "") for point in front.key_points),
        misconceptions=tuple(Misconception(each.claim, each.why) for each in front.misconceptions),
        follow_ups=tuple(FollowUp(each.question, each.item) for each in front.follow_ups),
        related=tuple(front.related),
        teaching=_teaching(front.teaching) if front.teaching else None,
        exercise=_exercise(front, solution, cases) if front.kind == "coding" else None,
        choices=Choices(
            {str(letter): text for letter, text in (front.options or {}).items()},
            front.key or "",
            dict(front.distractors or {}),
        )
        if front.kind == "mcq"
        else None,
        source=source,
        digest=digest,
    )


def _teaching(told: _Teaching) -> Teaching:
    return Teaching(told.simpler, told.example, told.analogy, told.one_sentence, tuple(told.hints))


def _exercise(front: _FrontMatter, solution: str, cases: str) -> Exercise:
    return Exercise(
        function=front.function or "",
        signature=front.signature or "",
        sample=front.sample or "",
        solution=solution,
        hints=tuple(front.hints),
        complexity=front.complexity or "",
        interviewer=tuple(front.interviewer),
        cases=cases,
    )


def _item_files(folder: Path) -> list[Path]:
    exercises = folder.glob(f"*/{EXERCISE_FILE}")
    return sorted([*folder.glob("*.md"), *exercises])


def _read_shelf(paths: Iterable[Path], root: Path, source: str, known: Mapping[str, Item]) -> Shelf:
    items: dict[str, Item] = {}
    problems: list[FileProblem] = []
    files: dict[str, str] = {}
    for path in paths:
        name = path.relative_to(root).as_posix()
        try:
            item = read_item(path, root, source, known)
        except CorpusError as error:
            problems.append(error.problem)
            continue
        if item.id in items:
            problems.append(FileProblem(name, 0, f"id {item.id!r} a second time", "an id of its own"))
        else:
            items[item.id], files[item.id] = item, name
    return Shelf(tuple(items[id] for id in sorted(items)), tuple(problems), files)


def _read_text(path: Path, name: str) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CorpusError(
            FileProblem(name, 0, f"a file that cannot be read ({error.strerror})", "a readable file")
        ) from error
    if len(raw) > MAX_FILE_BYTES:
        raise CorpusError(FileProblem(name, 0, f"{len(raw):,} bytes", f"at most {MAX_FILE_BYTES:,}"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise CorpusError(FileProblem(name, line, f"the byte 0x{raw[error.start]:02x}", "UTF-8 text")) from error
    return text.replace("\r\n", "\n")


def _split(content: str, name: str) -> tuple[str, str, int]:
    """Front matter, body, and the body's first line number."""
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


def _parse_yaml(matter: str, name: str) -> tuple[dict[str, Any], dict[tuple[str | int, ...], int]]:
    """The data, and the file's line of each of its places."""
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
    lines: dict[tuple[str | int, ...], int] = {}
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


def _collect_lines(
    node: yaml.Node, place: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], name: str
) -> None:
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


def _schema_problem(error: ValidationError, lines: dict[tuple[str | int, ...], int], name: str) -> FileProblem:
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


def _solution(path: Path, root: Path) -> str:
    solution = path.with_name(SOLUTION_FILE)
    name = solution.relative_to(root).as_posix()
    if not solution.is_file():
        raise CorpusError(FileProblem(name, 0, "no such file", "the reference solution"))
    text = _read_text(solution, name)
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise CorpusError(FileProblem(name, error.lineno or 0, error.msg, "Python that compiles")) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise CorpusError(
            FileProblem(name, 0, str(error) or "nesting that is too deep", "Python that compiles")
        ) from None
    return text


def _cases(path: Path, root: Path, source: str) -> str:
    """The text of ``cases.py``, "" without one. It is code that is trusted, so nothing that was imported gives any."""
    cases = path.with_name(CASES_FILE)
    if path.name != EXERCISE_FILE or source != "corpus" or not cases.is_file():
        return ""
    return _read_text(cases, cases.relative_to(root).as_posix())


def _literal_call(sample: str) -> str | None:
    """The name of the function that ``sample`` calls with literal arguments only, else None."""
    try:
        call = ast.parse(sample, mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            return None
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            ast.literal_eval(argument)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None
    return call.func.id
