"""Two things that the corpus holds apart are told side by side; what it does not hold is not set beside anything."""

from __future__ import annotations

from conftest import HashingEmbedder

from tutor.events import DoneEvent
from tutor.finding import Found
from tutor.index import IndexInUse
from tutor.records import Confidence, Question, Timings
from tutor.settings import Settings
from tutor.side_by_side import both_sides, tell


def test_both_sides_are_known_where_a_question_of_an_item_names_each(indexed: Settings) -> None:
    index, embedder = IndexInUse(indexed.index, "hashing").get(), HashingEmbedder()
    both = both_sides("What is the difference between dropout and gradient descent?", index, embedder)
    assert [item.id for item in both] == ["q002", "q001"]
    assert both_sides("What is the difference between dropout and t-SNE?", index, embedder) == ()
    assert both_sides("What is dropout?", index, embedder) == ()
    assert both_sides("dropout vs gradient descent", index, None) == ()


def test_each_side_is_told_and_cited_and_nothing_is_claimed_of_the_two(indexed: Settings) -> None:
    index = IndexInUse(indexed.index, "hashing").get()
    items = (index.items["q002"], index.items["q001"])
    found, unsure = Found("dropout vs gradient descent", [], False, 0.0), Confidence(0.4, "low", "")
    *_, done = tell(items, Question("dropout vs gradient descent"), found, unsure, index, Timings())
    assert isinstance(done, DoneEvent)
    assert [mark.item_id for mark in done.answer.citations] == ["q002", "q001"]
    assert all(item.title in done.answer.text for item in items)
    assert (done.answer.confidence.value, done.answer.confidence.band) == (0.4, "low")
