from __future__ import annotations

from tutor.evidence import best_sentence, excerpt, quote
from tutor.lexical import terms
from tutor.records import Item

BODY = (
    "Dropout switches random neurons off. It acts during training only. "
    "At prediction time all neurons are kept. A rate of one half is usual."
)


def _item(body: str) -> Item:
    return Item("q001", "What is dropout?", "What is dropout?", "basic", "concept", "beginner", ("foundations",), body)


def test_the_quote_is_the_sentence_that_shares_most_words_with_the_question_in_the_items_own_words() -> None:
    assert quote("which rate is usual?", 2, _item(BODY)).quote == "A rate of one half is usual."
    assert quote("which rate is usual?", 2, _item(BODY)).number == 2


def test_of_equals_the_quote_is_the_first_sentence_and_the_best_sentence_the_shortest() -> None:
    item = _item("Dropout helps to regularise a large network. Dropout helps.")
    assert quote("dropout helps", 1, item).quote == "Dropout helps to regularise a large network."
    best = best_sentence(set(terms("dropout helps")), item)
    assert best
    assert best.text == "Dropout helps."


def test_an_item_without_sentences_is_quoted_by_its_title() -> None:
    assert quote("dropout", 1, _item("```python\nx = 1\n```")).quote == "What is dropout?"


def test_an_excerpt_holds_the_first_sentence_and_those_the_question_is_about_in_their_order() -> None:
    assert excerpt("which rate is usual in training?", _item(BODY), 80) == (
        "Dropout switches random neurons off. A rate of one half is usual."
    )
    assert excerpt("anything", _item(BODY), 10_000) == BODY


def test_an_excerpt_is_never_empty() -> None:
    assert excerpt("rate", _item(BODY), 1) == "Dropout switches random neurons off."
