"""Imports a trainer's documents as item files of the user's library: ``library/<source>/<source>-001.md`` and on.

A file gives a source of its own, a folder one for all its files. A source imported again replaces the one before as a
whole. Knows nothing of the index.
"""

from __future__ import annotations

import hashlib
import math
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tutor.corpus import read_item
from tutor.errors import CorpusError, DocumentError, FileProblem
from tutor.importing.article import NOT_IN_RUN
from tutor.importing.clean_text import one_line
from tutor.importing.documents import UnreadableDocumentError, read_document
from tutor.importing.imported_items import Draft, drafts_of
from tutor.importing.library_folder import discard, origin, publish, remove, sources, stage, tidy

MAX_SOURCE_CHARS = 40

_RESERVED = re.compile(r"(?:q|mcq|guide|faq)\d*|corpus|trainers")
_CORPUS_ID = re.compile(r"(?:q|mcq|guide|faq)\d+")


@dataclass(frozen=True)
class ImportReport:
    """What an import did. ``doubtful`` are sentences on items to look at, ``left_out`` on text that is in no item."""

    imported: int
    sources: tuple[str, ...]
    problems: tuple[FileProblem, ...]
    doubtful: tuple[str, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Source:
    """A file or folder to import: its files with the names that messages call them."""

    name: str
    title: str
    path: Path
    files: tuple[tuple[Path, str], ...]


class _Findings:
    """What is found on the way, to be told at the end."""

    def __init__(self) -> None:
        self.problems: list[FileProblem] = []
        self.errors: list[DocumentError] = []
        self.doubtful: list[str] = []
        self.left_out: list[str] = []

    def add(self, error: UnreadableDocumentError) -> None:
        expected = f"{error.expected} ({error.mend})" if error.mend else error.expected
        self.errors.append(error)
        self.problems.append(FileProblem(error.file, error.line, f"a file that {error.what}", expected))


def import_paths(paths: Sequence[Path], library: Path, dry_run: bool = False) -> ImportReport:
    """Imports files and folders; a file that cannot be read is a problem in the report and costs no other file.

    ``dry_run`` writes nothing to the library. Raises DocumentError where not one item comes of ``paths``, with the
    first reason, and OSError where the library cannot be written; sources in use stay as they were.
    """
    findings = _Findings()
    if not dry_run:
        library.mkdir(parents=True, exist_ok=True)
        tidy(library)
    counts: dict[str, int] = {}
    for source in _planned(paths, library, findings):
        drafts = _drafts(source, findings)
        count = _keep(source, drafts, library, dry_run, findings) if drafts else 0
        if count:
            counts[source.name] = count
    if not counts:
        raise _nothing(findings)
    return ImportReport(
        sum(counts.values()),
        tuple(counts),
        tuple(findings.problems),
        tuple(findings.doubtful),
        tuple(findings.left_out),
    )


def remove_source(source: str, library: Path) -> int:
    """Takes an imported source out and returns how many items it had. Raises DocumentError for an unknown name."""
    tidy(library)
    known = sources(library)
    if source not in known:
        names = ", ".join(known) or "none so far"
        raise DocumentError(f"No imported source is called {source!r}", f"one of: {names}", "give one of these names")
    count = len(list((library / source).glob("*.md")))
    remove(library, source)
    return count


def source_name(stem: str) -> str:
    """The name of a source after a file or folder: small letters, digits and hyphens, and no id of the corpus."""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SOURCE_CHARS].strip("-")
    if not slug:
        return "import-" + hashlib.sha256(stem.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug}-import" if len(slug) < 2 or _RESERVED.fullmatch(slug) else slug


def _planned(paths: Iterable[Path], library: Path, findings: _Findings) -> list[_Source]:
    planned: dict[Path, _Source] = {}
    taken: set[str] = set()
    for path in paths:
        try:
            full = path.resolve()
            is_folder = full.is_dir()
            files = _files(full) if is_folder else ((full, str(path)),)
        except (OSError, RuntimeError) as error:  # RuntimeError: links that lead back to themselves
            found = f"cannot be reached ({error})"
            findings.add(UnreadableDocumentError(str(path), 0, found, "a readable file or folder", "check the path"))
            continue
        if full in planned:
            continue
        if full.is_relative_to(library.resolve()):
            findings.add(UnreadableDocumentError(str(path), 0, "is in the library already", "a file from elsewhere"))
        elif not files:
            findings.add(UnreadableDocumentError(str(path), 0, "is a folder without files", "documents in it"))
        else:
            stem = full.name if is_folder else full.stem
            name = _free_name(source_name(stem), taken)
            taken.add(name)
            planned[full] = _Source(name, one_line(re.sub(r"[_-]+", " ", stem))[:80].strip() or name, full, files)
    return list(planned.values())


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free = f"{name[: MAX_SOURCE_CHARS - 4]}-{number}"
        number += 1
    return free


