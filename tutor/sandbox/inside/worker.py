"""The process that runs one stranger's program: puts up its fences, reads one job, makes its calls, ends.

Knows arguments and never an expected value. What it reports is a claim: the program it runs shares its memory.
Messages go out as frames (see ``wire``) on a descriptor of their own: ready, one a case, and problem or done.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import io
import linecache
import os
import random
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import fences, wire

MODULES = (
    "abc array ast base64 bisect builtins cmath codecs collections collections.abc concurrent.futures.thread "
    "contextlib copy csv ctypes dataclasses datetime decimal enum fractions functools gc hashlib heapq inspect io "
    "itertools json logging math numbers operator os pickle pprint queue random re secrets select signal socket "
    "statistics string struct sys textwrap threading time timeit traceback types typing unicodedata warnings weakref "
    "zlib encodings.ascii encodings.idna encodings.latin_1 encodings.utf_16 "
    "numpy numpy.exceptions numpy.fft numpy.lib.stride_tricks numpy.linalg numpy.ma numpy.polynomial numpy.random "
    "numpy.typing"
).split()
"""What a program may import: loaded before the fences go up, because afterwards no file can be opened."""

MODULE_NAME, FILE_NAME = "candidate", "candidate.py"
MAX_WARNINGS, MAX_WORDS = 5, 500


def main(result_fd: int) -> None:
    """Serves one job: reads the set-up and the job from standard input, writes frames to ``result_fd``."""
    for name in MODULES:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    setup = wire.unpack(_read_frame())
    _put_up_fences(setup)
    _write(result_fd, {"ready": True})
    job = wire.unpack(_read_frame())
    sys.stdin = io.StringIO()  # input() ends at once, instead of waiting for a keyboard
    _Job(result_fd, job).run()
    os._exit(0)


def _put_up_fences(setup: dict[str, Any]) -> None:
    if setup["uid"]:
        fences.leave_uid(setup["uid"])
    if setup["parent"]:
        fences.die_with_parent(setup["parent"])
    fences.forbid_new_privileges()
    if setup["landlock"]:
        fences.forbid_files(setup["landlock"])
    sys.path.clear()
    vars(builtins).update(exit=sys.exit, quit=sys.exit)  # what the site module, which is not loaded, would do
    fences.limit_resources(setup["limits"])
    fences.forbid_system_calls(wire.decode(setup["filter"]))


def _read_frame() -> bytes:
    size = int.from_bytes(_read(4), "big")
    return _read(size)


def _read(size: int) -> bytes:
    parts = []
    while size:
        part = os.read(0, min(size, 1 << 20))
        if not part:
            os._exit(3)  # the tutor has ended
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write(fd: int, message: Any) -> None:
    data = wire.pack(message)
    while data:
        data = data[os.write(fd, data) :]


class _ProblemError(Exception):
    """What keeps a program from being called at all. ``kind`` is for the trusted side's sentence."""

    def __init__(self, kind: str, words: str = "", line: int = 0, name: str = "") -> None:
        self.report = {"kind": kind, "words": words[:MAX_WORDS], "line": line, "name": name[:100]}


