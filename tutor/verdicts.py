"""Judges one case: the outcomes of the candidate's calls against what was expected of them.

Everything it is given came from the candidate's program or from the reference's; the judgement is made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutor.case_records import CaseResult, Verdict
from tutor.cases import Case, Outcome, same
from tutor.comparison import difference, shown, shown_call
from tutor.run_problems import raised_problem
from tutor.sandbox.workers import Limits

MAX_CALLS_SHOWN = 3


def needs_reference(case: Case) -> bool:
    """Whether only the reference knows what is right."""
    return not (case.check or case.accept or case.raises)


def judge_case(
    case: Case, function: str, outcomes: Sequence[Outcome], reference: Sequence[Outcome], limits: Limits
) -> CaseResult:
    """``outcomes`` holds one entry a call; ``reference`` too, or nothing where the case does not need it."""
    verdict, found = _judge(case, outcomes, reference, limits)
    return CaseResult(
        name=case.name,
        verdict=verdict,
        input=shown_input(case, function),
        expected=_expected(case, reference),
        got=_several([_came(outcome) for outcome in outcomes]),
        why=case.why,
        found=found,
        ms=round(sum(outcome.ms for outcome in outcomes), 3),
    )


def unreached_case(case: Case, function: str, verdict: Verdict, found: str) -> CaseResult:
    """The row of a case in which the program stopped, or to which it did not come."""
    return CaseResult(case.name, verdict, shown_input(case, function), _expected(case, ()), "", case.why, found)


def shown_input(case: Case, function: str) -> str:
    return case.shown or _several([shown_call(function, call) for call in case.all_calls])


def _judge(
    case: Case, outcomes: Sequence[Outcome], reference: Sequence[Outcome], limits: Limits
) -> tuple[Verdict, str]:
    left_open = False
    for place, outcome in enumerate(outcomes):
        asked = case.raises or _raised_names(reference[place : place + 1])
        if outcome.raised is None:
            if asked:
                return "fail", f"Expected {' or '.join(asked)}, and nothing was raised."
        elif not outcome.raised.is_a(*asked) and not outcome.raised.is_a(*case.may_raise):
            verdict, found = raised_problem(outcome.raised, limits)
            return (
                ("fail", f"Expected {' or '.join(asked)}. {found}")
                if asked and verdict == "error"
                else (verdict, found)
            )
        else:
            left_open = left_open or not outcome.raised.is_a(*asked)
    found = _side_effect(case, outcomes)
    if not found and not left_open:
        found = _wrong_values(case, outcomes, reference)
    return ("fail", found) if found else ("pass", "")


def _raised_names(reference: Sequence[Outcome]) -> tuple[str, ...]:
    return tuple(outcome.raised.name for outcome in reference if outcome.raised)


def _side_effect(case: Case, outcomes: Sequence[Outcome]) -> str:
    for outcome in outcomes:
        if case.keeps_arguments:
            for place, (given, after) in enumerate(zip(outcome.call.args, outcome.args_after, strict=True)):
                if not same(given, after):
                    return (
                        f"The call changed its argument {place + 1}: it was {shown(given)} and became {shown(after)}."
                    )
            for name, given in outcome.call.kwargs.items():
                if not same(given, outcome.kwargs_after[name]):
                    return f"The call changed its argument {name}."
        if case.keeps_random_state and not outcome.random_state_kept:
            return "The call changed the global random state. Use a generator of your own."
        if case.quiet and outcome.warnings:
            return f"The call showed a warning: {outcome.warnings[0]}."
    return ""


def _wrong_values(case: Case, outcomes: Sequence[Outcome], reference: Sequence[Outcome]) -> str:
    if case.raises:
        return ""
    if case.check:
        if any(len(outcome.values) != outcome.call.times for outcome in outcomes):
            return "Not every call gave a result."
        try:
            return case.check(tuple(outcomes))
        except Exception as error:  # written for results of the right form, given any
            return f"The result has a wrong form, {shown(outcomes[0].value)} ({type(error).__name__})."
    for place, outcome in enumerate(outcomes):
        if outcome.raised:
            continue
        if len(outcome.values) != outcome.call.times:
            return "Not every call gave a result."
        for value in outcome.values:
            accepted = case.accept or (reference[place].value,)
            found = [difference(value, each, case.rtol, case.atol) for each in accepted]
            if all(found):
                return found[0]
    return ""


def _expected(case: Case, reference: Sequence[Outcome]) -> str:
    if case.expected:
        return case.expected
    if case.raises:
        return " or ".join(case.raises)
    if case.accept:
        return " or ".join(shown(value) for value in case.accept[:3])
    return _several([_came(outcome) for outcome in reference])


def _came(outcome: Outcome) -> str:
    if outcome.raised:
        return shown_words(str(outcome.raised))
    if outcome.call.times > 1:
        return f"{shown(outcome.value)}, and {len(outcome.values) - 1:,} more"
    return shown(outcome.value)


def shown_words(words: Any) -> str:
    """Text of the program, shortened."""
    text = " ".join(str(words).split())
    return text if len(text) <= 200 else text[:199] + "…"


def _several(texts: Sequence[str]) -> str:
    more = f"; and {len(texts) - MAX_CALLS_SHOWN} more" if len(texts) > MAX_CALLS_SHOWN else ""
    return "; ".join(texts[:MAX_CALLS_SHOWN]) + more
