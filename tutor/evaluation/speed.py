"""How long the tutor takes: to its hits, to its decision, to the chat model's first words.

Milliseconds from the start of a question. Knows nothing of whether an answer is right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tutor.answering import Tutor
from tutor.evaluation.asking import Outcome, Progress
from tutor.evaluation.questions import Case
from tutor.records import Answer, Question

TIMED_QUESTIONS = 20
"""Questions asked with the chat model, spread over the file."""

Quantiles = dict[str, float]


def decision_times(outcomes: Sequence[Outcome]) -> dict[str, Quantiles]:
    """Of the questions that were searched for."""
    timings = [outcome.answer.timings for outcome in outcomes]
    return {
        "retrieval": quantiles([each.retrieval_ms for each in timings]),
        "decision": quantiles([each.decision_ms for each in timings]),
    }


def generation(
    tutor: Tutor, cases: Sequence[Case], progress: Progress
) -> tuple[dict[str, Quantiles], dict[str, float]]:
    """Times with the chat model, and what became of its words.

    Each question is asked twice: before the model has read the item that answers it, and after.
    """
    chosen = cases[:: max(1, len(cases) // TIMED_QUESTIONS)][:TIMED_QUESTIONS]
    new, kept = [], []
    for done, case in enumerate(chosen, start=1):
        new.append(tutor.invoke(Question(case.text)))
        tutor.read_ahead([hit.item_id for hit in new[-1].hits[:1]])
        kept.append(tutor.invoke(Question(case.text)))
        progress("generation", done, len(chosen))
    times = {
        f"{what}, passage {state}": quantiles([getattr(answer.timings, name) for answer in answers])
        for what, name in (
            ("decision", "decision_ms"),
            ("first token", "first_token_ms"),
            ("first checked sentence", "first_sentence_ms"),
            ("whole answer", "total_ms"),
        )
        for state, answers in (("new", new), ("kept", kept))
    }
    answers = new + kept
    return times, {
        "answers": len(answers),
        "answers with words of the model": sum(has_words(answer) for answer in answers),
        "sentences dropped": sum(len(answer.dropped) for answer in answers),
    }


def has_words(answer: Answer) -> bool:
    """Whether words of the chat model stand in ``answer``."""
    return bool(answer.tailored or answer.origin == "model")


def quantiles(milliseconds: Sequence[float]) -> Quantiles:
    """Median and 95th percentile of the times that were measured, and how many; 0 stands for none."""
    measured = [value for value in milliseconds if value]
    if not measured:
        return {}
    middle, high = np.percentile(measured, [50, 95])
    return {"p50": float(middle), "p95": float(high), "n": len(measured)}
