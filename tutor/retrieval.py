"""Finds the items that may answer a question: dense vectors of four fields and BM25, pooled by item and combined.

The combination is the plain mean of six signals (question, answer, both, best ask, mean of the three best asks, BM25):
on the corpus's own asks, each left out in turn, weights fitted to them gained nothing on questions by other writers.
Combining scores keeps the magnitudes that rank fusion throws away (Bruch et al. 2022, arXiv 2210.11934). Knows
nothing of what is done with the hits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from langchain_core.embeddings import Embeddings

from tutor.embedding import unit
from tutor.index import Match, SearchIndex
from tutor.records import Field, Hit

PASSAGES = 256
"""Passages fetched a question. A field of an item that is not among them counts as just below the last of them."""

ITEMS = 10
BEST_ASKS = 3
HALF_WORDS = 8.0
"""The BM25 score that counts as one half: BM25 has no upper bound, so it is squashed by s / (s + 8)."""

_DENSE: tuple[Field, ...] = ("question", "answer", "both", "ask")


def retrieve(question: str, index: SearchIndex, embedder: Embeddings, count: int = ITEMS) -> list[Hit]:
    """The best ``count`` items for ``question``, best first."""
    return retrieve_vector(question, unit(embedder.embed_query(question)).tolist(), index, count)


def retrieve_vector(question: str, vector: Sequence[float], index: SearchIndex, count: int = ITEMS) -> list[Hit]:
    """As ``retrieve``, for a question whose unit vector is known."""
    matches = index.search_vector(vector, PASSAGES)
    words = index.words.search(question, len(index.items))
    return _combine(matches, words, index, count)


def retrieve_words(question: str, index: SearchIndex, count: int = ITEMS) -> list[Hit]:
    """BM25 alone, for the seconds before the embedding model is loaded."""
    found = index.words.search(question, count)
    hits = [
        Hit(item_id, _squash(score), "words", index.items[item_id].title, {"words": _squash(score)})
        for item_id, score in found.items()
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.item_id))


def _combine(matches: Sequence[Match], words: Mapping[str, float], index: SearchIndex, count: int) -> list[Hit]:
    floor = min((match.similarity for match in matches), default=0.0)
    fields: dict[str, dict[Field, list[float]]] = defaultdict(lambda: defaultdict(list))
    best: dict[str, Match] = {}
    for match in matches:
        fields[match.item_id][match.field].append(match.similarity)
        best.setdefault(match.item_id, match)
    scored = {
        item_id: _scores(fields[item_id], words.get(item_id, 0.0), floor, bool(index.items[item_id].asks))
        for item_id in {*best, *words}
    }
    ranking = sorted(scored, key=lambda item_id: (-scored[item_id][0], item_id))[:count]
    return [_hit(item_id, *scored[item_id], best.get(item_id), index) for item_id in ranking]


def _scores(
    fields: Mapping[Field, list[float]], words: float, floor: float, has_asks: bool
) -> tuple[float, dict[Field, float]]:
    """The combined score and its parts. ``fields`` holds similarities, best first; an item without asks is judged by
    its question in their place."""
    scores: dict[Field, float] = {field: fields[field][0] if field in fields else floor for field in _DENSE}
    asks = [*fields.get("ask", ()), *[floor] * BEST_ASKS][:BEST_ASKS]
    if not has_asks:
        scores["ask"] = scores["question"]
        asks = [scores["question"]] * BEST_ASKS
    scores["words"] = _squash(words)
    return (sum(scores.values()) + sum(asks) / BEST_ASKS) / (len(scores) + 1), scores


def _hit(item_id: str, score: float, scores: dict[Field, float], best: Match | None, index: SearchIndex) -> Hit:
    if best is None:
        return Hit(item_id, score, "words", index.items[item_id].title, scores)
    return Hit(item_id, score, best.field, index.passage_text(best.passage_id), scores)


def _squash(score: float) -> float:
    return score / (score + HALF_WORDS)
