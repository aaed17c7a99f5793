"""The code lab's adaptor over the real judge: what a tab has tried, and what it is shown of that."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tutor.case_records import CaseResult
from tutor.errors import SandboxError
from tutor.exercises import exercise_of
from tutor.judging import Attempt, Execution, Judge, Timing
from tutor.records import Item
from tutor.service import Service
from tutor.settings import Settings, default_corpus
from tutor.web import lab_views
from tutor.web.lab import Lab, LabSession, Tried, discussion, draft, next_hint, read_exercises, starter
from tutor.web.lab_plot import figure, picture
from tutor.web.safe_markdown import escape

CORPUS = default_corpus()
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> $x$ **b** %"
RIGHT = """
import numpy as np

def rolling_window_mean(x, k):
    x = np.array(x, dtype=float)
    if x.ndim != 1 or k < 1:
        raise ValueError("a series and a window of one or more")
    out = np.full(len(x), np.nan)
    with np.errstate(all="ignore"):
        for i in range(k - 1, len(x)):
            out[i] = x[i - k + 1 : i + 1].mean()
    return out
"""
WRONG = RIGHT.replace("np.full(len(x), np.nan)", "np.zeros(len(x))")


@dataclass
class Holder:
    judge: Judge


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge(CORPUS) as judge:
        yield judge


@pytest.fixture
def lab(judge: Judge) -> Lab:
    lab = Lab(Holder(judge))
    if problem := lab.missing():
        pytest.skip(problem)
    return lab


@pytest.fixture(scope="module")
def item() -> Item:
    return read_exercises(CORPUS)["q041"]


def test_all_exercises_of_the_corpus_are_there_and_a_broken_one_takes_none_with_it(tmp_path: Path) -> None:
    assert list(read_exercises(CORPUS)) == ["q041", "q042", "q043", "q044", "q045"]
    copied = tmp_path / "corpus"
    shutil.copytree(CORPUS / "coding", copied / "coding")
    next((copied / "coding").glob("q042-*/question.md")).write_text("broken", encoding="utf-8")
    assert list(read_exercises(copied)) == ["q041", "q043", "q044", "q045"]
    assert read_exercises(tmp_path / "nothing") == {}


@pytest.mark.parametrize("id", ["q041", "q042", "q043", "q044", "q045"])
def test_the_program_to_begin_with_defines_the_function_and_imports_what_its_signature_names(id: str) -> None:
    exercise = exercise_of(read_exercises(CORPUS)[id])
    names: dict[str, object] = {}
    exec(starter(exercise), names)
    assert callable(names[exercise.function])


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ('{"q041": "x = 1"}', "x = 1"),
        ("", ""),
        (None, ""),
        ("{", ""),
        ("[1]", ""),
        ('{"q041": 3}', ""),
        ("[" * 10**5, ""),
    ],
)
def test_a_draft_is_read_from_what_the_browser_kept_whatever_that_is(kept: str | None, found: str) -> None:
    assert draft(kept, "q041") == found


def test_the_program_to_begin_with_is_no_solution(lab: Lab, item: Item) -> None:
    tried = Tried()
    lab.submit(item, starter(exercise_of(item)), tried, "")
    assert tried.attempt is not None
    assert tried.attempt.verdict == "error"
    assert "NotImplementedError" in lab_views.attempt(tried.attempt)


def test_the_statement_shows_the_contract_and_the_signature_and_no_solution(item: Item) -> None:
    shown = lab_views.statement(item)
    assert "raises ValueError" in shown
    assert "rolling_window_mean(x: np.ndarray | list, k: int)" in shown
    assert "_window_sums" not in shown


def test_the_sample_shows_the_candidates_value_beside_the_references(lab: Lab, item: Item) -> None:
    shown = lab_views.sample(*lab.run_sample(item, f"{WRONG}\nprint('I print')", ""))
    assert "array([0., 0., 2., 3., 4., 5.])" in shown
    assert "array([nan, nan, 2., 3., 4., 5.])" in shown
    assert "I print" in shown


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def rolling_window_mean(x, k): return 1 / 0", "ZeroDivisionError"),
        ("def rolling_window_mean(x, k) return 1", "Line 1"),
        ("def mean(x, k): return 1", "rolling_window_mean"),
        ("\0", "NUL"),
        ("", "empty"),
        ("import os; os._exit(0)", "ended itself"),
    ],
)
def test_a_sample_that_cannot_be_run_says_why(lab: Lab, item: Item, source: str, words: str) -> None:
    assert words.lower() in lab_views.sample(*lab.run_sample(item, source, "")).lower()


def test_a_sample_that_no_program_is_run_on_counts_against_nobodys_rate(item: Item) -> None:
    from tutor.sandbox.runs import Sandbox

    with Judge(CORPUS, Sandbox(per_minute=1)) as judge:
        lab = Lab(Holder(judge))
        assert "empty" in lab.run_sample(item, " ", "ann")[0].problem
        assert lab.run_sample(item, RIGHT, "ann")[0].problem == ""
        assert "programs in the last minute" in lab.run_sample(item, RIGHT, "ann")[0].problem


def test_a_reference_that_fails_on_its_own_sample_is_not_taken_for_the_candidates_program(tmp_path: Path) -> None:
    shutil.copytree(CORPUS / "coding", tmp_path / "coding")
    broken = "def rolling_window_mean(x: np.ndarray | list, k: int) -> np.ndarray:\n    return 1 / 0\n"
    (tmp_path / "coding" / "q041-rolling-window-mean" / "solution.py").write_text(f"import numpy as np\n\n\n{broken}")
    with Judge(tmp_path) as judge:
        came, expected = Lab(Holder(judge)).run_sample(read_exercises(tmp_path)["q041"], RIGHT, "")
    assert came.problem.startswith("The reference gives no value to compare with: The function raised ZeroDivision")
    assert (came.shown, expected) == ("array([nan, nan, 2., 3., 4., 5.])", "")


def test_a_wrong_program_is_shown_its_failing_case_with_the_reason_before_the_passed_ones(lab: Lab, item: Item) -> None:
    tried = Tried()
    lab.submit(item, WRONG, tried, "")
    shown = lab_views.attempt(tried.attempt)
    assert tried.attempt is not None
    failed = next(case for case in tried.attempt.cases if case.verdict == "fail")
    assert 'lab-fail">Wrong</span>' in shown
    assert escape(failed.name) in shown
    assert "At position 0: expected nan, got 0.0" in shown
    assert shown.index("Wrong</span>") < shown.index("lab-cases") < shown.index("<details")
    assert not tried.told


def test_a_right_program_passes_and_is_told_what_an_interviewer_asks_next(lab: Lab, item: Item) -> None:
    tried = Tried()
    lab.submit(item, RIGHT, tried, "")
    assert tried.passed, tried.attempt
    assert tried.told
    assert "All " in lab_views.attempt(tried.attempt)
    assert "O(n) time" in lab_views.told(item)
    assert "one value at a time" in lab_views.told(item)


def test_times_are_measured_on_growing_inputs_and_another_program_forgets_them(lab: Lab, item: Item) -> None:
    tried = Tried()
    assert lab.time(item, RIGHT, tried, "") == ""
    sizes = [each.n for each in tried.timings]
    assert len(sizes) > 2
    assert sizes == sorted(sizes)
    assert "data:image/png;base64," in lab_views.times(tried)
    lab.submit(item, WRONG, tried, "")
    assert lab_views.times(tried) == ""


def test_a_program_that_cannot_be_timed_says_why(lab: Lab, item: Item) -> None:
    assert "empty" in lab.time(item, "  ", Tried(), "")


def test_too_many_runs_in_a_minute_are_refused_in_words(item: Item) -> None:
    from tutor.sandbox.runs import Sandbox

    with Judge(CORPUS, Sandbox(per_minute=1)) as judge:
        lab, tried = Lab(Holder(judge)), Tried()
        lab.submit(item, "", tried, "ann")
        lab.submit(item, RIGHT, tried, "ann")
        lab.submit(item, RIGHT, tried, "ann")
    shown = lab_views.attempt(tried.attempt)
    assert "Not run" in shown
    assert "programs in the last minute" in shown


def test_without_a_sandbox_the_lab_says_what_to_install_and_nothing_is_run(
    item: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise SandboxError("Programs cannot be run safely here", "bubblewrap", "sudo apt-get install bubblewrap")

    monkeypatch.setattr("tutor.sandbox.runs.choose_fences", refuse)
    with Judge(CORPUS) as judge:
        lab, tried = Lab(Holder(judge)), Tried()
        assert "sudo apt-get install bubblewrap" in lab_views.unavailable(lab.missing())
        lab.submit(item, RIGHT, tried, "")
        came, _ = lab.run_sample(item, RIGHT, "")
        assert "apt-get" in lab.time(item, RIGHT, tried, "")
    assert "apt-get" in lab_views.attempt(tried.attempt)
    assert "apt-get" in lab_views.sample(came)


def test_everything_a_program_says_stays_text(item: Item) -> None:
    case = CaseResult(HOSTILE, "error", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    pieces = [
        lab_views.attempt(Attempt("q041", "error", (case,), HOSTILE, HOSTILE, 1.0, 1)),
        lab_views.sample(Execution("q041", HOSTILE, HOSTILE, None, HOSTILE, HOSTILE, 1.0, HOSTILE), HOSTILE),
        lab_views.reference(item, HOSTILE),
        lab_views.times(Tried(), HOSTILE),
        lab_views.unavailable(HOSTILE),
    ]
    for piece in pieces:
        assert "&lt;script&gt;" in piece
        assert "<script" not in piece
        assert "<img" not in piece
        assert "\n\n" not in piece


def test_a_program_that_prints_much_is_shown_its_beginning() -> None:
    shown = lab_views.attempt(Attempt("q041", "pass", (), "", "x" * 60_000, 1.0, 1))
    assert "52,000 characters more" in shown
    assert len(shown) < 10_000


def test_each_press_gives_one_hint_more_up_to_the_last(item: Item) -> None:
    tried = Tried()
    assert lab_views.hints(item, tried.hints) == ""
    seen = []
    for _ in range(5):
        next_hint(item, tried)
        seen.append(lab_views.hints(item, tried.hints).count("<li>"))
    assert seen == [1, 2, 3, 3, 3]


def test_the_failing_case_and_the_program_become_a_question(lab: Lab, item: Item) -> None:
    tried = Tried()
    assert discussion(item, tried) == ""
    lab.submit(item, WRONG, tried, "")
    text = discussion(item, tried)
    assert text.startswith("My rolling_window_mean fails the case “")
    assert "Expected: array([" in text
    assert "np.zeros(len(x))" in text
    tried.source = "x" * 10_000
    assert len(discussion(item, tried)) < 3_000
    lab.submit(item, RIGHT, tried, "")
    assert "passes all cases" in discussion(item, tried)


def test_two_exercises_keep_their_own_attempts(item: Item) -> None:
    session = LabSession()
    session.of(item).hints = 2
    other = read_exercises(CORPUS)["q043"]
    assert session.of(other).hints == 0
    assert session.of(item).hints == 2


def test_the_curve_of_a_program_ends_where_it_did_not_get_further() -> None:
    timings = (Timing(10, 1.0, 0.1), Timing(100, None, 0.2))
    reference, own = figure(timings).axes[0].get_lines()
    assert np.array_equal(reference.get_xdata(), [10, 100])
    assert np.array_equal(own.get_xdata(), [10])
    assert "did not get that far" in picture(timings)


def test_the_service_makes_its_judge_once_over_its_corpus_and_closes_it(tmp_path: Path) -> None:
    service = Service(Settings(home=tmp_path, corpus=CORPUS, chat_model="none"))
    judge = service.judge
    assert judge is service.judge
    assert judge.corpus == CORPUS
    service.close()
    attempt = judge.attempt(read_exercises(CORPUS)["q041"], RIGHT)
    assert attempt.verdict == "refused"
