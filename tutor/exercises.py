"""The exercises of the corpus as things to be run: finding one by any of its names, loading its cases and mutants.

An exercise holds the text of its ``cases.py``, so that a copy of it is judged as it was when the copy was made.
``cases.py`` is trusted code and is run here, outside the sandbox; ``tutor.cases`` describes what it holds. Besides
``cases(rng)`` it may define ``SIZES`` and ``timed(n, rng)``, a call whose input has size n, for a plot of time against
the reference. ``mutants/`` lies beside an exercise's files. Knows nothing of how a program is run or judged.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tutor.cases import Call, Case
from tutor.corpus import CASES_FILE, EXERCISE_FILE, read_item
from tutor.errors import CorpusError, ExerciseError, FileProblem
from tutor.records import Exercise, Item

MUTANTS_FOLDER = "mutants"


@dataclass(frozen=True)
class Mutant:
    """A wrong solution that the cases must catch; ``fault`` says what is wrong with it."""

    file: str
    fault: str
    source: str


def exercise_folders(corpus: Path) -> list[Path]:
    """The folders of all exercises, in order of their ids."""
    return sorted(path.parent for path in (corpus / "coding").glob(f"*/{EXERCISE_FILE}"))


def find_exercise(name: str, corpus: Path) -> Item:
    """The exercise as it is in the corpus now, by id (q043), slug (nms) or function name. Raises ExerciseError."""
    wanted = name.strip().lower().replace("_", "-")
    folders = exercise_folders(corpus)
    for folder in folders:
        id, _, slug = folder.name.lower().partition("-")
        if wanted in (id, slug, folder.name.lower()):
            return read_item(folder / EXERCISE_FILE, corpus)
    for folder in folders:
        try:
            item = read_item(folder / EXERCISE_FILE, corpus)
        except CorpusError:  # the broken file may be another exercise's
            continue
        if exercise_of(item).function == name.strip():
            return item
    known = ", ".join(folder.name.partition("-")[2] or folder.name for folder in folders)
    raise ExerciseError(f"There is no exercise {name[:80]!r}", f"one of: {known}", "use one of these names")


def exercise_of(item: Item) -> Exercise:
    """The exercise part of a coding item."""
    if item.exercise is None:
        raise ExerciseError(f"{item.id} is not a coding item", "an item with a function to write")
    return item.exercise


def cases_of(item: Item, corpus: Path) -> CasesFile:
    """The cases that an item holds. A copy of an item from before copies held them is judged by those that the corpus
    has now; raises ExerciseError where it has none any more, and for an imported item.

    They are code that runs outside the sandbox. The copy in a kept interview is trusted like the corpus itself: who can
    write the database can have code run.
    """
    if item.source != "corpus":
        raise ExerciseError(
            f"{item.id} was imported from {item.source!r}, and no cases of imported items are run",
            "an exercise of the corpus",
            "skip the question",
        )
    folders = exercise_folders(corpus)
    folder = next((each for each in folders if f"{each.name.lower()}-".startswith(f"{item.id}-")), None)
    name = (folder / CASES_FILE).relative_to(corpus).as_posix() if folder else f"{CASES_FILE} of {item.id}"
    if text := exercise_of(item).cases:
        return CasesFile(text, name)
    if folder is None:
        raise ExerciseError(
            f"The exercise {item.id} was taken out of the corpus, and the copy of it that was kept has no cases",
            "cases to judge a program by",
            "skip the question",
        )
    text = exercise_of(read_item(folder / EXERCISE_FILE, corpus)).cases
    if not text:
        raise CorpusError(FileProblem(name, 0, "no such file", "the cases of the exercise"))
    return CasesFile(text, name)


class CasesFile:
    """The ``text`` of a ``cases.py``, loaded; problems name it as ``name``. Raises CorpusError where it fails."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._holds: dict[str, Any] = {"__name__": f"cases in {name}"}
        self._run(lambda: exec(compile(text, name, "exec"), self._holds))

    def cases(self, seed: int) -> tuple[Case, ...]:
        """The cases that ``seed`` gives; at least one."""
        cases = tuple(self._run(lambda: tuple(self._function("cases")(np.random.default_rng(seed)))))
        names = [case.name for case in cases if isinstance(case, Case)]
        if len(names) != len(cases) or not cases or len(set(names)) != len(names):
            raise self._wrong(
                0, f"{len(cases)} cases, {len(set(names))} names", "Case objects with a name of its own each"
            )
        return cases

    def timed(self, seed: int) -> tuple[tuple[int, Call], ...]:
        """Calls of growing size, smallest first; none where the file defines none."""
        if "timed" not in self._holds:
            return ()
        sizes = sorted(self._holds.get("SIZES", ()))
        return tuple((n, self._run(lambda n=n: self._holds["timed"](n, np.random.default_rng(seed)))) for n in sizes)

    def _function(self, name: str) -> Any:
        if not callable(self._holds.get(name)):
            raise self._wrong(0, f"no function {name!r}", f"def {name}(rng)")
        return self._holds[name]

    def _run(self, act: Any) -> Any:
        try:
            return act()
        except CorpusError:
            raise
        except Exception as error:
            line, trace = getattr(error, "lineno", 0) or 0, error.__traceback__
            while trace is not None:
                line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == self._name else line
                trace = trace.tb_next
            raise self._wrong(line, f"{type(error).__name__}: {error}"[:200], "cases that can be made") from error

    def _wrong(self, line: int, found: str, expected: str) -> CorpusError:
        return CorpusError(FileProblem(self._name, line, found, expected))


def read_mutants(folder: Path, corpus: Path) -> Iterator[Mutant | FileProblem]:
    """The wrong solutions in ``mutants/``, and a problem for each that does not say what is wrong with it."""
    for path in sorted((folder / MUTANTS_FOLDER).glob("*.py")):
        name = path.relative_to(corpus).as_posix()
        source = path.read_text(encoding="utf-8")
        try:
            words = ast.get_docstring(ast.parse(source)) or ""
        except SyntaxError as error:
            yield FileProblem(name, error.lineno or 0, error.msg, "Python that compiles")
            continue
        fault = words.strip().partition("\n")[0]
        if fault:
            yield Mutant(name, fault, source)
        else:
            yield FileProblem(name, 1, "no docstring", "a docstring that says what is wrong with the solution")
