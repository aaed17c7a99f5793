"""How far a command is, shown on a terminal."""

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
        for shown in bars.values():
            shown.close()

    try:
        yield progress
    finally:
        close()
