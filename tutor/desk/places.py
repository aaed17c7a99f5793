"""Where an item is published to: over its own file, else the corpus, else the library. Writes files in one step.

Knows folders; nothing of what the files hold.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tutor.corpus import EXERCISE_FILE, FOLDERS, read_item
from tutor.desk.item_drafts import Checked
from tutor.errors import CorpusError, IngestError
from tutor.settings import Settings

SOURCE = "trainers"
"""The library's folder of what was written at the desk."""

_FOLDERS = {"mcq": "mcq", "guide": "guide", "faq": "faq"}


@dataclass(frozen=True)
class Place:
    """A file to publish to. ``why`` is a sentence for the trainer."""

    file: Path
    why: str


def current_file(settings: Settings, item_id: str) -> Path | None:
    """The file of an item that is there already. Only files whose names begin with the id can hold it."""
    libraries = [(path, path.name) for path in sorted(settings.library.glob("*")) if not path.name.startswith(".")]
    for folder, source in [*((settings.corpus / name, "corpus") for name in FOLDERS), *libraries]:
        for path in [*folder.glob(f"{item_id}*.md"), *folder.glob(f"{item_id}*/{EXERCISE_FILE}")]:
            try:
                found = read_item(path, folder, source).id
            except CorpusError:
                continue
            if found == item_id:
                return path
    return None


def place_for(settings: Settings, checked: Checked) -> Place:
    """Where the draft goes. Raises IngestError where its item's own file cannot be replaced."""
    existing = current_file(settings, checked.item.id)
    if existing is not None:
        return _over(existing, settings, checked)
    folder = settings.corpus / _FOLDERS.get(checked.item.kind, "questions")
    shelf = settings.library / SOURCE / f"{checked.item.id}.md"
    if not checked.is_curated:
        return Place(shelf, f"To the library, because for the corpus it is short of something: {checked.short_of}.")
    if not can_write(folder):
        return Place(shelf, f"To the library, because {folder} cannot be written.")
    return Place(folder / f"{checked.item.id}.md", "To the corpus: it fulfils the schema of a curated item.")


def _over(existing: Path, settings: Settings, checked: Checked) -> Place:
    in_corpus = existing.is_relative_to(settings.corpus)
    if in_corpus and not checked.is_curated:
        raise IngestError(
            f"An item of the corpus would be short of something: {checked.short_of}", "a curated item", "add it"
        )
    if not can_write(existing.parent):
        raise IngestError(
            f"{existing.parent} cannot be written, and it holds the item {checked.item.id}",
            "a folder that can be written",
            f"chmod u+w {existing.parent}, or answer in a draft of a new item, which goes to the library",
        )
    return Place(existing, f"Over its own file in the {'corpus' if in_corpus else 'library'}.")


def can_write(folder: Path) -> bool:
    """Whether a file can be made in ``folder``; tried, because rights alone do not tell of a read-only disk."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def read_text(file: Path) -> str | None:
    """None where there is no such file."""
    try:
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None


def put(file: Path, text: str | None) -> None:
    """Replaces ``file`` in one step, or takes it away where ``text`` is None; kept on the disk once this returns."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        file.unlink(missing_ok=True)
    else:
        beside = file.with_name(f".{file.name}.new")
        with beside.open("wb") as out:
            out.write(text.encode("utf-8", "surrogateescape"))
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
