"""Attempts are judged right, whatever a program does; references run on calls written as literals.

The five exercises' own cases are held by ``test_exercise_solutions``; here a small exercise makes the rules visible.
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import item_text

from tutor.corpus import read_corpus
from tutor.errors import CorpusError, ExerciseError
from tutor.exercise_lint import lint_exercises
from tutor.exercises import CasesFile, find_exercise
from tutor.judging import Attempt, Judge
from tutor.records import Item
from tutor.sandbox.runs import Sandbox
from tutor.sandbox.workers import Limits
from tutor.settings import default_corpus

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

CASES = """
import numpy as np
from tutor.cases import Call, Case, Stream

SIZES = (10, 1000)

def timed(n, rng):
    return Call((np.arange(float(n)), 2))

def twice(made):
    return "" if np.allclose(2 * np.asarray(made[0].value), made[1].value) else "Not twice as much."

def cases(rng):
    x = rng.normal(size=5)
    yield Case("random numbers", "The plain case.", args=(x, 3))
    yield Case("whole numbers", "Integers stay integers.", args=(np.array([1, 2]), 2))
    yield Case("no numbers", "An empty array has no product.", args=(np.array([]), 2))
    yield Case("negative", "The factor must not be negative.", args=(x, -1), raises=("ValueError",))
    yield Case("open", "A list of texts is left open.", args=(["a"], 2), may_raise=("TypeError",), accept=(["aa"],))
    yield Case("twice", "Calls do not disturb each other.", calls=(Call((x, 1)), Call((x, 2))),
               check=twice)
"""
SOLUTION = """
import numpy as np

def scale(x, k):
    if k < 0:
        raise ValueError("k is negative")
    if isinstance(x, list):
        raise TypeError("no list")
    return np.asarray(x) * k
