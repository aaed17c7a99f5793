"""The exercises' cases tell right from wrong: solutions of both kinds, judged in the real sandbox.

``exercises/<id>/right`` holds solutions written in very different ways, ``exercises/<id>/wrong`` such with one fault
each; their docstrings name the case that must catch it.
"""

from __future__ import annotations

import ast
import math
import runpy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tutor.cases import Case
from tutor.exercises import cases_of, exercise_folders, find_exercise
from tutor.judging import Judge
from tutor.settings import default_corpus

CORPUS = default_corpus()
SOLUTIONS = Path(__file__).parent / "exercises"
FOLDERS = {folder.name[:4]: folder for folder in exercise_folders(CORPUS)}
RIGHT = sorted(SOLUTIONS.glob("*/right/*.py"))
WRONG = sorted(SOLUTIONS.glob("*/wrong/*.py"))
MUTANTS = sorted(CORPUS.glob("coding/*/mutants/*.py"))
CAUGHT_BY = "Caught by: "


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge(CORPUS) as judge:
        yield judge


def name(path: Path) -> str:
    return f"{exercise(path)}-{path.stem}"


def exercise(path: Path) -> str:
    return path.parent.parent.name[:4]


def faults(path: Path) -> list[str]:
    """The lines of the docstring that name the case that must catch a wrong solution."""
    lines = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()
    return [line.removeprefix(CAUGHT_BY) for line in lines if line.startswith(CAUGHT_BY)]


@pytest.mark.parametrize("path", RIGHT, ids=name)
def test_a_right_solution_passes_however_it_is_written(path: Path, judge: Judge) -> None:
    attempt = judge.attempt(find_exercise(exercise(path), CORPUS), path.read_text(encoding="utf-8"))

    assert attempt.verdict == "pass", f"{attempt.problem} (seed {attempt.seed})"


@pytest.mark.parametrize("path", WRONG, ids=name)
def test_a_wrong_solution_fails_in_the_case_for_its_fault(path: Path, judge: Judge) -> None:
    (fault,) = faults(path)

    attempt = judge.attempt(find_exercise(exercise(path), CORPUS), path.read_text(encoding="utf-8"))

    caught = {case.name for case in attempt.cases if case.verdict not in ("pass", "skipped")}
    assert attempt.verdict in ("fail", "error", "memory"), f"{attempt.problem} (seed {attempt.seed})"
    assert fault in caught, f"caught by {caught} only (seed {attempt.seed})"


@pytest.mark.parametrize("path", MUTANTS, ids=name)
def test_the_cases_catch_a_mutant(path: Path, judge: Judge) -> None:
    attempt = judge.attempt(find_exercise(exercise(path), CORPUS), path.read_text(encoding="utf-8"))

    assert attempt.verdict in ("fail", "error", "memory"), f"{attempt.problem} (seed {attempt.seed})"


@pytest.mark.parametrize("id", sorted(FOLDERS))
def test_there_are_enough_solutions_of_each_kind(id: str) -> None:
    counts = [sum(exercise(path) == id for path in paths) for paths in (RIGHT, WRONG, MUTANTS)]

    assert counts[0] >= 4
    assert counts[1] >= 10
    assert counts[2] >= 6


@pytest.mark.parametrize("id", sorted(FOLDERS))
def test_each_case_says_in_a_sentence_why_it_matters(id: str) -> None:
    for case in cases(id, 1):
        assert case.why.endswith("."), case.name
        assert 4 <= len(case.why.split()) <= 35, case.name
        assert len(case.name) <= 60


@pytest.mark.parametrize("id", sorted(FOLDERS))
def test_inputs_differ_from_attempt_to_attempt_but_not_for_one_seed(id: str) -> None:
    first, again, other = (repr([case.all_calls for case in cases(id, seed)]) for seed in (1, 1, 2))

    assert first == again
    assert first != other


@pytest.mark.parametrize("id", sorted(FOLDERS))
def test_every_exercise_is_timed_on_growing_inputs(id: str, judge: Judge) -> None:
    solution = (FOLDERS[id] / "solution.py").read_text(encoding="utf-8")

    timings = judge.timing(find_exercise(id, CORPUS), solution)

    assert len(timings) >= 4
    assert [timing.n for timing in timings] == sorted({timing.n for timing in timings})
    assert all(timing.candidate_ms is not None for timing in timings)


def cases(id: str, seed: int) -> tuple[Case, ...]:
    return cases_of(find_exercise(id, CORPUS), CORPUS).cases(seed)


# false alarms of the statistical cases


@pytest.mark.parametrize(("trials", "chance", "counts"), [(2000, 1 / 10, 10), (1500, 4 / 5, 5), (600, 1 / 5, 40)])
def test_a_fair_sampler_is_accused_less_than_once_in_ten_million_attempts(
    trials: int, chance: float, counts: int
) -> None:
    """Adds up the exact binomial chances of all counts that the case would not believe."""
    reservoir = runpy.run_path(str(FOLDERS["q045"] / "cases.py"))
    unlikely, limit = reservoir["_unlikely"], reservoir["FALSE_ALARM"]

    accused = sum(
        binomial(trials, count, chance)
        for count in range(trials + 1)
        if unlikely([("", count)] + [("", round(trials * chance))] * (counts - 1), trials, chance, 1.0)
    )

    assert 0 < counts * accused < limit <= 1e-7


def binomial(trials: int, count: int, chance: float) -> float:
    ways = math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
    return math.exp(ways + count * math.log(chance) + (trials - count) * math.log1p(-chance))


def test_the_statistical_cases_together_accuse_a_fair_sampler_less_than_once_in_a_million_attempts() -> None:
    reservoir = runpy.run_path(str(FOLDERS["q045"] / "cases.py"))
    statistical = [case for case in cases("q045", 1) if case.all_calls[0].times > 1]

    assert statistical
    assert len(statistical) * reservoir["FALSE_ALARM"] < 1e-6


def test_the_folds_of_target_encoding_are_read_from_the_codes() -> None:
    """A hand-made answer: rows 0 and 1 against rows 2 and 3, one category."""
    encoding = runpy.run_path(str(FOLDERS["q042"] / "cases.py"))
    targets = np.array([1.0, 2.0, 4.0, 8.0])

    assert encoding["_held_out"](6.0, targets, 2) == {0, 1}
    assert encoding["_held_out"](1.5, targets, 2) == {2, 3}
    assert encoding["_held_out"](3.75, targets, 2) == frozenset()
    assert [group.tolist() for group in encoding["_equal_codes"](np.array([6, 6, 1.5, 1.5]), np.arange(4))] == [
        [2, 3],
        [0, 1],
    ]
