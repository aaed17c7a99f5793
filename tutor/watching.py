"""Keeps the index up to date while somebody edits: looks at the item files twice a second and ingests what changed.

Looking instead of listening works on every file system and when a folder goes away and comes back. Knows files and the
desk's update of the index; nothing of pages.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from langchain_core.embeddings import Embeddings

from tutor.corpus import EXERCISE_FILES, FOLDERS
from tutor.desk.updating import update_index
from tutor.errors import TutorError
from tutor.settings import Settings
from tutor.store.database import Database

LOOK_SECONDS = 0.5
LOOK_SHARE = 20
"""Between two looks passes at least this many times what a look takes."""

AGAIN_SECONDS = 5.0
"""After an update that was refused or failed it is tried again, in case the reason went away."""

Seen = frozenset[tuple[str, int, int, int]]
"""Path, inode, size and time of change (ns) of every item file."""


def watch(
    settings: Settings, embedder: Embeddings, database: Database, say: Callable[[str], None], stop: threading.Event
) -> None:
    """Brings the index up to date now and after every change of a file, until ``stop`` is set.

    ``say`` hears a sentence about each update and each refused file. A change waits until nothing changed for one
    look, so that what is written in several steps is read once. Raises nothing of the tutor's own errors.
    """
    done: Seen | None = None
    failed_at = 0.0
    while not stop.is_set():
        started = time.monotonic()
        seen = look(settings)
        pause = max(LOOK_SECONDS, LOOK_SHARE * (time.monotonic() - started))
        if seen != done or (failed_at and started - failed_at >= AGAIN_SECONDS):
            if stop.wait(pause / 2):
                return
            if look(settings) != seen:
                continue
            is_new, done = seen != done, seen
            failed_at = 0.0 if _update(settings, embedder, database, say, is_new) else time.monotonic()
        stop.wait(pause)


def look(settings: Settings) -> Seen:
    """What the item files are like now; what cannot be read is not there."""
    seen = set()
    for folder in (*(settings.corpus / name for name in FOLDERS), *_libraries(settings.library)):
        for pattern in ("*.md", *(f"*/{name}" for name in EXERCISE_FILES)):
            for path in folder.glob(pattern):
                try:
                    found = path.stat()
                except OSError:
                    continue
                seen.add((str(path), found.st_ino, found.st_size, found.st_mtime_ns))
    return frozenset(seen)


def _libraries(library: Path) -> list[Path]:
    try:
        return [path for path in library.iterdir() if path.is_dir() and not path.name.startswith(".")]
    except OSError:
        return []


def _update(
    settings: Settings, embedder: Embeddings, database: Database, say: Callable[[str], None], is_new: bool
) -> bool:
    """Whether the update was done. The same failure is said once, not at every new try."""
    try:
        report = update_index(settings, embedder, database, "watch")
    except TutorError as error:
        if is_new:
            say(str(error))
        return False
    for problem in report.errors:
        say(f"refused, the old item stays: {problem}")
    if report.added or report.updated or report.removed:
        say(f"{report.added} added, {report.updated} updated, {report.removed} removed, {report.seconds:.1f} s")
    return True
