"""From a question to a verdict: what is retrieved, by which calibration it is judged, and whether the chat model finds
the answer in the best passage.

Every failure on the way (no vectors, no calibration, a model that hangs) leads to a verdict all the same, the cautious
one, with a sentence that says why. Knows nothing of how an answer is written.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from tutor import dialogue, prompts
from tutor.calibration.record import Calibration, Fit
from tutor.clock import milliseconds_since
from tutor.confidence import OWN_QUESTION, Basis, Verdict, is_own_question, judge, judge_words
from tutor.embedding import embedder_name
from tutor.errors import SearchIndexError
from tutor.evidence import excerpt
from tutor.index import SearchIndex
from tutor.records import Confidence, Hit, Item, Question
from tutor.retrieval import retrieve, retrieve_words
from tutor.sufficiency import log_odds
from tutor.warming import Warming

_MEND = "To mend it: tutor calibrate"
_NO_YES = "The chat model gave no yes or no in time, so the confidence rests on the search alone."
EXCERPT_CHARACTERS = 700
"""Of a passage that the model has not read yet: about two seconds of reading on two cores."""


@dataclass(frozen=True)
class Found:
    """What retrieval brought for a question. ``words_only``: no vectors were compared."""

    standalone: str
    hits: list[Hit]
    words_only: bool
    milliseconds: float
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resources:
    """By what questions are searched and judged; each part may be missing. ``model_name`` is what a person reads as
    the chat model's name. With ``warming``, a passage the model has not read yet is given to it in part."""

    embedder: Embeddings | None = None
    chat_model: BaseChatModel | None = None
    model_name: str = "none"
    calibration: Calibration | None = None
    warming: Warming | None = None
    notices: tuple[str, ...] = field(default=())

    def texts_of(self, items: Sequence[Item], question: str) -> list[str]:
        """What the model is given of ``items``: the first one whole where it was read before, because only the first
        passage of a prompt is kept; else what the question is about."""
        if self.warming is None:
            return [prompts.item_text(item) for item in items]
        return [
            prompts.item_text(item)
            if place == 0 and self.warming.has_read(item)
            else excerpt(question, item, EXCERPT_CHARACTERS)
            for place, item in enumerate(items)
        ]


def find(question: Question, text: str, index: SearchIndex, resources: Resources) -> Found:
    """The hits for ``text``, the cleaned message; for a follow-up, those of the reading that finds more. An item that
    the person chose stands before them."""
    started = time.perf_counter()
    notices = list(resources.notices)
    if len(question.text) > dialogue.QUESTION_CHARACTERS:
        notices.append(f"Only the first {dialogue.QUESTION_CHARACTERS:,} characters of the message were read.")
    if dialogue.other_language(text):
        notices.append("The corpus is in English, so this is the best match; ask in English for a surer answer.")
    hits, words_only = _search(text, index, resources.embedder, notices)
    standalone = text
    if question.history and dialogue.leans_on_history(text):
        joined = dialogue.with_previous(text, question.history)
        joined_hits, words_only = _search(joined, index, resources.embedder, [])
        if joined_hits and (not hits or joined_hits[0].score >= hits[0].score):
            hits, standalone = joined_hits, joined
    hits = _with_sides(standalone, hits, index, resources.embedder) if not words_only else hits
    if question.chosen in index.items:
        hits = _put_first(index.items[question.chosen], hits)
    return Found(standalone, hits, words_only, milliseconds_since(started), tuple(dict.fromkeys(notices)))


def decide(
    question: Question, found: Found, index: SearchIndex, resources: Resources, config: RunnableConfig | None
) -> tuple[Found, Verdict]:
    """The verdict on what was found; ``found`` comes back with what there is to say about it."""
    if question.chosen in index.items:
        sure = Confidence(OWN_QUESTION, "high", "you chose this item")
        return found, Verdict(sure, "answer")
    if found.words_only:
        return found, judge_words(found.standalone, found.hits, index.items)
    basis, notice = _basis(index, resources)
    yes = None
    first = index.items[found.hits[0].item_id] if found.hits else None
    settled = basis.conservative or first is None or is_own_question(found.standalone, first)
    if question.judge and resources.chat_model is not None and first is not None and not settled:
        if fit := _fit_with_model(resources):
            messages = prompts.sufficiency_prompt(
                found.standalone, first, resources.texts_of([first], found.standalone)[0]
            )
            yes = log_odds(resources.chat_model, messages, config)
            basis = basis if yes is None else replace(basis, fit=fit)
            notice = notice if yes is not None else _NO_YES
        else:
            notice = f"The confidence rests on the search alone: it is not calibrated for this chat model. {_MEND}"
    if notice:
        found = replace(found, notices=(*found.notices, notice))
    return found, judge(found.standalone, found.hits, index.items, basis, yes)


def _search(text: str, index: SearchIndex, embedder: Embeddings | None, notices: list[str]) -> tuple[list[Hit], bool]:
    """Hits, and whether only words were compared."""
    if embedder is None:
        notices.append("The embedding model is still loading: only words were compared.")
        return retrieve_words(text, index), True
    try:
        return retrieve(text, index, embedder), False
    except SearchIndexError as error:
        notices.append(f"Only words were compared. {error}")
        return retrieve_words(text, index), True


def _with_sides(text: str, hits: list[Hit], index: SearchIndex, embedder: Embeddings | None) -> list[Hit]:
    """For "X versus Y": the best item of each side stands among the hits, behind the first."""
    if embedder is None or len(hits) < 2:
        return hits
    known = [hit.item_id for hit in hits[:3]]
    added = [
        side_hits[0]
        for side in dialogue.sides(text)
        if (side_hits := retrieve(side, index, embedder, count=1)) and side_hits[0].item_id not in known
    ]
    fresh = {hit.item_id: replace(hit, score=hits[1].score) for hit in added}
    return [hits[0], *fresh.values(), *(hit for hit in hits[1:] if hit.item_id not in fresh)]


def _put_first(item: Item, hits: Sequence[Hit]) -> list[Hit]:
    chosen = next((hit for hit in hits if hit.item_id == item.id), Hit(item.id, 1.0, "question", item.title))
    return [chosen, *(hit for hit in hits if hit.item_id != item.id)]


def _fit_with_model(resources: Resources) -> Fit | None:
    """The calibration that weighs the chat model's yes, where it was made for this model and these prompts."""
    calibration = resources.calibration
    if calibration is None:
        return None
    fits = (calibration.chat_model, calibration.prompts) == (resources.model_name, prompts.fingerprint())
    return calibration.with_model if fits else None


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
    return Basis(calibration.without_model), ""
