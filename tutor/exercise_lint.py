"""Checks the exercises by running them: the reference passes its own cases, and the cases catch each mutant.

Needs a sandbox; knows nothing of the corpus's other rules, which ``lint`` checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tutor.corpus import SOLUTION_FILE
from tutor.errors import CorpusError, ExerciseError, FileProblem
from tutor.exercises import Mutant, exercise_folders, exercise_of, find_exercise, read_mutants
from tutor.judging import Attempt, Judge

RUNNING_AT_ONCE = 4
_REFUSALS = ("refused", "output")


def lint_exercises(corpus: Path, judge: Judge) -> tuple[FileProblem, ...]:
    """Every problem, in order of file. Raises SandboxError where nothing can be run."""
    _ = judge.sandbox.fences
    checks = [check for folder in exercise_folders(corpus) for check in _checks(folder, corpus, judge)]
    with ThreadPoolExecutor(RUNNING_AT_ONCE) as pool:
        found = [problem for problem in pool.map(lambda check: check(), checks) if problem]
    return tuple(sorted(found, key=lambda problem: (problem.file, problem.line)))


def _checks(folder: Path, corpus: Path, judge: Judge) -> Iterator[Callable[[], FileProblem | None]]:
    try:
        item = find_exercise(folder.name, corpus)
    except CorpusError:  # the schema's problem, which lint has named
        return
    name = (folder / SOLUTION_FILE).relative_to(corpus).as_posix()
    solution = exercise_of(item).solution
    yield lambda: _guarded(lambda: _solution_problem(name, judge.attempt(item, solution)), name)
    for mutant in read_mutants(folder, corpus):
        if isinstance(mutant, FileProblem):
            yield lambda problem=mutant: problem  # type: ignore[misc]
        else:
            yield lambda mutant=mutant: _guarded(  # type: ignore[misc]
                lambda: _mutant_problem(mutant, judge.attempt(item, mutant.source))
            )


def _guarded(check: Callable[[], FileProblem | None], solution: str = "") -> FileProblem | None:
    """The problem that a check finds, or that keeps it from being made. What is wrong with the reference itself is
    told once, for the check that names its file."""
    try:
        return check()
    except CorpusError as error:
        return error.problem
    except ExerciseError as error:
        return FileProblem(solution, 0, error.found, error.expected or "a solution that runs") if solution else None


def _solution_problem(name: str, attempt: Attempt) -> FileProblem | None:
    if attempt.verdict == "pass":
        return None
    found = f"the reference is judged {attempt.verdict} (seed {attempt.seed}): {attempt.problem}"
    return FileProblem(name, 0, found[:400], "a solution that passes all cases")


def _mutant_problem(mutant: Mutant, attempt: Attempt) -> FileProblem | None:
    if attempt.verdict == "pass":
        found = f"a mutant that passes all cases (seed {attempt.seed}): {mutant.fault}"
        return FileProblem(mutant.file, 1, found[:400], "a case that catches it")
    if not attempt.cases or attempt.verdict in _REFUSALS:
        return FileProblem(mutant.file, 1, f"a mutant that does not run: {attempt.problem}"[:400], "one that does")
    return None
