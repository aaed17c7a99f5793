"""What came of the cases of a program, as plain data. Knows nothing of how a case is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "fail", "error", "timeout", "memory", "output", "refused", "skipped"]
"""``skipped`` is a case that was not reached; an attempt is never ``skipped``."""


@dataclass(frozen=True)
class CaseResult:
    """One row of the candidate's table. ``why`` says why the case matters, ``found`` what is wrong ("" if nothing)."""

    name: str
    verdict: Verdict
    input: str
    expected: str
    got: str
    why: str
    found: str = ""
    ms: float = 0.0
