"""Only what the passages say reaches a person, each sentence with the words it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from conftest import SMALL_ITEMS
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tutor.corpus import read_corpus
from tutor.evidence import best_sentence
from tutor.grounding import MIN_TERMS, check_sentence, complete_sentences, is_whole, says_again
from tutor.lexical import terms
from tutor.records import Item
from tutor.sentences import Sentence, sentences
from tutor.settings import default_corpus


def _item(body: str, title: str = "Title", id: str = "q001") -> Item:
    return Item(id, title, title, "basic", "concept", "beginner", ("foundations",), body)


DROPOUT = _item(SMALL_ITEMS["q002"][1], "What is dropout?", "q002")
DESCENT = _item(SMALL_ITEMS["q001"][1], "What is gradient descent?", "q001")
PENALTIES = _item(
    "L1 can set some weights to exactly zero, so Lasso also selects features. "
    "L2 shrinks the weights towards zero but rarely makes one exactly zero. "
    "An AUC of .97 was reached in 5ms with C4.5 and x_1."
)


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_a_right_sentence_is_kept_with_the_exact_source_as_its_quote() -> None:
    body = "First words here.\n\n- **Dropout** switches *random* neurons off.\n- The rate is a `hyperparameter`."
    verdict = check_sentence("Dropout switches random neurons off. [1]", [_item(body)])
    assert verdict.supported
    assert verdict.text == "Dropout switches random neurons off. [1]"
    assert verdict.citation
    assert (verdict.citation.number, verdict.citation.item_id) == (1, "q001")
    assert verdict.citation.quote == "**Dropout** switches *random* neurons off."
    assert verdict.citation.quote in body


def test_a_sentence_in_other_words_is_kept() -> None:
    verdict = check_sentence("During training, dropout switches off neurons at random.", [DROPOUT])
    assert verdict.citation
    assert verdict.citation.quote == "Dropout switches random neurons off during training."


def test_a_sentence_without_a_mark_gets_the_mark_of_the_passage_that_carries_it() -> None:
    verdict = check_sentence("Dropout switches random neurons off during training.", [DESCENT, DROPOUT])
    assert verdict.text.endswith("training. [2]")
    assert verdict.citation
    assert verdict.citation.item_id == "q002"


def test_of_two_marks_the_one_that_holds_stays() -> None:
    verdict = check_sentence("Dropout switches random neurons off during training [1][2].", [DESCENT, DROPOUT])
    assert verdict.text == "Dropout switches random neurons off during training [2]"


def test_of_sentences_with_the_same_words_the_one_with_their_order_is_quoted() -> None:
    positive = "A false positive is a negative case that the model predicts as positive."
    negative = "A false negative is a positive case that the model predicts as negative."
    item = _item(f"{positive} {negative}")
    for sentence in (positive, negative):
        citation = check_sentence(sentence, [item]).citation
        assert citation
        assert citation.quote == sentence


def test_a_table_row_can_be_quoted() -> None:
    item = _item("| Method | Penalty |\n|---|---|\n| Lasso | absolute weights |\n| Ridge | squared weights |")
    citation = check_sentence("The penalty of Ridge are the squared weights.", [item]).citation
    assert citation
    assert citation.quote == "| Ridge | squared weights |"


def test_the_number_of_a_list_item_is_no_claim() -> None:
    verdict = check_sentence("7. Dropout switches random neurons off during training.\n", [DROPOUT])
    assert verdict.text == "7. Dropout switches random neurons off during training. [1]"


# --- what is dropped, and why -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("A rate of 20 percent is usual.", "the passage does not hold the number 20"),
        ("A rate of 50.5 percent is usual.", "the passage does not hold the number 50.5"),
        ("Dropout switches 3 random neurons off during training.", "the passage does not hold the number 3"),
        ("Dropout in PyTorch switches random neurons off during training.", "the passage does not name PyTorch"),
        ("Dropout switches random LSTM neurons off during training.", "the passage does not name LSTM"),
        ("Dropout switches random neurons off during training in L1.", "the passage does not name L1"),
        ("Dropout does not switch random neurons off during training.", "the passage says the opposite about switch"),
        ("Dropout doesn’t switch random neurons off during training.", "the passage says the opposite about switch"),
        ("It does act at prediction time.", "the passage says the opposite about act"),
        ("Dropout switches random neurons off during training. [7]", "it cites a passage that was not given"),
        ("Dropout switches random neurons off during training. [0]", "it cites a passage that was not given"),
        ("", "it says nothing that could be checked"),
        ("[1]", "it says nothing that could be checked"),
        ("It is what it is.", "it says nothing that could be checked"),
        ("Dropout.", "it says nothing that could be checked"),
        ("Bananas ripen faster beside apples.", "too few of its words stand in the passage"),
        ("Random acts in percent.", "no sentence of the passage carries it"),
    ],
)
def test_what_the_passage_does_not_say_is_dropped_with_its_reason(sentence: str, reason: str) -> None:
    verdict = check_sentence(sentence, [DROPOUT])
    assert not verdict.supported
    assert (verdict.text, verdict.reason) == ("", reason)


@pytest.mark.parametrize(
    "sentence",
    [
        "L2 can set some weights to exactly zero, so Lasso also selects features.",
        "L1 shrinks the weights towards zero but rarely makes one exactly zero.",
        "L3 shrinks the weights towards zero but rarely makes one exactly zero.",
        "An AUC of .79 was reached in 5ms with C4.5 and x_1.",
        "An AUC of .97 was reached in 9ms with C4.5 and x_1.",
        "An AUC of .97 was reached in 5ms with C4.7 and x_1.",
        "An AUC of .97 was reached in 5ms with C4.5 and x_2.",
    ],
)
def test_a_changed_number_is_caught_wherever_it_stands(sentence: str) -> None:
    assert not check_sentence(sentence, [PENALTIES]).supported


@pytest.mark.parametrize("sentence", ["An AUC of .97 was reached in 5 ms.", "With C4.5 and x1 it was reached in 5ms."])
def test_a_number_may_be_written_otherwise(sentence: str) -> None:
    assert check_sentence(sentence, [PENALTIES]).supported


def test_a_claim_of_one_passage_does_not_hold_for_another_that_it_cites() -> None:
    sentence = "Dropout switches random neurons off during training."
    assert not check_sentence(f"{sentence} [1]", [DESCENT, DROPOUT]).supported
    assert check_sentence(f"{sentence} [2]", [DESCENT, DROPOUT]).supported


def test_without_passages_nothing_is_supported() -> None:
    assert not check_sentence("Dropout switches random neurons off. [1]", []).supported


# --- the real corpus --------------------------------------------------------------------------------------------------

ITEMS = {item.id: item for item in read_corpus(default_corpus()).items}
DENIABLE = re.compile(r"\b(?:is|are|does|can|will|has|have|must|should)\b")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def _checkable(item: Item) -> Iterator[Sentence]:
    return (each for each in sentences(item.body) if len(set(terms(each.text))) >= MIN_TERMS)


def test_every_sentence_of_the_corpus_is_carried_by_itself() -> None:
    checked = 0
    for item in ITEMS.values():
        for sentence in _checkable(item):
            citation = check_sentence(sentence.text, [item]).citation
            assert citation, f"{item.id}: {sentence.text}"
            assert citation.quote == item.body[sentence.start : sentence.end], f"{item.id}: {sentence.text}"
            checked += 1
    assert checked > 1000


@pytest.mark.parametrize("id", ["q003", "q011", "q017", "q022", "q029", "q039", "q053", "q057", "q062"])
def test_a_mutated_number_of_an_item_is_caught(id: str) -> None:
    item = ITEMS[id]
    strange = next(str(number) for number in range(11, 1000) if str(number) not in item.body + item.title)
    mutants = [
        sentence.text[: match.start()] + strange + sentence.text[match.end() :]
        for sentence in _checkable(item)
        for match in NUMBER.finditer(sentence.text)
    ]
    assert mutants
    assert not [mutant for mutant in mutants if check_sentence(mutant, [item]).supported]


@pytest.mark.parametrize("id", ["q001", "q009", "q011", "q023", "q035", "q052", "q055", "q065"])
def test_a_denied_sentence_of_an_item_is_caught(id: str) -> None:
    item = ITEMS[id]
    mutants = [
        sentence.text[: match.end()] + " not" + sentence.text[match.end() :]
        for sentence in _checkable(item)
        if (match := DENIABLE.search(sentence.text))
    ]
    assert len(mutants) > 3
    assert not [mutant for mutant in mutants if check_sentence(mutant, [item]).supported]


@pytest.mark.parametrize("id", ["q003", "q011", "q029", "q052"])
def test_a_new_technical_name_in_an_item_is_caught(id: str) -> None:
    item = ITEMS[id]
    for sentence in _checkable(item):
        assert not check_sentence(f"With ZyxNet, {sentence.text}", [item]).supported


def test_sentences_of_another_item_are_not_carried() -> None:
    wrong = [s.text for s in _checkable(ITEMS["q020"]) if check_sentence(s.text, [ITEMS["q061"]]).supported]
    assert not wrong


# --- what is said of the wrong thing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "right", "wrong"),
    [
        ("q032", "A pixel needs 4 bits with 16 colours.", "A pixel needs 16 bits with 4 colours."),
        ("q017", "An AUC of 1 means a perfect ranking.", "An AUC of 0.5 means a perfect ranking."),
        ("q038", "A voice assistant shows all three C's.", "A voice assistant shows all seven C's."),
        (
            "q013",
            "A large bootstrap sample holds 63 percent of the rows.",
            "A large bootstrap sample holds 36% of the rows.",
        ),
        ("q043", "Sorting takes O(n log n).", "Sorting takes O(n²)."),
        ("q013", "Bias is mainly reduced by boosting.", "Bias is mainly reduced by bagging."),
        ("q011", "Near zero the pull of L1 stays constant.", "Near zero the pull of L2 stays constant."),
        ("q039", "False positives correspond to Type I errors.", "False positives correspond to Type II errors."),
        ("q030", "A larger alpha gives a smaller tree.", "A larger alpha gives a larger tree."),
        ("q052", "Dropout acts during training only.", "Dropout does not act during training."),
        (
            "q023",
            "OLS stays unbiased but its standard errors are wrong.",
            "OLS stays biased and its standard errors are wrong.",
        ),
        ("q060", "Output filters leave the weights unchanged.", "Output filters leave the weights changed."),
        ("q016", "An SVM gives a score rather than a probability.", "An SVM gives a probability rather than a score."),
        ("q054", "Never shuffle time series into random folds.", "Always shuffle time series into random folds."),
        (
            "q013",
            "AdaBoost raises the weights of misclassified points.",
            "Bagging raises the weights of misclassified points.",
        ),
        ("q013", "Boosting overfits more easily.", "As in Keras, boosting overfits more easily."),
        ("q013", "Boosting overfits more easily.", "According to Geoffrey Hinton, boosting overfits more easily."),
    ],
)
def test_a_right_sentence_is_kept_and_its_wrong_neighbour_dropped(id: str, right: str, wrong: str) -> None:
    assert check_sentence(right, [ITEMS[id]]).supported, check_sentence(right, [ITEMS[id]]).reason
    assert not check_sentence(wrong, [ITEMS[id]]).supported


def test_the_reason_names_both_words_that_were_exchanged() -> None:
    verdict = check_sentence("A larger alpha gives a larger tree.", [ITEMS["q030"]])
    assert verdict.reason == "the passage says it of smaller, not of larger"


@settings(deadline=None)  # an item is read once, which takes longer than a check
@given(st.sampled_from([(item, sentence) for item in ITEMS.values() for sentence in _checkable(item)]))
def test_a_verdict_on_its_own_text_is_the_same(pair: tuple[Item, Sentence]) -> None:
    item, sentence = pair
    verdict = check_sentence(f"{sentence.text} [2]", [DROPOUT, item])
    assert verdict.supported
    assert check_sentence(verdict.text, [DROPOUT, item]) == verdict


@settings(deadline=None)  # an item is read once, which takes longer than a check
@given(st.text(max_size=150), st.text(max_size=150))
def test_no_text_and_no_passage_make_the_check_fail(text: str, body: str) -> None:
    verdict = check_sentence(text, [_item(body, title=body[:20])])
    assert verdict.supported == bool(verdict.text) == (not verdict.reason)


# --- the sentence that carries a claim --------------------------------------------------------------------------------


def test_the_best_sentence_shares_most_words_and_is_the_shorter_of_equals() -> None:
    item = _item("Trees split data by features. Trees split data. Forests average trees.")
    best = best_sentence(set(terms("trees split data")), item)
    assert best
    assert best.text == "Trees split data."


def test_an_item_without_sentences_has_no_best_one() -> None:
    assert best_sentence({"tree"}, _item("```python\nx = 1\n```")) is None
    assert not check_sentence("Title title words here", [_item("```python\nx = 1\n```", "Title words here")]).supported


# --- repetition -------------------------------------------------------------------------------------------------------


def test_the_same_content_in_other_function_words_is_said_again() -> None:
    kept = ["Dropout switches random neurons off during training. [1]"]
    assert says_again("During training, the dropout switches off the random neurons.", kept)
    assert says_again("Neurons switch off. [1]", kept)


def test_a_new_word_or_a_first_sentence_is_not_said_again() -> None:
    kept = ["Dropout switches random neurons off during training. [1]"]
    assert not says_again("Dropout switches random neurons off at prediction. [1]", kept)
    assert not says_again("Dropout switches random neurons off.", [])


def test_words_of_two_kept_sentences_together_are_not_said_again() -> None:
    assert not says_again("Trees split forests.", ["Trees split data.", "Forests average."])


# --- sentences out of a stream ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is here. Two is there.", ["One is here.", "Two is there."]),
        ("Really? Yes! So it is", ["Really?", "Yes!", "So it is"]),
        ("A rate of 0.5 is usual. A step of .1 too.", ["A rate of 0.5 is usual.", "A step of .1 too."]),
        ("One is here. [1] Two is there. [2]", ["One is here. [1]", "Two is there. [2]"]),
        ("One is here [1]. Two is there [2].", ["One is here [1].", "Two is there [2]."]),
        ("One is here. [1] [2]. Two.", ["One is here. [1] [2].", "Two."]),
        ("- one\n- two\n\nThree.", ["- one\n", "- two\n", "Three."]),
        ("1. Bagging is first.\n2. Boosting is second.", ["1. Bagging is first.\n", "2. Boosting is second."]),
        ("Use a method, e.g. Lasso or L1 vs. L2. Then stop.", ["Use a method, e.g. Lasso or L1 vs. L2.", "Then stop."]),
        ("see sklearn.svm for it. It fits.", ["see sklearn.svm for it.", "It fits."]),
        ("", []),
        ("  \n\n ", []),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_sentences_are_the_same_however_the_stream_is_cut(text: str, expected: list[str], size: int) -> None:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert list(complete_sentences(pieces)) == expected


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("It holds. ", True),
        ("It holds [1].", True),
        ("It holds. [1]", True),
        ("**It holds.** [1]. ", True),
        ('Does it hold?"', True),
        ("- a line\n", True),
        ("It holds", False),
        ("It holds [1]", False),
        ("Such as e.g.", False),
        ("There are three kinds:", False),
    ],
)
def test_a_sentence_is_whole_where_it_was_written_to_its_end(text: str, whole: bool) -> None:
    assert is_whole(text) is whole


def test_a_sentence_is_given_as_soon_as_the_next_one_begins() -> None:
    def stream() -> Iterator[str]:
        yield "One is here. "
        yield "T"
        raise AssertionError("read further than needed")

    assert next(iter(complete_sentences(stream()))) == "One is here."


_pieces = st.lists(
    st.one_of(
        st.sampled_from(
            ["A tree. ", "it is", " [1]", ". ", "? ", "\n", "- one\n", "2. ", "e.g. ", "0.5 ", "[12].", "$x$"]
        ),
        st.text(max_size=5),
    ),
    max_size=30,
)


@given(_pieces)
def test_no_word_is_lost_or_added_whatever_the_chunks(pieces: list[str]) -> None:
    given_back = list(complete_sentences(pieces))
    assert "".join("".join(given_back).split()) == "".join("".join(pieces).split())
    assert all(sentence.strip() for sentence in given_back)


@given(st.text(alphabet="aB .!?[1]\n-2", max_size=40), st.lists(st.integers(1, 40), max_size=6))
def test_words_keep_their_order_and_their_boundaries(text: str, cuts: list[int]) -> None:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[a:b] for a, b in pairwise(places)]
    assert " ".join(complete_sentences(pieces)).split() == text.split()


_LINE = st.sampled_from(
    ["Trees split data.", "Is it so?", "- one point", "2. A second one.", "It costs 0.5 [2].", "Yes! [1]"]
)


@given(st.lists(_LINE, min_size=1, max_size=6), st.lists(st.integers(1, 200), max_size=10))
def test_whole_sentences_come_out_whole_whatever_the_chunks(lines: list[str], cuts: list[int]) -> None:
    text = "\n".join(lines)
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[a:b] for a, b in pairwise(places)]
    assert [sentence.rstrip("\n") for sentence in complete_sentences(pieces)] == lines
    assert "".join(complete_sentences(pieces)) == text


@given(st.text(max_size=200))
def test_no_text_makes_the_check_fail_or_pass_without_a_quote(text: str) -> None:
    verdict = check_sentence(text, [DROPOUT, DESCENT])
    assert verdict.supported == bool(verdict.text) == (not verdict.reason)
    if verdict.citation:
        assert verdict.citation.quote in (DROPOUT.body + DESCENT.body)


@given(st.lists(st.sampled_from(sorted(set(DROPOUT.body.split()))), max_size=12), st.integers(0, 10**6))
def test_a_number_that_no_passage_holds_never_passes(words: list[str], number: int) -> None:
    assume(str(number) not in DROPOUT.body)
    assert not check_sentence(" ".join([*words, str(number)]), [DROPOUT]).supported


def test_words_that_take_up_the_question_need_no_support_but_what_is_said_of_them_does() -> None:
    item = _item("Averaging reduces the variance of the error. PCA is unsupervised and ignores the labels.")
    restated = "The rationale for aggregating weak learners is averaging, which reduces the variance."
    assert not check_sentence(restated, [item]).supported
    question = "What is the rationale for aggregating several weak learners?"
    assert check_sentence(restated, [item], question).supported
    assert not check_sentence("The rationale for aggregating weak learners is marketing.", [item], question).supported
    repeated = check_sentence("The rationale for aggregating several weak learners.", [item], question)
    assert repeated.reason == "it only repeats the question"


def test_a_questions_false_premise_is_not_taken_for_said() -> None:
    item = _item("PCA is unsupervised and ignores the labels. Variance is kept.")
    assert not check_sentence("PCA is supervised and ignores labels.", [item], "why is PCA supervised?").supported
