"""Worker processes: started ahead of use, each for one program, killed when it ends or goes beyond its limits.

Takes messages to and from a worker as bytes and JSON; knows nothing of what they mean.
"""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from tutor.errors import SandboxError
from tutor.sandbox.inside import wire
from tutor.sandbox.launch import ENVIRONMENT, Fences, command, unused_uid
from tutor.sandbox.seccomp import filter_program

Ending = Literal["done", "wall", "output", "frames", "died"]


@dataclass(frozen=True)
class Limits:
    """What one program may use: seconds, bytes."""

    wall: float = 8.0
    cpu: int = 5
    memory: int = 1 << 30
    threads: int = 16
    kept_output: int = 64 << 10
    most_output: int = 4 << 20
    frames: int = 1 << 20
    start: float = 30.0
    """Seconds a worker may take to get ready, on a busy machine."""


@dataclass(frozen=True)
class Ended:
    """What came of one job: its frames in order, what was printed (the first ``kept_output`` bytes), how it ended.

    ``signal`` is what killed it, 0 if nothing did. ``ms`` counts from the job's start.
    """

    ending: Ending
    frames: list[Any]
    output: bytes
    signal: int
    ms: float


@dataclass
class _Heard:
    """What a worker has said so far."""

    pending: bytearray = field(default_factory=bytearray)
    frames: list[Any] = field(default_factory=list)
    frame_bytes: int = 0
    output: bytearray = field(default_factory=bytearray)
    output_bytes: int = 0
    broken: bool = False


