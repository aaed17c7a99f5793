"""Has the chat model read the passages before anyone asks.

A runtime that keeps what it made of a prompt answers about a passage it has read 10 times sooner. Passages are read in
idle time, a little at a time, because a request cannot be called back once it is under way: between two steps a
person's question goes first. What is kept needs room on the disk, so only as many are read as there is room for, those
that are asked for most before the others; a later start finds them. Only the first passage of a prompt is served from
what is kept: of two items that are compared the second is read anew. Knows nothing of questions or answers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from tutor.prompts import fixed_prompts, warming_prompts
from tutor.records import Item

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

IDLE_SECONDS = 3.0
"""How long nobody must have asked before reading goes on."""

BYTES_A_TOKEN = 28_672
"""What the default chat model keeps of a token: keys and values of 2 heads of 128 numbers of 2 bytes, in 28 layers."""

CHARACTERS_A_TOKEN = 4.3
"""Of the corpus's passages, with the marks of the chat template counted in."""

_LOG = logging.getLogger(__name__)


class Reader(Protocol):
    """A chat model that can be told to keep what it reads; the embedded one is one. ``room_mib`` is the disk space
    that it has for that."""

    @property
    def room_mib(self) -> int: ...

    def keeps(self, prompt: Sequence[BaseMessage], /) -> bool: ...

    def read(self, prompt: Sequence[BaseMessage], /) -> None: ...

    def keep(self, prompt: Sequence[BaseMessage], /) -> None: ...

    def keep_only(self, prompts: Sequence[Sequence[BaseMessage]], /) -> None: ...


class Warming:
    """Which passages a chat model has read, and the reading of the others while nobody asks."""

    def __init__(self, model: Reader) -> None:
        self._model = model
        self._asked_for: Counter[str] = Counter()
        self._asking = 0
        self._last_asked = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def asking(self) -> int:
        """How many people are being answered now, or wait."""
        return self._asking

    def stop(self) -> None:
        """Ends the reading after the step that is under way."""
        self._stopped.set()

    def has_read(self, item: Item) -> bool:
        return self._model.keeps(_whole(item))

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

    def read_only(self, items: Sequence[Item]) -> None:
        """Reads ``items`` as ``read_all`` does, and gives up what is kept of others."""
        chosen = self._with_room(items)
        self._model.keep_only([*fixed_prompts(), *map(_whole, chosen)])
        self._read(chosen)

    def read_all(self, items: Sequence[Item]) -> None:
        """Reads what all prompts begin with, then the passages that were not read yet and that there is room for, those
        asked for most before the others.

        Returns when done, stopped, or when the model fails.
        """
        self._read(self._with_room(items))

    def _read(self, items: Sequence[Item]) -> None:
        try:
            for act, prompt in self._work(items):
                if not self._is_idle():
                    return
                act(prompt)
        except Exception:  # each engine raises its own kinds; without warming the tutor only is slower
            _LOG.warning("the chat model stopped reading passages ahead", exc_info=True)

    def _work(self, items: Sequence[Item]) -> Iterator[tuple[Callable[[list[BaseMessage]], None], list[BaseMessage]]]:
        """What is left to read, a step at a time: each passage longer and longer, and kept when it is whole."""
        fixed = [[prompt] for prompt in fixed_prompts()] if items else []
        for *steps, whole in (*fixed, *map(warming_prompts, items)):
            if not self._model.keeps(whole):
                yield from ((self._model.read, prompt) for prompt in steps)
                yield self._model.keep, whole

    def _with_room(self, items: Sequence[Item]) -> list[Item]:
        room, chosen = self._model.room_mib * 2**20 - sum(map(_prompt_bytes, fixed_prompts())), []
        for item in sorted(items, key=lambda item: -self._asked_for[item.id]):
            room -= kept_bytes(item)
            if room < 0:
                break
            chosen.append(item)
        if len(chosen) < len(items):
            _LOG.info("There is room to read %d of %d passages ahead.", len(chosen), len(items))
        return chosen

    def _is_idle(self) -> bool:
        """Waits until nobody asks. False where the reading was stopped meanwhile."""
        while self._asking or time.monotonic() - self._last_asked < IDLE_SECONDS:
            if self._stopped.wait(0.1):
                return False
        return not self._stopped.is_set()


def kept_bytes(item: Item) -> int:
    """About what a runtime needs to keep the passage of ``item`` with what stands before it."""
    return _prompt_bytes(_whole(item))


def _prompt_bytes(prompt: Sequence[BaseMessage]) -> int:
    return round(sum(len(str(message.content)) for message in prompt) / CHARACTERS_A_TOKEN * BYTES_A_TOKEN)


def _whole(item: Item) -> list[BaseMessage]:
    return list(warming_prompts(item))[-1]
