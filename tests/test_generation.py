"""What a chat model writes is let through sentence by sentence once it is checked; from its memory, as it comes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import FakeListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.outputs import ChatGenerationChunk

from tutor.generation import MAX_SENTENCES, Written, generate, remember
from tutor.prompts import NOT_COVERED
from tutor.records import Item, Timings

DROPOUT = Item(
    "q002",
    "What is dropout?",
    "What is dropout?",
    "basic",
    "concept",
    "beginner",
    ("foundations",),
    "Dropout switches random neurons off during training. It does not act at prediction time. "
    "A rate of 50 percent is usual. The network learns not to rely on one neuron. "
    "The kept neurons are scaled up. Dropout works like an average of many networks. Large layers need more of it.",
)
ASKED = [HumanMessage("What is dropout?")]


def _says(text: str) -> BaseChatModel:
    return GenericFakeChatModel(messages=iter([AIMessage(text)]))


def _generated(model: BaseChatModel) -> tuple[list[str], Written]:
    written = Written(time.perf_counter())
    return list(generate(model, ASKED, [DROPOUT], "What is dropout?", written, None)), written


def _remembered(model: BaseChatModel) -> tuple[list[str], Written]:
    written = Written(time.perf_counter())
    return list(remember(model, ASKED, written, None)), written


# --- from the passages ------------------------------------------------------------------------------------------------


def test_each_sentence_that_holds_comes_with_its_mark_and_its_source() -> None:
    said, written = _generated(_says("It does not act at prediction time. A rate of 50 percent is usual."))
    assert said == ["It does not act at prediction time. [1] ", "A rate of 50 percent is usual. [1] "]
    assert written.text == "It does not act at prediction time. [1] A rate of 50 percent is usual. [1]"
    assert [each.quote for each in written.citations] == [
        "It does not act at prediction time.",
        "A rate of 50 percent is usual.",
    ]
    assert (written.dropped, written.failed, written.not_covered) == ([], False, False)


def test_a_sentence_that_does_not_hold_or_was_said_is_dropped_with_its_reason() -> None:
    text = "A rate of 50 percent is usual. Bananas ripen beside apples in 2019. A rate of 50 percent is usual."
    said, written = _generated(_says(text))
    assert said == ["A rate of 50 percent is usual. [1] "]
    assert len(written.dropped) == 2
    assert written.dropped[0].startswith("Bananas ripen beside apples in 2019. (")
    assert written.dropped[1].endswith("(it was said before)")


def test_no_more_than_five_sentences_are_let_through() -> None:
    said, _ = _generated(_says(DROPOUT.body))
    assert MAX_SENTENCES == 5
    assert len(said) == 5


@pytest.mark.parametrize("text", [NOT_COVERED, f"{NOT_COVERED}.", "Not covered. Dropout is 50 percent."])
def test_a_model_that_finds_no_answer_at_once_is_heard(text: str) -> None:
    said, written = _generated(_says(text))
    assert (said, written.not_covered, written.failed) == ([], True, False)


def test_a_model_that_says_so_after_words_that_hold_has_answered() -> None:
    said, written = _generated(_says(f"A rate of 50 percent is usual. {NOT_COVERED}. It goes on."))
    assert said == ["A rate of 50 percent is usual. [1] "]
    assert not written.not_covered


@pytest.mark.parametrize(("place", "kept"), [(0, 0), (60, 1)])
def test_a_model_that_breaks_off_leaves_what_was_checked(place: int, kept: int) -> None:
    said, written = _generated(FakeListChatModel(responses=[DROPOUT.body], error_on_chunk_number=place))
    assert (len(said), written.failed) == (kept, True)


class _Ending(GenericFakeChatModel):
    """Says ``words`` and ends as an engine does, with its reason or, where the line was cut, with none."""

    words: list[str]
    finish: str = ""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        for word in self.words:
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))
        reason = {"finish_reason": self.finish} if self.finish else {}
        yield ChatGenerationChunk(message=AIMessageChunk(content="", response_metadata=reason))


def _ending(text: str, finish: str = "") -> BaseChatModel:
    return _Ending(messages=iter([]), words=[text], finish=finish)


HELD, FRAGMENT = "A rate of 50 percent is usual.", "It does not act at prediction time"


@pytest.mark.parametrize(
    ("finish", "kept", "failed"), [("", 1, True), ("length", 1, False), ("stop", 2, False)], ids=["cut", "limit", "own"]
)
def test_a_last_sentence_that_breaks_off_is_kept_only_where_the_model_itself_ended(
    finish: str, kept: int, failed: bool
) -> None:
    said, written = _generated(_ending(f"{HELD} {FRAGMENT}", finish))
    assert (len(said), written.failed) == (kept, failed)
    assert bool(written.dropped) == (kept == 1)


@pytest.mark.parametrize("finish", ["", "length"])
def test_a_model_that_breaks_off_in_its_first_sentence_has_failed(finish: str) -> None:
    said, written = _generated(_ending(FRAGMENT, finish))
    assert (said, written.failed) == ([], True)


@pytest.mark.parametrize("text", ["", "  \n"])
@pytest.mark.parametrize("finish", ["", "stop"])
def test_a_model_that_says_nothing_has_failed(text: str, finish: str) -> None:
    assert _generated(_ending(text, finish))[1].failed
    assert _remembered(_ending(text, finish))[1].failed


def test_the_first_word_comes_before_the_first_checked_sentence() -> None:
    _, written = _generated(_says("Bananas ripen. A rate of 50 percent is usual."))
    timings = written.timings(Timings(retrieval_ms=3.0))
    assert 0 < timings.first_token_ms <= timings.first_sentence_ms
    assert timings.retrieval_ms == 3.0


# --- from memory ------------------------------------------------------------------------------------------------------


def test_what_is_remembered_is_not_checked_and_carries_no_mark() -> None:
    said, written = _remembered(_says("GELU came in 2016. It is smooth."))
    assert said == ["GELU came in 2016. ", "It is smooth. "]
    assert (written.text, written.citations, written.dropped) == ("GELU came in 2016. It is smooth.", [], [])


def test_no_more_than_five_sentences_are_remembered() -> None:
    said, _ = _remembered(_says("One is one. Two is two. Three is three. Four is four. Five is five. Six is six."))
    assert [sentence.split()[0] for sentence in said] == ["One", "Two", "Three", "Four", "Five"]


@pytest.mark.parametrize(("place", "kept"), [(0, ""), (25, "GELU came in 2016.")])
def test_a_memory_that_breaks_off_leaves_what_was_said(place: int, kept: str) -> None:
    _, written = _remembered(
        FakeListChatModel(responses=["GELU came in 2016. It is smooth."], error_on_chunk_number=place)
    )
    assert (written.text, written.failed) == (kept, True)
