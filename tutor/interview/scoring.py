"""The score of one question of an interview, and what made it. Knows the records only.

net score = score by points, cases or the key, less ``HINT_COST`` for each hint, at least 0.
"""

from __future__ import annotations

from tutor.interview.records import Asked

HINT_COST = 0.1


def raw_score(asked: Asked) -> float | None:
    """The score before hints; None where there is no answer, or none that can be judged."""
    if asked.code is not None:
        if asked.code.verdict == "refused":
            return None
        return asked.code.passed / asked.code.cases if asked.code.cases else 0.0
    if asked.quiz is not None:
        return None if asked.choice is None else float(asked.choice == asked.quiz.key)
    return asked.grade.score if asked.grade is not None and asked.grade.enough else None


def net_score(asked: Asked) -> float | None:
    """The score that counts, in [0, 1]; None where nothing can be judged."""
    raw = raw_score(asked)
    return None if raw is None else round(max(raw - HINT_COST * asked.hints, 0.0), 4)


def known_share(asked: Asked) -> float | None:
    """What a question shows of what the candidate knows: its score, or 0 where they passed it over, which is no score;
    None where nothing can be told."""
    score = net_score(asked)
    return 0.0 if score is None and passed_over(asked) else score


def passed_over(asked: Asked) -> bool:
    """Whether the candidate skipped the question; one that the end of the interview cut short shows nothing."""
    return asked.skipped and any(line.kind == "skip" for line in asked.lines)


def judged_by(asked: Asked) -> str:
    """Who gave the score: the grader's parts, the cases of the exercise or the key; "" where there is no answer."""
    if asked.code is not None:
        return "the cases of the exercise"
    if asked.choice is not None:
        return "the key"
    return asked.grade.grader if asked.grade is not None else ""


def reasons(asked: Asked) -> tuple[str, ...]:
    """Sentences that say what made the score, or why there is none."""
    made = []
    if asked.code is not None:
        made += [f"{asked.code.passed} of {asked.code.cases} cases pass."] if asked.code.cases else []
        made += [asked.code.problem] if asked.code.problem else []
    elif asked.quiz is not None and asked.choice is not None:
        made.append("You chose the right option." if asked.choice == asked.quiz.key else "You chose a wrong option.")
    elif asked.grade is not None:
        made.append(asked.grade.reason)
        made += [] if asked.grade.enough else ["Not enough to judge, so there is no score."]
    else:
        made.append("There is no answer, so there is no score.")
    if passed_over(asked):
        made.append("You passed it over, so it counts as not known in your progress.")
    if asked.hints and raw_score(asked) is not None:
        hints = "1 hint" if asked.hints == 1 else f"{asked.hints} hints"
        made.append(f"Less {asked.hints * HINT_COST:.0%} for {hints}.")
    return tuple(made)
