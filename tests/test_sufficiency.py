"""The yes and no of a chat model are read from its probabilities, and whatever it does instead is no reply."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from tutor.sufficiency import ALTERNATIVES, log_odds

ASKED = [HumanMessage("Is it sufficient?")]


class _Replies(GenericFakeChatModel):
    """Replies with the given metadata and keeps what it was asked for."""

    metadata: dict[str, Any]
    asked_for: dict[str, Any]

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self.asked_for.update(kwargs)
        return ChatResult(generations=[ChatGeneration(message=AIMessage("x", response_metadata=self.metadata))])


def _model(metadata: dict[str, Any]) -> _Replies:
    return _Replies(messages=iter([]), metadata=metadata, asked_for={})


def _says(alternatives: Sequence[tuple[str, Any]]) -> _Replies:
    top: list[Mapping[str, Any]] = [{"token": token, "logprob": logprob} for token, logprob in alternatives]
    return _model({"logprobs": {"content": [{"token": "x", "logprob": 0.0, "top_logprobs": top}]}})


def test_the_log_odds_are_those_of_yes_against_no_however_they_are_written() -> None:
    model = _says([("Yes", math.log(0.4)), (" yes", math.log(0.2)), ("NO", math.log(0.15)), ("maybe", math.log(0.25))])
    assert log_odds(model, ASKED) == pytest.approx(math.log(0.6 / 0.15))


def test_a_word_that_begins_with_yes_or_no_is_neither() -> None:
    model = _says([("yes", math.log(0.2)), ("no", math.log(0.4)), ("yesterday", math.log(0.3)), ("not", math.log(0.1))])
    assert log_odds(model, ASKED) == pytest.approx(math.log(0.5))


@pytest.mark.parametrize(("word", "expected"), [("yes", math.log(0.9 / 1e-6)), ("no", math.log(1e-6 / 0.9))])
def test_a_word_that_is_not_among_the_alternatives_counts_as_one_in_a_million(word: str, expected: float) -> None:
    assert log_odds(_says([(word, math.log(0.9))]), ASKED) == pytest.approx(expected)


def test_one_token_with_as_many_alternatives_as_there_are_is_asked_for() -> None:
    model = _says([("yes", -0.1)])
    log_odds(model, ASKED)
    wanted = {"max_tokens": 1, "logprobs": True, "top_logprobs": ALTERNATIVES}
    assert {name: model.asked_for.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"logprobs": None},
        {"logprobs": {"content": []}},
        {"logprobs": {"content": [{"token": "yes", "logprob": -0.1}]}},
        {"logprobs": {"content": [{"top_logprobs": [{"token": "yes"}]}]}},
        {"logprobs": {"content": [{"top_logprobs": []}]}},
    ],
)
def test_a_model_that_gives_no_probabilities_gives_no_reply(metadata: dict[str, Any]) -> None:
    assert log_odds(_model(metadata), ASKED) is None


@pytest.mark.parametrize("logprob", [math.nan, math.inf, 5.0, None, "high"])
def test_a_number_that_is_no_probability_is_no_reply(logprob: object) -> None:
    assert log_odds(_says([("yes", logprob), ("no", -1.0)]), ASKED) is None


def test_a_model_that_says_neither_gives_no_reply() -> None:
    assert log_odds(_says([("perhaps", -0.1), ("maybe", -2.0)]), ASKED) is None


@pytest.mark.parametrize("error", [TimeoutError("timed out"), ConnectionError("refused"), ValueError("bad request")])
def test_a_model_that_fails_or_hangs_gives_no_reply(error: Exception) -> None:
    class Failing(_Replies):
        def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
            raise error

    assert log_odds(Failing(messages=iter([]), metadata={}, asked_for={}), ASKED) is None


@settings(deadline=None)
@given(st.floats(-1000, 0), st.floats(-1000, 0))
def test_log_odds_stay_within_fourteen(yes: float, no: float) -> None:
    odds = log_odds(_says([("yes", yes), ("no", no)]), ASKED)
    assert odds is None or -14 <= odds <= 14
