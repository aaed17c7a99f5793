"""From what was found to a verdict: by which calibration it is judged, and whether the chat model finds the answer in
the best passage.

Every failure on the way (no vectors, no calibration, a model that hangs) leads to a verdict all the same, the cautious
one, with a sentence that says why. Knows nothing of how an answer is written.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from langchain_core.runnables import RunnableConfig

from tutor import prompts, side_by_side
from tutor.confidence import NOTHING_FOUND, OWN_QUESTION, Basis, Verdict, is_own_question, judge, judge_words
from tutor.embedding import embedder_name
from tutor.finding import Found, Resources
from tutor.index import SearchIndex
from tutor.records import Confidence, Decision, Question
from tutor.signals import Signals, follow_up_signals
from tutor.sufficiency import log_odds

_MEND = "To mend it: tutor calibrate"
_NO_YES = "The chat model gave no yes or no in time, so the confidence rests on the search alone."


def decide(
    question: Question, found: Found, index: SearchIndex, resources: Resources, config: RunnableConfig | None
) -> tuple[Found, Verdict]:
    """The verdict on what was found; ``found`` comes back with what there is to say about it."""
    if found.chosen:
        sure = Confidence(OWN_QUESTION, "high", "you chose this item")
        return found, Verdict(sure, "answer")
    if found.rejects:
        unsure = Confidence(0.0, "low", "you said that it was not this")
        asks_back = found.rejects == "answer"
        return found, Verdict(unsure, "clarify" if asks_back else "abstain", asks_back)
    if found.words_only:
        return found, judge_words(found.standalone, found.hits, index.items)
    basis, notice = _basis(index, resources)
    if not found.hits:
        return _noticed(found, notice), NOTHING_FOUND
    yes = None
    first = index.items[found.hits[0].item_id]
    own = is_own_question(found.standalone, first)
    one_sided = not own and side_by_side.tells_one_side(found.standalone, first, index)
    if question.judge and resources.chat_model is not None and not (basis.conservative or own or one_sided):
        if fitted := _basis_with_model(resources):
            messages = prompts.sufficiency_prompt(
                found.standalone, first, resources.texts_of([first], found.standalone)[0]
            )
            yes = log_odds(resources.chat_model, messages, config)
            basis = basis if yes is None else fitted
            notice = notice if yes is not None else _NO_YES
        else:
            notice = f"The confidence rests on the search alone: it is not calibrated for this chat model. {_MEND}"
    found = _noticed(found, notice)
    added = partial(_added_signals, found, index) if found.added is not None else None
    verdict = judge(found.standalone, found.hits, index.items, basis, yes, added)
    return found, _of_one_side(verdict, basis) if one_sided else verdict


def _noticed(found: Found, notice: str) -> Found:
    return replace(found, notices=(*found.notices, notice)) if notice else found


def _of_one_side(verdict: Verdict, basis: Basis) -> Verdict:
    """An item that tells of one side does not answer a comparison, however well it matches."""
    value = min(verdict.confidence.value, basis.fit.abstain)
    decision: Decision = "abstain" if verdict.decision == "abstain" else "clarify"
    return Verdict(Confidence(value, "low", "the best item tells of one side only"), decision)


def _added_signals(found: Found, index: SearchIndex, alone: float) -> Signals:
    return follow_up_signals(alone, found.added or (), index.items[found.hits[0].item_id], index.words)


def _basis_with_model(resources: Resources) -> Basis | None:
    """The calibration that weighs the chat model's yes, where it was made for this model and these prompts."""
    calibration = resources.calibration
    if calibration is None or calibration.with_model is None:
        return None
    fits = (calibration.chat_model, calibration.prompts) == (resources.model_name, prompts.fingerprint())
    return Basis(calibration.with_model, follow_up=calibration.follow_up_with_model) if fits else None


def _basis(index: SearchIndex, resources: Resources) -> tuple[Basis, str]:
    """The calibration without a model, whether it is used with caution, and a sentence for a person why."""
    calibration = resources.calibration
    if calibration is None:
        return Basis.unknown(), f"There is no usable calibration, so only an item's own questions are answered. {_MEND}"
    if resources.embedder is not None and calibration.embedder != embedder_name(resources.embedder):
        reason = "the confidence was calibrated for another embedding model"
    else:
        reason = calibration.mismatch(index.words.item_ids)
    if reason:
        return Basis(calibration.without_model, conservative=True), f"Answers are cautious, because {reason}. {_MEND}"
    return Basis(calibration.without_model, follow_up=calibration.follow_up), ""