class _Job:
    """One program and the cases to call it with."""

    def __init__(self, result_fd: int, job: dict[str, Any]) -> None:
        self.result_fd, self.source, self.function = result_fd, job["source"], job["function"]
        self.cases, self.room = job["cases"], job["room"]

    def run(self) -> None:
        try:
            function = self._load()
            for place, calls in enumerate(self.cases):
                self._send({"case": place, "calls": [self._call(function, call) for call in calls]})
        except _ProblemError as problem:
            self._send({"problem": problem.report})
        self._send({"done": True})

    def _send(self, message: dict[str, Any]) -> None:
        _flush()
        _write(self.result_fd, message)

    def _load(self) -> Callable[..., Any]:
        """The candidate's function. Raises _ProblemError."""
        module = types.ModuleType(MODULE_NAME)
        module.__file__ = FILE_NAME
        sys.modules[MODULE_NAME] = module
        lines = self.source.splitlines(keepends=True)
        linecache.cache[FILE_NAME] = (len(self.source), None, lines, FILE_NAME)
        try:
            exec(compile(self.source, FILE_NAME, "exec", dont_inherit=True), vars(module))
        except SyntaxError as error:
            if error.filename != FILE_NAME:
                raise _ProblemError("raised", _words(error), _line(error), "SyntaxError") from error
            raise _ProblemError("syntax", error.msg, error.lineno or 0) from error
        except BaseException as error:
            raise _ProblemError("raised", _words(error), _line(error), type(error).__name__) from error
        return self._find(module)

    def _find(self, module: types.ModuleType) -> Callable[..., Any]:
        found: Any = getattr(module, self.function, None)
        if found is None:
            own = [name for name, value in vars(module).items() if isinstance(value, types.FunctionType)]
            raise _ProblemError("missing", ", ".join(own[:8]))
        if isinstance(found, type):
            raise _ProblemError("class")
        function: Callable[..., Any] = found
        if not callable(found):
            raise _ProblemError("no function", wire.describe(found))
        try:
            signature = inspect.signature(found)
        except (TypeError, ValueError):
            return function
        first = self.cases[0][0]
        try:
            signature.bind(*first["args"], **first["kwargs"])
        except TypeError as error:
            raise _ProblemError("signature", f"{self.function}{signature}"[:200], name=_words(error)) from error
        return function

    def _call(self, function: Callable[..., Any], call: dict[str, Any]) -> dict[str, Any]:
        """Makes one call, so many times as it says, and reports what came of it."""
        values: list[Any] = []
        raised: dict[str, Any] | None = None
        first: _Arguments | None = None
        seconds = 0.0
        before = _random_state()
        with warnings.catch_warnings(record=True) as shown:
            warnings.simplefilter("always")
            for _ in range(call["times"]):
                arguments = _Arguments(call)
                first = first or arguments
                start = time.perf_counter()
                try:
                    values.append(function(*arguments.args, **arguments.kwargs))
                except BaseException as error:
                    raised = _raised(error)
                seconds += time.perf_counter() - start
                if raised:
                    break
        assert first is not None
        return {
            "values": [self._encode(value) for value in values] if call["values"] else [],
            "raised": raised,
            "args": [self._after(*pair) for pair in zip(first.args, call["args"], strict=True)],
            "kwargs": {key: self._after(value, call["kwargs"][key]) for key, value in first.kwargs.items()},
            "read": [stream.read for stream in first.streams],
            "random_kept": _random_state() == before,
            "warnings": [f"{each.category.__name__}: {each.message}"[:200] for each in shown[:MAX_WARNINGS]],
            "ms": 1000 * seconds,
        }

    def _after(self, value: Any, message: Any) -> Any:
        """An argument after the call: ["="] where it is as it was sent."""
        if isinstance(value, _LiveStream) or self._encode(value, sys.maxsize) == message:
            return ["="]
        return self._encode(value)

    def _encode(self, value: Any, room: int = 0) -> Any:
        encoder = wire.Encoder(room or self.room)
        try:
            encoded = encoder.encode(value)
        except wire.WireError as error:
            return ["o", f"{wire.describe(value)}, {error}"]
        except Exception as error:
            return ["o", f"{wire.describe(value)} that cannot be read ({type(error).__name__})"]
        self.room = self.room if room else encoder.room
        return encoded


class _Arguments:
    """Fresh arguments of one call."""

    def __init__(self, call: dict[str, Any]) -> None:
        self.streams: list[_LiveStream] = []
        self.args = [self._build(value) for value in call["args"]]
        self.kwargs = {key: self._build(value) for key, value in call["kwargs"].items()}

    def _build(self, message: Any) -> Any:
        value = wire.decode(message)
        if isinstance(value, wire.Stream):
            value = _LiveStream(value)
            self.streams.append(value)
        return value


class _LiveStream:
    """A Stream argument: can be read once, counts what is taken."""

    def __init__(self, given: wire.Stream) -> None:
        self.given, self.read = given, 0
        self._items = self._all()

    def __iter__(self) -> _LiveStream:
        return self

    def __next__(self) -> Any:
        item = next(self._items)
        self.read += 1
        return item

    def _all(self) -> Iterator[Any]:
        given = self.given
        if given.items is not None:
            yield from given.items
            return
        number = 0
        padding = bytes(max(0, given.payload - 8))
        while given.count is None or number < given.count:
            if given.stops_after is not None and number >= given.stops_after:
                raise RuntimeError(f"more than {given.stops_after} items of the stream were read")
            yield number.to_bytes(8, "big") + padding if given.payload else number
            number += 1


def _raised(error: BaseException) -> dict[str, Any]:
    bases = [base.__name__ for base in type(error).__mro__[:12]]
    return {"name": bases[0], "bases": bases, "message": _words(error), "line": _line(error)}


def _words(error: BaseException) -> str:
    try:
        return str(error)[:MAX_WORDS]
    except BaseException:
        return ""


def _line(error: BaseException) -> int:
    """The deepest line of the candidate's file in the traceback, 0 where there is none."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE_NAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _random_state() -> tuple[Any, ...]:
    kind, keys, *rest = np.random.get_state(legacy=True)
    return random.getstate(), kind, np.asarray(keys).tobytes(), *rest


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            continue
