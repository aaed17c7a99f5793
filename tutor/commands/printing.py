"""What commands show on a terminal: a progress bar, and text of strangers without what would control the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from tqdm import tqdm


@contextmanager
def bar(unit: str, scale: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error that changes its name with the work."""
    bars: dict[str, tqdm[NoReturn]] = {}

    def progress(what: str, done: int, total: int) -> None:
        if what not in bars:
            close()
            bars[what] = tqdm(total=total, unit=unit, unit_scale=scale, desc=what, file=sys.stderr, mininterval=0.3)
        bars[what].update(done - bars[what].n)

    def close() -> None:
        for bar in bars.values():
            bar.close()

    try:
        yield progress
    finally:
        close()


def printable(text: str) -> str:
    """Text of a stranger's program for a terminal: without the characters that control it."""
    return "".join(each if each.isprintable() or each == "\n" else "�" for each in text)
