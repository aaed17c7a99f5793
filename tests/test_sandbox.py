"""The sandbox runs honest programs as Python would, reports what they did, and says why it does not run."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tutor.cases import Call, Odd, Outcome, Stream, same
from tutor.errors import SandboxError
from tutor.sandbox import launch, selftest
from tutor.sandbox.inside import wire
from tutor.sandbox.launch import Fences
from tutor.sandbox.runs import Run, Sandbox
from tutor.sandbox.turnstile import Turnstile
from tutor.sandbox.workers import Limits

linux = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(warm=1) as opened:
        yield opened


def run(sandbox: Sandbox, source: str, *calls: Call) -> Run:
    return sandbox.run(source, "f", [list(calls or [Call()])])


def outcome(sandbox: Sandbox, source: str, *args: Any, **kwargs: Any) -> Outcome:
    done = run(sandbox, source, Call(args, kwargs))
    assert done.stop == "", (done.stop, done.problem, done.printed)
    return done.outcomes[0][0]


# --- what an honest program may do ------------------------------------------------------------------------------------


@linux
def test_a_value_comes_back_with_its_type(sandbox: Sandbox) -> None:
    values = [1, 2.5, True, None, "ü", b"x", (1, [2]), {"a": {1, 2}}, 1 << 200, math.inf, 1 + 2j]
    assert outcome(sandbox, "def f(x): return x", values).value == values


@linux
@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i8", "f4", "f8", "c16", "f2"])
def test_an_array_comes_back_with_its_type_and_shape(sandbox: Sandbox, dtype: str) -> None:
    array = np.arange(6).reshape(2, 3).astype(dtype)
    assert same(outcome(sandbox, "def f(x): return x.copy()", array).value, array)


@linux
@pytest.mark.parametrize(
    "line",
    [
        "import collections, heapq, itertools, math, random, statistics, fractions, decimal, bisect, functools, re",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\nA(1)",
        "import typing, json, string, copy, operator, queue, enum, abc, datetime",
        "import numpy as np\nnp.linalg.svd(np.eye(3)); np.fft.fft(np.ones(4)); np.random.default_rng().normal(size=3)",
        "import numpy as np\nnp.lib.stride_tricks.sliding_window_view(np.arange(9), 3); np.einsum('ii', np.eye(2))",
        "import numpy as np\nnp.ma.masked_invalid([1.0]); np.polynomial.Polynomial([1, 2]); np.convolve([1], [1])",
        "from concurrent.futures import ThreadPoolExecutor\nlist(ThreadPoolExecutor(2).map(abs, [1, -1]))",
        "import threading\nt = threading.Thread(target=print); t.start(); t.join()",
        "import logging, warnings, traceback\nlogging.warning('x'); warnings.warn('y')",
        "import secrets, os\nos.urandom(3); secrets.token_hex()",
        "import time\ntime.sleep(0.001); time.perf_counter()",
        "if __name__ == '__main__': raise SystemExit('a module is loaded, not run')",
    ],
)
def test_what_solutions_use_works(sandbox: Sandbox, line: str) -> None:
    assert outcome(sandbox, f"{line}\ndef f(): return 1").value == 1


@linux
def test_what_is_printed_is_kept_in_order_and_is_no_result(sandbox: Sandbox) -> None:
    done = run(sandbox, "import sys\nprint('one')\ndef f():\n    print('two', file=sys.stderr)\n    print('three')")
    assert done.printed == "one\ntwo\nthree\n"
    assert done.outcomes[0][0].value is None


@linux
def test_printed_text_is_cut(sandbox: Sandbox) -> None:
    done = run(sandbox, "def f(): print('x' * 1_000_000)")
    assert (done.stop, len(done.printed)) == ("", Limits().kept_output)


@linux
def test_calls_of_a_case_share_the_process_and_no_argument(sandbox: Sandbox) -> None:
    source = "kept = []\ndef f(x):\n    kept.append(1)\n    x.append(9)\n    return len(kept), x"
    done = run(sandbox, source, Call(([],), times=2), Call(([5],)))
    assert [each.values for each in done.outcomes[0]] == [((1, [9]), (2, [9])), ((3, [5, 9]),)]


@linux
def test_two_runs_share_nothing(sandbox: Sandbox) -> None:
    source = "import math\ndef f():\n    old = getattr(math, 'mine', 0)\n    math.mine = 1\n    return old"
    assert [outcome(sandbox, source).value for _ in range(3)] == [0, 0, 0]


@linux
def test_a_changed_argument_is_seen(sandbox: Sandbox) -> None:
    done = outcome(sandbox, "def f(x, y, z):\n    x[0] = 7\n    z.add(3)", np.zeros(2), [1], z={1})
    assert same(done.args_after[0], np.array([7.0, 0.0]))
    assert done.args_after[1] is done.call.args[1]
    assert done.kwargs_after["z"] == {1, 3}


@linux
def test_a_stream_is_read_once_and_its_reads_are_counted(sandbox: Sandbox) -> None:
    source = "def f(a, b):\n    next(b)\n    return list(a), list(a), iter(a) is a"
    done = outcome(sandbox, source, Stream([4, 5]), Stream())
    assert done.value == ([4, 5], [], True)
    assert done.read == (2, 1)


@linux
def test_a_stream_with_payload_does_not_fit_into_memory(sandbox: Sandbox) -> None:
    long = Stream(count=400_000, payload=4096)
    assert outcome(sandbox, "def f(s): return sum(1 for _ in s)", long).value == 400_000
    raised = outcome(sandbox, "def f(s): return len(list(s))", long).raised
    assert raised is not None
    assert raised.name == "MemoryError"


@linux
def test_a_stream_that_is_read_too_far_says_so(sandbox: Sandbox) -> None:
    raised = outcome(sandbox, "def f(s): return list(s)", Stream(stops_after=10)).raised
    assert raised is not None
    assert "more than 10 items" in raised.message


@linux
def test_the_use_of_global_randomness_is_seen(sandbox: Sandbox) -> None:
    for line, kept in [
        ("random.random()", False),
        ("np.random.rand()", False),
        ("np.random.default_rng().normal()", True),
    ]:
        done = outcome(sandbox, f"import random\nimport numpy as np\ndef f(): {line}")
        assert done.random_state_kept == kept, line


@linux
def test_warnings_are_reported(sandbox: Sandbox) -> None:
    done = outcome(sandbox, "import numpy as np\ndef f(): return np.zeros(2) / 0")
    assert len(done.warnings) == 1
    assert done.warnings[0].startswith("RuntimeWarning: invalid value")


@linux
def test_an_exception_names_its_class_its_bases_and_the_line(sandbox: Sandbox) -> None:
    done = outcome(sandbox, "class Mine(ValueError): pass\n\ndef f():\n    raise Mine('text')")
    assert done.raised is not None
    assert (done.raised.name, done.raised.message, done.raised.line) == ("Mine", "text", 4)
    assert done.raised.is_a("ValueError")
    assert not done.raised.is_a("TypeError")


@linux
@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("def f(:", "syntax"),
        ("1 / 0", "raised"),
        ("import pandas", "raised"),
        ("def g(): pass", "missing"),
        ("class f: pass", "class"),
        ("f = 3", "no function"),
        ("def f(a, b, c): pass", "signature"),
        ("def f(): pass", "signature"),
    ],
)
def test_why_a_program_could_not_be_called_is_told(sandbox: Sandbox, source: str, kind: str) -> None:
    done = run(sandbox, source, Call((1,)))
    assert (done.stop, done.problem.kind, done.outcomes) == ("problem", kind, ())


@linux
def test_cases_before_a_stop_are_kept(sandbox: Sandbox) -> None:
    source = "import os\ndef f(x):\n    if x == 2: os._exit(0)\n    return x"
    done = sandbox.run(source, "f", [[Call((x,))] for x in range(4)])
    assert done.stop == "exit"
    assert [case[0].value for case in done.outcomes] == [0, 1]


@linux
def test_a_result_too_large_is_described_and_the_next_still_comes(sandbox: Sandbox) -> None:
    done = sandbox.run("def f(n): return list(range(n))", "f", [[Call((n,))] for n in (300_000, 2)])
    assert isinstance(done.outcomes[0][0].value, Odd)
    assert "too large" in done.outcomes[0][0].value.words
    assert done.outcomes[1][0].value == [0, 1]


@linux
def test_without_values_only_the_times_come_back(sandbox: Sandbox) -> None:
    done = sandbox.run("def f(): return 1", "f", [[Call(times=5)]], values=False)
    assert done.outcomes[0][0].values == ()
    assert done.outcomes[0][0].ms > 0


@linux
def test_arguments_that_cannot_be_sent_are_a_sentence(sandbox: Sandbox) -> None:
    for argument in (object(), np.zeros(3_000_000), print):
        with pytest.raises(SandboxError, match="cannot be sent"):
            run(sandbox, "def f(x): pass", Call((argument,)))


@linux
def test_many_at_once_get_their_own_results(sandbox: Sandbox) -> None:
    found: dict[int, Any] = {}

    def one(number: int) -> None:
        found[number] = outcome(sandbox, "def f(x): return x", number).value

    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: number for number in range(12)}


@linux
def test_a_worker_that_was_killed_while_waiting_is_replaced() -> None:
    with Sandbox(warm=2) as opened:
        assert outcome(opened, "def f(): return 1").value == 1
        waiting = opened._pool._ready.get()
        assert not isinstance(waiting, SandboxError)
        waiting._process.kill()
        opened._pool._ready.put(waiting)
        assert [outcome(opened, "def f(): return 2").value for _ in range(3)] == [2, 2, 2]


@linux
def test_a_closed_sandbox_runs_nothing_and_leaves_no_process() -> None:
    opened = Sandbox(warm=2)
    assert outcome(opened, "def f(): return 1").value == 1
    opened.close()
    with pytest.raises(SandboxError, match="closed"):
        run(opened, "def f(): return 1")


# --- which fences -----------------------------------------------------------------------------------------------------


@linux
def test_the_self_test_prefers_bubblewrap_and_takes_the_filter_with_landlock_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[Fences] = []

    def fail_with_bubblewrap(fences: Fences, limits: Limits) -> None:
        tried.append(fences)
        if fences.bubblewrap:
            raise SandboxError("no")

    monkeypatch.setattr(selftest, "find_bubblewrap", lambda: "/usr/bin/bwrap")
    monkeypatch.setattr(selftest, "test", fail_with_bubblewrap)
    assert selftest.choose_fences(Limits()).bubblewrap == ""
    assert [fences.bubblewrap for fences in tried] == ["/usr/bin/bwrap", ""]


@linux
def test_where_no_fence_holds_nothing_is_run_and_the_reasons_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.sandbox.inside.fences.landlock_version", lambda: 0)
    monkeypatch.setattr(selftest, "find_bubblewrap", lambda: "/bin/false")
    with Sandbox() as opened, pytest.raises(SandboxError) as caught:
        run(opened, "def f(): return 1")
    assert "no Landlock" in str(caught.value)
    assert "bubblewrap: " in str(caught.value)
    assert "apt-get install bubblewrap" in str(caught.value)


@linux
def test_a_worker_whose_fence_the_kernel_refuses_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.sandbox.workers.filter_program", lambda: b"\xff" * 16)  # no valid filter
    with pytest.raises(SandboxError, match="did not get ready"):
        selftest.test(Fences("", 1), Limits())


@linux
def test_the_self_test_notices_a_filter_that_allows_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyseccomp

    monkeypatch.setattr("tutor.sandbox.workers.filter_program", lambda: b"\x06\0\0\0\0\0\xff\x7f")  # allows everything
    assert pyseccomp.ALLOW == 0x7FFF0000
    with pytest.raises(SandboxError, match=r"self-test failed .*deny new processes, deny sockets"):
        selftest.test(Fences("", 1), Limits())


def test_a_missing_libseccomp_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from tutor.sandbox.seccomp import filter_program

    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    with pytest.raises(SandboxError, match="apt-get install libseccomp2"):
        filter_program.__wrapped__()


def test_other_systems_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="cannot be run safely on darwin"):
        selftest.choose_fences(Limits())


@linux
def test_bubblewrap_shows_no_folder_of_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    words = launch.command(Fences("bwrap", 1), 5)
    bound = [words[place + 2] for place, word in enumerate(words) if word == "--ro-bind"]
    assert "/sandbox/inside" in bound
    assert not {"/", "/etc", "/home", "/root", "/proc", str(launch.HERE.parent)} & set(bound)


# --- who may run when -------------------------------------------------------------------------------------------------


def test_a_user_who_runs_too_much_waits_and_others_do_not() -> None:
    turnstile = Turnstile(1, 1, per_minute=3)
    for _ in range(3):
        turnstile.count("a")
    with pytest.raises(SandboxError, match="wait 60 seconds"):
        turnstile.count("a")
    turnstile.count("b")


def test_the_rate_forgets_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("tutor.sandbox.turnstile.time.monotonic", lambda: now[0])
    turnstile = Turnstile(1, 1, per_minute=1)
    turnstile.count("a")
    now[0] += 61
    turnstile.count("a")
    now[0] += 61
    turnstile.count("b")
    assert set(turnstile._passed) == {"b"}  # nothing is kept of who has gone


def test_only_so_many_pass_together_and_a_full_queue_is_refused() -> None:
    turnstile = Turnstile(at_once=1, waiting=1, per_minute=9)
    go, inside = threading.Event(), threading.Event()

    def hold() -> None:
        with turnstile.turn():
            inside.set()
            go.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait()
    waiter = threading.Thread(target=hold)
    waiter.start()
    while turnstile._inside < 2:
        time.sleep(0.001)
    with pytest.raises(SandboxError, match="2 programs are waiting"), turnstile.turn():
        pass
    go.set()
    holder.join()
    waiter.join()
    with turnstile.turn():
        pass


# --- values on the wire -----------------------------------------------------------------------------------------------

plain = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5) | some.binary(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(plain)
def test_every_plain_value_survives_the_wire(value: Any) -> None:
    message = wire.unpack(wire.pack(wire.Encoder(1 << 20).encode(value))[4:])
    assert same(wire.decode(message), value)


@given(
    some.recursive(some.none() | some.booleans() | some.integers() | some.text(max_size=6), some.lists, max_leaves=8)
)
def test_a_message_of_any_form_decodes_or_is_refused(message: Any) -> None:
    try:
        wire.decode(message)
    except wire.WireError:
        return


@pytest.mark.parametrize(
    "message",
    [
        3,
        2.5,
        [],
        ["?"],
        ["i", "zz"],
        ["i"],
        ["f", 3],
        ["b", "*"],
        ["a", "|O", [1], ""],
        ["a", "<f8", [2], "AAAA"],
        ["a", "<f8", [-1], ""],
        ["a", "<f8", [1 << 40], ""],
        ["A", "X", [0], []],
        ["A", "O", [5], []],
        ["A", "O", [1 << 40], []],
        ["n", "<f8", ""],
        ["d", [[1]]],
        ["d", [[["l", []], None]]],
        ["s", [["l", []]]],
        ["s", [["i", hex(number)] for number in range(3000)]],
        ["l", "text"],
        ["A", "U", [2000], ["x" * 10_000] + [""] * 1999],
        ["A", "U", [1], [None]],
    ],
)
def test_a_message_that_lies_is_refused(message: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(message)


def test_a_message_too_deep_is_refused() -> None:
    deep: Any = None
    for _ in range(200):
        deep = ["l", [deep]]
    with pytest.raises(wire.WireError):
        wire.decode(deep)
    with pytest.raises(wire.WireError):
        wire.unpack(b"[" * 100_000)


@pytest.mark.parametrize(
    ("value", "words"),
    [(iter([]), "a list_iterator"), (print, "not called"), (int, "the class int"), (object(), "an object")],
)
def test_what_cannot_be_sent_is_described(value: Any, words: str) -> None:
    assert words in wire.decode(wire.Encoder(1000).encode(value)).words
