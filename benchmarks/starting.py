"""Start-up of ``tutor serve``: when the page is up, when answers come, when the chat model answers; memory by then.

Reads the server's own log for the moments. Knows nothing of what is answered.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.figures import Row
from benchmarks.machine import ROOT, resident_mb
from benchmarks.places import Places
from tutor.ingestion import ingest

PART = "start-up of tutor serve, second start"
MOMENTS = {
    "page up": ("The page is up", "at most 4 s"),
    "answers, by words": ("items are indexed", "at most 5 s"),
    "answers, by vectors": ("Embedding model:", ""),
    "the chat model answers": ("Chat model: ", "at most 18 s"),
}
REPEATS, LIMIT_SECONDS = 3, 90.0


def measure(places: Places) -> Iterator[Row]:
    """Each moment in seconds after the start of the process, and its memory once everything is in."""
    settings = places.settings("fresh")
    ingest(settings, places.embedder())
    times: dict[str, list[float]] = {name: [] for name in MOMENTS}
    memory = []
    for _ in range(1 if places.quick else REPEATS):
        moments, used = _start(str(settings.home))
        memory.append(used)
        for name, seconds in moments.items():
            times[name].append(seconds)
    for name, (_, target) in MOMENTS.items():
        missing = "" if times[name] else f"not within {LIMIT_SECONDS:.0f} s"
        yield Row(PART, name, "tutor", "s", tuple(times[name]), target=target, missing=missing)
    yield Row(PART, "memory, before passages are read ahead", "tutor", "MB", tuple(memory))


def _start(home: str) -> tuple[dict[str, float], float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "TUTOR_HOME": home, "TUTOR_MODEL": "embedded", "TUTOR_PORT": str(port)}
    command = [sys.executable, "-m", "tutor", "serve"]
    started = time.perf_counter()
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    moments: dict[str, float] = {}
    try:
        while len(moments) < len(MOMENTS) and (left := LIMIT_SECONDS - (time.perf_counter() - started)) > 0:
            line = _line(server, left)
            if line is None:
                break
            now = time.perf_counter() - started
            moments |= {name: now for name, (words, _) in MOMENTS.items() if words in line and name not in moments}
        return moments, resident_mb(server.pid)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _line(server: subprocess.Popen[str], seconds: float) -> str | None:
    """The next line of the log, None where the time is up or the server has ended."""
    assert server.stderr
    ready, _, _ = select.select([server.stderr], [], [], seconds)
    return (server.stderr.readline() or None) if ready else None
