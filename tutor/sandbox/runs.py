"""Runs a stranger's program on calls and says what came of them.

Values that come back are claims of that program: decoded with every field checked, never trusted. Knows no exercise
and no expected value.
"""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Literal

from tutor.cases import Call, Outcome, Raised
from tutor.errors import SandboxError
from tutor.sandbox.inside import wire
from tutor.sandbox.launch import Fences
from tutor.sandbox.selftest import choose_fences
from tutor.sandbox.turnstile import Turnstile
from tutor.sandbox.workers import Ended, Limits, WorkerPool

MAX_JOB_BYTES = 16 << 20
RESULT_ROOM = 900_000

Stop = Literal["", "timeout", "memory", "output", "exit", "crash", "forged", "problem"]


@dataclass(frozen=True)
class Problem:
    """Why no call was made: ``kind`` is syntax, raised, missing, class, no function or signature."""

    kind: str
    words: str = ""
    line: int = 0
    name: str = ""


@dataclass(frozen=True)
class Run:
    """``outcomes`` holds one entry a case that came to its end, in order, each with one Outcome a call.

    ``stop`` says why there are fewer than cases ("": all are there); ``problem`` is set where it is "problem".
    ``printed`` is what the program printed, at most 64 KiB of it. ``ms`` is the time from job to end.
    """

    outcomes: tuple[tuple[Outcome, ...], ...]
    stop: Stop = ""
    problem: Problem = field(default_factory=lambda: Problem(""))
    printed: str = ""
    ms: float = 0.0


class Sandbox:
    """Runs programs, each in a process of its own that holds nothing else. Close it at the end."""

    def __init__(
        self,
        limits: Limits | None = None,
        fences: Fences | None = None,
        warm: int = 2,
        at_once: int = 0,
        waiting: int = 64,
        per_minute: int = 60,
    ) -> None:
        """Returns at once; the self-test runs behind. Without ``fences`` it decides, without ``at_once`` the number
        of cores does."""
        self.limits = limits or Limits()
        choose = partial(choose_fences, self.limits) if fences is None else lambda: fences
        self._pool = WorkerPool(choose, self.limits, warm)
        self.turnstile = Turnstile(at_once or os.cpu_count() or 1, waiting, per_minute)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()

    @property
    def fences(self) -> Fences:
        """What stands around the programs. Waits for the self-test; raises SandboxError where nothing holds."""
        return self._pool.fences

    def run(self, source: str, function: str, cases: Sequence[Sequence[Call]], values: bool = True) -> Run:
        """Loads ``source`` and makes the calls of each case. ``values`` False leaves the results inside.

        Raises SandboxError where no sandbox is available, too many programs wait, or the arguments are too large.
        """
        job = _job(source, function, cases, values)
        with self.turnstile.turn():
            ended = self._pool.take().run(job)
        return _understand(ended, cases, self.limits)


def _job(source: str, function: str, cases: Sequence[Sequence[Call]], values: bool) -> bytes:
    encoder = wire.Encoder(MAX_JOB_BYTES, strict=True)
    try:
        encoded = [
            [
                {
                    "args": [encoder.encode(value) for value in call.args],
                    "kwargs": {name: encoder.encode(value) for name, value in call.kwargs.items()},
                    "times": call.times,
                    "values": values,
                }
                for call in calls
            ]
            for calls in cases
        ]
    except wire.WireError as error:
        raise SandboxError(f"The arguments cannot be sent: {error}", "plain values below 16 MB together") from error
    return wire.pack({"source": source, "function": function, "room": RESULT_ROOM, "cases": encoded})


def _understand(ended: Ended, cases: Sequence[Sequence[Call]], limits: Limits) -> Run:
    """Takes frames as far as they follow the protocol."""
    outcomes: list[tuple[Outcome, ...]] = []
    problem, stop = Problem(""), _stop(ended, limits)
    try:
        for frame in ended.frames:
            if "case" in frame:
                outcomes.append(_outcomes(frame, cases[len(outcomes)], len(outcomes)))
            elif "problem" in frame:
                problem, stop = _problem(frame["problem"]), "problem"
    except (wire.WireError, LookupError, TypeError, ValueError, AttributeError):
        stop = "forged"
    if not stop and len(outcomes) < len(cases):
        stop = "forged"
    printed = ended.output.decode("utf-8", "replace")
    return Run(tuple(outcomes), stop, problem, printed, ended.ms)


def _stop(ended: Ended, limits: Limits) -> Stop:
    if ended.ending == "done":
        return ""
    if ended.ending == "died":
        if ended.signal == signal.SIGXCPU or (ended.signal == signal.SIGKILL and ended.ms > 1000 * limits.cpu):
            return "timeout"
        if ended.signal == signal.SIGKILL:
            return "memory"
        return "crash" if ended.signal else "exit"
    stops: dict[str, Stop] = {"wall": "timeout", "output": "output", "frames": "forged"}
    return stops[ended.ending]


def _problem(report: dict[str, Any]) -> Problem:
    kind, words, line, name = (report[key] for key in ("kind", "words", "line", "name"))
    return Problem(str(kind)[:20], str(words)[:500], _natural(line), str(name)[:500])


def _outcomes(frame: dict[str, Any], calls: Sequence[Call], place: int) -> tuple[Outcome, ...]:
    if frame["case"] != place or len(frame["calls"]) != len(calls):
        raise wire.WireError("a case out of turn")
    return tuple(_outcome(report, call) for report, call in zip(frame["calls"], calls, strict=True))


def _outcome(report: dict[str, Any], call: Call) -> Outcome:
    values = tuple(wire.decode(value) for value in report["values"])
    raised = None if report["raised"] is None else _raised(report["raised"])
    if (
        len(values) > call.times
        or len(report["args"]) != len(call.args)
        or report["kwargs"].keys() != call.kwargs.keys()
    ):
        raise wire.WireError("another call than was asked for")
    return Outcome(
        call=call,
        value=values[0] if values else None,
        values=values,
        raised=raised,
        args_after=tuple(_after(*pair) for pair in zip(report["args"], call.args, strict=True)),
        kwargs_after={name: _after(report["kwargs"][name], value) for name, value in call.kwargs.items()},
        read=tuple(_natural(count) for count in report["read"]),
        random_state_kept=report["random_kept"] is True,
        warnings=tuple(str(words)[:200] for words in report["warnings"][:5]),
        ms=_milliseconds(report["ms"]),
    )


def _after(message: Any, given: Any) -> Any:
    return given if message == ["="] else wire.decode(message)


def _raised(report: dict[str, Any]) -> Raised:
    bases = tuple(str(base)[:100] for base in report["bases"][:12])
    return Raised(str(report["name"])[:100], bases, str(report["message"])[:500], _natural(report["line"]))


def _natural(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise wire.WireError("no count")
    return number


def _milliseconds(number: Any) -> float:
    if type(number) not in (int, float) or not math.isfinite(number):
        raise wire.WireError("no time")
    return float(number)
