"""A candidate's program, judged by its exercise's cases, as an interview keeps it. Knows the judge."""

from __future__ import annotations

from tutor.errors import PracticeError
from tutor.interview.records import CodeResult, Interview
from tutor.judging import Judge


def judge_program(judge: Judge, interview: Interview, source: str, user: str = "") -> CodeResult:
    """Judges the program for the open question, by the cases that the interview began with.

    Raises PracticeError where no case could be run, because the program is no Python, too long, or had to wait: that
    is no answer yet. Raises TutorError where the exercise itself is at fault.
    """
    attempt = judge.attempt(interview.item(interview.current), source, user)
    if not attempt.cases:
        raise PracticeError(f"{attempt.problem.rstrip('.')}. The question stays open")
    passed = sum(case.verdict == "pass" for case in attempt.cases)
    return CodeResult(source, attempt.verdict, passed, len(attempt.cases), attempt.problem)
