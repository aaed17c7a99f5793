"""Keeps the folder of imported items, one folder a source, each replaced and removed as a whole.

A source is written beside the one in use and put in its place in one step, so a crash leaves the old or the new one.
Knows nothing of what the files hold. One process at a time: the caller holds the lock of ingestion.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from tutor.durable import sync

_LEFTOVER = re.compile(r"\.(?P<source>.+)\.(?P<what>new|old)$")
_ORIGIN = ".origin"
_SWAP = 2
"""RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS."""
_HERE = -100
"""AT_FDCWD of Linux: paths are relative to the working folder."""


def sources(library: Path) -> tuple[str, ...]:
    """The names of the imported sources, sorted."""
    if not library.is_dir():
        return ()
    return tuple(sorted(path.name for path in library.iterdir() if path.is_dir() and not path.name.startswith(".")))


def origin(library: Path, source: str) -> str:
    """The path a source was imported from, as far as it is known."""
    try:
        return (library / source / _ORIGIN).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def stage(library: Path, source: str, files: Mapping[str, str], came_from: str) -> Path:
    """Writes ``files`` (name to text) to a folder beside the source's own and returns it; nothing is in use yet."""
    staged = library / f".{source}.new"
    _delete(staged)
    staged.mkdir(parents=True)
    try:
        for name, text in {**files, _ORIGIN: came_from}.items():
            with (staged / name).open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        sync(staged)
    except OSError:
        _delete(staged)
        raise
    return staged


def publish(staged: Path, library: Path, source: str) -> None:
    """Puts a staged folder in the place of the source's own and deletes what was there."""
    target = library / source
    if not os.path.lexists(target):
        staged.rename(target)
        sync(library)
        return
    if swapped(staged, target):
        sync(library)
        _delete(staged)
        return
    aside = library / f".{source}.old"
    _delete(aside)
    target.rename(aside)
    staged.rename(target)
    sync(library)
    _delete(aside)


def remove(library: Path, source: str) -> None:
    """Takes a source out: it is gone in one step, its files then follow."""
    staged = library / f".{source}.new"
    _delete(staged)
    (library / source).rename(staged)
    sync(library)
    _delete(staged)


def discard(staged: Path) -> None:
    """Deletes a staged folder that is not to be published."""
    _delete(staged)


def tidy(library: Path) -> None:
    """Clears what a crash left: the half-written is deleted, a source that was set aside comes back."""
    for path in sorted(library.iterdir()) if library.is_dir() else []:
        leftover = _LEFTOVER.fullmatch(path.name)
        if not leftover:
            continue
        target = library / leftover["source"]
        if leftover["what"] == "old" and not os.path.lexists(target):
            path.rename(target)
        else:
            _delete(path)


def swapped(one: Path, other: Path) -> bool:
    """Exchanges two folders in one step. False, and nothing done, where the system or the file system cannot."""
    if os.name != "posix":
        return False
    system = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            return bool(system.renamex_np(first, second, _SWAP) == 0)
        return bool(system.renameat2(_HERE, first, _HERE, second, _SWAP) == 0)
    except AttributeError:
        return False


def _delete(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
