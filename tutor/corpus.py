"""Reads item files: one Markdown file with YAML front matter an item, checked by the schema of ``item_schema``.

A file that breaks the schema gives a FileProblem with its line and costs no other item. Knows nothing of the index;
what needs several items at once (links, duplicates) is in ``lint``.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from tutor.errors import CorpusError, FileProblem
from tutor.front_matter import parse_front_matter, schema_problem, split_front_matter
from tutor.item_schema import CuratedFrontMatter, FrontMatter, TeachingFields
from tutor.records import Choices, Exercise, FollowUp, Item, KeyPoint, Misconception, Teaching

MAX_FILE_BYTES = 400_000
EXERCISE_FILES = EXERCISE_FILE, SOLUTION_FILE, CASES_FILE = "question.md", "solution.py", "cases.py"
FOLDERS = ("questions", "coding", "mcq", "guide", "faq")
READERS = ("corpus.py", "front_matter.py", "item_schema.py")
"""The modules that decide what an item file is read as."""


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
    source = b"".join(Path(__file__).with_name(name).read_bytes() for name in READERS)
    return hashlib.sha256(source).hexdigest()[:16]


def read_item(path: Path, root: Path, source: str = "corpus", known: Mapping[str, Item] | None = None) -> Item:
    """One item file. Raises CorpusError with file (relative to ``root``), line, what was found, what was expected."""
    name = path.relative_to(root).as_posix()
    content = _read_text(path, name)
    if known and (item := _unchanged(path, root, content, source, known)):
        return item
    matter, body, first_line = split_front_matter(content, name)
    data, lines = parse_front_matter(matter, name)
    schema = CuratedFrontMatter if source == "corpus" else FrontMatter
    try:
        front = schema.model_validate(data)
    except ValidationError as error:
        raise CorpusError(schema_problem(error, lines, name)) from None
    expected_id = _named(path)
    if not _fits(front.id, expected_id):
        raise CorpusError(FileProblem(name, lines.get(("id",), 1), f"id {front.id!r}", f"the start of {expected_id!r}"))
    if not body.strip():
        raise CorpusError(FileProblem(name, first_line, "an empty body", "the model answer in Markdown"))
    solution = _solution(path, root) if front.kind == "coding" else ""
    cases = _cases(path, root, source) if front.kind == "coding" else ""
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


def _item(front: FrontMatter, body: str, source: str, solution: str, cases: str, digest: str) -> Item:
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


def _teaching(told: TeachingFields) -> Teaching:
    return Teaching(told.simpler, told.example, told.analogy, told.one_sentence, tuple(told.hints))


def _exercise(front: FrontMatter, solution: str, cases: str) -> Exercise:
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
