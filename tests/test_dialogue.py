"""What a message asks is read out of the conversation before it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.acts import clean
from tutor.dialogue import (
    NO_CUE_LEAD,
    Reading,
    exchange,
    exchanges,
    item_spoken_of,
    leans_on_history,
    readings,
    subject_of,
    without_memory_words,
)
from tutor.pointing import other_side, sides
from tutor.records import Answer, Confidence, FollowUp, Hit, Style, Turn

SURE = Confidence(0.9, "high", "")
ENSEMBLES = (
    "There are two.\n\n- **Bagging** trains its models side by side.\n- **Boosting** trains one after another.\n"
)


def asked(*pairs: tuple[str, str, str], offered: tuple[FollowUp, ...] = ()) -> tuple[Turn, ...]:
    """Questions, their answers and the items these rest on; the last answer offers ``offered``."""
    turns: list[Turn] = []
    for place, (question, answer, item) in enumerate(pairs, start=1):
        shown = offered if place == len(pairs) else ()
        turns += [Turn("user", question, question), Turn("assistant", answer, item=item, offered=shown)]
    return tuple(turns)


def texts(message: str, history: tuple[Turn, ...]) -> list[str]:
    return [reading.text for reading in readings(message, history)]


# --- two sides --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("bagging vs boosting", ("bagging", "boosting")),
        ("Bagging versus boosting, when which?", ("Bagging", "boosting")),
        ("L1 vs. L2?", ("L1", "L2")),
        ("What is the difference between PCA and t-SNE?", ("PCA", "t-SNE")),
        ("compare random forests with gradient boosting", ("random forests", "gradient boosting")),
        ("What is the advantage of k-means versus DBSCAN?", ("k-means", "DBSCAN")),
        ("What is bagging?", ()),
        ("Is bias and variance a tradeoff?", ()),
    ],
)
def test_the_two_sides_of_a_comparison_are_found(message: str, expected: tuple[str, ...]) -> None:
    assert sides(message) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("compare with boosting", "boosting"),
        ("compare it to t-sne", "t-sne"),
        ("how is it different from LDA?", "LDA"),
        ("how does that differ from t-sne", "t-sne"),
        ("difference to batch normalization?", "batch normalization"),
        ("vs factor analysis?", "factor analysis"),
        ("how is BERT different from it", "BERT"),
        ("lime vs that one", "lime"),
        ("compare bagging with boosting", ""),
        ("what's the difference?", ""),
        ("why is it different", ""),
    ],
)
def test_half_a_comparison_names_the_other_side_only(message: str, expected: str) -> None:
    assert other_side(message) == expected


@pytest.mark.parametrize("message", ["compare it with boosting", "what is the difference between this and that"])
def test_a_pronoun_is_no_side(message: str) -> None:
    assert sides(message) == ()


# --- readings ---------------------------------------------------------------------------------------------------------


def test_a_first_message_has_one_reading() -> None:
    assert readings("why does it overfit?", ()) == [Reading("why does it overfit?")]
    assert readings("why?", (Turn("user", "hello"), Turn("assistant", "What is PCA?"))) == [Reading("why?")]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("is it supervised?", "is PCA supervised?"),
        ("what are its limits", "what are PCA's limits"),
        ("and for images?", "and for images (PCA)?"),
        ("why?", "What is PCA? why?"),
        ("how does that help t-sne", "how does PCA help t-sne"),
    ],
)
def test_a_follow_up_is_read_with_the_subject_it_leans_on(message: str, expected: str) -> None:
    found = texts(message, asked(("What is PCA?", "It turns axes.", "q035")))
    assert found[0] == message
    assert expected in found


@pytest.mark.parametrize(
    ("question", "message", "expected"),
    [
        ("which row does a svm need", "where does a forest draw its line?", "where does a forest draw its line ("),
        ("what must hold so that many models beat one", "is it slow?", "is it slow (what must hold so that many"),
        ("What is PCA?", "ok and is it linear?", "ok and is PCA linear?"),
    ],
)
def test_a_pronoun_stays_where_it_may_stand_for_something_else_or_the_topic_has_no_name(
    question: str, message: str, expected: str
) -> None:
    assert any(text.startswith(expected) for text in texts(message, asked((question, "…", "q035"))))


@pytest.mark.parametrize("message", ["what would I say about my last company", "how do I get a first job"])
def test_last_and_first_point_at_no_list_without_the_or_a_noun_of_lists(message: str) -> None:
    assert not any(
        "Boosting" in text for text in texts(message, asked(("which ensembles are there", ENSEMBLES, "q010")))
    )


@pytest.mark.parametrize(
    "message", ["back to what I asked first: when do I stop?", "back to the first one, is it slow?"]
)
def test_a_return_to_what_was_asked_first_is_read_with_that(message: str) -> None:
    history = asked(("what is early stopping", "…", "q052"), ("which ensembles are there", ENSEMBLES, "q010"))
    found = readings(message, history)
    assert any("early stopping" in reading.text for reading in found)
    assert {reading.likely for reading in found[1:]} == {"q052"}


def test_a_reading_in_the_light_of_a_topic_names_the_item_of_its_answer() -> None:
    alone, *in_context = readings("is it slow?", asked(("what is bagging", "…", "q013")))
    assert alone.likely == ""
    assert {reading.likely for reading in in_context} == {"q013"}


def test_the_topic_is_the_question_that_opened_it_not_the_follow_up_between() -> None:
    history = asked(("what is data leakage", "…", "q049"), ("how do i detect it", "…", "q049"))
    assert "what is data leakage and stop it?" in texts("and stop it?", history)


def test_a_follow_up_that_found_another_item_opens_a_topic() -> None:
    history = asked(("what is precision", "…", "q034"), ("and f1 score", "…", "q029"))
    assert "does f1 score care about true negatives" in texts("does it care about true negatives", history)


def test_a_message_without_a_cue_must_find_much_more_with_the_topic_than_alone() -> None:
    found = readings("Explain dropout in neural networks", asked(("What is PCA?", "…", "q035")))
    assert found[0] == Reading("Explain dropout in neural networks")
    assert {reading.lead for reading in found[1:]} == {NO_CUE_LEAD}
    assert {reading.lead for reading in readings("why?", asked(("What is PCA?", "…", "q035")))[1:]} == {0.0}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("the second one", "What is Boosting?"),
        ("explain the second one more", "explain Boosting more"),
        ("what about the last", "what about Boosting"),
        ("2", "What is Boosting?"),
        ("second", "What is Boosting?"),
        ("last please", "What is Boosting?"),
        ("as for the first one, is it slow?", "as for Bagging, is it slow?"),
        ("is the first one parallel", "is Bagging parallel"),
    ],
)
def test_a_place_in_the_list_of_the_answer_is_what_stands_there(message: str, expected: str) -> None:
    assert expected in texts(message, asked(("which ensembles are there", ENSEMBLES, "q010")))


def test_a_place_in_a_comparison_is_its_side() -> None:
    history = asked(("K-means vs KNN", "…", "q040"))
    assert "how do I pick k for KNN?" in texts("how do I pick k for the second one?", history)


@pytest.mark.parametrize(
    "message",
    ["why softmax in the last layer?", "what is the first principal component", "wrong labels in the last batch"],
)
def test_the_last_layer_is_no_place_in_a_list(message: str) -> None:
    found = texts(message, asked(("which ensembles are there", ENSEMBLES, "q010")))
    assert not any("Bagging" in text or "Boosting" in text for text in found)


def test_the_other_one_is_the_one_that_was_not_spoken_of() -> None:
    history = (
        *asked(("K-means vs KNN", "…", "q040")),
        Turn("user", "how do I pick k for the second one?", "how do I pick k for KNN (K-means vs KNN)?"),
        Turn("assistant", "…", item="q040"),
    )
    assert "What is K-means?" in texts("no, the other one", history)
    assert "What is KNN?" not in texts("no, the other one", history)


def test_half_a_comparison_is_read_with_the_topic_as_its_other_side() -> None:
    history = asked(("What is PCA?", "…", "q035"))
    assert texts("compare it to dropout", history)[-1] == "What is the difference between PCA and dropout?"
    alone, *_ = readings("compare it to dropout", history)
    assert alone.lead >= 1


# What a message leans on may lean itself: then it stands for what it was understood as.


def understood(message: str, standalone: str, item: str, style: Style = "") -> tuple[Turn, Turn]:
    return Turn("user", message, standalone), Turn("assistant", "…", item=item, style=style)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (understood("yes", "How does boosting work?", "q010"), "is boosting slow?"),
        (
            understood("what about the second one?", "What is boosting (bagging vs boosting)?", "q010"),
            "is boosting slow?",
        ),
        (understood("2", "What is dropout?", "q052"), "is dropout slow?"),
        (
            understood("Explain it more simply", "Explain in the simplest words: What is dropout?", "q052", "simpler"),
            "is dropout slow?",
        ),
        (understood("and f1 score", "and f1 score (precision)?", "q029"), "is f1 score slow?"),
    ],
)
def test_a_pronoun_after_what_leans_itself_stands_for_what_that_was_understood_as(
    before: tuple[Turn, Turn], expected: str
) -> None:
    history = (*asked(("bagging vs boosting", "…", "q013")), *before)
    assert expected in texts("is it slow?", history)


OFFERS = (FollowUp("How does a random forest differ?", "q015"), FollowUp("", "q009"))


@pytest.mark.parametrize(
    ("message", "item"),
    [
        ("yes", "q015"),
        ("Yes please!", "q015"),
        ("ok, go on", "q015"),
        ("how does a random forest differ", "q015"),
        ("the second one", "q009"),
        ("2", "q009"),
        ("second", "q009"),
        ("2nd please", "q009"),
        ("yes, the last question you listed", "q009"),
    ],
)
def test_an_offer_is_taken_by_a_yes_a_number_or_its_place(message: str, item: str) -> None:
    found = readings(message, asked(("what is bagging", "It averages.", "q013"), offered=OFFERS))
    assert [reading.item for reading in found] == [item]


@pytest.mark.parametrize("message", ["tell me more", "show me more", "go on", "continue"])
def test_to_go_on_takes_no_offer_about_something_else(message: str) -> None:
    elsewhere = asked(("what is bagging", "It averages.", "q013"), offered=OFFERS)
    assert all(not reading.item for reading in readings(message, elsewhere))
    same = asked(("a hint for bagging", "Look.", "q013"), offered=(FollowUp("Give me another hint", "q013"),))
    assert [reading.item for reading in readings("go on", same)] == ["q013"]


@pytest.mark.parametrize("message", ["the second one", "second", "2", "no, the other one"])
def test_a_place_after_a_comparison_is_its_side_and_no_offer(message: str) -> None:
    found = readings(message, asked(("bagging vs boosting", "…", "q013"), offered=(OFFERS[0], OFFERS[0])))
    assert "What is boosting?" in [reading.text for reading in found]
    assert all(not reading.item for reading in found)


def test_a_place_after_a_question_back_is_a_choice() -> None:
    choices = (FollowUp("", "q046"), FollowUp("", "q030"))
    found = readings("the second one", asked(("bagging vs boosting", "Which?", ""), offered=choices))
    assert found == [Reading("", item="q030")]


def test_an_offer_of_an_earlier_turn_is_taken_by_its_words() -> None:
    history = (*asked(("what is bagging", "…", "q013"), offered=OFFERS), *asked(("what is pca", "…", "q035")))
    assert readings("How does a random forest differ?", history) == [Reading(OFFERS[0].question, item="q015")]


def test_yes_to_several_choices_takes_none_of_them_and_to_a_single_one_takes_it() -> None:
    several, single = (FollowUp("", "q046"), FollowUp("", "q030")), (FollowUp("", "q046"),)
    unsure = asked(("what is lora finetuning", "Is it one of these?", ""), offered=several)
    assert all(not reading.item for reading in readings("yes", unsure))
    sure = asked(("what is lora finetuning", "Is it this?", ""), offered=single)
    assert [reading.item for reading in readings("yes", sure)] == ["q046"]


def test_yes_without_an_offer_asks_on() -> None:
    assert all(not reading.item for reading in readings("yes", asked(("what is bagging", "It averages.", "q013"))))


def test_a_correction_is_read_without_the_no() -> None:
    found = readings("no i mean for categorical features", asked(("how do i encode", "…", "q042")))
    assert found[0].text == "for categorical features"
    assert "how do i encode for categorical features" in [reading.text for reading in found]


@pytest.mark.parametrize("message", ["no", "wrong", "Nope.", "not that one", "no, that's wrong", "no, not that"])
def test_a_no_alone_rejects_the_answer_and_a_second_one_the_choices(message: str) -> None:
    answered = readings(message, asked(("What is PCA?", "…", "q035")))
    assert answered == [Reading("What is PCA?", not_item="q035", rejects="answer")]
    asked_back = readings(message, asked(("trees", "Which?", ""), offered=(FollowUp("", "q046"), FollowUp("", "q030"))))
    assert [reading.rejects for reading in asked_back] == ["choices"]


@pytest.mark.parametrize("message", ["no free lunch theorem?", "wrong labels in my data, what now?", "no bias term"])
def test_a_no_that_belongs_to_a_name_corrects_nothing(message: str) -> None:
    assert texts(message, asked(("What is PCA?", "…", "q035")))[0] == message


def test_who_means_the_other_one_does_not_mean_the_item_before() -> None:
    found = readings("no, the other one", asked(("bagging vs boosting", "…", "q013")))
    assert {reading.not_item for reading in found} == {"q013"}
    assert "What is boosting?" in [reading.text for reading in found]


@pytest.mark.parametrize(
    "message",
    ["back to pca: how many components", "for pca again, how many components", "the first thing, how many components"],
)
def test_a_return_is_read_with_the_topic_it_returns_to(message: str) -> None:
    history = asked(("what is pca", "…", "q035"), ("what is lasso", "…", "q011"))
    assert any(text.startswith("what is pca ") for text in texts(message, history))
    assert not any("lasso" in text for text in texts(message, history))


def test_a_word_shared_with_an_earlier_question_is_no_return_but_its_name_is() -> None:
    history = asked(("how do I scale features for pca", "…", "q035"), ("what is lasso", "…", "q011"))
    assert {reading.likely for reading in readings("do trees need many features?", history)[1:]} == {"q011"}
    named = asked(("what is pca", "…", "q035"), ("what is lasso", "…", "q011"))
    assert {reading.likely for reading in readings("and how many components has pca?", named)[1:]} == {"q035"}


def test_a_return_reaches_further_back_than_what_is_remembered() -> None:
    history = asked(("what is pca", "…", "q035"), *((f"what is topic {number}", "…", "q001") for number in range(20)))
    found = readings("back to what I asked first: is it slow?", history)
    assert any("what is pca" in reading.text for reading in found)
    assert {reading.likely for reading in found[1:]} == {"q035"}


def test_what_a_message_adds_is_told_apart_from_what_was_said() -> None:
    found = readings("who invented it?", asked(("what is a random forest", "…", "q015")))
    assert found[-1].added == ("invent",)
    assert readings("what is its forest", asked(("what is a random forest", "…", "q015")))[-1].added == ()


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What is PCA?", "PCA"),
        ("explain gradient boosting pls", "gradient boosting"),
        ("How does SVM work?", "SVM"),
        ("k-means", "k-means"),
        ("how do I handle missing values?", "missing values"),
        ("what is?", "what is"),
    ],
)
def test_the_subject_of_a_question_is_what_it_asks_about(question: str, subject: str) -> None:
    assert subject_of(question) == subject


@settings(max_examples=200)
@given(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), max_size=4))
def test_whatever_was_said_there_is_a_reading_and_no_failure(message: str, past: list[tuple[str, str]]) -> None:
    history = asked(*((question, answer, "q001") for question, answer in past), offered=OFFERS)
    found = readings(clean(message), history)
    assert found
    assert leans_on_history(clean(message)) in (True, False)
    assert len(sides(message)) in (0, 2)


def test_only_the_last_exchanges_are_looked_at() -> None:
    history = asked(*((f"what is topic {number}", "…", "q001") for number in range(50)))
    assert len(exchanges(history)) == 12
    assert exchanges(history)[-1].asked == "what is topic 49"


# --- leaning ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        "why?",
        "and after that?",
        "Why does it work?",
        "what about the second one",
        "give me an example",
        "which is faster",
    ],
)
def test_a_follow_up_leans_on_the_question_before_it(message: str) -> None:
    assert leans_on_history(message)


@pytest.mark.parametrize(
    "message", ["Explain dropout in neural networks", "compare bagging with stacking and blending"]
)
def test_a_question_of_its_own_does_not(message: str) -> None:
    assert not leans_on_history(message)


def test_a_long_message_explains_itself() -> None:
    words = "why does it happen that a deep tree fits training data but fails".split()
    assert leans_on_history(" ".join(words))
    assert not leans_on_history(" ".join([*words, "on", "new", "data"]))


# --- the turn that is remembered --------------------------------------------------------------------------------------


def test_an_answer_is_remembered_with_its_item_and_its_offers() -> None:
    answer = Answer(
        "answer", SURE, "It averages.", "What is bagging?", (Hit("q013", 0.9, "ask", ""),), suggestions=OFFERS
    )
    said, told = exchange("bagging", answer)
    assert (said.text, said.standalone) == ("bagging", "What is bagging?")
    assert (told.text, told.item, told.offered) == ("It averages.", "q013", OFFERS)


def test_nothing_is_spoken_of_after_a_question_that_was_not_answered() -> None:
    history = asked(("what is pca", "…", "q035"), ("how do I train a diffusion model?", "Not held.", ""))
    assert item_spoken_of(history[:2]) == "q035"
    assert item_spoken_of(history) == ""
    assert item_spoken_of((*history[:2], Turn("user", "thanks"), Turn("assistant", "You're welcome."))) == "q035"


def test_a_question_back_is_remembered_with_its_choices_and_no_item() -> None:
    answer = Answer("clarify", SURE, "Which?", "trees", (Hit("q013", 0.9, "ask", ""),), choices=("q046", "q030"))
    _, told = exchange("trees", answer)
    assert told.item == ""
    assert [offer.item for offer in told.offered] == ["q046", "q030"]


def test_unverified_words_of_the_model_are_not_remembered() -> None:
    answer = Answer("abstain", SURE, "Perhaps 1970.", "who invented pca", origin="memory")
    assert exchange("who invented pca", answer)[1].text == ""


# --- the model's memory -----------------------------------------------------------------------------------------------


def test_the_words_about_memory_alone_mean_the_question_before_them() -> None:
    history = asked(("Who invented PCA?", "The corpus does not hold it.", ""))
    assert without_memory_words("answer from memory", history) == "Who invented PCA?"
    assert without_memory_words("just from memory please", history) == "Who invented PCA?"


def test_a_question_of_its_own_is_asked_as_it_stands() -> None:
    history = asked(("Who invented PCA?", "The corpus does not hold it.", ""))
    question = "Answer from memory: when was the perceptron published?"
    assert without_memory_words(question, history) == question
    assert without_memory_words("answer from memory", ()) == "answer from memory"
