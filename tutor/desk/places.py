"""Where an item is published to: over its own file, else the corpus, else the library. Writes files in one step.

What a file held is kept beside it until it is settled, so that it can be put back on a full disk too. Knows folders;
nothing of what the files hold.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from tutor.corpus import EXERCISE_FILE, FOLDERS, read_item
from tutor.desk.item_drafts import Checked
from tutor.durable import sync
from tutor.errors import CorpusError, IngestError
from tutor.folders import corpus_folder
from tutor.settings import Settings

SOURCE = "trainers"
"""The library's folder of what was written at the desk."""


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


def used_ids(settings: Settings) -> set[str]:
    """The ids that names of files in corpus and libraries can stand for, whatever is in the files."""
    roots = [*(settings.corpus / name for name in FOLDERS), *settings.library.glob("*")]
    names = [path.stem for root in roots for path in root.glob("*.md")]
    names += [path.parent.name for root in roots for path in root.glob(f"*/{EXERCISE_FILE}")]
    return {id for name in names for id in accumulate(name.lower().split("-"), "{}-{}".format)}


def place_for(settings: Settings, checked: Checked, began_from: str | None) -> Place:
    """Where the draft goes. ``began_from`` is the text that its item's file had when the draft began, None for a new
    item. Raises IngestError where the file has another text now, or cannot be replaced."""
    place = _place(settings, checked)
    if read_text(place.file) == began_from:
        return place
    if began_from is None:
        raise IngestError(
            f"{place.file} is there already, and this is a draft of a new item",
            "an id that is free",
            "discard the draft and make a new one, or make a draft that changes this item",
        )
    raise IngestError(
        f"{place.file} was changed since this draft began",
        "the text that the draft began from",
        "keep your words, discard the draft, and make a new one that changes this item",
    )


def _place(settings: Settings, checked: Checked) -> Place:
    existing = current_file(settings, checked.item.id)
    if existing is not None:
        return _over(existing, settings, checked)
    folder = settings.corpus / corpus_folder(checked.item.kind)
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
    """None where there is no such file. Raises IngestError where it cannot be read."""
    try:
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IngestError(f"{file} cannot be read ({error.strerror})", "a file that can be read") from error


def put(file: Path, text: str | None) -> None:
    """Replaces ``file`` in one step, or takes it away where ``text`` is None; kept on the disk once this returns.

    What it held is kept beside it until ``settle``. Where that or the new text finds no room, it stays as it is.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    before = read_text(file)
    if text != before:
        try:
            if before is not None:
                _write(_kept(file), before)
            if text is not None:
                _write(_coming(file), text)
                _coming(file).replace(file)
            else:
                file.unlink()
        except OSError:
            settle(file)
            raise
    sync(file.parent)


def put_back(file: Path, text: str | None) -> None:
    """Gives ``file`` the ``text`` of before; where ``put`` replaced that, it needs no room on the disk."""
    if text != read_text(file):
        if text is None:
            file.unlink()
        else:
            if text != read_text(_kept(file)):
                _write(_kept(file), text)
            _kept(file).replace(file)
        sync(file.parent)
    settle(file)


def settle(file: Path) -> None:
    """Takes away what stands beside ``file``: it holds what it is to hold."""
    _kept(file).unlink(missing_ok=True)
    _coming(file).unlink(missing_ok=True)


def _kept(file: Path) -> Path:
    return file.with_name(f".{file.name}.old")


def _coming(file: Path) -> Path:
    return file.with_name(f".{file.name}.new")


def _write(file: Path, text: str) -> None:
    with file.open("wb") as out:
        out.write(text.encode("utf-8", "surrogateescape"))
        out.flush()
        os.fsync(out.fileno())