def _files(folder: Path) -> tuple[tuple[Path, str], ...]:
    """All files below a folder but the hidden ones, in order of their paths."""
    found = []
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inner.parts):
            found.append((path, f"{folder.name}/{inner.as_posix()}"))
    return tuple(found)


def _drafts(source: _Source, findings: _Findings) -> list[Draft]:
    drafts: list[Draft] = []
    for path, name in source.files:
        try:
            reading = drafts_of(read_document(path, name))
        except UnreadableDocumentError as error:
            findings.add(error)
            continue
        drafts += reading.drafts
        findings.doubtful += reading.doubtful
        findings.left_out += reading.left_out
        if reading.left_out:
            numbered = sum(note.endswith(NOT_IN_RUN) for note in reading.left_out)
            note = f"{name}: {len(reading.left_out)} passages are in no item, {numbered} of them numbered lines"
            findings.doubtful.append(note)
    return drafts


def _keep(source: _Source, drafts: Sequence[Draft], library: Path, dry_run: bool, findings: _Findings) -> int:
    """Writes the items of a source, checks that each reads back, and puts them in use. Returns how many they are."""
    files = _item_files(source, drafts)
    before = origin(library, source.name)
    if before and before != str(source.path):
        findings.doubtful.append(f"{source.name}: it came from {before} before, its items are replaced")
    with tempfile.TemporaryDirectory() as elsewhere:
        root = Path(elsewhere) if dry_run else library
        staged = stage(root, source.name, files, str(source.path))
        try:
            count = len(files) - _drop_unreadable(staged, source, drafts, findings)
            if count and not dry_run:
                publish(staged, library, source.name)
        finally:
            discard(staged)
    return count


def _item_files(source: _Source, drafts: Sequence[Draft]) -> dict[str, str]:
    width = max(3, len(str(len(drafts))))
    ids = [f"{source.name}-{number:0{width}d}" for number in range(1, len(drafts) + 1)]
    renamed = {draft.former_id: new for draft, new in zip(drafts, ids, strict=True) if draft.former_id}
    return {f"{id}.md": _item_text(id, draft, source.title, renamed) for id, draft in zip(ids, drafts, strict=True)}


def _item_text(id: str, draft: Draft, section: str, renamed: Mapping[str, str]) -> str:
    front: dict[str, Any] = {"id": id, "title": draft.title}
    if draft.question and draft.question != draft.title:
        front["question"] = draft.question
    front |= {"section": section, "kind": "concept", "level": draft.level, "topics": list(draft.topics)}
    if draft.asks:
        front["asks"] = list(draft.asks)
    front |= draft.fields
    for name in ("follow_ups", "related"):
        if name in front:
            front[name] = [kept for link in front[name] if (kept := _relinked(link, renamed))]
    matter = yaml.dump(front, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf)
    return f"---\n{matter}---\n{draft.body}\n"


def _relinked(link: Any, renamed: Mapping[str, str]) -> Any:
    """A link to another item with its new id; nothing where that item is neither of this source nor of the corpus."""
    old = link["item"] if isinstance(link, dict) else link
    new = renamed.get(old) or (old if isinstance(old, str) and _CORPUS_ID.fullmatch(old) else "")
    return {**link, "item": new} if new and isinstance(link, dict) else new


class _Dumper(yaml.SafeDumper):
    """Writes every text in one line, so that no line of the front matter can end it."""


def _one_line_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if "\n" in text else None)


_Dumper.add_representer(str, _one_line_text)


def _drop_unreadable(staged: Path, source: _Source, drafts: Sequence[Draft], findings: _Findings) -> int:
    """Deletes staged items that break the schema, each with a problem, and returns how many they were."""
    dropped = 0
    for path, draft in zip(sorted(staged.glob("*.md")), drafts, strict=True):
        try:
            read_item(path, staged, source.name)
        except CorpusError as error:
            problem = error.problem
            findings.problems.append(FileProblem(f"{source.name}, {draft.place}", 0, problem.found, problem.expected))
            path.unlink()
            dropped += 1
    return dropped


def _nothing(findings: _Findings) -> DocumentError:
    """The reason why no item came: the only error itself, else all problems in one."""
    if len(findings.problems) == 1 and findings.errors:
        return findings.errors[0]
    found = "; ".join(str(problem) for problem in findings.problems[:5]) or "No path was given"
    return DocumentError(f"Nothing could be imported: {found}", "at least one file with text", "mend these files")
