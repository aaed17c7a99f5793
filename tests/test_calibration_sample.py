"""The questions of a calibration: none finds itself, none is used to measure, and every one says where it is from."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import HashingEmbedder

from tutor.calibration.sample import ASKS_LEFT_OUT, QUESTIONS, Asked, PartialIndex, draw
from tutor.calibration.sample import DIALOGUES as FITTED_DIALOGUES
from tutor.corpus import read_corpus
from tutor.embedding import embed_all
from tutor.errors import CalibrationError
from tutor.generations import write_generation
from tutor.index import SearchIndex
from tutor.json_lines import read_rows
from tutor.lexical import plain_words
from tutor.passages import passages
from tutor.records import Item
from tutor.settings import default_corpus
from tutor.vector_store import text_digest

DIALOGUES = Path(__file__).parent / "questions" / "followups.jsonl"
MEASURING = Path(__file__).parent / "questions"
CORPUS = {item.id: item for item in read_corpus(default_corpus()).items}
SEARCHED = [item for item in CORPUS.values() if passages(item)]


def _indexed(folder: Path, items: list[Item]) -> SearchIndex:
    rows = [passage for item in items for passage in passages(item)]
    vectors = np.stack(embed_all(HashingEmbedder(), [row.text for row in rows], lambda done: None))
    write_generation(folder, "g1", items, rows, vectors, "hashing")
    return SearchIndex.open_generation(folder, "g1", "hashing")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    """Of the first 24 items of the corpus, with the embedder a hand can check."""
    return draw(_indexed(tmp_path_factory.mktemp("calibration"), SEARCHED[:24]), HashingEmbedder())


def _of(drawn: list[Asked], source: str) -> list[Asked]:
    return [asked for asked in drawn if asked.source == source]


# --- asks of the corpus -----------------------------------------------------------------------------------------------


def test_an_ask_is_not_found_by_itself(drawn: list[Asked]) -> None:
    asks = _of(drawn, "ask")
    assert len(asks) == 24 * ASKS_LEFT_OUT
    assert [asked.text for asked in asks if asked.text in {hit.matched for hit in asked.hits}] == []
    identical = [asked.text for asked in asks if asked.hits[0].scores["ask"] > 0.9999]
    assert identical == [], "an ask of the same words stands elsewhere in the index"


def test_an_item_that_was_removed_is_not_among_the_hits_and_the_rest_is_wrong(drawn: list[Asked]) -> None:
    removed = _of(drawn, "item removed")
    assert len(removed) == 24 * ASKS_LEFT_OUT
    assert [asked.text for asked in removed if asked.group in {hit.item_id for hit in asked.hits}] == []
    assert not any(asked.is_right for asked in removed)


def test_each_ask_is_drawn_once_with_its_item_and_once_without(drawn: list[Asked]) -> None:
    kept, removed = ([(asked.group, asked.text) for asked in _of(drawn, name)] for name in ("ask", "item removed"))
    assert Counter(kept) == Counter(removed)
    assert all(text in CORPUS[group].asks for group, text in kept)


def test_the_asks_are_spread_evenly_over_their_list(drawn: list[Asked]) -> None:
    for item in SEARCHED[:24]:
        places = [item.asks.index(asked.text) for asked in _of(drawn, "ask") if asked.group == item.id]
        quarters = [len(item.asks) * quarter / ASKS_LEFT_OUT for quarter in range(ASKS_LEFT_OUT)]
        assert all(0 <= start - place < 1 for start, place in zip(quarters, places, strict=True))


def test_an_ask_is_right_where_its_own_item_comes_first(drawn: list[Asked]) -> None:
    asks = _of(drawn, "ask")
    assert all(asked.is_right == (asked.hits[0].item_id == asked.group) for asked in asks)
    assert {asked.is_right for asked in asks} == {True, False}


# --- the project's questions ------------------------------------------------------------------------------------------


def test_near_misses_and_off_topic_messages_are_never_right(drawn: list[Asked]) -> None:
    for source in ("near miss", "off topic"):
        assert len(_of(drawn, source)) > 50
        assert not any(asked.is_right for asked in _of(drawn, source))


def test_a_question_whose_items_are_not_in_the_index_is_left_out(drawn: list[Asked]) -> None:
    known = {item.id for item in SEARCHED[:24]}
    rows = {row["question"]: set(row["gold"]) for row in read_rows(QUESTIONS / "answerable.jsonl", "question")}
    questions = _of(drawn, "question")
    assert {asked.text for asked in questions} == {text for text, gold in rows.items() if gold & known}
    assert all(asked.is_right == (asked.hits[0].item_id in rows[asked.text]) for asked in questions)


def test_a_small_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="The corpus has 19 searched items"):
        draw(_indexed(tmp_path, SEARCHED[:19]), HashingEmbedder())


# --- the part of an index ---------------------------------------------------------------------------------------------


def test_a_part_of_an_index_finds_as_the_whole_does(tmp_path: Path) -> None:
    items = SEARCHED[:5]
    whole = _indexed(tmp_path, items)
    part = PartialIndex(items, whole.stored_vectors())
    vector = HashingEmbedder().embed_query(items[2].title)
    expected = {match.passage_id: match.similarity for match in whole.search_vector(vector, 20)}
    found = {match.passage_id: match.similarity for match in part.search_vector(vector, 20)}
    best = next(iter(found))
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert sorted(found.values()) == pytest.approx(sorted(expected.values()), abs=1e-4)
    assert part.passage_text(best) == whole.passage_text(best)
    assert {text_digest(part.passage_text(id)) for id in found} <= set(whole.stored_vectors())


# --- the files --------------------------------------------------------------------------------------------------------


def test_no_question_of_the_calibration_is_used_to_measure_decisions() -> None:
    """The files of sentences measure the check of words, on which a calibration has no bearing."""
    measured = {
        plain_words(str(row[name]))
        for path in MEASURING.glob("*.jsonl")
        if not path.stem.endswith("_sentences")
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        for name in ("question", "text")
        if name in row and re.search(r"\w", str(row[name]))
    }
    rows = [row for path in QUESTIONS.glob("*.jsonl") for row in read_rows(path, "question", "turns")]
    fitted = [row["question"] if "question" in row else " ".join(row["turns"]) for row in rows]
    assert len(measured) > 500
    assert len(fitted) > 700
    assert [text for text in fitted if plain_words(text) in measured] == []


def test_no_dialogue_of_the_calibration_is_one_that_measures() -> None:
    def whole(path: Path) -> set[str]:
        return {plain_words(" ".join(row["turns"])) for row in read_rows(path, "turns")}

    measured = whole(DIALOGUES)
    for name in FITTED_DIALOGUES:
        fitted = whole(QUESTIONS / f"{name}.jsonl")
        assert min(len(fitted), len(measured)) >= 80
        assert not fitted & measured


@pytest.mark.parametrize("name", FITTED_DIALOGUES)
def test_every_dialogue_has_a_right_item_of_the_corpus_or_is_missed_by_it(name: str) -> None:
    ids = {item.id for item in SEARCHED}
    rows = list(read_rows(QUESTIONS / f"{name}.jsonl", "turns"))
    assert all(set(row["gold_last"]) <= ids for row in rows)
    assert all(bool(row["gold_last"]) == (row["expected"] == "answer") for row in rows)
    assert len({row["id"] for row in rows}) == len({plain_words(" ".join(row["turns"])) for row in rows}) == len(rows)


@pytest.mark.parametrize("name", ["answerable", "near_misses", "off_topic"])
def test_every_question_stands_once_and_says_something(name: str) -> None:
    texts = [plain_words(row["question"]) for row in read_rows(QUESTIONS / f"{name}.jsonl", "question")]
    assert len(texts) >= 100
    assert [text for text, count in Counter(texts).items() if count > 1 or not text] == []


def test_every_gold_is_an_item_that_is_searched() -> None:
    searched = {item.id for item in SEARCHED}
    rows = list(read_rows(QUESTIONS / "answerable.jsonl", "question"))
    assert [row["question"] for row in rows if not row["gold"] or not set(row["gold"]) <= searched] == []
    assert {gold for row in rows for gold in row["gold"]} == searched
