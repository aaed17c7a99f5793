"""Memory for what the chat model reads: as much as was asked for, no more than the machine has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.memory import MODEL_MIB, available_mib, room_mib


@pytest.mark.parametrize(
    ("asked", "available", "room"),
    [
        (1024, None, 1024),
        (1024, MODEL_MIB + 8000, 1024),
        (1024, MODEL_MIB + 300, 300),
        (1024, MODEL_MIB - 300, 0),
        (0, MODEL_MIB + 8000, 0),
    ],
)
def test_no_more_than_asked_for_and_no_more_than_is_left(asked: int, available: int | None, room: int) -> None:
    assert room_mib(asked, available) == room


@pytest.mark.parametrize(
    ("content", "found"),
    [("MemTotal: 9 kB\nMemAvailable:  2048000 kB\n", 2000), ("MemTotal: 9 kB\n", None), ("MemAvailable: x", None)],
)
def test_what_is_left_is_read_from_the_system(tmp_path: Path, content: str, found: int | None) -> None:
    path = tmp_path / "meminfo"
    path.write_text(content, encoding="ascii")
    assert available_mib(path) == found


def test_a_system_without_the_file_says_nothing(tmp_path: Path) -> None:
    assert available_mib(tmp_path / "none") is None
