"""Has the chat model read the passages before anyone asks.

A runtime that keeps earlier prompts answers about a passage it has read 10 times sooner. Passages are read in idle
time, a little at a time, because a request cannot be called back once it is under way: between two steps a person's
question goes first. Knows nothing of questions or answers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tutor.prompts import warming_prompts
from tutor.records import Item

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

IDLE_SECONDS = 3.0
"""How long nobody must have asked before reading goes on."""

_LOG = logging.getLogger(__name__)


class Warming:
    """Which passages a chat model has read, and the reading of the others while nobody asks."""

    def __init__(self, model: BaseChatModel) -> None:
        self._model = model
        self._read: set[str] = set()
        self._asking = 0
        self._last_asked = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Ends the reading after the step that is under way."""
        self._stopped.set()

    def has_read(self, item: Item) -> bool:
        return item.digest in self._read

    def mark_read(self, item: Item) -> None:
        self._read.add(item.digest)

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
        """Reads every passage that was not read yet; returns when done, stopped, or when the model fails."""
        for item in items:
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

    def _wait_for_idle(self) -> None:
        while self._asking or time.monotonic() - self._last_asked < IDLE_SECONDS:
            if self._stopped.wait(0.1):
                return
