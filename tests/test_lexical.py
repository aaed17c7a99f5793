"""Words are found by their stems and scored as Robertson and Zaragoza wrote it down."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.lexical import LexicalIndex, terms

TEXTS = ["trees split data", "forests average many trees", "gradients descend"]
IDS = ["q001", "q002", "q003"]
K1, B = 1.5, 0.75


def _bm25(frequency: int, length: int, average: float, holding: int, documents: int) -> float:
    rarity = math.log(1 + (documents - holding + 0.5) / (holding + 0.5))
    return rarity * frequency / (frequency + K1 * (1 - B + B * length / average))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is the difference between trees and a tree?", ["tree", "tree"]),
        ("Overfitting, OVERFITTED!", ["overfit", "overfit"]),
        ("L1 vs L2 at 0.5", ["l1", "vs", "l2", "0", "5"]),
        ("predict_proba", ["predict_proba"]),
        ("what is it?", []),
        ("", []),
        ("机器学习 🤖", []),
    ],
)
def test_terms_are_stems_in_order_without_function_words(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_scores_are_bm25() -> None:
    found = LexicalIndex.build(TEXTS, IDS).search("splitting trees", 3)
    average = (3 + 4 + 2) / 3
    assert found["q001"] == pytest.approx(_bm25(1, 3, average, 1, 3) + _bm25(1, 3, average, 2, 3), rel=1e-5)
    assert found["q002"] == pytest.approx(_bm25(1, 4, average, 2, 3), rel=1e-5)
    assert list(found) == ["q001", "q002"]


@pytest.mark.parametrize(("term", "holding"), [("tree", 2), ("gradient", 1), ("zebra", 0)])
def test_a_word_is_the_rarer_the_fewer_items_hold_it(tmp_path: Path, term: str, holding: int) -> None:
    index = LexicalIndex.build(TEXTS, IDS)
    index.save(tmp_path / "words")
    expected = math.log(1 + (3 - holding + 0.5) / (holding + 0.5))
    assert index.idf(term) == pytest.approx(expected)
    assert LexicalIndex.load(tmp_path / "words").idf(term) == pytest.approx(expected)


def test_an_item_that_shares_no_word_is_not_found() -> None:
    assert LexicalIndex.build(TEXTS, IDS).search("gradient", 3).keys() == {"q003"}


@pytest.mark.parametrize("question", ["", "what is it?", "zebra", "机器学习", "\x00", "🤖 ?"])
def test_a_question_without_a_known_word_finds_nothing(question: str) -> None:
    assert LexicalIndex.build(TEXTS, IDS).search(question, 3) == {}


def test_no_more_items_than_asked_for_and_no_more_than_there_are() -> None:
    index = LexicalIndex.build(TEXTS, IDS)
    assert list(index.search("trees forests average", 1)) == ["q002"]
    assert len(index.search("trees forests split", 100)) == 2


def test_a_saved_index_scores_as_before(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS, IDS)
    index.save(tmp_path / "words")
    assert LexicalIndex.load(tmp_path / "words").search("splitting trees", 3) == index.search("splitting trees", 3)


def test_a_missing_index_is_an_error_of_the_file_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="words"):
        LexicalIndex.load(tmp_path / "words")


def test_a_text_without_terms_keeps_its_place() -> None:
    index = LexicalIndex.build(["what is it", "trees", ""], IDS)
    assert index.search("tree", 3).keys() == {"q002"}


INDEX = LexicalIndex.build(TEXTS, IDS)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from("trees forests data gradient zebra what is the ß 机 \x00".split(" ")), max_size=12),
    st.integers(1, 5),
)
def test_scores_are_positive_best_first_and_as_many_as_asked_for(words: list[str], count: int) -> None:
    found = INDEX.search(" ".join(words), count)
    scores = list(found.values())
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)
    assert len(found) <= count
    assert set(found) <= set(IDS)
