"""A comparison that no item holds of two things that items do hold: each is told in a sentence, and both are cited.

Knows items and the search; nothing of how it was decided that no item answers by itself, or of models.
"""

from __future__ import annotations

from collections.abc import Iterator

from langchain_core.embeddings import Embeddings

from tutor.confidence import is_direct_match
from tutor.errors import SearchIndexError
from tutor.events import Event, at_once
from tutor.evidence import quote
from tutor.finding import Found
from tutor.index import SearchIndex
from tutor.lexical import terms
from tutor.pointing import sides
from tutor.records import Answer, Confidence, Hit, Item, Question, Timings
from tutor.retrieval import retrieve
from tutor.suggestions import suggestions
from tutor.teaching import told

_EACH = "The corpus does not set the two side by side. What it says of each:"


def both_sides(text: str, index: SearchIndex, embedder: Embeddings | None) -> tuple[Item, ...]:
    """The two items about what ``text`` sets side by side; none where one of the two is not held for certain."""
    if embedder is None:
        return ()
    try:
        items = [_about(side, index, embedder) for side in sides(text)]
    except SearchIndexError:
        return ()
    known = tuple(dict.fromkeys(item for item in items if item is not None))
    return known if len(known) == 2 else ()


def _about(side: str, index: SearchIndex, embedder: Embeddings) -> Item | None:
    """The item that answers "what is ``side``", where one of its own questions names it."""
    hits = retrieve(f"What is {side}?", index, embedder, count=1)
    if not is_direct_match(hits):
        return None
    item, wanted = index.items[hits[0].item_id], set(terms(side))
    named = any(wanted <= set(terms(own)) for own in (item.title, item.question, *item.asks))
    return item if wanted and named else None


def tell(
    items: tuple[Item, ...], question: Question, found: Found, unsure: Confidence, index: SearchIndex, timings: Timings
) -> Iterator[Event]:
    """Both ``items``, briefly; ``unsure`` is how sure it was that one of them answers alone."""
    each = [f"**{item.title}** {told('sentence', item, (), index.items)}" for item in items]
    made = Answer(
        "answer",
        Confidence(unsure.value, "low", "the corpus holds both, but no comparison of them"),
        "\n\n".join([_EACH, *each]),
        found.standalone,
        tuple(Hit(item.id, 1.0, "question", item.title) for item in items),
        tuple(quote(item.title, number, item) for number, item in enumerate(items, start=1)),
        suggestions=suggestions(items[0], question, index.items),
        notices=found.notices,
        timings=timings,
    )
    yield from at_once(made, items)
