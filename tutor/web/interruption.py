"""Makes a blocking stream one that can be stopped at once, even while it waits for a slow model.

A thread pulls; the reader waits on a queue that ``stop`` also writes to. Knows nothing of what flows through.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from typing import TypeVar

T = TypeVar("T")


class Interruption:
    """Stops the streams that are read through it."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._waiting: queue.SimpleQueue[object] = queue.SimpleQueue()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        self._stopped.set()
        self._waiting.put(_End(None))

    def read(self, stream: Iterator[T]) -> Generator[T, None, None]:
        """The elements of ``stream`` until it ends or ``stop`` is called. Raises what the stream raises.

        After a stop, or when the reader goes away, the stream is closed as soon as it yields again.
        """
        threading.Thread(target=self._pull, args=(stream,), name="answer", daemon=True).start()
        try:
            while not self.stopped:
                got = self._waiting.get()
                if isinstance(got, _End):
                    if got.error and not self.stopped:
                        raise got.error
                    return
                yield got  # type: ignore[misc]
        finally:
            self._stopped.set()

    def _pull(self, stream: Iterator[T]) -> None:
        error: BaseException | None = None
        try:
            for element in stream:
                if self.stopped:
                    break
                self._waiting.put(element)
        except BaseException as raised:
            error = raised
        finally:
            if isinstance(stream, Generator):
                stream.close()
            self._waiting.put(_End(error))


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error