"""
RIGHT_TOO = "def scale(x, k):\n    if k < 0: raise ValueError\n    return [v * k for v in x]"
ONE_WRONG = {
    "random numbers": SOLUTION + "\nright = scale\ndef scale(x, k): return right(x, k) + (1e-6 if k == 3 else 0)",
    "whole numbers": SOLUTION + "\nright = scale\ndef scale(x, k): return right(x, k) * (1.0 if len(x) == 2 else 1)",
    "no numbers": SOLUTION + "\nright = scale\ndef scale(x, k): return right(x, k) if len(x) else None",
    "negative": "import numpy as np\ndef scale(x, k): return np.asarray(x) * k if len(x) != 1 else ['aa']",
    "open": SOLUTION + "\nright = scale\ndef scale(x, k): return right(x, k) if len(x) != 1 else ['a', 'a']",
    "twice": SOLUTION
    + "\nright = scale\nn = 0\ndef scale(x, k):\n    global n\n    n += k == 1\n    return right(x, k) + n",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "coding" / "q099-scale"
    folder.mkdir(parents=True)
    fields = (
        'function: scale\nsignature: "scale(x, k) -> np.ndarray"\nsample: "scale([1, 2], 3)"\n'
        "hints: [One., Two., Three.]\ncomplexity: O(n) time.\ninterviewer: [Why so?, What then?]\nkind: coding"
    )
    text = item_text(
        "q099", "Scale", "Multiply each number. Return the array. Refuse a negative factor.", kind="coding"
    )
    (folder / "question.md").write_text(text.replace("kind: coding", fields), encoding="utf-8")
    solution = SOLUTION.replace('        raise TypeError("no list")\n', "        x = np.array(x)\n")
    (folder / "solution.py").write_text(solution, encoding="utf-8")
    (folder / "cases.py").write_text(CASES, encoding="utf-8")
    return folder.parent.parent


@pytest.fixture(scope="module")
def judge(corpus: Path) -> Iterator[Judge]:
    with Judge(corpus, Sandbox(replace(Limits(), cpu=2), warm=2)) as opened:
        yield opened


def scale(judge: Judge) -> Item:
    """The exercise as its files are now."""
    return find_exercise("q099", judge.corpus)


def attempt(judge: Judge, source: str) -> Attempt:
    return judge.attempt(scale(judge), source)


def rows(attempt: Attempt) -> dict[str, str]:
    return {row.name: row.verdict for row in attempt.cases}


# --- right and wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [SOLUTION, RIGHT_TOO])
def test_a_right_solution_passes_whatever_it_does_with_what_is_left_open(judge: Judge, source: str) -> None:
    judged = attempt(judge, source)

    assert judged.problem == ""
    assert judged.verdict == "pass"
    assert set(rows(judged).values()) == {"pass"}


@pytest.mark.parametrize("case", ONE_WRONG)
def test_a_fault_is_found_in_its_case_and_nowhere_else(judge: Judge, case: str) -> None:
    judged = attempt(judge, ONE_WRONG[case])

    assert judged.verdict == "fail"
    assert [name for name, verdict in rows(judged).items() if verdict != "pass"] == [case]
    row = next(row for row in judged.cases if row.name == case)
    assert row.found
    assert row.why
    assert row.input.startswith("scale(")
    assert judged.problem == f"{case}: {row.found}"


def test_a_changed_argument_fails_and_is_named(judge: Judge) -> None:
    judged = attempt(
        judge, SOLUTION + "\nright = scale\ndef scale(x, k):\n    y = right(x, k)\n    x[:] = 0\n    return y"
    )

    assert judged.verdict == "fail"
    assert "changed its argument 1" in judged.problem


def test_inputs_vary_and_come_again_with_their_seed(judge: Judge) -> None:
    first, second = attempt(judge, SOLUTION), attempt(judge, SOLUTION)
    again = judge.attempt(scale(judge), SOLUTION, seed=first.seed)

    assert first.cases[0].input != second.cases[0].input
    assert first.cases[0].input == again.cases[0].input


def test_ten_at_once_are_all_judged_right(judge: Judge) -> None:
    sources = [SOLUTION, *ONE_WRONG.values(), RIGHT_TOO, "def scale(x, k): return 1 / 0", "def scale(x, k): exit(0)"]
    found: dict[int, str] = {}

    def one(number: int) -> None:
        found[number] = judge.attempt(scale(judge), sources[number], user=f"candidate {number}").verdict

    threads = [threading.Thread(target=one, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [found[number] for number in range(10)] == ["pass", *["fail"] * 6, "pass", "error", "error"]


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "verdict", "words"),
    [
        ("def scale(x, k)\n    return x", "error", "Line 1: this is not Python"),
        ("def skale(x, k): return x", "error", "defines no function scale. It defines skale"),
        ("x = 3", "error", "It defines no function"),
        ("def scale(x): return x", "error", "scale(x) cannot be called as asked"),
        ("class scale: pass", "error", "scale is a class"),
        ("scale = 7", "error", "Expected a function"),
        ("def scale(x, k): return x\0", "error", "Line 1 holds a NUL character"),
        ("def scale(x, k): return '\ud800'", "error", "lone surrogate"),
        ("# " + "x" * 1_000_000, "refused", "1,000,002 characters"),
        ("", "error", "The program is empty"),
        ("exit(0)", "error", "ended itself in line 1"),
        ("1 / 0", "error", "stopped in line 1"),
        ("import pandas as pd", "error", "may use NumPy and the usual modules"),
        ("def scale(x, k): exit(0)", "error", "Return a value instead"),
        ("import os\ndef scale(x, k): os._exit(0)", "error", "ended itself"),
        ("def scale(x, k): return scale(x, k)", "error", "does not come to its end"),
        ("def scale(x, k): return open('x')", "error", "no files"),
        ("def scale(x, k): return input()", "error", "no keyboard"),
        ("def scale(x, k): return np.array(x)", "error", "import numpy as np"),
        ("def scale(x, k):\n    while True: pass", "timeout", "a loop that does not end"),
        ("while True: pass", "timeout", "a loop that does not end"),
        ("def scale(x, k):\n    while True: print('x' * 999)", "output", "printed more than 4 MiB"),
        ("def scale(x, k): return [0] * 10**10", "memory", "ran out of memory (line 1)"),
        ("x = [0] * 10**10", "memory", "before its function was called"),
        ("def scale(x, k): return list(range(500_000))", "fail", "far larger than any right answer"),
        ("def scale(x, k):\n    y = []\n    for _ in range(99): y = [y]\n    return y", "fail", "nested"),
        ("def scale(x, k): yield 1", "fail", "a generator. Build the list or array"),
        ("def scale(x, k): return scale", "fail", "not called"),
        ("def scale(x, k): return 'text'", "fail", "got 'text'"),
        ("def scale(x, k): pass", "fail", "Is a return missing?"),
        ("def scale(x, k): return [object()] * 5", "fail", "no number"),
    ],
)
def test_bad_input_gets_a_verdict_and_a_sentence_that_helps(
    judge: Judge, source: str, verdict: str, words: str
) -> None:
    judged = attempt(judge, source)

    assert words in judged.problem
    assert judged.verdict == verdict


FORGE = """
import gc, json, os, sys
import numpy as np

