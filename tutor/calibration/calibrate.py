"""`tutor calibrate`: draws the sample, asks the chat model, fits both calibrations and says how good they are.

Knows nothing of where the result is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from tutor.calibration.fitting import FOLLOW_UP_RISK, Fitted, fit
from tutor.calibration.record import Calibration, Fit
from tutor.calibration.sample import Asked, draw, draw_follow_ups
from tutor.embedding import embedder_name
from tutor.errors import ChatModelError
from tutor.index import SearchIndex
from tutor.prompts import fingerprint, sufficiency_prompt
from tutor.signals import FOLLOW_UP_SIGNALS, RETRIEVAL_SIGNALS, SUFFICIENCY, follow_up_signals, retrieval_signals
from tutor.sufficiency import log_odds

Progress = Callable[[str, int, int], None]
SILENT_SHARE = 0.02
"""A model that leaves more questions than this without yes or no is none to calibrate on."""


@dataclass(frozen=True)
class Summary:
    """How a fit does on its own sample, cross-fitted: of the project's answerable questions and near misses, the share
    that is answered, and of the answered ones in the mix, the share that is wrong."""

    name: str
    fit: Fit
    answerable: float
    near_misses: float

    def __str__(self) -> str:
        risk = f"{self.fit.risk:.0%}"
        if self.fit.answer is None:
            return f"{self.name}: no threshold could be certified for a risk of {risk}; only own questions are answered"
        return (
            f"{self.name}: from {self.fit.answer:.2f} on the risk is certified to be at most {risk}; that answers "
            f"{self.answerable:.0%} of the answerable questions and {self.near_misses:.0%} of the near misses"
        )


def calibrate(
    index: SearchIndex,
    embedder: Embeddings,
    chat_model: BaseChatModel | None,
    model_name: str,
    progress: Progress,
) -> tuple[Calibration, list[Summary | str]]:
    """Without a chat model ``with_model`` is None. Raises CalibrationError where the corpus is too small, and
    ChatModelError where the model does not give probabilities."""
    sample = draw(index, embedder)
    signals = [retrieval_signals(asked.hits) for asked in sample]
    bare = fit(sample, signals, RETRIEVAL_SIGNALS)
    follow_ups = draw_follow_ups(index, embedder)
    leaning, of_leaning = _fit_follow_ups(follow_ups, index, bare.fit)
    summaries: list[Summary | str] = [_summary("without a model", bare, sample), *of_leaning]
    calibration = Calibration(
        time.strftime("%Y-%m-%d"),
        embedder_name(embedder),
        fingerprint(),
        model_name,
        tuple(sorted(index.words.item_ids)),
        bare.fit,
        None,
        leaning,
    )
    if chat_model is None:
        return calibration, summaries
    replies = _replies(sample, index, chat_model, progress)
    judged = [row | {SUFFICIENCY: yes} for row, yes in zip(signals, replies, strict=True)]
    full = fit(sample, judged, (*RETRIEVAL_SIGNALS, SUFFICIENCY))
    heard = _replies(follow_ups, index, chat_model, progress)
    leaning, of_leaning = _fit_follow_ups(follow_ups, index, full.fit, heard)
    calibration = replace(calibration, with_model=full.fit, follow_up_with_model=leaning)
    return calibration, [*summaries, _summary(f"with {model_name}", full, sample), *of_leaning]


def _fit_follow_ups(
    sample: Sequence[Asked], index: SearchIndex, alone: Fit, replies: Sequence[float] = ()
) -> tuple[Fit | None, list[str]]:
    """The fit of messages that lean on their conversation, on top of ``alone``, and a sentence on it; None where there
    are too few."""
    if not sample:
        return None, []
    said: list[dict[str, float]] = [{SUFFICIENCY: reply} for reply in replies] or [{} for _ in sample]
    rows = [
        follow_up_signals(
            alone.probability(retrieval_signals(asked.hits) | yes),
            asked.added,
            index.items[asked.hits[0].item_id],
            index.words,
        )
        for asked, yes in zip(sample, said, strict=True)
    ]
    fitted = fit(sample, rows, FOLLOW_UP_SIGNALS, FOLLOW_UP_RISK)
    right = np.array([asked.is_right for asked in sample])
    if fitted.fit.answer is None:
        return fitted.fit, [f"follow-ups: no threshold could be certified for a risk of {fitted.fit.risk:.0%}"]
    answered = fitted.probabilities >= fitted.fit.answer
    return fitted.fit, [
        f"follow-ups{' with the model' if replies else ''}: from {fitted.fit.answer:.2f} on the risk is certified to "
        f"be at most {fitted.fit.risk:.0%}; that answers {np.mean(answered[right]):.0%} of those that are found "
        f"rightly and {np.mean(answered[~right]):.0%} of the others"
    ]


def _replies(sample: Sequence[Asked], index: SearchIndex, chat_model: BaseChatModel, progress: Progress) -> list[float]:
    """The log-odds of yes for each question, item by item, so that each passage is read once. A question without a
    reply counts as undecided."""
    replies = [0.0] * len(sample)
    silent = 0
    order = sorted(range(len(sample)), key=lambda at: sample[at].hits[0].item_id)
    for done, at in enumerate(order, start=1):
        first = index.items[sample[at].hits[0].item_id]
        reply = log_odds(chat_model, sufficiency_prompt(sample[at].text, first))
        silent += reply is None
        if silent > SILENT_SHARE * len(sample):
            raise ChatModelError("The chat model gives no probabilities of its words", "logprobs", "tutor doctor")
        replies[at] = reply or 0.0
        progress("chat model's yes or no", done, len(order))
    return replies


def _summary(name: str, fitted: Fitted, sample: Sequence[Asked]) -> Summary:
    def answered(source: str) -> float:
        chosen = fitted.probabilities[[asked.source == source for asked in sample]]
        return float(np.mean(chosen >= fitted.fit.answer)) if fitted.fit.answer is not None and len(chosen) else 0.0

    return Summary(name, fitted.fit, answered("question"), answered("near miss"))
