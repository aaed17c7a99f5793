"""Has the chat model read the passages before anyone asks.

A runtime that keeps earlier prompts answers about a passage it has read 10 times sooner. Passages are read in idle
time, a little at a time, because a request cannot be called back once it is under way: between two steps a person's
question goes first. What is kept needs memory, so only as many are read as there is room for, those that are asked
for most before the others. Only the first passage of a prompt is served from what is kept: of two items that are
compared the second is read anew. Knows nothing of questions or answers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tutor.prompts import warming_prompts
from tutor.records import Item

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

IDLE_SECONDS = 3.0
"""How long nobody must have asked before reading goes on."""

ROOM_MIB = 1024
"""Memory for passages that were read: enough for the corpus."""

BYTES_A_TOKEN = 28_672
"""What the default chat model keeps of a token: keys and values of 2 heads of 128 numbers of 2 bytes, in 28 layers."""

CHARACTERS_A_TOKEN = 4.5

_LOG = logging.getLogger(__name__)


class Warming:
    """Which passages a chat model has read, and the reading of the others while nobody asks.

    ``room_mib`` is the memory that its runtime has for them; with none, nothing is read ahead.
    """

    def __init__(self, model: BaseChatModel, room_mib: int = ROOM_MIB) -> None:
        self._model = model
        self._room = room_mib * 2**20
        self._read: dict[str, int] = {}
        self._asked_for: Counter[str] = Counter()
        self._asking = 0
        self._last_asked = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def asking(self) -> int:
        """How many people are being answered now, or wait."""
        return self._asking

    @property
    def count(self) -> int:
        """How many passages are kept."""
        return len(self._read)

    def stop(self) -> None:
        """Ends the reading after the step that is under way."""
        self._stopped.set()

    def has_read(self, item: Item) -> bool:
        return item.digest in self._read

    def mark_read(self, item: Item) -> None:
        """From now on it counts as kept; where the room is full, the runtime gives up what it has read longest ago."""
        with self._lock:
            self._read[item.digest] = kept_bytes(item)
            while sum(self._read.values()) > self._room:
                del self._read[next(iter(self._read))]

    def note_asked(self, counts: Mapping[str, int]) -> None:
        """Adds to how often the items with these ids were asked for."""
        with self._lock:
            self._asked_for.update(counts)

    @contextmanager
    def person_asks(self) -> Iterator[None]:
        """Reading waits while a person is being answered, and a little longer."""
        with self._lock:
            self._asking += 1
        try:
            yield
        finally:
            with self._lock:
                self._asking -= 1
                self._last_asked = time.monotonic()

    def read_all(self, items: Sequence[Item]) -> None:
        """Reads the passages that were not read yet and that there is room for, those asked for most before the others.

        Returns when done, stopped, or when the model fails.
        """
        chosen = self._with_room(items)
        if len(chosen) < len(items):
            _LOG.info("There is room to read %d of %d passages ahead.", len(chosen), len(items))
        for item in chosen:
            if self.has_read(item):
                continue
            for prompt in warming_prompts(item):
                self._wait_for_idle()
                if self._stopped.is_set():
                    return
                try:
                    self._model.invoke(prompt, max_tokens=1)
                except Exception:  # each engine raises its own kinds; without warming the tutor only is slower
                    _LOG.warning("the chat model stopped reading passages ahead", exc_info=True)
                    return
            self.mark_read(item)

    def _with_room(self, items: Sequence[Item]) -> list[Item]:
        room, chosen = self._room, []
        for item in sorted(items, key=lambda item: -self._asked_for[item.id]):
            room -= kept_bytes(item)
            if room < 0:
                break
            chosen.append(item)
        return chosen

    def _wait_for_idle(self) -> None:
        while self._asking or time.monotonic() - self._last_asked < IDLE_SECONDS:
            if self._stopped.wait(0.1):
                return


def kept_bytes(item: Item) -> int:
    """About what a runtime needs to keep the passage of ``item`` with what stands before it."""
    whole: list[BaseMessage] = list(warming_prompts(item))[-1]
    return round(sum(len(str(message.content)) for message in whole) / CHARACTERS_A_TOKEN * BYTES_A_TOKEN)
