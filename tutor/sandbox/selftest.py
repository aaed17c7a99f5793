"""Finds out by trying which fences hold on this machine. What does not hold is not used.

A probe runs as a stranger's program would: it must compute, and must not start a process, open a socket, read a file
or look one up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from tutor.errors import SandboxError
from tutor.sandbox.inside import wire
from tutor.sandbox.launch import Fences, find_bubblewrap
from tutor.sandbox.workers import Limits, Worker

PROBE = """
import os, socket
import numpy as np

def denied(act, *arguments):
    try:
        act(*arguments)
    except OSError:
        return True
    return False

def fork():
    if os.fork() == 0:
        os._exit(0)

def probe(x):
    return [
        float(np.asarray(x).sum()),
        denied(fork),
        denied(socket.socket),
        denied(open, "/etc/passwd"),
        denied(os.stat, "/etc"),
        denied(os.kill, os.getppid(), 0),
    ]
"""
HOLDS = [6.0, True, True, True, True, True]
PROMISES = ("compute", "deny new processes", "deny sockets", "deny reading files", "hide files", "deny signals")


def choose_fences(limits: Limits) -> Fences:
    """The strongest fences that hold. Raises SandboxError with the reason of each that does not."""
    if sys.platform != "linux":
        raise SandboxError(
            f"Programs cannot be run safely on {sys.platform}",
            "Linux, whose kernel can fence a program in",
            "run the tutor on Linux or in a Linux container; everything else works here",
        )
    reasons = []
    for fences in _candidates():
        try:
            test(fences, limits)
            return fences
        except SandboxError as error:
            reasons.append(f"{'bubblewrap' if fences.bubblewrap else 'without bubblewrap'}: {error.found.rstrip('.')}")
            mend = error.mend
    raise SandboxError(
        f"Programs cannot be run safely here ({'; '.join(reasons)})",
        "Linux 5.13 or newer with bubblewrap or Landlock, and libseccomp",
        mend or "sudo apt-get install bubblewrap libseccomp2",
    )


def _candidates() -> Iterator[Fences]:
    """Two fences always: the system-call filter, and bubblewrap or Landlock (or both) around it."""
    from tutor.sandbox.inside.fences import landlock_version  # cannot be imported on Windows

    landlock = landlock_version()
    if bubblewrap := find_bubblewrap():
        yield Fences(bubblewrap, landlock)
    yield Fences("", landlock)


def test(fences: Fences, limits: Limits) -> None:
    """Raises SandboxError where the fences cannot be put up or do not hold."""
    if not (fences.bubblewrap or fences.landlock):
        raise SandboxError("the kernel has no Landlock", mend="sudo apt-get install bubblewrap")
    worker = Worker(fences, limits)
    worker.wait_until_ready()
    call = {"args": [["l", [["i", "1"], ["i", "2"], ["i", "3"]]]], "kwargs": {}, "times": 1, "values": True}
    ended = worker.run(wire.pack({"source": PROBE, "function": "probe", "room": 10_000, "cases": [[call]]}))
    found = _value(ended.frames)
    if found != HOLDS:
        broken = [words for words, is_so, should in zip(PROMISES, found, HOLDS, strict=False) if is_so != should]
        raise SandboxError(f"the self-test failed ({', '.join(broken) or ended.ending})")


def _value(frames: list[Any]) -> list[Any]:
    try:
        value = wire.decode(frames[0]["calls"][0]["values"][0])
    except (LookupError, TypeError, wire.WireError):
        return []
    return value if isinstance(value, list) else []
