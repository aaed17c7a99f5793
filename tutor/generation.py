"""Has a chat model write, and lets through what was checked, sentence by sentence. Knows nothing of decisions."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig

from tutor.clock import milliseconds_since
from tutor.grounding import check_sentence, complete_sentences, is_whole, says_again
from tutor.prompts import NOT_COVERED
from tutor.records import Citation, Item, Timings

MAX_SENTENCES = 5
"""A small model told to be short goes on all the same; the item's own answer holds the rest."""

_LOG = logging.getLogger(__name__)


@dataclass
class Written:
    """What a model has written so far: kept and dropped sentences, and when the first came (ms after ``started``).

    ``not_covered``: it said that the passages hold no answer. ``failed``: it broke off or said nothing. ``finish`` is
    why it stopped, in its engine's word, "" where it gave none.
    """

    started: float
    kept: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    not_covered: bool = False
    failed: bool = False
    finish: str = ""
    first_token_ms: float = 0.0
    first_sentence_ms: float = 0.0

    @property
    def text(self) -> str:
        return "".join(self.kept).strip()

    def timings(self, before: Timings) -> Timings:
        return replace(before, first_token_ms=self.first_token_ms, first_sentence_ms=self.first_sentence_ms)

    def keep(self, sentence: str, as_written: str) -> str:
        """Takes a sentence in, with the end of the line where ``as_written`` has one, and gives it back."""
        self.first_sentence_ms = self.first_sentence_ms or milliseconds_since(self.started)
        self.kept.append(sentence + ("\n" if as_written.endswith("\n") else " "))
        return self.kept[-1]


def generate(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    passages: Sequence[Item],
    question: str,
    written: Written,
    config: RunnableConfig | None,
) -> Iterator[str]:
    """Sentences that hold against ``passages``, each with its mark, as they come. The rest is told in ``written``."""
    for sentence in _sentences(model, messages, written, config):
        if NOT_COVERED in sentence.upper():
            written.not_covered = not written.kept
            return
        verdict = check_sentence(sentence, passages, question)
        if verdict.citation is None or says_again(verdict.text, written.kept):
            written.dropped.append(f"{sentence.strip()} ({verdict.reason or 'it was said before'})")
            continue
        written.citations.append(verdict.citation)
        yield written.keep(verdict.text, sentence)


def remember(
    model: BaseChatModel, messages: Sequence[BaseMessage], written: Written, config: RunnableConfig | None
) -> Iterator[str]:
    """Sentences from the model's memory, as they come; no passage is there to check them against."""
    for sentence in _sentences(model, messages, written, config):
        yield written.keep(sentence.strip(), sentence)


def _sentences(
    model: BaseChatModel, messages: Sequence[BaseMessage], written: Written, config: RunnableConfig | None
) -> Iterator[str]:
    """The model's sentences until enough are kept. A failure ends them and is told in ``written``, and so is a last
    sentence that breaks off: it is none, unless the model itself ended there."""
    silent = True
    try:
        for sentence in complete_sentences(_pieces(model, messages, written, config)):
            silent = False
            if not is_whole(sentence) and written.finish != "stop" and NOT_COVERED not in sentence.upper():
                written.dropped.append(f"{sentence.strip()} (it breaks off)")
                written.failed = not (written.finish and written.kept)  # a limit that was reached is no failure
                return
            yield sentence
            if len(written.kept) == MAX_SENTENCES:
                return
    except Exception:  # each engine raises its own kinds; all mean that no more words come
        _LOG.warning("the chat model failed", exc_info=True)
        written.failed = True
    written.failed |= silent


def _pieces(
    model: BaseChatModel, messages: Sequence[BaseMessage], written: Written, config: RunnableConfig | None
) -> Iterator[str]:
    for chunk in model.stream(list(messages), config):
        if chunk.text and not written.first_token_ms:
            written.first_token_ms = milliseconds_since(written.started)
        written.finish = chunk.response_metadata.get("finish_reason") or written.finish
        yield str(chunk.text)