class Worker:
    """One process for one job. Start it from a thread that lives as long as it shall: it dies with that thread."""

    def __init__(self, fences: Fences, limits: Limits) -> None:
        self.limits = limits
        self._heard = _Heard()
        uid = unused_uid()
        self._results, result_fd = os.pipe()
        try:
            self._process = subprocess.Popen(
                command(fences, result_fd),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[result_fd],
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except OSError:
            os.close(self._results)
            raise
        finally:
            os.close(result_fd)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin.fileno(), self._process.stdout.fileno()
        for fd in (self._input, self._output, self._results):
            os.set_blocking(fd, False)
        setup = {
            "uid": uid,
            "parent": 0 if fences.bubblewrap else os.getpid(),
            "landlock": fences.landlock,
            "limits": _resource_limits(limits, countable=bool(uid or fences.bubblewrap)),
            "filter": wire.Encoder(1 << 20).encode(filter_program()),
        }
        with contextlib.suppress(BrokenPipeError):  # it is dead: noticed when it should be ready
            os.write(self._input, wire.pack(setup))

    def wait_until_ready(self) -> None:
        """Raises SandboxError, with the process's last words, where the fences do not stand."""
        self._listen(b"", time.monotonic() + self.limits.start, lambda: bool(self._heard.frames))
        if self._heard.frames != [{"ready": True}] or self._process.poll() is not None:
            self.end()
            lines = self._heard.output.decode("utf-8", "replace").strip().splitlines()
            raise SandboxError(f"A worker did not get ready: {lines[-1][:200] if lines else 'no word from it'}")
        self._heard = _Heard()

    def run(self, job: bytes) -> Ended:
        """Does its one job. The process is gone afterwards, whatever the program did."""
        start = time.monotonic()
        ending = self._listen(job, start + self.limits.wall, lambda: {"done": True} in self._heard.frames[-1:])
        ms = 1000 * (time.monotonic() - start)
        killer = self.end(grace=2.0 if ending == "died" else 0.0)
        heard = self._heard
        return Ended(ending, heard.frames, bytes(heard.output), killer, ms)

    def end(self, grace: float = 0.0) -> int:
        """Kills the process if it does not end by itself within ``grace`` seconds.

        Returns the signal it died of by itself, 0 where there was none.
        """
        try:
            code = self._process.wait(grace) if grace else self._process.poll()
        except subprocess.TimeoutExpired:
            code = None
        if code is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            code = 0
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()
        if self._results >= 0:
            os.close(self._results)
            self._results = -1
        return -code if code < 0 else max(0, code - 128)  # bubblewrap says 128 + signal

    def _listen(self, to_send: bytes, deadline: float, enough: Callable[[], bool]) -> Ending:
        """Sends and hears until ``enough``, an end, a limit or the deadline."""
        left = memoryview(to_send)
        with selectors.DefaultSelector() as selector:
            selector.register(self._results, selectors.EVENT_READ)
            selector.register(self._output, selectors.EVENT_READ)
            if left:
                selector.register(self._input, selectors.EVENT_WRITE)
            while True:
                events = selector.select(max(0.0, deadline - time.monotonic()))
                if not events:
                    return "wall"
                for key, _ in sorted(events, key=lambda event: event[0].fd == self._results):  # output before frames
                    if key.fd == self._input:
                        left = left[self._send(left) :]
                        if not left:
                            selector.unregister(self._input)
                    elif not self._hear(key.fd):
                        selector.unregister(key.fd)
                        if key.fd == self._results:
                            return "died"
                if self._heard.broken:
                    return "frames"
                if self._heard.output_bytes > self.limits.most_output:
                    return "output"
                if self._heard.frame_bytes > self.limits.frames + (1 << 16):
                    return "frames"
                if enough():
                    self._hear(self._output)
                    return "done"
                if time.monotonic() > deadline:
                    return "wall"

    def _send(self, data: memoryview) -> int:
        try:
            return os.write(self._input, data[: 1 << 16])
        except BlockingIOError:
            return 0
        except BrokenPipeError:
            return len(data)

    def _hear(self, fd: int) -> bool:
        """Takes in what there is; False at the end."""
        try:
            data = os.read(fd, 1 << 16)
        except BlockingIOError:
            return True
        heard = self._heard
        if fd == self._output:
            heard.output_bytes += len(data)
            heard.output += data[: self.limits.kept_output - len(heard.output)]
            return bool(data)
        heard.frame_bytes += len(data)
        heard.pending += data
        self._take_frames()
        return bool(data)

    def _take_frames(self) -> None:
        """Splits what came into frames."""
        pending, heard = self._heard.pending, self._heard
        while len(pending) >= 4:
            size = int.from_bytes(pending[:4], "big")
            if size > self.limits.frames + (1 << 16):
                heard.broken = True
                return
            if len(pending) < 4 + size:
                break
            try:
                heard.frames.append(wire.unpack(bytes(pending[4 : 4 + size])))
            except wire.WireError:
                heard.broken = True
                return
            del pending[: 4 + size]


def _resource_limits(limits: Limits, countable: bool) -> dict[str, list[int]]:
    """For ``resource``. Threads can be counted only where the worker's user has no other process."""
    both = {
        "RLIMIT_AS": [limits.memory] * 2,
        "RLIMIT_CPU": [limits.cpu, limits.cpu + 1],
        "RLIMIT_FSIZE": [8 << 20] * 2,
        "RLIMIT_NOFILE": [64] * 2,
        "RLIMIT_CORE": [0, 0],
    }
    return both | ({"RLIMIT_NPROC": [limits.threads] * 2} if countable else {})


class WorkerPool:
    """Keeps ``warm`` workers waiting. All are started by one thread, which lives until the pool is closed."""

    def __init__(self, choose: Callable[[], Fences], limits: Limits, warm: int) -> None:
        self._limits, self._warm = limits, warm
        self._ready: queue.SimpleQueue[Worker | SandboxError] = queue.SimpleQueue()
        self._wanted: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._fences: Fences | SandboxError | None = None
        self._chosen = threading.Event()
        self._closed = False
        for _ in range(warm):
            self._wanted.put(True)
        self._thread = threading.Thread(target=self._start_workers, args=(choose,), name="sandbox", daemon=True)
        self._thread.start()

    @property
    def fences(self) -> Fences:
        """The fences in use, once the self-test has decided. Raises SandboxError where there are none."""
        self._chosen.wait()
        if isinstance(self._fences, Fences):
            return self._fences
        assert self._fences is not None
        raise self._fences

    def take(self) -> Worker:
        """A ready worker, the caller's to run. Raises SandboxError."""
        error: SandboxError | None = None
        _ = self.fences
        for _ in range(3):  # one that waited may have been killed
            if self._closed:
                raise SandboxError("The sandbox is closed")
            self._wanted.put(True)
            worker = self._ready.get()
            if isinstance(worker, SandboxError):
                error = worker
                continue
            try:
                worker.wait_until_ready()
                return worker
            except SandboxError as failure:
                error = failure
        assert error is not None
        raise error

    def close(self) -> None:
        """Ends the waiting workers and the thread."""
        self._closed = True
        self._wanted.put(False)
        self._thread.join()
        while not self._ready.empty():
            worker = self._ready.get()
            if isinstance(worker, Worker):
                worker.end()

    def _start_workers(self, choose: Callable[[], Fences]) -> None:
        try:
            self._fences = fences = choose()
        except (SandboxError, OSError) as error:
            self._fences = _as_sandbox_error(error)
            return
        finally:
            self._chosen.set()
        while self._wanted.get() and not self._closed:
            try:
                self._ready.put(Worker(fences, self._limits))
            except (SandboxError, OSError) as error:
                self._ready.put(_as_sandbox_error(error))


def _as_sandbox_error(error: Exception) -> SandboxError:
    return error if isinstance(error, SandboxError) else SandboxError(f"A worker could not be started ({error})")
