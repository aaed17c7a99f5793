"""Runs reference solutions and judges the candidate's own: the interface of the command line, the page and the chat.

It judges the item that it is given, whatever the corpus holds by then; who has a name only finds the item first, with
``find_exercise``. The candidate's program gets the calls and never an expected value; the reference runs in a sandbox
of its own, and the comparison is made here. Inputs differ from attempt to attempt: they are drawn from a seed that the
attempt names.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from tutor.call_text import parse_call
from tutor.case_records import CaseResult, Verdict
from tutor.cases import Call, Case, Outcome
from tutor.comparison import shown
from tutor.errors import ExerciseError, SandboxError
from tutor.exercises import cases_of, exercise_of
from tutor.records import Exercise, Item
from tutor.run_problems import raised_problem, refusal, source_problem, stop_problem
from tutor.sandbox.runs import Run, Sandbox
from tutor.verdicts import judge_case, needs_reference, unreached_case

TIMED_REPEATS = 3
MAX_PRINTED = 8_000
"""Characters of what a program printed that are shown, and kept in an interview."""

ARGUMENT_ERRORS = ("ValueError", "TypeError")
"""What a reference may raise on purpose; anything else is its own fault and no expectation."""


@dataclass(frozen=True)
class Attempt:
    """A judged submission. ``problem`` is the one sentence to read first ("" where all cases passed).

    ``printed`` is untrusted text, at most 64 KiB; ``ms`` is the program's time in the sandbox, with the reports of its
    results; ``seed`` gives the same inputs again.
    """

    exercise: str
    verdict: Verdict
    cases: tuple[CaseResult, ...]
    problem: str
    printed: str
    ms: float
    seed: int


@dataclass(frozen=True)
class Execution:
    """A program on one call. ``value`` is plain Python or NumPy, ``shown`` its short text; ``problem`` says why there
    is no value ("" where there is one). All but ``call`` is untrusted where the program is a candidate's."""

    exercise: str
    code: str
    call: str
    value: Any
    shown: str
    printed: str
    ms: float
    problem: str


@dataclass(frozen=True)
class Timing:
    """Milliseconds for one call on an input of size ``n``; ``candidate_ms`` is None where the program did not get
    that far."""

    n: int
    candidate_ms: float | None
    reference_ms: float


