"""The right item first, with the field and the text that matched; every score can be checked by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from conftest import SMALL_ITEMS, HashingEmbedder, item_text

from tutor import retrieval
from tutor.generations import write_generation
from tutor.index import SearchIndex
from tutor.ingestion import ingest
from tutor.passages import passages
from tutor.records import Item
from tutor.retrieval import HALF_WORDS, retrieve, retrieve_vector, retrieve_words
from tutor.settings import Settings

EAST = [1.0, 0.0]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    """The small corpus, ingested once with the embedder a hand can check."""
    home = tmp_path_factory.mktemp("small")
    folder = home / "corpus" / "questions"
    folder.mkdir(parents=True)
    for id, (title, body) in SMALL_ITEMS.items():
        (folder / f"{id}-item.md").write_text(item_text(id, title, body), encoding="utf-8")
    settings = Settings(home=home, corpus=folder.parent, chat_model="none")
    ingest(settings, HashingEmbedder())
    return SearchIndex.open(settings.index, "hashing")


def _item(id: str, title: str, body: str, *asks: str) -> Item:
    return Item(id, title, title, "basic", "concept", "beginner", ("foundations",), body, asks)


def _index(folder: Path, items: list[Item], similarities: Mapping[str, float]) -> SearchIndex:
    """An index whose passages have the given cosine similarity to ``EAST``."""
    rows = [passage for item in items for passage in passages(item)]
    cosines = np.array([similarities[row.text] for row in rows], dtype=np.float32)
    vectors = np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1)
    write_generation(folder, "g1", items, rows, vectors, "by hand")
    return SearchIndex.open_generation(folder, "g1", "by hand")


# --- the small corpus -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("id", "title"), [(id, title) for id, (title, _) in SMALL_ITEMS.items()])
def test_an_items_own_question_finds_it_first(small: SearchIndex, id: str, title: str) -> None:
    hits = retrieve(title, small, HashingEmbedder())
    assert hits[0].item_id == id
    assert (hits[0].field, hits[0].matched) == ("question", title)
    assert hits[0].scores["question"] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("question", "id", "field", "matched"),
    [
        ("dropout variant", "q002", "ask", "what is dropout variant 0"),
        ("neurons switched off at random", "q002", "answer", "Dropout switches random neurons off during training."),
        ("rows and columns are the truth", "q003", "answer", "Rows are the truth."),
    ],
)
def test_the_best_field_and_its_text_are_named(
    small: SearchIndex, question: str, id: str, field: str, matched: str
) -> None:
    hit = retrieve(question, small, HashingEmbedder())[0]
    assert (hit.item_id, hit.field) == (id, field)
    assert matched in hit.matched


def test_hits_are_best_first_and_no_more_than_asked_for(small: SearchIndex) -> None:
    hits = retrieve("What is dropout?", small, HashingEmbedder())
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert {hit.item_id for hit in hits} == set(SMALL_ITEMS)
    assert len(retrieve("What is dropout?", small, HashingEmbedder(), count=2)) == 2


@pytest.mark.parametrize("question", ["", "🤔", "x" * 2000, "\x00", "什么"])
def test_no_question_makes_retrieval_fail(small: SearchIndex, question: str) -> None:
    assert len(retrieve(question, small, HashingEmbedder())) == 3


def test_a_question_may_come_as_a_vector(small: SearchIndex) -> None:
    hits = retrieve_vector("dropout", HashingEmbedder().embed_query("What is gradient descent?"), small)
    scores = {hit.item_id: hit.scores for hit in hits}
    assert scores["q001"]["question"] == pytest.approx(1, abs=1e-5)
    assert {id: each["words"] > 0 for id, each in scores.items()} == {"q001": False, "q002": True, "q003": False}


# --- scores by hand ---------------------------------------------------------------------------------------------------

TREE = _item("q001", "Tree", "Leaf.", "oak", "elm", "fir", "yew")
BIRD = _item("q002", "Bird", "Wing.", "owl")
CAR = _item("q003", "Car", "Wheel.")
SIMILARITIES = {
    "Tree": 0.6,
    "Leaf.": 0.8,
    "Tree Leaf.": 0.7,
    "oak": 0.5,
    "elm": 0.9,
    "fir": 0.1,
    "yew": 0.4,
    "Bird": 0.3,
    "Wing.": 0.2,
    "Bird Wing.": 0.25,
    "owl": 0.6,
    **dict.fromkeys(("Car", "Wheel.", "Car Wheel."), 0.5),
}


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    return _index(tmp_path_factory.mktemp("by-hand"), [TREE, BIRD, CAR], SIMILARITIES)


def test_a_score_is_the_mean_of_four_fields_the_three_best_asks_and_the_words(by_hand: SearchIndex) -> None:
    hit = retrieve_vector("unknown", EAST, by_hand)[0]
    assert (hit.item_id, hit.field, hit.matched) == ("q001", "ask", "elm")
    expected = {"question": 0.6, "answer": 0.8, "both": 0.7, "ask": 0.9, "asks": (0.9 + 0.5 + 0.4) / 3}
    assert hit.scores == pytest.approx(expected | {"words": 0, "wording": 0, "content": 0}, abs=1e-5)
    assert hit.score == pytest.approx(sum(expected.values()) / 8, abs=1e-5)


def test_shares_of_the_questions_terms_are_weighted_by_how_rare_they_are(by_hand: SearchIndex) -> None:
    """ "oak" and "leaf" stand in one item of three each: as much as "zebra" in none would, but for its rarity."""
    rare, unknown = math.log(1 + 2.5 / 1.5), math.log(1 + 3.5 / 0.5)
    tree = retrieve_vector("oak leaf zebra", EAST, by_hand)[0]
    assert tree.item_id == "q001"
    assert tree.scores["wording"] == pytest.approx(rare / (2 * rare + unknown))
    assert tree.scores["content"] == pytest.approx(rare / (2 * rare + unknown))
    bird = next(hit for hit in retrieve_vector("bird wing", EAST, by_hand) if hit.item_id == "q002")
    assert (bird.scores["wording"], bird.scores["content"]) == pytest.approx((0.5, 1.0))


def test_shared_terms_outweigh_a_somewhat_better_vector(by_hand: SearchIndex) -> None:
    assert [hit.item_id for hit in retrieve_vector("unknown", EAST, by_hand)] == ["q001", "q003", "q002"]
    assert [hit.item_id for hit in retrieve_vector("bird", EAST, by_hand)] == ["q002", "q001", "q003"]


def test_terms_are_compared_for_the_best_items_by_the_other_signals_only(
    by_hand: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "RANKED_BY_TERMS", 1)
    assert [hit.item_id for hit in retrieve_vector("bird", EAST, by_hand, 1)] == ["q001"]
    assert retrieve_vector("bird wing", EAST, by_hand, 2)[0].item_id == "q001"


def test_shared_words_count_as_one_half_at_a_bm25_score_of_eight(by_hand: SearchIndex) -> None:
    bm25 = by_hand.words.search("wing", 3)["q002"]
    hits = {hit.item_id: hit for hit in retrieve_vector("wing", EAST, by_hand)}
    assert HALF_WORDS == 8
    assert hits["q002"].scores["words"] == pytest.approx(bm25 / (bm25 + 8))
    assert hits["q001"].scores["words"] == 0


def test_asks_that_an_item_lacks_count_as_the_worst_passage_found(by_hand: SearchIndex) -> None:
    bird = next(hit for hit in retrieve_vector("unknown", EAST, by_hand) if hit.item_id == "q002")
    assert bird.score == pytest.approx((0.3 + 0.2 + 0.25 + 0.6 + 0 + (0.6 + 0.1 + 0.1) / 3) / 8, abs=1e-5)


def test_an_item_without_asks_is_judged_by_its_question_instead(by_hand: SearchIndex) -> None:
    hits = retrieve_vector("unknown", EAST, by_hand)
    assert [hit.item_id for hit in hits] == ["q001", "q003", "q002"]
    assert hits[1].score == pytest.approx((0.5 * 3 + 0.5 + 0 + 0.5) / 8, abs=1e-5)
    assert hits[1].scores["ask"] == pytest.approx(0.5, abs=1e-5)


def test_an_imported_item_comes_before_a_worse_curated_one(tmp_path: Path) -> None:
    curated = _item("q001", "Tree", "Leaf.", "oak", "elm", "fir", "yew")
    similar = dict.fromkeys(("Tree", "Leaf.", "Tree Leaf.", "oak", "elm", "fir", "yew"), 0.6)
    index = _index(tmp_path, [curated, CAR], similar | dict.fromkeys(("Car", "Wheel.", "Car Wheel."), 0.61))
    assert [hit.item_id for hit in retrieve_vector("unknown", EAST, index)] == ["q003", "q001"]


def test_a_field_that_was_not_fetched_counts_as_the_last_one_fetched(
    by_hand: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "PASSAGES", 3)
    hits = retrieve_vector("unknown", EAST, by_hand)
    assert [hit.item_id for hit in hits] == ["q001"]
    assert hits[0].scores["question"] == pytest.approx(0.7, abs=1e-5)
    assert hits[0].score == pytest.approx((0.7 + 0.8 + 0.7 + 0.9 + 0 + (0.9 + 0.7 + 0.7) / 3) / 8, abs=1e-5)


def test_an_item_that_only_shares_words_is_found_by_them(by_hand: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval, "PASSAGES", 3)
    hits = {hit.item_id: hit for hit in retrieve_vector("a wheel", EAST, by_hand)}
    assert set(hits) == {"q001", "q003"}
    assert (hits["q003"].field, hits["q003"].matched) == ("words", "Car")


def test_equal_items_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    twin = _item("q000", "Van", "Tyre.")
    index = _index(tmp_path, [CAR, twin], SIMILARITIES | dict.fromkeys(("Van", "Tyre.", "Van Tyre."), 0.5))
    assert [hit.item_id for hit in retrieve_vector("unknown", EAST, index)] == ["q000", "q003"]


# --- words alone ------------------------------------------------------------------------------------------------------


def test_words_alone_find_items_and_say_so(small: SearchIndex) -> None:
    hits = retrieve_words("dropout of neurons", small)
    bm25 = small.words.search("dropout of neurons", 3)["q002"]
    assert [hit.item_id for hit in hits] == ["q002"]
    assert (hits[0].field, hits[0].matched) == ("words", "What is dropout?")
    assert hits[0].score == hits[0].scores["words"] == pytest.approx(bm25 / (bm25 + 8))


def test_words_alone_find_nothing_where_none_is_shared(small: SearchIndex) -> None:
    assert retrieve_words("boil an egg", small) == []


def test_words_alone_come_best_first_and_no_more_than_asked_for(small: SearchIndex) -> None:
    hits = retrieve_words("gradient descent loss and dropout rate", small)
    assert hits[0].item_id == "q001"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(hits) > 1
    assert len(retrieve_words("gradient descent loss and dropout rate", small, 1)) == 1
