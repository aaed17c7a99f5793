"""The chain: a question and its history become typed events and a finished answer. A LangChain Runnable.

Evidence first, then the decision, then words that were checked, then the whole. When there is no model, or it fails
or says nothing that holds, the item's own answer stands. Knows nothing of pages, files or how its parts are made.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import patch_config

from tutor import dialogue
from tutor.confidence import MEDIUM, confidence, decide, is_close, is_direct_match
from tutor.errors import SearchIndexError
from tutor.evidence import excerpt, quote
from tutor.generation import Written, generate
from tutor.index import IndexInUse, SearchIndex
from tutor.prompts import answer_prompt, item_text
from tutor.records import (
    Answer,
    Citation,
    Confidence,
    Decision,
    DecisionEvent,
    DoneEvent,
    Event,
    EvidenceEvent,
    FollowUp,
    Hit,
    Item,
    Question,
    Timings,
    TokenEvent,
)
from tutor.retrieval import retrieve, retrieve_words
from tutor.warming import Warming

SHOWN_HITS = 5
EVIDENCE_ITEMS = 3
SUGGESTIONS = 3
EXCERPT_CHARACTERS = 700
"""Of a passage that the model has not read yet: about two seconds of reading on two cores."""

_REPLIES = {
    "greeting": "Hello! Ask me anything that a machine-learning interviewer might ask you.",
    "thanks": "You're welcome. Ask the next one whenever you like.",
    "goodbye": "Goodbye, and good luck with the interview!",
    "order": "I only answer questions about machine learning from my corpus, and I take no orders about how I work.",
    "abuse": "Let's keep to machine learning. Which topic shall we practise?",
    "empty": "Which machine-learning question would you like to practise? A few to start with:",
}
_FAILED = "The chat model failed or fell silent, so this is what could be checked: the corpus's own answer."
_NOTHING_HELD = "The model's words did not hold against the passage: this is the corpus's own answer."
_NEAREST = "The corpus does not hold an answer to this, so I will not guess. The nearest topics it does hold:"


@dataclass(frozen=True)
class _Found:
    """What retrieval brought for a question."""

    standalone: str
    hits: list[Hit]
    notices: tuple[str, ...]
    words_only: bool
    milliseconds: float


class Tutor(Runnable[Question, Answer]):
    """``invoke`` gives the Answer, ``stream`` its events, ``batch`` many answers; takes LangChain's callbacks.

    ``chat_model`` None means the corpus's own words only; ``embedder`` None means that words alone are searched.
    ``model_name`` is what a person reads as the model's name. With ``warming``, a passage that the model has not read
    yet is given in part, so that its first words do not wait for the whole.
    """

    def __init__(
        self,
        index: IndexInUse,
        embedder: Embeddings | None,
        chat_model: BaseChatModel | None = None,
        model_name: str = "none",
        notices: Sequence[str] = (),
        warming: Warming | None = None,
    ) -> None:
        self._index, self._embedder, self._chat_model = index, embedder, chat_model
        self._model_name, self._notices, self._warming = model_name, tuple(notices), warming

    def invoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        events = deque(self.stream(input, config, **kwargs), maxlen=1)
        done = events[0]
        assert isinstance(done, DoneEvent)
        return done.answer

    def stream(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Event]:  # type: ignore[override]
        # The base class types the pieces of a stream as whole outputs; these are events, the last of which holds one.
        events: Any = self._events
        yield from self._transform_stream_with_config(iter([input]), events, config, run_type="chain")  # type: ignore[misc]

    def hits(self, question: Question) -> list[Hit]:
        """The ranking behind an answer, best first: more hits than an answer shows, and no decision about them."""
        return self._retrieve(question, dialogue.clean(question.text), self._index.get()).hits

    def read_ahead(self, item_ids: Sequence[str]) -> None:
        """Has the chat model read the passages of these items, so that answers about them come sooner."""
        if self._warming:
            self._warming.read_all([self._index.get().items[item_id] for item_id in item_ids])

    def _events(
        self, inputs: Iterator[Question], run_manager: Any = None, config: RunnableConfig | None = None
    ) -> Iterator[Event]:
        started = time.perf_counter()
        child = patch_config(config, callbacks=run_manager.get_child()) if run_manager else config
        for question in inputs:
            for event in self._answer(question, child):
                if isinstance(event, DoneEvent):
                    timings = replace(event.answer.timings, total_ms=_since(started))
                    event = DoneEvent(replace(event.answer, timings=timings))
                yield event

    def _answer(self, question: Question, config: RunnableConfig | None) -> Iterator[Event]:
        started = time.perf_counter()
        text = dialogue.clean(question.text)
        act = dialogue.act(text)
        index = self._index.get()
        if act != "question":
            yield from self._reply(act, text, index)
            return
        found = self._retrieve(question, text, index)
        sure = confidence(found.hits, found.words_only)
        decision = decide(found.standalone, found.hits, found.words_only)
        if decision == "answer":
            yield from self._answer_from(question, found, sure, index, started, config)
        else:
            yield from self._without_answer(decision, found, sure, index)

    def _retrieve(self, question: Question, text: str, index: SearchIndex) -> _Found:
        started = time.perf_counter()
        notices = list(self._notices)
        if len(question.text) > dialogue.QUESTION_CHARACTERS:
            notices.append(f"Only the first {dialogue.QUESTION_CHARACTERS:,} characters of the message were read.")
        language = dialogue.other_language(text)
        if language:
            notices.append("The corpus is in English, so this is the best match; ask in English for a surer answer.")
        hits, words_only = self._search(text, index, notices)
        standalone = text
        if question.history and dialogue.leans_on_history(text):
            joined = dialogue.with_previous(text, question.history)
            joined_hits, words_only = self._search(joined, index, [])
            if joined_hits and (not hits or joined_hits[0].score >= hits[0].score):
                hits, standalone = joined_hits, joined
        return _Found(standalone, hits, tuple(dict.fromkeys(notices)), words_only, _since(started))

    def _search(self, text: str, index: SearchIndex, notices: list[str]) -> tuple[list[Hit], bool]:
        """Hits, and whether only words were compared."""
        if self._embedder is None:
            notices.append("The embedding model is still loading: only words were compared.")
            return retrieve_words(text, index), True
        try:
            return retrieve(text, index, self._embedder), False
        except SearchIndexError as error:
            notices.append(f"Only words were compared. {error}")
            return retrieve_words(text, index), True

    def _answer_from(
        self,
        question: Question,
        found: _Found,
        sure: Confidence,
        index: SearchIndex,
        started: float,
        config: RunnableConfig | None,
    ) -> Iterator[Event]:
        items = tuple(index.items[hit.item_id] for hit in found.hits[:EVIDENCE_ITEMS])
        passages = items[: 2 if dialogue.compares(found.standalone) and is_close(found.hits) else 1]
        marks = tuple(quote(found.standalone, number, item) for number, item in enumerate(passages, start=1))
        yield EvidenceEvent(items, tuple(found.hits[: len(items)]), marks)
        yield DecisionEvent("answer", sure, found.standalone)
        draft = Answer(
            "answer",
            sure,
            items[0].body,
            found.standalone,
            tuple(found.hits[:SHOWN_HITS]),
            marks[:1],
            suggestions=suggestions(items[0], question, index),
            notices=found.notices,
            model=self._model_name if self._chat_model and question.generate else "none",
            timings=Timings(found.milliseconds),
        )
        direct = is_direct_match(found.hits)
        if direct or not (self._chat_model and question.generate):
            yield TokenEvent(items[0].body, "item")
        if self._chat_model and question.generate:
            yield from self._generate(self._chat_model, question, draft, passages, direct, started, config)
        else:
            yield DoneEvent(draft)

    def _generate(
        self,
        model: BaseChatModel,
        question: Question,
        draft: Answer,
        passages: Sequence[Item],
        direct: bool,
        started: float,
        config: RunnableConfig | None,
    ) -> Iterator[Event]:
        """Checked sentences as they come. Where none holds: the item's own answer, or none at all if the model says
        that the passages do not answer the question and retrieval was not sure either."""
        written = Written(started)
        messages = self._prompt(question, draft.standalone, passages)
        for sentence in generate(model, messages, passages, draft.standalone, written, config):
            yield TokenEvent(sentence, "model")
        done = replace(draft, dropped=tuple(written.dropped), timings=written.timings(draft.timings))
        notices = (*draft.notices, _FAILED) if written.failed else draft.notices
        if written.kept and direct:
            done = replace(done, tailored=written.text, citations=_unique((*draft.citations, *written.citations)))
        elif written.kept:
            done = replace(done, text=written.text, origin="model", citations=_unique(written.citations))
        elif written.not_covered and not direct and draft.confidence.band != "high":
            yield from self._not_covered(done)
            return
        elif not direct:
            notices = notices if written.failed else (*notices, _NOTHING_HELD)
            yield TokenEvent(passages[0].body, "item")
        yield DoneEvent(replace(done, notices=notices))

    def _prompt(self, question: Question, standalone: str, passages: Sequence[Item]) -> list[BaseMessage]:
        """The first passage whole where that costs nothing, else what of each passage the question is about."""
        if self._warming is None:
            return answer_prompt(standalone, passages, question.history)
        texts = [
            item_text(item)
            if number == 0 and self._warming.has_read(item)
            else excerpt(standalone, item, EXCERPT_CHARACTERS)
            for number, item in enumerate(passages)
        ]
        return answer_prompt(standalone, passages, question.history, texts)

    def _not_covered(self, draft: Answer) -> Iterator[Event]:
        """The model read the best passage and found no answer in it."""
        sure = Confidence(min(draft.confidence.value, MEDIUM), "low", "the model finds no answer in the best passage")
        yield DecisionEvent("abstain", sure, draft.standalone)
        yield TokenEvent(_NEAREST, "item")
        choices = tuple(hit.item_id for hit in draft.hits[:EVIDENCE_ITEMS])
        yield DoneEvent(
            replace(
                draft, decision="abstain", confidence=sure, text=_NEAREST, citations=(), suggestions=(), choices=choices
            )
        )

    def _without_answer(
        self, decision: Decision, found: _Found, sure: Confidence, index: SearchIndex
    ) -> Iterator[Event]:
        """Clarify or abstain: nothing is claimed, the nearest items are offered as what they are."""
        yield EvidenceEvent((), tuple(found.hits[:SHOWN_HITS]), ())
        yield DecisionEvent(decision, sure, found.standalone)
        choices = tuple(hit.item_id for hit in found.hits[: 4 if decision == "clarify" else 3])
        if decision == "clarify":
            text = "That could mean several things. Which one do you mean?"
        elif choices:
            text = _NEAREST
        else:
            text = "The corpus does not hold an answer to this, so I will not guess."
        yield TokenEvent(text, "item")
        yield DoneEvent(
            Answer(
                decision,
                sure,
                text,
                found.standalone,
                tuple(found.hits[:SHOWN_HITS]),
                choices=choices,
                notices=found.notices,
                timings=Timings(found.milliseconds),
            )
        )

    def _reply(self, act: dialogue.Act, text: str, index: SearchIndex) -> Iterator[Event]:
        """A message that asks nothing: one fitting sentence, no search."""
        decision: Decision = "refuse" if act in ("order", "abuse") else "clarify" if act == "empty" else "smalltalk"
        sure = Confidence(0.0, "low", "the message asks nothing about machine learning")
        choices = tuple(id for id in ("q001", "q013", "q052", "q034") if id in index.items) if act == "empty" else ()
        yield EvidenceEvent((), (), ())
        yield DecisionEvent(decision, sure, text)
        yield TokenEvent(_REPLIES[act], "item")
        yield DoneEvent(Answer(decision, sure, _REPLIES[act], text, choices=choices))


def suggestions(item: Item, question: Question, index: SearchIndex) -> tuple[FollowUp, ...]:
    """Up to three next questions that the index answers and the person has not asked."""
    asked = {turn.text.strip().lower() for turn in question.history} | {question.text.strip().lower()}
    near = [*item.follow_ups, *(FollowUp(index.items[id].title, id) for id in item.related if id in index.items)]
    fresh = {
        each.item: each for each in reversed(near) if each.item in index.items and each.question.lower() not in asked
    }
    return tuple(reversed(fresh.values()))[:SUGGESTIONS]


def _unique(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(citations))


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
