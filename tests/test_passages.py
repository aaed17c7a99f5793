"""Passages: question, answer in pieces, both, and each of the asks; nothing for multiple choice."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.passages import WORDS_PER_PIECE, lexical_text, passages
from tutor.records import Choices, Exercise, Item, KeyPoint, Kind
from tutor.sentences import plain_text, sentences

ITEM = Item(
    id="q001",
    title="What is dropout?",
    question="What is dropout?",
    section="basic",
    kind="concept",
    level="beginner",
    topics=("deep-learning",),
    body="**Dropout** switches neurons off. It regularises.",
    asks=("dropout", "why drop neurons"),
    key_points=(KeyPoint("Random neurons rest", 2),),
)


def sentence(words: int, name: str) -> str:
    """A sentence of so many words."""
    return " ".join([name.capitalize(), *["word"] * (words - 2), "end."])


def test_an_item_gives_its_question_its_answer_both_and_each_of_its_asks() -> None:
    assert [(passage.id, passage.field, passage.text) for passage in passages(ITEM)] == [
        ("q001/question/0", "question", "What is dropout?"),
        ("q001/answer/0", "answer", "Dropout switches neurons off. It regularises."),
        ("q001/both/0", "both", "What is dropout? Dropout switches neurons off. It regularises."),
        ("q001/ask/0", "ask", "dropout"),
        ("q001/ask/1", "ask", "why drop neurons"),
    ]
    assert {passage.item_id for passage in passages(ITEM)} == {"q001"}


def test_a_longer_wording_of_the_question_is_a_passage_of_its_own() -> None:
    item = replace(ITEM, question="Explain dropout to a colleague.")

    assert [(each.id, each.text) for each in passages(item) if each.field == "question"] == [
        ("q001/question/0", "What is dropout?"),
        ("q001/question/1", "Explain dropout to a colleague."),
    ]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_is_searched_but_multiple_choice(kind: Kind) -> None:
    item = replace(ITEM, kind=kind, choices=Choices({"A": "a", "B": "b"}, "A", {"B": "no"}))

    assert bool(passages(item)) is (kind != "mcq")


def test_a_long_answer_is_cut_before_110_words_and_the_title_stands_before_its_first_piece() -> None:
    first, second, third = sentence(60, "one"), sentence(50, "two"), sentence(1 + 1, "three")
    item = replace(ITEM, body=f"{first} {second} {third}")

    pieces = [(each.id, each.text) for each in passages(item) if each.field == "answer"]

    assert WORDS_PER_PIECE == 110
    assert pieces == [("q001/answer/0", f"{first} {second}"), ("q001/answer/1", third)]
    assert [each.text for each in passages(item) if each.field == "both"] == [f"What is dropout? {first} {second}"]


def test_a_sentence_longer_than_a_piece_stays_whole() -> None:
    item = replace(ITEM, body=f"{sentence(3, 'one')} {sentence(200, 'two')} {sentence(3, 'three')}")

    assert [len(each.text.split()) for each in passages(item) if each.field == "answer"] == [3, 200, 3]


def test_an_answer_of_code_alone_has_no_answer_passage() -> None:
    item = replace(ITEM, body="```python\nprint(1)\n```")

    assert [each.field for each in passages(item)] == ["question", "ask", "ask"]


def test_the_words_for_bm25_are_all_words_of_the_item() -> None:
    item = replace(
        ITEM, question="Explain it.", exercise=Exercise("drop_neurons", "drop_neurons(x)", "drop_neurons(1)", "code")
    )

    assert lexical_text(item) == (
        "What is dropout? Explain it. dropout why drop neurons Random neurons rest "
        "**Dropout** switches neurons off. It regularises. drop neurons drop_neurons"
    )


@given(
    st.lists(st.tuples(st.integers(2, 150), st.sampled_from([" ", "\n\n", "\n- "])), min_size=1, max_size=8),
    st.lists(st.text(min_size=1, max_size=10), max_size=4),
)
@settings(max_examples=80, deadline=None)
def test_pieces_hold_every_sentence_once_and_ids_are_unique(laid_out: list[tuple[int, str]], asks: list[str]) -> None:
    body = "".join(gap + sentence(words, f"s{number}") for number, (words, gap) in enumerate(laid_out)).strip()
    item = replace(ITEM, body=body, asks=tuple(asks))

    found = passages(item)
    pieces = [passage.text for passage in found if passage.field == "answer"]

    assert len({passage.id for passage in found}) == len(found)
    assert " ".join(pieces) == plain_text(body)
    whole = {each.text for each in sentences(body)}
    assert all(len(piece.split()) <= WORDS_PER_PIECE or piece in whole for piece in pieces)
    for piece, following in pairwise(pieces):  # no cut comes too early
        assert len(piece.split()) + len(following.split(" S")[0].split()) > WORDS_PER_PIECE
