"""Who may run a program now: so many at once, the others in a queue, and so many a minute for one user."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from tutor.errors import SandboxError


class Turnstile:
    """``at_once`` may pass together, ``waiting`` may queue behind them, one user passes ``per_minute`` times."""

    def __init__(self, at_once: int, waiting: int, per_minute: int) -> None:
        self._slots, self._most = threading.Semaphore(at_once), at_once + waiting
        self._per_minute = per_minute
        self._lock = threading.Lock()
        self._inside = 0
        self._passed: defaultdict[str, deque[float]] = defaultdict(deque)

    def count(self, user: str) -> None:
        """Notes a submission of ``user``. Raises SandboxError where there were too many in the last minute."""
        now = time.monotonic()
        with self._lock:
            for name in [name for name, times in self._passed.items() if times[-1] < now - 60]:
                del self._passed[name]
            times = self._passed[user]
            while times and times[0] < now - 60:
                times.popleft()
            if len(times) >= self._per_minute:
                wait = max(1, round(60 - (now - times[0])))
                raise SandboxError(
                    f"You have run {self._per_minute} programs in the last minute", mend=f"wait {wait} seconds"
                )
            times.append(now)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for a slot and holds it. Raises SandboxError where too many wait already."""
        with self._lock:
            if self._inside >= self._most:
                raise SandboxError(f"{self._inside} programs are waiting to be run", mend="try again in a minute")
            self._inside += 1
        try:
            with self._slots:
                yield
        finally:
            with self._lock:
                self._inside -= 1