def frames(bodies):
    for body in bodies:
        data = json.dumps(body).encode()
        for number in range(3, 64):
            try:
                os.write(number, len(data).to_bytes(4, "big") + data)
            except OSError:
                pass

CALL = {"values": [], "raised": None, "args": [["="], ["="]], "kwargs": {}, "read": [], "random_kept": True,
        "warnings": [], "ms": 0.1}
"""


@pytest.mark.parametrize(
    "source",
    [
        "import sys\nprint('pass')\nprint('{\"verdict\": \"pass\"}')\nsys.exit(0)\ndef scale(x, k): pass",
        FORGE + "frames([{'done': True}])\nos._exit(0)",
        FORGE + "frames([{'case': n, 'calls': [CALL]} for n in range(6)] + [{'done': True}])\nos._exit(0)",
        FORGE + "frames([{'case': 0, 'verdict': 'pass'}, {'done': True}])\nos._exit(0)",
        FORGE + "def scale(x, k):\n    frames([{'case': n, 'calls': [CALL]} for n in range(6)] + [{'done': True}])",
        "class Same(float):\n    __eq__ = lambda *a: True\n"
        "    __sub__ = __rsub__ = lambda *a: 0.0\ndef scale(x, k): return Same(1)",
        "import numpy as np\nnp.isclose = np.allclose = np.array_equal = lambda *a, **k: True\n"
        "def scale(x, k): return 0",
        "import numpy as np\nclass Same(np.ndarray):\n    def __eq__(self, other): return np.ones(5, bool)\n"
        "def scale(x, k): return np.zeros(len(x)).view(Same)",
        "import numpy as np\ndef scale(x, k): return np.full(len(x), np.nan)",
        "import builtins\nbuiltins.isinstance = lambda *a: True\ndef scale(x, k): return x",
        "import sys\nsys.modules['tutor.verdicts'] = sys\ndef scale(x, k): return x",
        "import gc\ndef scale(x, k):\n    for each in gc.get_objects():\n"
        "        if isinstance(each, dict) and 'expected' in each:\n"
        "            return each['expected']\n    return x",
        "import sys\ndef scale(x, k):\n    frame = sys._getframe()\n    while frame:\n"
        "        for each in frame.f_locals.values():\n"
        "            if hasattr(each, 'accept'): return each.accept[0]\n        frame = frame.f_back\n    return x",
        "import sys\nworker = sys.modules.get('inside.worker')\n"
        "worker._Job._call = lambda *a: {'verdict': 'pass'}\ndef scale(x, k): pass",
        "import atexit, sys\natexit.register(lambda: print('pass'))\ndef scale(x, k): raise SystemExit(0)",
    ],
)
def test_no_trick_is_judged_a_pass(judge: Judge, source: str) -> None:
    judged = attempt(judge, source)

    assert judged.verdict != "pass"
    assert rows(judged).get("random numbers") != "pass"
    assert attempt(judge, SOLUTION).verdict == "pass"


def test_what_a_program_prints_is_reported_and_decides_nothing(judge: Judge) -> None:
    judged = attempt(judge, "print('loading')\n" + SOLUTION.replace("    if k < 0", "    print(k)\n    if k < 0", 1))

    assert judged.verdict == "pass"
    assert judged.printed == "loading\n3\n2\n2\n-1\n2\n1\n2\n"


def test_a_user_who_submits_too_often_is_refused_in_words(corpus: Path) -> None:
    with Judge(corpus, Sandbox(per_minute=2)) as judge:
        verdicts = [judge.attempt(scale(judge), SOLUTION, user="a") for _ in range(3)]
        assert [judged.verdict for judged in verdicts] == ["pass", "pass", "refused"]
        assert "wait" in verdicts[2].problem
        assert judge.attempt(scale(judge), SOLUTION, user="b").verdict == "pass"
        assert "wait" in judge.run(scale(judge), user="a").problem


def test_without_a_sandbox_nothing_runs_and_the_reason_is_given(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.sandbox.selftest.find_bubblewrap", lambda: "")
    monkeypatch.setattr("tutor.sandbox.inside.fences.landlock_version", lambda: 0)
    with Judge(corpus) as judge:
        judged = judge.attempt(scale(judge), "raise SystemExit")
        assert (judged.verdict, judged.cases) == ("refused", ())
        assert "apt-get install bubblewrap" in judged.problem
        assert "Landlock" in judge.run(scale(judge)).problem


# --- the reference ----------------------------------------------------------------------------------------------------


def test_the_reference_runs_on_its_sample_or_on_a_call_of_literals(judge: Judge) -> None:
    sample = judge.run(scale(judge))
    assert (sample.exercise, sample.call, sample.problem) == ("q099", "scale([1, 2], 3)", "")
    assert np.array_equal(sample.value, [3, 6])
    assert sample.shown == "array([3, 6])"
    assert "def scale" in sample.code
    assert np.isnan(judge.run(scale(judge), "scale([nan, 1.5], k=2)").value[0])


@pytest.mark.parametrize(
    ("call", "words"), [("scale([1], -1)", "ValueError: k is negative"), ("scale([1])", "cannot be called as asked")]
)
def test_why_the_reference_gives_no_value_is_told(judge: Judge, call: str, words: str) -> None:
    assert words in judge.run(scale(judge), call).problem


@pytest.mark.parametrize(
    "call", ["scale(open('/etc/passwd').read(), 2)", "other([1], 2)", "scale([1], 2) + 1", "scale(x, 2)"]
)
def test_a_call_that_is_no_call_of_literals_is_refused(judge: Judge, call: str) -> None:
    with pytest.raises(ExerciseError):
        judge.run(scale(judge), call)


def test_time_is_taken_on_growing_inputs(judge: Judge) -> None:
    slow = "import time\n" + SOLUTION.replace("    if k < 0", "    time.sleep(len(x) / 100_000)\n    if k < 0", 1)
    small, large = judge.timing(scale(judge), slow)

    assert (small.n, large.n) == (10, 1000)
    assert large.candidate_ms is not None
    assert large.candidate_ms >= 10 > large.reference_ms > 0


def test_time_of_a_program_that_stops_is_left_out(judge: Judge) -> None:
    stops = SOLUTION + "\nimport os\nright = scale\ndef scale(x, k): return os._exit(0) if len(x) > 10 else right(x, k)"
    small, large = judge.timing(scale(judge), stops)

    assert small.candidate_ms is not None
    assert (large.candidate_ms, large.reference_ms > 0) == (None, True)


# --- finding and reading exercises ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["q043", "nms", "NMS", "q043-nms"])
def test_an_exercise_is_found_by_id_and_slug(name: str) -> None:
    assert find_exercise(name, default_corpus()).id == "q043"


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("rolling_window_mean", "q041"),
        ("rolling-window-mean", "q041"),
        ("target_encode_cv", "q042"),
        ("cosine_similarity_matrix", "q044"),
        ("reservoir_sample", "q045"),
    ],
)
def test_an_exercise_is_found_by_its_function(name: str, id: str) -> None:
    assert find_exercise(name, default_corpus()).id == id


def test_an_exercise_that_is_not_there_is_a_sentence_that_lists_them() -> None:
    with pytest.raises(ExerciseError, match=r"no exercise 'q999'.*nms.*reservoir-sample"):
        find_exercise("q999", default_corpus())


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def cases(rng):\n    yield 1", "Case objects"),
        ("def cases(rng):\n    return 1 / 0", "cases.py:2: found ZeroDivisionError"),
        ("def cases(rng):\n    return []", "0 cases"),
        ("x = (", "cases.py:1: found SyntaxError"),
        ("x = 1", "no function 'cases'"),
    ],
)
def test_cases_that_cannot_be_made_name_file_and_line(source: str, words: str) -> None:
    with pytest.raises(CorpusError) as caught:
        CasesFile(source, "coding/q099-scale/cases.py").cases(0)
    assert words in str(caught.value)


@pytest.mark.parametrize("file", ["cases.py", "solution.py", "question.md"])
def test_an_item_is_judged_as_it_was_read_whatever_becomes_of_its_files(copied: Path, file: str) -> None:
    corpus = copied.parent.parent
    item = find_exercise("q099", corpus)
    (copied / file).write_text("def cases(rng): return 1 / 0", encoding="utf-8")
    with Judge(corpus) as judge:
        assert judge.attempt(item, SOLUTION).verdict == "pass"
        assert judge.attempt(item, "def scale(x, k): return x").verdict == "fail"
        assert judge.timing(item, SOLUTION)
    shutil.rmtree(copied)
    with Judge(corpus) as judge:
        assert judge.attempt(item, SOLUTION).verdict == "pass"


def test_a_copy_without_cases_is_judged_by_those_of_today_and_says_so_where_there_are_none(copied: Path) -> None:
    corpus = copied.parent.parent
    item = find_exercise("q099", corpus)
    assert item.exercise is not None
    old = replace(item, exercise=replace(item.exercise, cases=""))
    with Judge(corpus) as judge:
        assert judge.attempt(old, "def scale(x, k): return x").verdict == "fail"
        shutil.rmtree(copied)
        with pytest.raises(ExerciseError, match=r"q099 was taken out of the corpus.*skip the question"):
            judge.attempt(old, SOLUTION)


def test_the_cases_of_an_imported_item_are_never_run(judge: Judge, tmp_path: Path) -> None:
    item, ran = scale(judge), tmp_path / "ran"
    assert item.exercise is not None
    hostile = replace(item.exercise, cases=f"open({str(ran)!r}, 'w')")
    with pytest.raises(ExerciseError, match=r"imported from 'notes'.*an exercise of the corpus.*skip the question"):
        judge.attempt(replace(item, source="notes", exercise=hostile), SOLUTION)
    assert not ran.exists()


def test_cases_that_fail_in_a_copy_are_named_by_file_and_line(copied: Path) -> None:
    (copied / "cases.py").write_text("def cases(rng):\n    return 1 / 0", encoding="utf-8")
    item = find_exercise("q099", copied.parent.parent)
    with Judge(copied.parent.parent) as judge, pytest.raises(CorpusError, match=r"q099-scale/cases\.py:2: found Zero"):
        judge.attempt(item, SOLUTION)
    shutil.rmtree(copied)
    with Judge(copied.parent.parent) as judge, pytest.raises(CorpusError, match=r"cases\.py of q099:2: found Zero"):
        judge.attempt(item, SOLUTION)


def test_edited_cases_make_another_item(copied: Path) -> None:
    before = read_corpus(copied.parent.parent).items
    (copied / "cases.py").write_text(f"{CASES}\n# once more", encoding="utf-8")
    after = read_corpus(copied.parent.parent, {item.digest: item for item in before}).items
    assert [item.digest for item in after] != [item.digest for item in before]
    assert after[0].exercise is not None
    assert after[0].exercise.cases.endswith("# once more")


@pytest.mark.parametrize("file", ["cases.py", "solution.py"])
def test_a_file_of_a_known_exercise_that_cannot_be_read_is_named_with_its_folder(copied: Path, file: str) -> None:
    known = {item.digest: item for item in read_corpus(copied.parent.parent).items}
    (copied / file).write_bytes(b"\xff\xfe")
    (problem,) = read_corpus(copied.parent.parent, known).problems
    assert problem.file == f"coding/q099-scale/{file}"


def test_a_program_is_run_on_the_sample_without_a_judgement(judge: Judge) -> None:
    came = judge.run_sample(scale(judge), "def scale(x, k):\n    print('here')\n    return x")
    assert (came.call, came.value, came.printed, came.problem) == ("scale([1, 2], 3)", [1, 2], "here\n", "")
    assert "empty" in judge.run_sample(scale(judge), " ").problem
    assert "ZeroDivisionError" in judge.run_sample(scale(judge), "def scale(x, k): return 1 / 0").problem


# --- lint -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def copied(corpus: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "copy" / "coding" / "q099-scale"
    (folder / "mutants").mkdir(parents=True)
    for path in (corpus / "coding" / "q099-scale").glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_lint_passes_an_exercise_whose_cases_catch_each_mutant(copied: Path) -> None:
    (copied / "mutants" / "one.py").write_text(
        '"""It returns the input."""\ndef scale(x, k): return x', encoding="utf-8"
    )
    with Judge(copied.parent.parent) as judge:
        assert lint_exercises(copied.parent.parent, judge) == ()


def test_lint_names_what_is_wrong_with_an_exercise(copied: Path) -> None:
    mutants = {
        "right.py": f'"""It is right."""\n{SOLUTION}',
        "silent.py": "def scale(x, k): return x",
        "syntax.py": '"""Broken."""\ndef scale(x, k) return x',
        "unrun.py": '"""Another name."""\ndef skale(x, k): return x',
    }
    for name, source in mutants.items():
        (copied / "mutants" / name).write_text(source, encoding="utf-8")
    with Judge(copied.parent.parent) as judge:
        problems = [str(problem) for problem in lint_exercises(copied.parent.parent, judge)]
    assert len(problems) == 4
    for name, words in [
        ("right.py", "a mutant that passes all cases"),
        ("silent.py", "no docstring"),
        ("syntax.py", "Python that compiles"),
        ("unrun.py", "a mutant that does not run"),
    ]:
        assert any(name in problem and words in problem for problem in problems), (name, problems)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def scale(x, k): return x", "the reference is judged fail"),
        ("def scale(x, k): exit(0)", "The reference solution of q099 fails in the case 'random numbers'"),
        ("def scale(x, k): return y", "The reference solution of q099 fails in the case 'random numbers'"),
        ("1 / 0", "the reference is judged error"),
    ],
)
def test_lint_names_a_reference_that_fails_its_own_cases(copied: Path, source: str, words: str) -> None:
    (copied / "solution.py").write_text(source, encoding="utf-8")
    with Judge(copied.parent.parent) as judge:
        (problem,) = lint_exercises(copied.parent.parent, judge)
    assert "solution.py: found " + words in str(problem)


def test_lint_asks_for_cases(copied: Path) -> None:
    (copied / "cases.py").unlink()
    with Judge(copied.parent.parent) as judge:
        (problem,) = lint_exercises(copied.parent.parent, judge)
    assert "cases.py: found no such file" in str(problem)
