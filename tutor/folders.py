"""The folders that items come from, by names like ``corpus/questions``, and which of them are suddenly empty.

Knows the names of item files; nothing of what they hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tutor.corpus import EXERCISE_FILE
from tutor.records import Item, Kind
from tutor.settings import Settings

_FOLDERS = {"concept": "questions", "scenario": "questions", "coding": "coding"}


def emptied(settings: Settings, items: Iterable[Item]) -> dict[str, list[Item]]:
    """The folders of ``items`` that hold no item file any more, with those that came from each."""
    by_folder: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_folder[_folder(item)].append(item)
    return {name: those for name, those in sorted(by_folder.items()) if not _has_files(_path(settings, name))}


def corpus_folder(kind: Kind) -> str:
    """The name of the corpus's folder for items of a kind."""
    return _FOLDERS.get(kind, kind)


def folder_of(settings: Settings, file: Path) -> str:
    """The folder of an item's file."""
    return f"{'corpus' if file.is_relative_to(settings.corpus) else 'library'}/{file.parent.name}"


def _folder(item: Item) -> str:
    return f"corpus/{corpus_folder(item.kind)}" if item.source == "corpus" else f"library/{item.source}"


def _path(settings: Settings, folder: str) -> Path:
    root, _, name = folder.partition("/")
    return (settings.corpus if root == "corpus" else settings.library) / name


def _has_files(folder: Path) -> bool:
    try:
        return any(folder.glob("*.md")) or any(folder.glob(f"*/{EXERCISE_FILE}"))
    except OSError:
        return False
