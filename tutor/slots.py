"""The places of a model's server in which requests are answered side by side, given out in the order of asking.

A slot still holds the prompt it read last, so a request is given the one that holds most of its prompt. Knows nothing
of servers or of what a prompt says.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile


@dataclass(frozen=True)
class Slot:
    """``number`` counts from 0. ``shared`` says how many characters of the prompt it holds already."""

    number: int
    shared: int


class Slots:
    """Safe to share between threads."""

    def __init__(self, count: int) -> None:
        self._free = dict.fromkeys(range(count), "")
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def lease(self, prompt: str) -> Iterator[Slot]:
        """A slot for the time in which ``prompt`` is read and answered; waits for those who asked before."""
        slot = self._take(prompt)
        holds = ""  # of a request that was broken off nobody knows how much was read
        try:
            yield slot
            holds = prompt
        finally:
            with self._changed:
                self._free[slot.number] = holds
                self._changed.notify_all()

    def _take(self, prompt: str) -> Slot:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: bool(self._free) and self._waiting[0] is ticket)
                shared = {number: _shared(held, prompt) for number, held in self._free.items()}
                number = max(shared, key=lambda each: shared[each])
                del self._free[number]
                return Slot(number, shared[number])
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()


def _shared(held: str, prompt: str) -> int:
    """How many characters two prompts begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(held, prompt, strict=False)))
