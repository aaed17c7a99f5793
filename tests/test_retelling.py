"""Through the chain: the item spoken of is told in other ways, hints keep the answer back, lessons go on and end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import HashingEmbedder, hand_made
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk

from tutor.answering import Tutor
from tutor.calibration.record import Fit
from tutor.dialogue import exchange
from tutor.events import EvidenceEvent, TokenEvent
from tutor.index import IndexInUse
from tutor.ingestion import ingest
from tutor.learner import Advice
from tutor.records import Answer, Question, Style, Turn
from tutor.settings import Settings

TAUGHT = """teaching:
  simpler: Some helpers sleep at random while the net practises.
  example: Of ten neurons five sleep at each step.
  analogy: A team that trains with changing absences.
  one_sentence: Dropout is random silence during training.
  hints:
  - Who may be missing?
  - Think of chance.
  - A choir without some of its singers.
"""


@pytest.fixture
def tutor(settings: Settings, small_corpus: Path, embedder: HashingEmbedder) -> Tutor:
    """q002 is told in every way, q001 and q003 in one only."""
    return _tutor(settings, small_corpus, embedder)


def _tutor(settings: Settings, corpus: Path, embedder: HashingEmbedder, model: BaseChatModel | None = None) -> Tutor:
    path = next((corpus / "questions").glob("q002*"))
    text = path.read_text(encoding="utf-8")
    if TAUGHT not in text:
        path.write_text(text.replace("related:", TAUGHT + "related:", 1), encoding="utf-8")
        ingest(settings, embedder)
    index = IndexInUse(settings.index, "hashing")
    return Tutor(index, embedder, model, "fake" if model else "none", calibration=hand_made())


def talk(tutor: Tutor, *messages: str) -> list[Answer]:
    """The answers to ``messages``, one after the other."""
    history: tuple[Turn, ...] = ()
    answers = []
    for message in messages:
        answers.append(tutor.invoke(Question(message, history)))
        history += exchange(message, answers[-1])
    return answers


@pytest.mark.parametrize(
    ("message", "style", "text"),
    [
        ("simpler please", "simpler", "Some helpers sleep at random while the net practises."),
        ("example?", "example", "Of ten neurons five sleep at each step."),
        ("an analogy", "analogy", "A team that trains with changing absences."),
        ("in one sentence for an interview", "sentence", "Dropout is random silence during training."),
    ],
)
def test_the_item_spoken_of_is_told_in_the_way_that_is_asked_for(
    tutor: Tutor, message: str, style: Style, text: str
) -> None:
    answer = talk(tutor, "What is dropout?", message)[-1]
    assert (answer.decision, answer.style, answer.text) == ("answer", style, text)
    assert answer.hits[0].item_id == answer.citations[0].item_id == "q002"


def test_a_button_asks_for_it_of_the_item_it_stands_under(tutor: Tutor) -> None:
    answer = tutor.invoke(Question("Simpler", chosen="q002", style="simpler"))
    assert answer.text.startswith("Some helpers sleep")


def test_a_wish_with_its_own_topic_is_looked_up(tutor: Tutor) -> None:
    answer = talk(tutor, "What is gradient descent?", "an analogy for dropout")[-1]
    assert (answer.hits[0].item_id, answer.style) == ("q002", "analogy")
    assert len(answer.hits) > 1


@pytest.mark.parametrize("wish", ["tell me more", "i don't get it", "give me an example", "hint please", "quiz me"])
def test_where_nothing_was_answered_there_is_nothing_to_tell_in_another_way(tutor: Tutor, wish: str) -> None:
    first = talk(tutor, wish)[-1]
    assert (first.decision, first.style, first.standalone) == ("clarify", "", wish)
    refused, answer, choice = talk(tutor, "zebra giraffe", wish, "1")
    assert (refused.decision, answer.decision) == ("abstain", "clarify")
    assert (answer.choices, answer.hits) == (refused.choices, refused.hits)
    assert answer.text.startswith("I did not answer your last question")
    assert choice.hits[0].item_id == refused.choices[0]


def test_a_follow_up_that_adds_nothing_to_what_was_not_answered_is_no_surer_than_that(indexed: Settings) -> None:
    """It lacks no word that the item holds, because it brings none."""
    by_what_is_added = Fit({"covered": 3.0}, 0.0, 0.1, 0.6, 0.9, 0.2)
    calibration = replace(hand_made(), follow_up=by_what_is_added)
    tutor = Tutor(IndexInUse(indexed.index, "hashing"), HashingEmbedder(), calibration=calibration)
    unsure, why = talk(tutor, "prediction", "why")
    assert (unsure.decision, why.decision) == ("clarify", "clarify")
    sure, why = talk(tutor, "What is dropout?", "why")
    assert (sure.decision, why.decision) == ("answer", "answer")


def test_hints_come_one_by_one_without_evidence_and_yes_asks_for_the_next(tutor: Tutor) -> None:
    answers = talk(tutor, "a hint for dropout", "yes", "another hint", "yes")
    assert [answer.style for answer in answers] == ["hint", "hint", "hint", ""]
    assert "Who may be missing?" in answers[0].text
    assert "Think of chance." in answers[1].text
    assert "A choir" in answers[2].text
    assert answers[3].text.startswith("Dropout switches random neurons off")
    events = list(tutor.stream(Question("a hint for dropout")))
    assert [event.items for event in events if isinstance(event, EvidenceEvent)] == [(), ()]
    assert not any("switches random neurons" in event.text for event in events if isinstance(event, TokenEvent))


def test_what_the_corpus_tells_in_one_way_only_is_said_so(tutor: Tutor) -> None:
    answer = talk(tutor, "What is gradient descent?", "analogy?")[-1]
    assert answer.text.startswith("Gradient descent follows the slope")
    assert "no analogy" in answer.notices[-1]


def test_what_the_corpus_has_no_words_for_the_model_tells_and_is_checked(
    settings: Settings, small_corpus: Path, embedder: HashingEmbedder
) -> None:
    said = "Gradient descent follows the slope of the loss downhill. It was banned in 2011."
    model = GenericFakeChatModel(messages=iter([AIMessage(said)] * 5))
    tutor = _tutor(settings, small_corpus, embedder, model)
    history = exchange("What is gradient descent?", tutor.invoke(Question("What is gradient descent?", generate=False)))
    answer = tutor.invoke(Question("analogy?", history))
    assert answer.text == "Gradient descent follows the slope of the loss downhill. [1]"
    assert "2011" in answer.dropped[0]


def test_a_lesson_asks_answers_and_ends_with_the_answer(tutor: Tutor) -> None:
    answers = talk(
        tutor, "What is dropout?", "quiz me on this", "a hint please", "stop", "is it used at prediction time"
    )
    assert [answer.style for answer in answers] == ["", "guided", "guided", "", ""]
    assert [offer.question for offer in answers[1].suggestions] == [
        "A hint, please",
        "I do not know",
        "Tell me the answer",
    ]
    assert "Who may be missing?" in answers[2].text
    assert answers[3].text.startswith("Dropout switches random neurons off")
    assert [point.verdict for point in answers[1].points] == ["missing"] * 3


def test_a_point_that_the_learner_says_is_reached(tutor: Tutor) -> None:
    answer = talk(tutor, "quiz me on dropout", "Dropout switches random neurons off during training.")[-1]
    assert answer.points[0].verdict == "covered"
    assert "Yes: you said" in answer.text


def test_a_question_in_the_middle_of_a_lesson_is_answered(tutor: Tutor) -> None:
    answer = talk(tutor, "quiz me on dropout", "What is a confusion matrix?")[-1]
    assert (answer.style, answer.hits[0].item_id) == ("", "q003")


@pytest.mark.parametrize("message", ["the model is too complex", "bagging is simpler because it is random", "easier"])
def test_an_answer_in_a_lesson_is_no_wish_for_another_way_of_telling(tutor: Tutor, message: str) -> None:
    assert talk(tutor, "quiz me on dropout", message)[-1].style == "guided"


def test_a_clear_wish_leaves_a_lesson(tutor: Tutor) -> None:
    assert talk(tutor, "quiz me on dropout", "simpler please")[-1].style == "simpler"


def test_after_a_question_in_a_lesson_the_way_back_is_offered_and_leads_there(tutor: Tutor) -> None:
    answers = talk(tutor, "quiz me on dropout", "What is a confusion matrix?", "Go on with the guided questions")
    assert answers[1].suggestions[0].question == "Go on with the guided questions"
    assert (answers[2].style, answers[2].hits[0].item_id) == ("guided", "q002")


def test_more_is_told_of_what_was_spoken_of_and_a_click_is_about_its_own_item(tutor: Tutor) -> None:
    first, more = talk(tutor, "What is dropout?", "tell me more")
    assert (more.style, more.hits[0].item_id) == ("deeper", "q002")
    offered = first.suggestions[0]
    clicked = talk(tutor, "What is dropout?", offered.question)[-1]
    assert (clicked.hits[0].item_id, clicked.confidence.band) == (offered.item, "high")


def test_who_says_no_is_asked_back_and_then_told_that_it_is_not_held(tutor: Tutor) -> None:
    _, first, second = talk(tutor, "What is dropout?", "no", "no")
    assert (first.decision, second.decision) == ("clarify", "abstain")
    assert "q002" not in first.choices


def test_a_choice_taken_by_its_number_is_understood_as_its_title(tutor: Tutor) -> None:
    _, asked_back, chosen = talk(tutor, "What is dropout?", "no", "2")
    assert chosen.hits[0].item_id == asked_back.choices[1]
    assert chosen.standalone.endswith("?")


def test_the_conversation_is_summed_up_whatever_was_asked_last(tutor: Tutor) -> None:
    answer = talk(tutor, "What is dropout?", "What is a confusion matrix?", "no", "summarise our conversation")[-1]
    assert answer.style == "summary"
    assert answer.text.count("\n- **") == 1


def test_no_next_question_was_asked_spoken_of_or_offered_before(tutor: Tutor) -> None:
    answers = talk(tutor, "What is dropout?", "What is a confusion matrix?")
    assert "q001" in [each.item for each in answers[0].suggestions]
    assert answers[-1].suggestions == ()


class Listening(GenericFakeChatModel):
    """Keeps the prompts that it is to answer."""

    heard: list[str]

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        self.heard.append("\n".join(str(message.content) for message in messages))
        yield ChatGenerationChunk(
            message=AIMessageChunk(content="Dropout switches random neurons off during training.")
        )


def test_the_twentieth_turn_asks_the_model_what_the_second_does(
    settings: Settings, small_corpus: Path, embedder: HashingEmbedder
) -> None:
    model = Listening(messages=iter([]), heard=[])
    tutor = _tutor(settings, small_corpus, embedder, model)
    talk(tutor, "What is dropout?", "which neurons does it switch off?")
    second = model.heard[-1]
    talk(tutor, *["What is gradient descent?"] * 18, "What is dropout?", "which neurons does it switch off?")
    assert model.heard[-1] == second
    assert second.endswith("Question: What is dropout? which neurons does it switch off?")


def test_what_to_practise_is_said_from_what_was_practised(indexed: Settings) -> None:
    index = IndexInUse(indexed.index, "hashing")
    tutor = Tutor(index, HashingEmbedder(), advise=lambda: Advice("Trees are weak.", ("q002", "gone")))
    answer = tutor.invoke(Question("What should I practise now?"))
    assert (answer.decision, answer.text) == ("smalltalk", "Trees are weak.")
    assert [offer.item for offer in answer.suggestions] == ["q002"]
