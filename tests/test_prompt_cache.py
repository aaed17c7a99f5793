"""Prompts on disk: found again by their beginning, whole or not at all, whatever a crash has left."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tutor.prompt_cache import PART, SPARE_MIB, STATE, WORDS, PromptCache, file_of, open_cache, room_mib

PROMPTS = {"system", "system, passage A", "system, passage B"}


def _writes(folder: Path, content: bytes = b"state", says: int | None = None) -> Callable[[str], int]:
    def write(name: str) -> int:
        (folder / name).write_bytes(content)
        return len(content) if says is None else says

    return write


@pytest.fixture
def cache(tmp_path: Path) -> PromptCache:
    cache = PromptCache(tmp_path / "kept")
    for prompt in PROMPTS:
        cache.keep(prompt, _writes(cache.folder))
    return cache


def test_the_longest_beginning_of_a_prompt_is_found(cache: PromptCache) -> None:
    assert cache.longest("system, passage B, what is it?") == "system, passage B"
    assert cache.longest("system, passage C, what is it?") == "system"
    assert cache.longest("another system") == ""


def test_what_was_kept_is_found_by_the_next_start(cache: PromptCache) -> None:
    later = PromptCache(cache.folder)
    assert all(prompt in later for prompt in PROMPTS)
    assert (later.folder / file_of("system, passage A")).read_bytes() == b"state"


def test_a_prompt_kept_again_replaces_the_first(cache: PromptCache) -> None:
    cache.keep("system", _writes(cache.folder, b"newer state"))
    assert (cache.folder / file_of("system")).read_bytes() == b"newer state"
    assert cache._kept == PromptCache(cache.folder)._kept == PROMPTS


def test_all_others_are_given_up(cache: PromptCache) -> None:
    cache.keep_only(["system, passage B"])
    assert cache.longest("system, passage A") == ""
    assert sorted(file.suffix for file in cache.folder.iterdir()) == [WORDS, STATE]


def test_a_file_that_was_not_written_whole_is_not_kept(cache: PromptCache) -> None:
    with pytest.raises(OSError, match="not all of it could be written"):
        cache.keep("other", _writes(cache.folder, b"half", says=8))
    assert "other" not in cache
    assert not [file for file in cache.folder.iterdir() if file.suffix == PART]


def test_a_writer_that_fails_leaves_nothing(cache: PromptCache) -> None:
    def fails(name: str) -> int:
        (cache.folder / name).write_bytes(b"half")
        raise RuntimeError("the server is gone")

    with pytest.raises(RuntimeError):
        cache.keep("other", fails)
    assert cache._kept == PromptCache(cache.folder)._kept == PROMPTS
    assert not [file for file in cache.folder.iterdir() if file.suffix == PART]


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: state.unlink(),
        lambda state: state.write_bytes(b"sta"),
        lambda state: state.with_suffix(WORDS).write_bytes(b"\xff{"),
        lambda state: state.with_suffix(WORDS).write_text('{"prompt": "another", "bytes": 5}', encoding="utf-8"),
        lambda state: state.with_suffix(WORDS).write_text("[]", encoding="utf-8"),
        lambda state: state.with_suffix(WORDS).unlink(),
    ],
)
def test_what_is_not_whole_is_not_found_and_the_rest_is(cache: PromptCache, damage: Callable[[Path], object]) -> None:
    damage(cache.folder / file_of("system, passage A"))
    later = PromptCache(cache.folder)
    assert later.longest("system, passage A, what is it?") == "system"
    assert later.longest("system, passage B, what is it?") == "system, passage B"


def test_what_a_dead_process_has_begun_is_removed_and_what_is_being_written_is_not(cache: PromptCache) -> None:
    old, new = cache.folder / f"old{PART}", cache.folder / f"new{PART}"
    orphan = cache.folder / f"0123{STATE}"
    for file in (old, new, orphan):
        file.write_bytes(b"half")
    long_ago = time.time() - 3600
    os.utime(old, (long_ago, long_ago))
    os.utime(orphan, (long_ago, long_ago))
    PromptCache(cache.folder)
    assert [file.exists() for file in (old, orphan, new)] == [False, False, True]


def test_what_another_runtime_has_read_is_removed(tmp_path: Path) -> None:
    older = open_cache(tmp_path / "kept", "model-1")
    older.keep("system", _writes(older.folder))
    newer = open_cache(tmp_path / "kept", "model-2")
    assert "system" not in newer
    assert [folder.name for folder in (tmp_path / "kept").iterdir()] == ["model-2"]


def test_there_is_no_more_room_than_the_disk_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def free(mib: int) -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=mib * 2**20))

    free(SPARE_MIB + 5000)
    assert room_mib(1024, tmp_path / "not" / "there") == 1024
    free(SPARE_MIB + 300)
    assert room_mib(1024, tmp_path) == 300
    free(SPARE_MIB - 300)
    assert room_mib(1024, tmp_path) == 0


def test_what_is_kept_already_counts_as_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = open_cache(tmp_path, "model")
    cache.keep("system", _writes(cache.folder, bytes(2 * 2**20)))
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=(SPARE_MIB + 10) * 2**20))
    assert room_mib(1024, tmp_path) == 12


KEEPS_FOREVER = """
import sys
from pathlib import Path
from tutor.prompt_cache import PromptCache

cache = PromptCache(Path(sys.argv[1]))
number = 0
while True:
    prompt = f"passage {number % 7}"
    content = f"{prompt}, state {number} ".encode() * 5000
    cache.keep(prompt, lambda name: (cache.folder / name).write_bytes(content))
    print(number, flush=True)
    number += 1
"""


def test_whoever_is_killed_while_keeping_leaves_every_prompt_whole_or_not_at_all(tmp_path: Path) -> None:
    chance = random.Random(3)
    for _ in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", KEEPS_FOREVER, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent.parent,
        )
        with child:
            assert child.stdout
            child.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.1))
            child.kill()
        cache = PromptCache(tmp_path)
        assert cache._kept
        for prompt in cache._kept:
            content = (tmp_path / file_of(prompt)).read_bytes()
            first, _, _ = content.partition(b" state ")
            assert first == f"{prompt},".encode()
            assert len(set(content.split(prompt.encode())[1:])) == 1
