"""The library: what a search finds, and what an item shows when it is read in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.corpus import read_corpus
from tutor.records import Item
from tutor.web.evidence import located
from tutor.web.library import Filters, kinds, levels, listing, matching, reader, topics

ITEMS = tuple(read_corpus(Path(__file__).parents[1] / "corpus").items)
KNOWN = {item.id: item for item in ITEMS}


def found(words: str = "", **filters: str) -> list[str]:
    return [item.id for item in matching(ITEMS, Filters(words, **filters))]


def test_a_word_of_the_title_counts_more_than_one_of_the_body() -> None:
    assert found("elastic net")[0] == "q011"


def test_a_word_that_only_people_use_is_found_in_the_asks() -> None:
    assert "q034" in found("percision")


def test_the_start_of_a_word_finds_it_while_it_is_typed() -> None:
    assert "q011" in found("regulariz")


def test_every_word_must_occur() -> None:
    assert set(found("precision recall")) <= set(found("precision"))
    assert found("precision zzzz") == []


def test_filters_keep_only_their_items() -> None:
    assert {KNOWN[id].kind for id in found(kind="mcq")} == {"mcq"}
    assert all("evaluation" in KNOWN[id].topics for id in found(topic="evaluation"))
    assert {KNOWN[id].level for id in found(level="advanced", kind="concept")} == {"advanced"}


def test_no_words_list_everything_in_the_corpus_own_order() -> None:
    assert found() == [item.id for item in ITEMS]


@pytest.mark.parametrize("words", ["<script>", "$", "\x00", "a" * 100_000, "[x](javascript:y)"])
def test_any_search_text_is_only_words(words: str) -> None:
    assert found(words) == [] or "script" not in listing(matching(ITEMS, Filters(words)), len(ITEMS))


def test_the_list_says_how_many_and_what_to_do_where_nothing_matches() -> None:
    assert f"2 of {len(ITEMS)} items" in listing(ITEMS[:2], len(ITEMS))
    assert "Nothing matches" in listing([], len(ITEMS))
    assert "Nothing is indexed yet" in listing([], 0)


def test_menus_offer_everything_first() -> None:
    assert topics(ITEMS)[0][1] == levels()[0][1] == kinds()[0][1] == ""
    assert ("NLP and LLMs", "nlp-llm") in topics(ITEMS)


def test_an_item_is_read_with_its_formulas_key_points_and_misconceptions() -> None:
    html = reader(KNOWN["q011"], KNOWN)
    assert "$$J_{L1} = " in html
    assert "Essential" in html
    assert "What candidates get wrong" in html
    assert 'value="q052"' in html
    assert "Ask about this" in html


def test_the_answer_of_a_multiple_choice_item_is_folded_away() -> None:
    html = reader(KNOWN["mcq07"], KNOWN)
    assert html.index("Drawing charts") < html.index("<details") < html.index("harmonic mean")


def test_an_exercise_shows_its_signature_and_hides_its_solution() -> None:
    html = reader(KNOWN["q044"], KNOWN)
    assert html.index("cosine_similarity_matrix(A: np.ndarray") < html.index("Show the reference solution")
    assert "import numpy" not in html[: html.index("Show the reference solution")]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_item_can_be_read_and_holds_no_foreign_markup(item: Item) -> None:
    html = reader(item, KNOWN)
    assert "<a " not in html
    assert "<img" not in html
    assert "<script" not in html


def test_nothing_is_read_before_something_is_chosen() -> None:
    assert "Choose an item" in reader(None, KNOWN)


def test_a_quote_is_found_as_written_as_read_and_in_parts() -> None:
    body = "One **bold** fact. Another one.\n\n| | A |\n|---|---|\n| x | 1 |\n"
    assert [body[span.start : span.end] for span in located(body, "One **bold** fact.")] == ["One **bold** fact."]
    assert [body[span.start : span.end] for span in located(body, "one bold fact")] == ["One **bold** fact."]
    assert [body[span.start : span.end] for span in located(body, "x – A: 1")] == ["| x | 1 |"]
    assert len(located(body, "One bold fact. Another one.")) == 2
    assert located(body, "Nothing of it.") == []
    assert located(body, " ") == []
