"""The questions a calibration is fitted on, each with the hits it gets.

Asks of the corpus, each left out of the index when it is asked, with their item there and with it taken away; and the
project's own questions: answerable ones, near misses, off-topic messages and dialogues. None of them is used to
measure. Knows nothing of models that are fitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from langchain_core.embeddings import Embeddings

from tutor.acts import act, clean
from tutor.embedding import FloatMatrix, FloatVector, embed_all
from tutor.errors import CalibrationError
from tutor.finding import Resources, find
from tutor.index import SearchIndex
from tutor.json_lines import read_rows
from tutor.lexical import LexicalIndex
from tutor.passages import lexical_text, passages
from tutor.records import Hit, Item, Match, Passage, Question, Turn
from tutor.retrieval import retrieve_vector
from tutor.suggestions import suggestions
from tutor.vector_store import text_digest

QUESTIONS = Path(__file__).parent / "questions"
ASKS_LEFT_OUT = 4
"""Of the asks of an item, those that are asked; one from each quarter of its list."""

FEWEST_ITEMS = 20

FEWEST_FOLLOW_UPS = 60

Source = Literal[
    "question",
    "ask",
    "near miss",
    "item removed",
    "off topic",
    "follow up",
    "follow up, missed",
    "reworded follow up",
    "reworded follow up, missed",
]
"""The project's own answerable questions, asks of the corpus, near misses, asks whose item was taken away, off-topic
messages. Last messages of dialogues: as they come, and in words that the items do not use; such that the corpus
answers, and such that it misses."""

DIALOGUES: Mapping[str, Source] = {"dialogues": "follow up", "reworded_dialogues": "reworded follow up"}
_MISSED: Mapping[Source, Source] = {
    "follow up": "follow up, missed",
    "reworded follow up": "reworded follow up, missed",
}


@dataclass(frozen=True)
class Asked:
    """A question with its hits. ``group`` is the item it belongs to: all of its questions are held out together.
    ``added`` are the terms that a follow-up adds to its conversation."""

    text: str
    source: Source
    group: str
    hits: tuple[Hit, ...]
    is_right: bool
    added: tuple[str, ...] = ()


class PartialIndex:
    """Items without some of their asks, searched exactly; what a question is asked of when it must not find itself."""

    def __init__(self, items: Sequence[Item], vectors: Mapping[str, FloatVector]) -> None:
        self.items = {item.id: item for item in items}
        self.words = LexicalIndex.build([lexical_text(item) for item in items], list(self.items))
        self._rows: list[Passage] = [passage for item in items for passage in passages(item)]
        self._texts = {row.id: row.text for row in self._rows}
        self._vectors: FloatMatrix = np.stack([vectors[text_digest(row.text)] for row in self._rows])

    def search_vector(self, vector: Sequence[float], count: int) -> list[Match]:
        similarities = self._vectors @ np.asarray(vector, dtype=np.float32)
        best = np.argsort(-similarities, kind="stable")[:count]
        return [
            Match(self._rows[at].item_id, self._rows[at].field, float(similarities[at]), self._rows[at].id)
            for at in best
        ]

    def passage_text(self, passage_id: str) -> str:
        return self._texts[passage_id]


@dataclass(frozen=True)
class _Plan:
    """A question, what is left out when it is asked, and the items that answer it."""

    text: str
    source: Source
    group: str
    golds: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    ask: int | None = None


def draw(index: SearchIndex, embedder: Embeddings) -> list[Asked]:
    """All questions with their hits. Raises CalibrationError where the corpus is too small."""
    items = [item for item in index.items.values() if passages(item)]
    if len(items) < FEWEST_ITEMS:
        raise CalibrationError(
            f"The corpus has {len(items)} searched items", f"at least {FEWEST_ITEMS} to calibrate on"
        )
    plans = [*_of_corpus(items), *_of_project({item.id for item in items})]
    asked = embed_all(embedder, [plan.text for plan in plans], lambda done: None)
    known = index.stored_vectors()
    partial: dict[tuple[int | None, frozenset[str]], PartialIndex] = {}
    drawn = []
    for plan, vector in zip(plans, asked, strict=True):
        key = (plan.ask, plan.left_out)
        if key not in partial:
            partial[key] = PartialIndex(list(_without(items, *key)), known)
        hits = retrieve_vector(plan.text, vector.tolist(), partial[key])
        is_right = bool(hits) and hits[0].item_id in plan.golds
        drawn.append(Asked(plan.text, plan.source, plan.group, tuple(hits), is_right))
    return [each for each in drawn if each.hits]


def draw_follow_ups(index: SearchIndex, embedder: Embeddings) -> list[Asked]:
    """The last messages of the project's dialogues, as far as they lean on what was said before; the messages before
    them count as answered from their first hit. Empty where the corpus is too different to learn from them."""
    known = set(index.items)
    rows = [
        (row, source)
        for name, source in DIALOGUES.items()
        for row in read_rows(QUESTIONS / f"{name}.jsonl", "turns")
        if set(row["gold_last"]) <= known
    ]
    if len(rows) < FEWEST_FOLLOW_UPS:
        return []
    resources = Resources(embedder)
    drawn = []
    for row, source in rows:
        history: tuple[Turn, ...] = ()
        for message in row["turns"][:-1]:
            history += _exchange(message, history, index, resources)
        asked = Question(row["turns"][-1], history)
        found = find(asked, clean(asked.text), index, resources)
        if found.added is not None and found.hits:
            first = found.hits[0].item_id
            of = source if row["gold_last"] else _MISSED[source]
            is_right = first in row["gold_last"]
            drawn.append(Asked(found.standalone, of, first, tuple(found.hits), is_right, found.added))
    return drawn


def _exchange(message: str, history: tuple[Turn, ...], index: SearchIndex, resources: Resources) -> tuple[Turn, Turn]:
    asked = Question(message, history)
    found = find(asked, clean(message), index, resources)
    if act(clean(message)) != "question" or not found.hits:
        return Turn("user", message), Turn("assistant", "")
    item = index.items[found.hits[0].item_id]
    offered = suggestions(item, asked, index.items)
    return Turn("user", message, found.standalone), Turn("assistant", item.body, item=item.id, offered=offered)


def _without(items: Sequence[Item], ask: int | None, left_out: frozenset[str]) -> Iterator[Item]:
    for item in items:
        if item.id not in left_out:
            asks = tuple(text for place, text in enumerate(item.asks) if place != ask)
            yield replace(item, asks=asks, digest=f"{item.digest}-{ask}")


def _of_corpus(items: Sequence[Item]) -> Iterator[_Plan]:
    for item in items:
        for quarter in range(min(ASKS_LEFT_OUT, len(item.asks))):
            place = quarter * len(item.asks) // ASKS_LEFT_OUT
            golds = frozenset({item.id})
            yield _Plan(item.asks[place], "ask", item.id, golds, ask=place)
            yield _Plan(item.asks[place], "item removed", item.id, left_out=golds, ask=place)


def _of_project(known: set[str]) -> Iterator[_Plan]:
    for row in read_rows(QUESTIONS / "answerable.jsonl", "question"):
        golds = frozenset(row["gold"]) & known
        if golds:
            yield _Plan(row["question"], "question", row["gold"][0], golds)
    for row in read_rows(QUESTIONS / "near_misses.jsonl", "question"):
        yield _Plan(row["question"], "near miss", row["question"])
    for row in read_rows(QUESTIONS / "off_topic.jsonl", "question"):
        yield _Plan(row["question"], "off topic", row["question"])
