"""A comparison that no item holds of two things that items do hold: which item tells of one side only; and each told in
a sentence, both cited.

Knows items and the search; nothing of how it is decided whether an item answers by itself, or of models.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
from tutor.retrieval import item_terms, retrieve
from tutor.suggestions import suggestions
from tutor.teaching import told

NEAR_ITEMS = 5
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
    return item if wanted and _is_named(wanted, (item.title, item.question, *item.asks)) else None


def tells_one_side(text: str, item: Item, index: SearchIndex) -> bool:
    """Whether ``text`` sets two things side by side of which ``item`` does not hold one, though another item is about
    it."""
    both = [set(terms(side)) for side in sides(text)]
    if not both:
        return False
    told = frozenset.union(*item_terms(item))
    longest = max(map(len, both))
    absent = [side for side in both if side and not side & told]
    return any(_is_told_elsewhere(side, len(side) == 1 < longest, index) for side in absent)


def _is_told_elsewhere(side: set[str], may_lack_noun: bool, index: SearchIndex) -> bool:
    """Whether a question of one of the items that hold most of the terms of ``side`` names them all. A word that may
    lack its noun ("hard" of "hard vs soft margin") must stand in a title."""
    near = [index.items[id] for id in index.words.search(" ".join(side), NEAR_ITEMS)]
    asked = ((item.title,) if may_lack_noun else (item.title, item.question, *item.asks) for item in near)
    return any(_is_named(side, questions) for questions in asked)


def _is_named(wanted: set[str], questions: Iterable[str]) -> bool:
    """Whether one of ``questions`` holds all the terms."""
    return any(wanted <= set(terms(each)) for each in questions)


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
