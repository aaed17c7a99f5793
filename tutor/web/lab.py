"""The code lab's own logic: what one browser tab has tried so far, and what a press of each button does.

Knows the judge and the corpus; knows neither gradio nor HTML. What a candidate's program says stays text here, and is
escaped where it is shown.
"""

from __future__ import annotations

import ast
import collections.abc
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from tutor.corpus import EXERCISE_FILE, read_item
from tutor.errors import CorpusError, SandboxError, TutorError
from tutor.exercises import exercise_folders, exercise_of, find_exercise
from tutor.judging import Attempt, Execution, Judge, Timing
from tutor.records import Exercise, Item
from tutor.run_problems import source_problem

MAX_DISCUSSED = 1_500
"""Characters of a program that go into the chat's box: beyond that the question drowns."""


class JudgeHolder(Protocol):
    """What the lab needs of a running tutor."""

    @property
    def judge(self) -> Judge: ...


@dataclass
class Tried:
    """What a tab has done on one exercise. ``source`` is the program that ``attempt`` judged."""

    hints: int = 0
    source: str = ""
    attempt: Attempt | None = None
    timings: Sequence[Timing] = ()
    revealed: bool = False
    told: bool = False

    @property
    def passed(self) -> bool:
        return self.attempt is not None and self.attempt.verdict == "pass"


@dataclass(eq=False)
class LabSession:
    """One tab's work, by the exercise's id."""

    tried: dict[str, Tried] = field(default_factory=dict)

    def of(self, item: Item) -> Tried:
        return self.tried.setdefault(item.id, Tried())


def read_exercises(corpus: Path) -> dict[str, Item]:
    """The exercises by id; one whose file is broken is left out, for ``tutor lint`` tells of it."""
    items = {}
    for folder in exercise_folders(corpus):
        try:
            item = read_item(folder / EXERCISE_FILE, corpus)
        except CorpusError:
            continue
        if item.exercise:
            items[item.id] = item
    return items


def draft(kept: str | None, key: str) -> str:
    """An entry of the browser's drafts, which are JSON that a person can edit; "" where there is none."""
    try:
        drafts = json.loads(kept or "{}")
    except (ValueError, RecursionError):
        return ""
    value = drafts.get(key) if isinstance(drafts, dict) else None
    return value if isinstance(value, str) else ""


def starter(exercise: Exercise) -> str:
    """The program to begin with: the imports that the signature needs, and a function without a body."""
    imports = []
    try:
        names = {
            node.id for node in ast.walk(ast.parse(f"def {exercise.signature}: ...")) if isinstance(node, ast.Name)
        }
    except SyntaxError:
        return f"import numpy as np\n\n\ndef {exercise.function}():\n    raise NotImplementedError\n"
    if known := sorted(names.intersection(collections.abc.__all__)):
        imports.append(f"from collections.abc import {', '.join(known)}\n")
    imports.append("import numpy as np")
    head = "\n".join(imports)
    return f"{head}\n\n\ndef {exercise.signature}:\n    # Your solution\n    raise NotImplementedError\n"


class Lab:
    """Runs and judges for any number of tabs; keeps nothing of them itself."""

    def __init__(self, service: JudgeHolder) -> None:
        self._service = service

    def missing(self) -> str:
        """Why nothing can be run here, and what to install; "" where programs can be run. Waits for the self-test."""
        try:
            _ = self._service.judge.sandbox.fences
        except SandboxError as error:
            return str(error)
        return ""

    def run_sample(self, item: Item, source: str, user: str) -> tuple[Execution, str]:
        """The candidate's program on the sample, and what the reference gives there: "" where the program gives no
        value to compare with it."""
        try:
            today = self._today(item)
            came = self._service.judge.run_sample(today, source, user)
            if came.problem:
                return came, ""
            reference = self._service.judge.run(today)
        except TutorError as error:
            return Execution(item.id, source, exercise_of(item).sample, None, "", "", 0.0, str(error)), ""
        if reference.problem:
            came = replace(came, problem=f"The reference gives no value to compare with: {reference.problem}")
        return came, reference.shown

    def submit(self, item: Item, source: str, tried: Tried, user: str) -> None:
        """Judges the program. Another program's times are forgotten."""
        try:
            attempt = self._service.judge.attempt(self._today(item), source, user)
        except TutorError as error:  # the exercise's own fault, such as a broken cases.py
            attempt = Attempt(item.id, "refused", (), str(error), "", 0.0, 0)
        tried.source, tried.attempt, tried.timings = source, attempt, ()
        tried.told = tried.told or tried.passed

    def time(self, item: Item, source: str, tried: Tried, user: str) -> str:
        """Measures ``source`` against the reference. Returns why there is nothing to show, else ""."""
        if (wrong := source_problem(source)) is not None:
            return wrong[1]
        try:
            tried.timings = self._service.judge.timing(self._today(item), source, user)
        except TutorError as error:
            return str(error)
        return "" if tried.timings else "This exercise has no inputs that grow, so there is nothing to measure."

    def _today(self, item: Item) -> Item:
        """The exercise as the corpus has it now: a trainer who edits its cases tries them here."""
        return find_exercise(item.id, self._service.judge.corpus)


def next_hint(item: Item, tried: Tried) -> None:
    tried.hints = min(tried.hints + 1, len(exercise_of(item).hints))


def discussion(item: Item, tried: Tried) -> str:
    """The attempt and its first failing case as a question for the chat; "" while nothing was submitted."""
    if tried.attempt is None:
        return ""
    function, attempt = exercise_of(item).function, tried.attempt
    if attempt.verdict == "pass":
        return f"My {function} passes all cases. What would an interviewer ask about it next?"
    lines = [f"My {function} does not pass: {attempt.problem}"]
    failed = next((case for case in attempt.cases if case.verdict not in ("pass", "skipped")), None)
    if failed:
        lines = [f"My {function} fails the case “{failed.name}”: {failed.found}", f"Input: {failed.input}"]
        lines += [f"Expected: {failed.expected}"] if failed.expected else []
        lines += [f"Got: {failed.got}"] if failed.got else []
    source = tried.source if len(tried.source) <= MAX_DISCUSSED else f"{tried.source[:MAX_DISCUSSED]}\n…"
    return "\n".join([*lines, "What did I get wrong?", "", source.rstrip()])
