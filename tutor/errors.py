"""The one error tree. An error is a sentence for a person: what was found, what was expected, what mends it.

Knows nothing of where it is shown: the command line and the page turn it into words on a screen.
"""

from __future__ import annotations

from dataclasses import dataclass


class TutorError(Exception):
    """Base of everything this package raises on purpose.

    ``found`` and ``expected`` are short clauses without a full stop; ``mend`` is a command or an action.
    """

    def __init__(self, found: str, expected: str = "", mend: str = "") -> None:
        self.found, self.expected, self.mend = found, expected, mend
        parts = [found.rstrip(".") + "."]
        if expected:
            parts.append(f"Expected: {expected.rstrip('.')}.")
        if mend:
            parts.append(f"To mend it: {mend}")
        super().__init__(" ".join(parts))


class SettingsError(TutorError):
    """The environment asks for something that cannot be."""


class WeightsError(TutorError):
    """Model files are missing, incomplete or not what was pinned."""


class SearchIndexError(TutorError):
    """The search index is missing, damaged or built for another embedder."""


class IngestError(TutorError):
    """Ingestion cannot start or cannot finish; the index in use stays as it was."""


class DocumentError(TutorError):
    """A document of a trainer cannot be read."""


class ChatModelError(TutorError):
    """The chat model is not there, not ready or does not answer."""


class CalibrationError(TutorError):
    """A calibration is missing, damaged, or cannot be made from what there is."""


class SandboxError(TutorError):
    """Programs cannot be run: no fence is available here, or too many wait."""


class ExerciseError(TutorError):
    """There is no such exercise, or what was asked of it cannot be done."""


class StoreError(TutorError):
    """The database cannot be opened, read or written, or does not hold what was asked for."""


class GoneError(StoreError):
    """What was asked for was deleted, or never was."""


class StaleError(StoreError):
    """The state that a step was taken from is not the newest one any more."""


class PracticeError(TutorError):
    """An interview or a quiz cannot be made or cannot take the step that was asked for."""


class PortInUseError(TutorError):
    """The address the page should listen on is taken."""


@dataclass(frozen=True)
class FileProblem:
    """One thing wrong in one file of the corpus: ``line`` counts from 1, 0 where no line can be named."""

    file: str
    line: int
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: found {self.found}; expected {self.expected}"


class CorpusError(TutorError):
    """An item file does not follow the schema. Carries the place."""

    def __init__(self, problem: FileProblem) -> None:
        self.problem = problem
        super().__init__(str(problem), mend="edit the file, then run: tutor lint")
