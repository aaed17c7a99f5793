"""Sentences: what a person reads, and where in the Markdown it stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.corpus import read_corpus
from tutor.sentences import can_end, plain_text, sentences, strip_marks
from tutor.settings import default_corpus


def texts(source: str) -> list[str]:
    return [sentence.text for sentence in sentences(source)]


def slices(source: str) -> list[str]:
    return [source[sentence.start : sentence.end] for sentence in sentences(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        (" \n\n\t", []),
        ("No full stop", ["No full stop"]),
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("One.\nTwo\nlines.\n\nThree.", ["One.", "Two lines.", "Three."]),
        ("Wow... And so. It ends.", ["Wow...", "And so.", "It ends."]),
        (
            'He said "No way." Then (he left.) "Why?" she asked.',
            ['He said "No way."', "Then (he left.)", '"Why?" she asked.'],
        ),
        ("Version 1.2 is out. 3 more follow.", ["Version 1.2 is out.", "3 more follow."]),
        ("The end. of a line goes on.", ["The end. of a line goes on."]),
    ],
)
def test_a_sentence_ends_at_its_mark_before_a_capital_or_a_digit(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "Use trees, e.g. Random forests.",
        "Two nets, i.e. Siamese ones.",
        "Accuracy vs. F1 is a choice.",
        "See Fig. 3 and Eq. 2 for it.",
        "Smith et al. 2019 found it.",
        "Dr. Rao and J. Smith agree.",
        "It costs approx. 5 units.",
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(source: str) -> None:
    assert texts(f"{source} Then it ends.") == [source, "Then it ends."]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("It is so.", True),
        ("e.g.", False),
        ("for cats, e.g.", False),
        ("3.", False),
        ("  - 12)", False),
        ("in 3.", True),
    ],
)
def test_a_sentence_can_end_with_a_word_but_not_with_an_abbreviation_or_a_number_of_a_list(
    text: str, end: bool
) -> None:
    assert can_end(text) is end


@pytest.mark.parametrize(
    "verbatim", ["$x = 1. Y$", "$$\nx = 1. Y\n$$", "$f(x)! A$ and $g. B$", "`a = 1. B`", "`$x. Y`", "$a$, $b. C$"]
)
def test_a_formula_or_code_is_never_cut(verbatim: str) -> None:
    assert slices(f"Take {verbatim} here. Next.") == [f"Take {verbatim} here.", "Next."]


def test_an_amount_of_money_hides_no_end_of_a_sentence() -> None:
    assert texts("It costs $5. Then it ends. So.") == ["It costs $5.", "Then it ends.", "So."]


def test_a_sentence_may_begin_with_a_formula() -> None:
    assert texts(r"It is so. $x$ is small. \(y\) too.") == ["It is so.", "$x$ is small.", r"\(y\) too."]


def test_the_items_of_a_list_are_sentences_without_their_marks() -> None:
    source = "Two ways:\n\n- **First.** It is short.\n* second\n  - inner\n\n1. Cut. Then sort.\n2) Done"

    assert texts(source) == ["Two ways:", "First.", "It is short.", "second", "inner", "Cut.", "Then sort.", "Done"]
    assert slices(source) == [
        "Two ways:",
        "**First.**",
        "It is short.",
        "second",
        "inner",
        "Cut.",
        "Then sort.",
        "Done",
    ]


def test_headings_and_quotes_lose_their_marks() -> None:
    source = "## A heading\n\n> One line. Another\n> one.\n> > 1. Deep.\n\nUnderlined\n===\n\nText."

    assert texts(source) == ["A heading", "One line.", "Another one.", "Deep.", "Underlined", "Text."]
    assert slices(source) == ["A heading", "One line.", "Another\n> one.", "Deep.", "Underlined", "Text."]


def test_a_table_row_is_one_sentence_read_with_its_column_heads() -> None:
    source = (
        "| way | time | weakness |\n|---|:-:|--:|\n| **blocks** | $O(n)$ | more lines. Really. |\n| naive | | slow |\n"
    )

    assert texts(source) == ["blocks – time: $O(n)$; weakness: more lines. Really.", "naive – weakness: slow"]
    assert slices(source) == ["| **blocks** | $O(n)$ | more lines. Really. |", "| naive | | slow |"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("| | a | b |\n|-|-|-|\n| x | y | z |", ["x – a: y; b: z"]),
        ("||a|b|\n|-|-|-|\n||y|z|\n|x|||", ["a: y; b: z", "x"]),
        ("a | b\n-|-\nx | y", ["x – b: y"]),
        ("| only |\n|-|\n| x |", ["x"]),
        ("| a | b |\n|-|-|\n| | |\n| x | y |", ["x – b: y"]),
        ("| | |\n|-|-|\n| x | y |", ["x; y"]),
        ("| a | | c |\n|-|-|-|\n| x | y | z |", ["x – y; c: z"]),
        ("| a | b |\n|-|-|\n| p \\| q | `r \\| s` |", ["p | q – b: r | s"]),
        ("> | a | b |\n> |-|-|\n> | x | y |", ["x – b: y"]),
        ("- | a | b |\n  |-|-|\n  | x | y |", ["x – b: y"]),
        (
            "| a | b |\n|-|-|\n| 1 | 2 |\n\nBetween.\n\n| c | d |\n|-|-|\n| 3 | 4 |",
            ["1 – b: 2", "Between.", "3 – d: 4"],
        ),
    ],
)
def test_tables_of_any_form_are_read_by_row(table: str, expected: list[str]) -> None:
    assert texts(table) == expected


def test_code_blocks_html_blocks_and_rules_are_no_sentences() -> None:
    source = "Before.\n\n```python\nx = 1. Y\n```\n\n    indented = 2\n\n<div>\nhidden\n</div>\n\n---\n\nAfter."

    assert texts(source) == ["Before.", "After."]
    assert plain_text(source) == "Before. After."


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("**bold**, *slanted*, __bold__ and _slanted_", "bold, slanted, bold and slanted"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        ("`2*(n+1)`, `f(*args)` and `__init__`", "2*(n+1), f(*args) and __init__"),
        ("$a_i * b_{i}$ and *x*", "$a_i * b_{i}$ and x"),
        ("$$p_i > q$$ where $c_{A}$ and $c_{B}$ are", "$$p_i > q$$ where $c_{A}$ and $c_{B}$ are"),
        ("- one  \n   line", "one line"),
        ("3. third", "third"),
        ("• dot", "dot"),
    ],
)
def test_marks_are_stripped_and_formulas_and_code_stay(marked: str, read: str) -> None:
    assert strip_marks(marked) == read


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_offsets_hold_whatever_the_line_ends(newline: str) -> None:
    source = newline.join(["One line", "goes on. Two.", "", "| a | b |", "|-|-|", "| x | y |", "", "Last."])

    assert slices(source) == [f"One line{newline}goes on.", "Two.", "| x | y |", "Last."]


PIECES = [
    *r"Word|word.|Yes!|e.g.|$x. Y$|$|**|*|_|`|```|- |1. |# |> | |    |<div>|é|\|[|](x)|===|---".split("|"),
    *("|", "a | b", "|-|-|", "\n", "\n\n", "\r\n", "\r", "\t", "\x00"),
]
markdown = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(markdown | st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_every_sentence_is_a_slice_of_its_source_in_order(source: str) -> None:
    end = 0
    for sentence in sentences(source):
        assert end <= sentence.start < sentence.end <= len(source)
        assert source[sentence.start : sentence.end].strip()
        assert sentence.text == " ".join(sentence.text.split())
        if "|" not in source:  # no table: the slice reads as the sentence
            assert strip_marks(source[sentence.start : sentence.end]) == sentence.text
        end = sentence.end


words = st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=8), min_size=1, max_size=6)


@given(st.lists(words, min_size=1, max_size=6), st.sampled_from([" ", "\n", "\n\n", "\n- "]))
@settings(max_examples=60, deadline=None)
def test_sentences_are_found_again_however_they_are_laid_out(spoken: list[list[str]], gap: str) -> None:
    written = ["So " + " ".join(each) + " it." for each in spoken]

    assert texts(gap.join(written)) == written
    assert slices(gap.join(written)) == written


def test_every_item_of_the_corpus_reads_without_marks() -> None:
    for item in read_corpus(default_corpus()).items:
        for sentence in sentences(item.body):
            assert not sentence.text.startswith(("- ", "* ", "> ", "#", "|", "1.")), (item.id, sentence.text)
            assert "**" not in sentence.text, (item.id, sentence.text)
