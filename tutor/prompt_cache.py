"""Prompts that the embedded chat model has read, kept on disk: a prompt that begins as one of them need not be read.

What a runtime has made of a prompt lies in one file, beside a small one that holds the prompt's words. A folder belongs
to one model and one version of the runtime, because another's files mean nothing to it. Knows nothing of what a
prompt says, or of how a runtime writes and reads its files.
"""

from __future__ import annotations

import errno
import hashlib
import json
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

from tutor.durable import sync
from tutor.space import free_bytes

STATE, WORDS, PART = ".state", ".json", ".part"
PART_SECONDS = 60.0
"""After this a file that was begun belongs to a process that died."""

SPARE_MIB = 1024
"""Disk space that is left to others."""


class PromptCache:
    """The prompts kept in ``folder``, which is made. Safe to share between threads; another process may write the same
    folder. Raises OSError where the folder cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._kept = _read(folder)

    def __contains__(self, prompt: str) -> bool:
        return prompt in self._kept

    def longest(self, prompt: str) -> str:
        """The longest kept one that ``prompt`` begins with, "" where there is none."""
        return max((kept for kept in self._kept if prompt.startswith(kept)), key=len, default="")

    def keep(self, prompt: str, write: Callable[[str], int]) -> None:
        """Keeps for ``prompt`` what ``write`` puts into the file in the folder whose name it is given; it returns the
        bytes. A crash at any moment leaves it kept whole or not at all. Raises OSError where not all was written."""
        state, part = self.folder / file_of(prompt), self.folder / f"{secrets.token_hex(8)}{PART}"
        words = part.with_suffix(f"{WORDS}{PART}")
        try:
            size = write(part.name)
            _sync_whole(part, size)
            part.replace(state)
            text = json.dumps({"prompt": prompt, "bytes": size})
            words.write_text(text, encoding="utf-8")
            _sync_whole(words, len(text))
            words.replace(state.with_suffix(WORDS))
        finally:
            part.unlink(missing_ok=True)
            words.unlink(missing_ok=True)
        with self._lock:
            self._kept |= {prompt}

    def drop(self, prompt: str) -> None:
        with self._lock:
            self._kept -= {prompt}
        state = self.folder / file_of(prompt)
        state.with_suffix(WORDS).unlink(missing_ok=True)
        state.unlink(missing_ok=True)

    def keep_only(self, prompts: Collection[str]) -> None:
        """Gives up all others."""
        for prompt in self._kept - set(prompts):
            self.drop(prompt)


def file_of(prompt: str) -> str:
    """The name of the file for a prompt."""
    return hashlib.sha256(prompt.encode()).hexdigest()[:32] + STATE


def open_cache(parent: Path, runtime: str) -> PromptCache:
    """The prompts that ``runtime`` has read, in a folder of that name below ``parent``. Those of other runtimes are
    removed. Raises OSError where the folder cannot be used."""
    if parent.is_dir():
        for other in parent.iterdir():
            if other.name != runtime:
                shutil.rmtree(other, ignore_errors=True)
    return PromptCache(parent / runtime)


def room_mib(asked_mib: int, parent: Path) -> int:
    """As much disk space as was asked for, but no more than there is."""
    free = (free_bytes(parent) + sum(kept_sizes(parent))) // 2**20
    return max(0, min(asked_mib, free - SPARE_MIB))


def kept_sizes(parent: Path) -> list[int]:
    """The bytes of each prompt that is kept below ``parent``, by whatever runtime."""
    return [file.stat().st_size for file in parent.glob(f"*/*{STATE}")]


def _read(folder: Path) -> frozenset[str]:
    """The kept prompts. What a crash has left is removed."""
    kept: set[str] = set()
    for words in folder.glob(f"*{WORDS}"):
        state = words.with_suffix(STATE)
        try:
            found = json.loads(words.read_text(encoding="utf-8"))
            prompt, size = str(found["prompt"]), int(found["bytes"])
            is_whole = state.name == file_of(prompt) and state.stat().st_size == size
        except (OSError, ValueError, KeyError, TypeError):
            is_whole = False
        if is_whole:
            kept.add(prompt)
        else:
            words.unlink(missing_ok=True)
    for state in folder.glob(f"*{STATE}"):
        if not state.with_suffix(WORDS).exists() and _is_old(state):
            state.unlink(missing_ok=True)
    for part in folder.glob(f"*{PART}"):
        if _is_old(part):
            part.unlink(missing_ok=True)
    return frozenset(kept)


def _is_old(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime > PART_SECONDS
    except OSError:
        return False


def _sync_whole(file: Path, size: int) -> None:
    sync(file)
    if file.stat().st_size != size:
        raise OSError(errno.ENOSPC, "not all of it could be written", str(file))