class Judge:
    """Judges attempts at exercises. Thread-safe; close it at the end. ``corpus`` has the cases of items that hold none
    and names the files of all."""

    def __init__(self, corpus: Path, sandbox: Sandbox | None = None) -> None:
        self.corpus = corpus
        self.sandbox = sandbox or Sandbox()

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.sandbox.close()

    def attempt(self, item: Item, source: str, user: str = "", seed: int | None = None) -> Attempt:
        """Judges ``source`` as a solution of the coding item ``item``.

        A ``user`` may submit so many times a minute; "" is not counted. Raises ExerciseError and CorpusError for the
        exercise's own faults; whatever the program does, or a missing sandbox, becomes a verdict.
        """
        exercise = exercise_of(item)
        seed = secrets.randbits(48) if seed is None else seed
        cases = cases_of(item, self.corpus).cases(seed)
        if (wrong := source_problem(source)) is not None:
            return Attempt(item.id, wrong[0], (), wrong[1], "", 0.0, seed)
        try:
            self._count(user)
            run = self.sandbox.run(source, exercise.function, [case.all_calls for case in cases])
            reference = self._reference(item, exercise, cases[: len(run.outcomes)])
        except SandboxError as error:
            verdict, problem = refusal(error)
            return Attempt(item.id, verdict, (), problem, "", 0.0, seed)
        results, problem = self._results(exercise, cases, run, reference)
        verdict = _overall(results, run, exercise, self.sandbox)
        return Attempt(item.id, verdict, results, problem, run.printed, round(run.ms, 3), seed)

    def run(self, item: Item, call_text: str | None = None, user: str = "") -> Execution:
        """Runs the reference of a coding item on a call written out, or on its sample.

        Raises ExerciseError where the call is no call of literals.
        """
        exercise = exercise_of(item)
        return self._execution(item, exercise.solution, (call_text or exercise.sample).strip(), user)

    def run_sample(self, item: Item, source: str, user: str = "") -> Execution:
        """Runs a candidate's ``source`` on the exercise's sample, and judges nothing."""
        sample = exercise_of(item).sample
        if (wrong := source_problem(source)) is not None:
            return Execution(item.id, source, sample, None, "", "", 0.0, wrong[1])
        return self._execution(item, source, sample, user)

    def timing(self, item: Item, source: str, user: str = "") -> tuple[Timing, ...]:
        """Time of ``source`` against the reference on growing inputs; nothing where the exercise times nothing.

        Raises SandboxError where nothing can be run.
        """
        exercise = exercise_of(item)
        sizes = cases_of(item, self.corpus).timed(secrets.randbits(48))
        if not sizes or source_problem(source):
            return ()
        self._count(user)
        calls = [[replace(call, times=TIMED_REPEATS)] for _, call in sizes]
        own = self.sandbox.run(source, exercise.function, calls, values=False)
        reference = self.sandbox.run(exercise.solution, exercise.function, calls, values=False)
        took = [None if calls[0].raised else calls[0].ms / TIMED_REPEATS for calls in own.outcomes]
        took += [None] * (len(sizes) - len(took))
        return tuple(
            Timing(n, mine, outcomes[0].ms / TIMED_REPEATS)
            for (n, _), mine, outcomes in zip(sizes, took, reference.outcomes, strict=False)
        )

    def _execution(self, item: Item, source: str, call_text: str, user: str) -> Execution:
        exercise = exercise_of(item)
        call = parse_call(call_text, exercise.function)
        try:
            self._count(user)
            run = self.sandbox.run(source, exercise.function, [[call]])
        except SandboxError as error:
            return Execution(item.id, source, call_text, None, "", "", 0.0, str(error))
        value, ms, problem = self._value(run, exercise)
        words = "" if problem else shown(value, 2_000)
        return Execution(item.id, source, call_text, value, words, run.printed, round(ms, 3), problem)

    def _count(self, user: str) -> None:
        if user:
            self.sandbox.turnstile.count(user)

    def _reference(self, item: Item, exercise: Exercise, cases: Sequence[Case]) -> list[tuple[Outcome, ...]]:
        """What the reference does in the cases that need it; an empty tuple for the others."""
        wanted = [place for place, case in enumerate(cases) if needs_reference(case)]
        outcomes: list[tuple[Outcome, ...]] = [()] * len(cases)
        if not wanted:
            return outcomes
        run = self.sandbox.run(exercise.solution, exercise.function, [_once(cases[place]) for place in wanted])
        if run.stop:
            verdict, words = stop_problem(run, exercise, self.sandbox.limits)
            raise ExerciseError(f"The reference solution of {item.id} fails ({verdict}: {words})", mend="tutor lint")
        for place, came in zip(wanted, run.outcomes, strict=True):
            outcomes[place] = came
            for raised in (outcome.raised for outcome in came if outcome.raised):
                if not raised.is_a(*ARGUMENT_ERRORS):
                    raise ExerciseError(
                        f"The reference solution of {item.id} fails in the case {cases[place].name!r} ({raised})",
                        f"a value, or one of {', '.join(ARGUMENT_ERRORS)}",
                        "tutor lint",
                    )
        return outcomes

    def _results(
        self, exercise: Exercise, cases: Sequence[Case], run: Run, reference: Sequence[Sequence[Outcome]]
    ) -> tuple[tuple[CaseResult, ...], str]:
        """A row for each case, and the sentence to read first."""
        name, limits = exercise.function, self.sandbox.limits
        done = [
            judge_case(case, name, came, known, limits)
            for case, came, known in zip(cases, run.outcomes, reference, strict=False)
        ]
        problem = next((f"{row.name}: {row.found}" for row in done if row.verdict != "pass"), "")
        if run.stop == "problem":
            return (), stop_problem(run, exercise, limits)[1]
        if run.stop:
            verdict, words = stop_problem(run, exercise, limits)
            rest = cases[len(done) :]
            done += [unreached_case(case, name, verdict, words) for case in rest[:1]]
            done += [unreached_case(case, name, "skipped", "The program stopped before.") for case in rest[1:]]
            problem = f"{rest[0].name}: {words}" if rest else words
        return tuple(done), problem

    def _value(self, run: Run, exercise: Exercise) -> tuple[Any, float, str]:
        if not run.outcomes:
            return None, run.ms, stop_problem(run, exercise, self.sandbox.limits)[1]
        outcome = run.outcomes[0][0]
        problem = raised_problem(outcome.raised, self.sandbox.limits)[1] if outcome.raised else ""
        return outcome.value, outcome.ms, problem


def _once(case: Case) -> list[Call]:
    """The reference's answer to a repeated call is needed once."""
    return [replace(call, times=1) for call in case.all_calls]


def _overall(results: Sequence[CaseResult], run: Run, exercise: Exercise, sandbox: Sandbox) -> Verdict:
    """What stopped the program, else the verdict of the first case that is no pass: the one ``problem`` tells of."""
    if run.stop:
        return stop_problem(run, exercise, sandbox.limits)[0]
    return next((row.verdict for row in results if row.verdict != "pass"), "pass")
