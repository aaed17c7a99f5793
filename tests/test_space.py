"""How much memory the machine has left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.space import available_mib


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
