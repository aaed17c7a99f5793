"""A turn that is being answered on a thread of its own, so that a page that goes away does not end it.

Any number of pages watch it; one that comes late sees what there is and goes on from there. Knows how a turn is shown
and nothing of how it is made or kept.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace

from tutor.web.interruption import Interruption
from tutor.web.turns import ShownTurn

_LOG = logging.getLogger(__name__)
Turns = Generator[ShownTurn, None, None]


def failed(turn: ShownTurn, error: Exception) -> ShownTurn:
    """The turn after a bug: nothing of its message is shown."""
    _LOG.error("The tutor failed on a question", exc_info=error)
    words = f"The tutor failed inside ({type(error).__name__}); the question is kept. Try it again."
    return replace(turn, error=words)


class RunningTurn:
    """``interruption`` stops the stream; ``over`` says that nothing more comes."""

    def __init__(self, turn: ShownTurn) -> None:
        self.interruption = Interruption()
        self._shown = [turn]
        self._over = False
        self._news = threading.Condition()

    @property
    def over(self) -> bool:
        return self._over

    def stop(self) -> None:
        self.interruption.stop()

    def start(self, turns: Turns, ended: Callable[[], None]) -> None:
        """Runs ``turns`` to their end in the background, then calls ``ended``."""
        threading.Thread(target=self._run, args=(turns, ended), name="turn", daemon=True).start()

    def watch(self, first: int = -1) -> Iterator[ShownTurn]:
        """The turn as it was after ``first`` changes, -1 for now, then each of its changes until its end."""
        place = len(self._shown) - 1 if first < 0 else first
        while True:
            with self._news:
                while place >= len(self._shown):
                    if self._over:
                        return
                    self._news.wait()
            yield self._shown[place]
            place += 1

    def _run(self, turns: Turns, ended: Callable[[], None]) -> None:
        try:
            with closing(turns):
                for turn in turns:
                    self._show(turn)
        except Exception as error:
            self._show(failed(self._shown[-1], error))
        finally:
            ended()
            with self._news:
                self._over = True
                self._news.notify_all()

    def _show(self, turn: ShownTurn) -> None:
        with self._news:
            self._shown.append(turn)
            self._news.notify_all()


class RunningTurns:
    """The kept turns that are being answered now, by their ids: the one thing that pages of a tutor share."""

    def __init__(self) -> None:
        self._running: dict[str, RunningTurn] = {}
        self._lock = threading.Lock()

    def get(self, id: str) -> RunningTurn | None:
        with self._lock:
            return self._running.get(id)

    def start(self, id: str, running: RunningTurn, turns: Turns) -> None:
        """Starts it, in place of one of the same id, which is stopped. One without an id is known to its page only."""
        with self._lock:
            before = self._running.get(id)
            if id:
                self._running[id] = running
        if before:
            before.stop()
        running.start(turns, lambda: self._forget(id, running))

    def _forget(self, id: str, running: RunningTurn) -> None:
        with self._lock:
            if self._running.get(id) is running:
                del self._running[id]
