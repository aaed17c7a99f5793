"""Says to a candidate in a sentence why a program did not get to its end, and what to do about it.

Names, messages and line numbers come from the program itself: text to be shown, escaped, and never to be believed.
"""

from __future__ import annotations

from tutor.case_records import Verdict
from tutor.cases import Raised
from tutor.errors import SandboxError
from tutor.records import Exercise
from tutor.sandbox.runs import Problem, Run
from tutor.sandbox.workers import Limits

MAX_SOURCE = 100_000
_ALLOWED = "A program may use NumPy and the usual modules of the standard library."
_NO_DEVICES = "A program has no files, no network, no other processes and no signals here; threads work."


def source_problem(source: str) -> tuple[Verdict, str] | None:
    """What keeps a source text from being run at all: its size, NUL characters, nothing in it."""
    if len(source) > MAX_SOURCE:
        return "refused", f"The program has {len(source):,} characters; at most {MAX_SOURCE:,} are run."
    if "\0" in source:
        line = source[: source.index("\0")].count("\n") + 1
        return "error", f"Line {line} holds a NUL character, which Python does not allow. Delete it, or save as UTF-8."
    if any("\ud800" <= each <= "\udfff" for each in source):
        return "error", "The program holds half a character (a lone surrogate). Save the file as UTF-8."
    if not source.strip():
        return "error", "The program is empty. Write the function and submit again."
    return None


def stop_problem(run: Run, exercise: Exercise, limits: Limits) -> tuple[Verdict, str]:
    """Verdict and sentence for a run that did not come to its end."""
    if run.stop == "problem":
        return _problem(run.problem, exercise)
    return {
        "timeout": (
            "timeout",
            f"Stopped: the program used more than {limits.cpu} s of computing, or {limits.wall:g} s in all. "
            "Look for a loop that does not end, or for a way that takes fewer steps.",
        ),
        "memory": (
            "memory",
            f"The program was killed, most likely because it used too much memory (limit {_gib(limits)}).",
        ),
        "output": (
            "output",
            f"Stopped: the program printed more than {limits.most_output >> 20} MiB. "
            "Look for a print in a loop that does not end.",
        ),
        "exit": (
            "error",
            "The program ended itself before its function had returned. Do not call exit or os._exit; return a value.",
        ),
        "crash": (
            "error",
            "The Python process crashed. Recursion that is too deep, too much memory, or calls into C do that.",
        ),
        "forged": ("error", "The program disturbed the report of its own results, so nothing could be judged."),
    }[run.stop]  # type: ignore[return-value]


def refusal(error: SandboxError) -> tuple[Verdict, str]:
    return "refused", str(error)


def raised_problem(raised: Raised, limits: Limits) -> tuple[Verdict, str]:
    """Verdict and sentence for an exception of the candidate's function."""
    where = f" (line {raised.line})" if raised.line else ""
    if raised.is_a("MemoryError"):
        return "memory", f"The function ran out of memory{where}: at most {_gib(limits)} may be used."
    if raised.is_a("SystemExit", "KeyboardInterrupt", "GeneratorExit"):
        return (
            "error",
            f"The function raised {raised.name}{where}: it tried to end the program. Return a value instead.",
        )
    return "error", f"The function raised {raised}{where}.{_hint(raised)}"


def _problem(problem: Problem, exercise: Exercise) -> tuple[Verdict, str]:
    name, where = exercise.function, f"Line {problem.line}: " if problem.line else ""
    if problem.kind == "syntax":
        return "error", f"{where}this is not Python: {problem.words}."
    if problem.kind == "raised":
        return _raised_at_load(problem)
    if problem.kind == "missing":
        defined = f"It defines {problem.words}." if problem.words else "It defines no function."
        return "error", f"The program defines no function {name}. {defined} Expected: def {exercise.signature}"
    if problem.kind == "class":
        return "error", f"{name} is a class. Expected a function: def {exercise.signature}"
    if problem.kind == "no function":
        return "error", f"{name} is {problem.words}. Expected a function: def {exercise.signature}"
    return "error", f"{problem.words} cannot be called as asked ({problem.name}). Expected: def {exercise.signature}"


def _raised_at_load(problem: Problem) -> tuple[Verdict, str]:
    where = f" in line {problem.line}" if problem.line else ""
    if problem.name == "MemoryError":
        return "memory", f"The program ran out of memory{where}, before its function was called."
    if problem.name == "SystemExit":
        return "error", f"The program ended itself{where}, before its function was called. Take out exit()."
    raised = Raised(problem.name, (problem.name,), problem.words)
    return "error", f"The program stopped{where}, before its function was called: {raised}.{_hint(raised)}"


def _hint(raised: Raised) -> str:
    if raised.is_a("ModuleNotFoundError", "ImportError"):
        return f" {_ALLOWED}"
    if raised.is_a("PermissionError", "BlockingIOError") or "not permitted" in raised.message:
        return f" {_NO_DEVICES}"
    if raised.is_a("EOFError"):
        return " There is no keyboard: take the values from the arguments, not from input()."
    if raised.is_a("NameError") and "'np'" in raised.message:
        return " Add: import numpy as np"
    if raised.is_a("RecursionError"):
        return " The recursion does not come to its end, or goes too deep; a loop has no such limit."
    return ""


def _gib(limits: Limits) -> str:
    return f"{limits.memory / (1 << 30):g} GiB"
