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

    def wake(self) -> None:
        """Has the watches look again, one of which may have ended."""
        with self._news:
            self._news.notify_all()

    def start(self, turns: Turns, ended: Callable[[], None]) -> None:
        """Runs ``turns`` to their end in the background, then calls ``ended``."""
        threading.Thread(target=self._run, args=(turns, ended), name="turn", daemon=True).start()

    def watch(self, first: int = -1) -> Watch:
        """A watch that begins with the turn as it was after ``first`` changes, -1 for now."""
        return Watch(self, len(self._shown) - 1 if first < 0 else first)

    def after(self, changes: int, left: Callable[[], bool]) -> ShownTurn | None:
        """The turn after so many changes, waited for; None where it ended with fewer or ``left`` says so."""
        with self._news:
            self._news.wait_for(lambda: left() or self._over or changes < len(self._shown))
            return self._shown[changes] if changes < len(self._shown) and not left() else None

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


class Watch:
    """One page's look at a running turn. The turn goes on when the page leaves; only ``stop`` ends it, for everyone."""

    def __init__(self, running: RunningTurn, place: int) -> None:
        self._running, self._place, self._left = running, place, False

    @property
    def over(self) -> bool:
        """Whether the turn has ended."""
        return self._running.over

    def stop(self) -> None:
        self._running.stop()

    def leave(self) -> None:
        """Ends ``turns``, also where it waits."""
        self._left = True
        self._running.wake()

    def turns(self) -> Iterator[ShownTurn]:
        """The turn and each of its changes, until its end or until the page leaves."""
        while turn := self._running.after(self._place, lambda: self._left):
            self._place += 1
            yield turn


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
