"""Finds the items that may answer a question: dense vectors of four fields, BM25 and shared terms, pooled by item.

The combination is the plain mean of eight signals: similarity to the question, the answer, both and the best ask, the
mean of the three best asks, BM25, and the share of the question's terms that stand in the ways of asking an item and
in its answer. Weights fitted to the calibration questions came out between .11 and .14 each and gained nothing on
other questions. Combining scores keeps the magnitudes that rank fusion throws away (Bruch et al. 2022,
arXiv 2210.11934). Knows nothing of what is done with the hits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from langchain_core.embeddings import Embeddings

from tutor.embedding import unit
from tutor.lexical import LexicalIndex, terms
from tutor.passages import points_text
from tutor.records import Field, Hit, Item, Match

PASSAGES = 256
"""Passages fetched a question. A field of an item that is not among them counts as just below the last of them."""

ITEMS = 10
RANKED_BY_TERMS = 30
"""Items whose terms are compared with the question's: those that are best by the other signals."""

BEST_ASKS = 3
HALF_WORDS = 8.0
"""The BM25 score that counts as one half: BM25 has no upper bound, so it is squashed by s / (s + 8)."""

_DENSE: tuple[Field, ...] = ("question", "answer", "both", "ask")


class Searchable(Protocol):
    """What is searched: an index, or a part of one."""

    @property
    def items(self) -> Mapping[str, Item]: ...
    @property
    def words(self) -> LexicalIndex: ...
    def search_vector(self, vector: Sequence[float], count: int) -> list[Match]: ...
    def passage_text(self, passage_id: str) -> str: ...


def retrieve(question: str, index: Searchable, embedder: Embeddings, count: int = ITEMS) -> list[Hit]:
    """The best ``count`` items for ``question``, best first."""
    return retrieve_vector(question, unit(embedder.embed_query(question)).tolist(), index, count)


def retrieve_vector(question: str, vector: Sequence[float], index: Searchable, count: int = ITEMS) -> list[Hit]:
    """As ``retrieve``, for a question whose unit vector is known."""
    matches = index.search_vector(vector, PASSAGES)
    kept = max(count, RANKED_BY_TERMS)
    words = index.words.search(question, kept, also={match.item_id for match in matches})
    found = _by_item(matches, words, index)
    scored = sorted(found, key=lambda item_id: (-_mean(found[item_id]), item_id))[:kept]
    importance = {term: index.words.idf(term) for term in terms(question)}
    for item_id in scored:
        found[item_id] |= _shared_terms(importance, index.items[item_id])
    ranking = sorted(scored, key=lambda item_id: (-_mean(found[item_id]), item_id))[:count]
    best: dict[str, Match] = {}
    for match in matches:
        best.setdefault(match.item_id, match)
    return [_hit(item_id, found[item_id], best.get(item_id), index) for item_id in ranking]


def retrieve_words(question: str, index: Searchable, count: int = ITEMS) -> list[Hit]:
    """BM25 alone, for the seconds before the embedding model is loaded."""
    found = index.words.search(question, count)
    hits = [
        Hit(item_id, _squash(score), "words", index.items[item_id].title, {"words": _squash(score)})
        for item_id, score in found.items()
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.item_id))


def _by_item(matches: Sequence[Match], words: Mapping[str, float], index: Searchable) -> dict[str, dict[Field, float]]:
    """The signals of every item that was found by a vector or by a word."""
    floor = min((match.similarity for match in matches), default=0.0)
    fields: dict[str, dict[Field, list[float]]] = defaultdict(lambda: defaultdict(list))
    for match in matches:
        fields[match.item_id][match.field].append(match.similarity)
    return {
        item_id: _scores(fields[item_id], words.get(item_id, 0.0), floor, bool(index.items[item_id].asks))
        for item_id in {*fields, *words}
    }


def _scores(fields: Mapping[Field, list[float]], words: float, floor: float, has_asks: bool) -> dict[Field, float]:
    """``fields`` holds similarities, best first; an item without asks is judged by its question in their place."""
    scores: dict[Field, float] = {field: fields[field][0] if field in fields else floor for field in _DENSE}
    asks = [*fields.get("ask", ()), *[floor] * BEST_ASKS][:BEST_ASKS]
    scores["asks"] = sum(asks) / BEST_ASKS
    if not has_asks:
        scores["ask"] = scores["asks"] = scores["question"]
    scores["words"] = _squash(words)
    return scores


def _shared_terms(importance: Mapping[str, float], item: Item) -> dict[Field, float]:
    """Shares of the question's terms, weighted by how rare they are, in the item's ways of asking and in its answer."""
    whole = sum(importance.values()) or 1.0
    asked, told = item_terms(item)
    return {
        "wording": sum(weight for term, weight in importance.items() if term in asked) / whole,
        "content": sum(weight for term, weight in importance.items() if term in told) / whole,
    }


@lru_cache(maxsize=4096)
def item_terms(item: Item) -> tuple[frozenset[str], frozenset[str]]:
    """The terms of its ways of asking, and of what it tells."""
    wording = " ".join([item.title, item.question, *item.asks])
    content = " ".join([item.title, item.question, item.body, *points_text(item)])
    return frozenset(terms(wording)), frozenset(terms(content))


def _mean(scores: Mapping[Field, float]) -> float:
    return sum(scores.values()) / len(scores)


def _hit(item_id: str, scores: dict[Field, float], best: Match | None, index: Searchable) -> Hit:
    score = _mean(scores)
    if best is None:
        return Hit(item_id, score, "words", index.items[item_id].title, scores)
    return Hit(item_id, score, best.field, index.passage_text(best.passage_id), scores)


def _squash(score: float) -> float:
    return score / (score + HALF_WORDS)
