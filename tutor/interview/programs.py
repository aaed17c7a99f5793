"""A candidate's program in an interview: tried on the sample, judged by the cases. Knows the judge.

Both use the copy of the exercise that the interview began with.
"""

from __future__ import annotations

from dataclasses import replace

from tutor.case_records import CaseResult
from tutor.errors import PracticeError
from tutor.excerpt import beginning
from tutor.interview.records import CodeResult, Interview
from tutor.judging import MAX_PRINTED, Execution, Judge
from tutor.store.serialized import storable


def judge_program(judge: Judge, interview: Interview, source: str, user: str = "") -> CodeResult:
    """Judges the program for the open question.

    Raises PracticeError where no case could be run, because the program is no Python, too long, or had to wait: that
    is no answer yet. Raises TutorError where the exercise itself is at fault.
    """
    attempt = judge.attempt(interview.item(interview.current), source, user)
    if not attempt.cases:
        raise PracticeError(f"{attempt.problem.rstrip('.')}. The question stays open")
    passed = sum(case.verdict == "pass" for case in attempt.cases)
    rows = tuple(_storable(row) for row in attempt.cases)
    printed = storable(beginning(attempt.printed, MAX_PRINTED))
    return CodeResult(source, attempt.verdict, passed, len(rows), storable(attempt.problem), rows, printed)


def run_sample(judge: Judge, interview: Interview, source: str, user: str = "") -> Execution:
    """Runs the program for the open question on its sample call. It is no answer, and nothing is judged."""
    return judge.run_sample(interview.item(interview.current), source, user)


def _storable(row: CaseResult) -> CaseResult:
    """What came of a program's values and messages may hold characters that cannot be kept."""
    return replace(row, input=storable(row.input), got=storable(row.got), found=storable(row.found))
