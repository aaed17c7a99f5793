"""What retrieval brings for a message: its readings in the light of the conversation, searched side by side; the one
that finds most is taken to be meant.

Each part may be missing or fail (no vectors, no model): then words are compared. Knows nothing of what is decided.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from tutor import acts, dialogue, pointing, prompts
from tutor.calibration.record import Calibration
from tutor.clock import milliseconds_since
from tutor.dialogue import Reading
from tutor.errors import SearchIndexError
from tutor.evidence import excerpt
from tutor.index import SearchIndex
from tutor.records import Hit, Item, Question
from tutor.retrieval import retrieve, retrieve_words
from tutor.warming import Warming

EXCERPT_CHARACTERS = 700
"""Of a passage that the model has not read yet: about two seconds of reading on two cores."""

STAYS = 0.06
"""How much more an item counts, in a reading in the light of a topic, where that topic was answered from it: the words
of a follow-up are few, and any item may share some of them. So it may stand first with a lower score than the next."""

ABOUT_AS_WELL = 0.1
"""A reading may find the same item with this much less."""


@dataclass(frozen=True)
class Found:
    """What retrieval brought for a question. ``words_only``: no vectors were compared. ``chosen``: the first item is
    the one that the person pointed at. ``added`` are the terms that a message adds to the conversation it leans on,
    None where it stands by itself, or asks once more what was not answered. ``rejects`` says that the person only
    turned down the answer, or the choices, before it."""

    standalone: str
    hits: list[Hit]
    words_only: bool
    milliseconds: float
    notices: tuple[str, ...] = ()
    chosen: bool = False
    added: tuple[str, ...] | None = None
    rejects: Literal["", "answer", "choices"] = ""


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
    """The hits for ``text``, the cleaned message; for a follow-up, those of the reading that finds most. An item that
    the person chose stands before them."""
    started = time.perf_counter()
    notices = list(resources.notices)
    if len(question.text) > acts.QUESTION_CHARACTERS:
        notices.append(f"Only the first {acts.QUESTION_CHARACTERS:,} characters of the message were read.")
    if acts.other_language(text):
        notices.append("The corpus is in English, so this is the best match; ask in English for a surer answer.")
    readings = [Reading(text)] if question.chosen else dialogue.readings(text, question.history)
    readings = [_named(reading, text, index) for reading in readings]
    searched = []
    for reading in readings:
        hits, words_only = _search(reading.text, index, resources.embedder, notices)
        searched.append((reading, _as_meant(reading, hits), words_only))
    reading, hits, words_only = max(searched, key=lambda each: _best_score(each[0], each[1]))
    if reading.text != readings[0].text:
        reading = _most_natural(reading, hits, searched)
    hits = _with_sides(reading.text, hits, index, resources.embedder) if not words_only else hits
    chosen = index.items.get(question.chosen or reading.item)
    if chosen:
        hits = _put_first(chosen, hits)
    return Found(
        reading.text or (chosen.title if chosen else text),
        hits,
        words_only,
        milliseconds_since(started),
        tuple(dict.fromkeys(notices)),
        chosen is not None,
        _added(reading) if reading.text != readings[0].text else None,
        reading.rejects,
    )


def _added(reading: Reading) -> tuple[str, ...] | None:
    """What a message adds that leans on the conversation. One that adds no word to a question that was not answered is
    that question once more."""
    return reading.added if reading.added or reading.likely else None


def _named(reading: Reading, text: str, index: SearchIndex) -> Reading:
    """``reading`` in words that stand by themselves: a choice offered without a question is its item's title."""
    if reading.text:
        return reading
    item = index.items.get(reading.item)
    return replace(reading, text=item.title if item else text)


def _most_natural(best: Reading, hits: Sequence[Hit], searched: Sequence[tuple[Reading, list[Hit], bool]]) -> Reading:
    """Of the readings that find the same item about as well as the ``best``, the last one, which reads like a question:
    that is what a person is shown and the chat model is asked."""
    same = [
        reading
        for reading, found, _ in searched[1:]
        if found and found[0].item_id == hits[0].item_id and found[0].score >= hits[0].score - ABOUT_AS_WELL
    ]
    return same[-1] if same and hits else best


def _best_score(reading: Reading, hits: Sequence[Hit]) -> float:
    return (_score(reading, hits[0]) if hits else 0.0) - reading.lead


def _as_meant(reading: Reading, hits: Sequence[Hit]) -> list[Hit]:
    """``hits`` in the order in which they are likely to be meant, without the one that is not."""
    meant = [hit for hit in hits if hit.item_id != reading.not_item]
    return sorted(meant, key=lambda hit: -_score(reading, hit))


def _score(reading: Reading, hit: Hit) -> float:
    return hit.score + (STAYS if hit.item_id == reading.likely else 0.0)


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
        for side in pointing.sides(text)
        if (side_hits := retrieve(side, index, embedder, count=1)) and side_hits[0].item_id not in known
    ]
    fresh = {hit.item_id: replace(hit, score=hits[1].score) for hit in added}
    return [hits[0], *fresh.values(), *(hit for hit in hits[1:] if hit.item_id not in fresh)]


def _put_first(item: Item, hits: Sequence[Hit]) -> list[Hit]:
    chosen = next((hit for hit in hits if hit.item_id == item.id), Hit(item.id, 1.0, "question", item.title))
    return [chosen, *(hit for hit in hits if hit.item_id != item.id)]
