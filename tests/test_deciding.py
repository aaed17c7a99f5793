"""From a question to a verdict: whatever is missing or fails on the way, there is one, with a sentence why."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import SMALL_ITEMS, HashingEmbedder, hand_made, item_text
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from reading_fakes import Shelf

from tutor.acts import clean
from tutor.calibration.record import Calibration, Fit
from tutor.confidence import OWN_QUESTION, Verdict
from tutor.deciding import decide
from tutor.finding import Found, Resources, find
from tutor.index import SearchIndex
from tutor.ingestion import ingest
from tutor.prompts import answer_prompt
from tutor.records import Question, Turn
from tutor.retrieval import retrieve
from tutor.settings import Settings, default_corpus
from tutor.side_by_side import tells_one_side
from tutor.warming import Warming

COVERED = "during training which neurons does dropout switch off"
WITH_YES = Fit({"sufficiency": 1.0}, 0.0, 0.1, 0.6, 0.9, 0.2)


class Judging(GenericFakeChatModel):
    """Says yes with a given probability, counts how often it was asked, and keeps the last messages."""

    yes: float = 0.5
    error: Exception | None = None
    asked: list[list[BaseMessage]]

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self.asked.append(messages)
        if self.error:
            raise self.error
        top = [{"token": "yes", "logprob": math.log(self.yes)}, {"token": "no", "logprob": math.log(1 - self.yes)}]
        metadata = {"logprobs": {"content": [{"top_logprobs": top}]}}
        return ChatResult(generations=[ChatGeneration(message=AIMessage("yes", response_metadata=metadata))])

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        raise AssertionError("a decision needs one word, not a stream")


def _judging(yes: float = 0.5, error: Exception | None = None) -> Judging:
    return Judging(messages=iter([]), yes=yes, error=error, asked=[])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    """The small corpus, ingested once."""
    home = tmp_path_factory.mktemp("small")
    folder = home / "corpus" / "questions"
    folder.mkdir(parents=True)
    for id, (title, body) in SMALL_ITEMS.items():
        (folder / f"{id}-item.md").write_text(item_text(id, title, body), encoding="utf-8")
    settings = Settings(home=home, corpus=folder.parent, chat_model="none")
    ingest(settings, HashingEmbedder())
    return SearchIndex.open(settings.index, "hashing")


def _judged(question: Question | str, index: SearchIndex, judges: Resources) -> tuple[Found, Verdict]:
    asked = Question(question) if isinstance(question, str) else question
    found = find(asked, clean(asked.text), index, judges)
    return decide(asked, found, index, judges, None)


def _judges(calibration: Calibration | None, model: Judging | None = None) -> Resources:
    return Resources(HashingEmbedder(), model, "fake" if model else "none", calibration)


# --- which calibration ------------------------------------------------------------------------------------------------


def test_a_fitting_calibration_is_used_without_a_word(small: SearchIndex) -> None:
    found, verdict = _judged(COVERED, small, _judges(hand_made()))
    words = found.hits[0].scores["words"]
    assert verdict.confidence.value == pytest.approx(1 / (1 + math.exp(2 - 40 * words)))
    assert (verdict.decision, verdict.confidence.band, found.notices) == ("answer", "high", ())


@pytest.mark.parametrize(
    ("calibration", "why"),
    [
        (None, "no usable calibration"),
        (hand_made(embedder="another"), "another embedding model"),
        (hand_made(items=("q001", "q002")), "the corpus has grown by 50%"),
        (hand_made(items=("q001", "q002", "q003", "q004")), "the corpus has shrunk by 25%"),
    ],
    ids=["none", "embedder", "grown", "shrunk"],
)
def test_a_calibration_that_does_not_fit_makes_cautious_and_is_named_with_its_mend(
    small: SearchIndex, calibration: Calibration | None, why: str
) -> None:
    found, verdict = _judged("does dropout act at prediction time", small, _judges(calibration))
    assert len(found.notices) == 1
    assert why in found.notices[0]
    assert found.notices[0].endswith("To mend it: tutor calibrate")
    assert verdict.confidence.band != "high"
    _, own = _judged("What is dropout?", small, _judges(calibration))
    assert own.decision == "answer"


def test_with_caution_a_question_needs_the_higher_threshold(small: SearchIndex) -> None:
    """A word score of 0.15 makes 0.98: above 0.5, below 0.99."""
    loose = "learning rate and neurons and columns and steps of training"
    assert _judged(loose, small, _judges(hand_made()))[1].decision == "answer"
    assert _judged(loose, small, _judges(hand_made(embedder="another")))[1].decision == "clarify"
    assert _judged(COVERED, small, _judges(hand_made(embedder="another")))[1].decision == "answer"


def test_the_order_of_the_items_does_not_matter(small: SearchIndex) -> None:
    assert _judged(COVERED, small, _judges(hand_made(items=("q003", "q002", "q001"))))[0].notices == ()


# --- the chat model's yes or no ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yes", "decision", "band"),
    [(0.95, "answer", "high"), (0.7, "answer", "medium"), (0.4, "clarify", "low"), (0.1, "abstain", "low")],
)
def test_the_models_yes_is_weighed_by_its_own_calibration(
    small: SearchIndex, yes: float, decision: str, band: str
) -> None:
    found, verdict = _judged(COVERED, small, _judges(hand_made(with_model=WITH_YES), _judging(yes)))
    assert verdict.confidence.value == pytest.approx(yes)
    assert (verdict.decision, verdict.confidence.band, found.notices) == (decision, band, ())


def test_what_is_judged_begins_as_what_is_then_answered(small: SearchIndex) -> None:
    model = _judging(0.9)
    _judged(COVERED, small, _judges(hand_made(with_model=WITH_YES), model))
    ((system, human),) = model.asked
    answered = answer_prompt(COVERED, [small.items["q002"]])
    assert system.content == answered[0].content
    assert str(human.content).startswith(str(answered[1].content))


def test_of_a_passage_that_the_model_has_not_read_a_part_is_judged(small: SearchIndex) -> None:
    model = _judging(0.9)
    item = replace(small.items["q002"], body="Dropout rests. " + "The weather was fine in spring. " * 200)
    judges = replace(_judges(hand_made(with_model=WITH_YES), model), warming=Warming(Shelf()))
    (part,) = judges.texts_of([item], COVERED)
    assert len(part) < 750
    judges.warming.read_all([item])  # type: ignore[union-attr]
    assert len(judges.texts_of([item], COVERED)[0]) > 5000


@pytest.mark.parametrize(
    "error", [TimeoutError("timed out"), ConnectionError("refused"), RuntimeError("no logprobs"), KeyError("content")]
)
def test_a_model_that_fails_or_hangs_leaves_the_calibration_without_a_model(
    small: SearchIndex, error: Exception
) -> None:
    calibration = hand_made(with_model=WITH_YES)
    found, verdict = _judged(COVERED, small, _judges(calibration, _judging(error=error)))
    _, bare = _judged(COVERED, small, _judges(calibration))
    assert verdict == bare
    assert verdict.decision == "answer"
    assert "gave no yes or no" in found.notices[0]


def test_a_model_without_logprobs_leaves_the_calibration_without_a_model(small: SearchIndex) -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage("yes")]))
    judges = Resources(HashingEmbedder(), model, "fake", hand_made(with_model=WITH_YES))
    found, verdict = _judged(COVERED, small, judges)
    assert (verdict.decision, verdict.confidence.reason) == ("answer", "one item clearly matches best")
    assert "the confidence rests on the search alone" in found.notices[0]


@pytest.mark.parametrize(
    "calibration",
    [
        hand_made(),
        hand_made(with_model=WITH_YES, chat_model="another"),
        hand_made(with_model=WITH_YES, prompts="changed"),
        hand_made(with_model=WITH_YES, embedder="another"),
        None,
    ],
    ids=["without", "model", "prompts", "embedder", "none"],
)
def test_a_model_that_was_not_calibrated_is_not_asked(small: SearchIndex, calibration: Calibration | None) -> None:
    model = _judging(0.99)
    _judged(COVERED, small, _judges(calibration, model))
    assert model.asked == []


def test_a_person_who_wants_no_model_asked_gets_none_asked(small: SearchIndex) -> None:
    model = _judging(0.01)
    question = Question(COVERED, judge=False)
    _, verdict = _judged(question, small, _judges(hand_made(with_model=WITH_YES), model))
    assert (verdict.decision, model.asked) == ("answer", [])


# --- comparisons ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["dropout vs gradient descent", "dropout versus confusion matrix"])
def test_an_item_that_tells_of_one_side_does_not_answer_a_comparison(small: SearchIndex, text: str) -> None:
    model = _judging(0.99)
    _, verdict = _judged(text, small, _judges(hand_made(with_model=WITH_YES), model))
    assert (verdict.decision, verdict.confidence.band) == ("clarify", "low")
    assert verdict.confidence.value <= hand_made().without_model.abstain
    assert verdict.confidence.reason == "the best item tells of one side only"
    assert model.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "dropout neurons versus prediction time",
        "dropout neurons training versus droput",
        "random vs dropout neurons training",
        "slope vs dropout neurons training",
    ],
    ids=["held", "typing error", "held by itself", "no title names it"],
)
def test_a_side_that_the_item_holds_or_that_no_other_is_about_is_no_other_side(small: SearchIndex, text: str) -> None:
    _, verdict = _judged(text, small, _judges(hand_made()))
    assert verdict.decision == "answer"


@pytest.mark.model
def test_an_adjective_whose_noun_stands_on_the_other_side_is_no_side_by_itself(real_home: Path) -> None:
    index = SearchIndex.open(Settings(home=real_home, corpus=default_corpus()).index, "all-MiniLM-L6-v2")
    svm, forest = index.items["q055"], index.items["q015"]
    assert not tells_one_side("hard vs soft margin", svm, index)
    assert not tells_one_side("micro vs macro F1", index.items["q029"], index)
    assert not tells_one_side("oversampling vs undersampling", index.items["q022"], index)
    assert tells_one_side("random forests vs support vector machines", forest, index)
    assert tells_one_side("PCA vs naive Bayes", index.items["q014"], index)


# --- the chosen item --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["What is a confusion matrix?", "zebra giraffe", COVERED])
def test_the_item_that_a_person_chose_is_answered_whatever_the_score(small: SearchIndex, text: str) -> None:
    model = _judging(0.01)
    judges = _judges(hand_made(with_model=WITH_YES), model)
    found, verdict = _judged(Question(text, chosen="q003"), small, judges)
    assert found.hits[0].item_id == "q003"
    assert len({hit.item_id for hit in found.hits}) == len(found.hits)
    assert (verdict.decision, verdict.confidence.band, verdict.confidence.value) == ("answer", "high", OWN_QUESTION)
    assert verdict.confidence.reason == "you chose this item"
    assert model.asked == []


def test_a_choice_that_is_not_in_the_index_is_judged_as_any_question(small: SearchIndex) -> None:
    _, verdict = _judged(Question("zebra giraffe", chosen="q999"), small, _judges(hand_made()))
    assert verdict.decision == "abstain"


# --- what is found ----------------------------------------------------------------------------------------------------


def test_each_side_of_a_comparison_stands_among_the_first_hits(tmp_path: Path) -> None:
    """Three items that tell of gradient descent would push dropout out of sight."""
    folder = tmp_path / "corpus" / "questions"
    folder.mkdir(parents=True)
    texts = dict(SMALL_ITEMS) | {
        f"q01{number}": (f"What is gradient descent {word}?", f"Gradient descent {word} follows the slope.")
        for number, word in enumerate(["momentum", "schedule", "restart", "clipping"])
    }
    for id, (title, body) in texts.items():
        (folder / f"{id}-item.md").write_text(item_text(id, title, body), encoding="utf-8")
    settings = Settings(home=tmp_path, corpus=folder.parent, chat_model="none")
    ingest(settings, HashingEmbedder())
    index = SearchIndex.open(settings.index, "hashing")
    one = [hit.item_id for hit in find(Question("gradient descent or dropout"), "gradient descent or dropout", index,
                                       _judges(None)).hits]  # fmt: skip
    text = "gradient descent versus dropout"
    hits = find(Question(text), text, index, _judges(None)).hits
    ids = [hit.item_id for hit in hits]
    assert "q002" not in one[:3]
    assert "q002" in ids[:3]
    assert retrieve("gradient descent", index, HashingEmbedder(), 1)[0].item_id in ids[:3]
    assert sorted(ids) == sorted(set(ids))
    assert all(hit.score <= hits[0].score for hit in hits)


def test_two_sides_that_find_the_same_item_bring_it_once(small: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.pointing.sides", lambda text: ("What is dropout?", "dropout neurons"))
    text = "the rows of a confusion matrix"
    found = find(Question(text), text, small, _judges(None))
    ids = [hit.item_id for hit in found.hits]
    assert sorted(ids) == sorted(set(ids))


def test_a_follow_up_is_searched_with_the_question_before_it_where_that_finds_more(small: SearchIndex) -> None:
    history = (Turn("user", "What is dropout?"), Turn("assistant", "It switches neurons off."))
    found = find(Question("and when does it act?", history), "and when does it act?", small, _judges(None))
    assert (found.standalone, found.hits[0].item_id) == ("What is dropout? and when does it act?", "q002")


def test_a_follow_up_stays_with_the_item_of_the_answer_where_another_is_hardly_nearer(small: SearchIndex) -> None:
    message = "does it matter for gradient descent as well?"
    history = (Turn("user", "What is dropout?"), Turn("assistant", "It switches neurons off.", item="q002"))
    question = Question(message, history)
    first, second = find(question, message, small, _judges(None)).hits[:2]
    assert (first.item_id, first.score < second.score) == ("q002", True)


def test_without_vectors_words_alone_decide_and_say_so(small: SearchIndex) -> None:
    model = _judging(0.01)
    judges = Resources(None, model, "fake", hand_made(with_model=WITH_YES))
    found, verdict = _judged("What is dropout?", small, judges)
    assert (verdict.decision, verdict.confidence.band, found.words_only) == ("answer", "low", True)
    assert "still loading" in found.notices[0]
    assert model.asked == []


MANY = "What is PCA? What is dropout? How do trees split? Why scale? And what is recall?"


@pytest.mark.parametrize("calibration", [None, hand_made()], ids=["none", "fitting"])
@hypothesis_settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=60))
@example(text="dropout")
@example(text="zebra giraffe hippopotamus")
@example(text=MANY)
@example(text="why? " * 400)
@example(text="x versus x versus x")
@example(text="difference between and and and")
def test_any_text_gets_a_decision(small: SearchIndex, calibration: Calibration | None, text: str) -> None:
    _, verdict = _judged(text, small, _judges(calibration))
    assert verdict.decision in ("answer", "clarify", "abstain")
    assert 0 <= verdict.confidence.value <= 1
    assert verdict.confidence.band in ("high", "medium", "low")
    assert verdict.confidence.reason


@pytest.mark.parametrize(
    ("text", "decision"),
    [("zebra giraffe hippopotamus", "abstain"), ("prediction", "clarify"), ("dropout neurons", "answer")],
)
def test_off_topic_one_word_and_clear_messages_are_told_apart(small: SearchIndex, text: str, decision: str) -> None:
    assert _judged(text, small, _judges(hand_made()))[1].decision == decision
