"""The chain: a question and its history become typed events and a finished answer. A LangChain Runnable.

Evidence first, then the decision, then words that were checked, then the whole. When there is no model, or it fails
or says nothing that holds, the item's own answer stands. Knows nothing of pages, files or how its parts are made.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import patch_config

from tutor import acts, dialogue, outcomes, retelling, running, side_by_side
from tutor.calibration.record import Calibration
from tutor.clock import milliseconds_since
from tutor.confidence import Verdict, is_close, is_direct_match
from tutor.deciding import decide
from tutor.events import DecisionEvent, DoneEvent, Event, EvidenceEvent, TokenEvent
from tutor.evidence import quote
from tutor.finding import Found, Resources, find
from tutor.generation import Written, generate, remember
from tutor.grading.grader import grade
from tutor.index import IndexInUse, SearchIndex
from tutor.judging import Judge
from tutor.learner import Advice
from tutor.pointing import compares
from tutor.prompts import answer_prompt, memory_prompt
from tutor.records import HIDES_EVIDENCE, Answer, Citation, Confidence, Hit, Item, Question, Style, Timings
from tutor.rewriting import reconsider
from tutor.suggestions import suggestions
from tutor.teaching_request import WITH_A_TOPIC
from tutor.warming import Warming

EVIDENCE_ITEMS = 3

_FAILED = "The chat model failed or fell silent, so this is what could be checked: the corpus's own answer."
_NOTHING_HELD = "The model's words did not hold against the passage: this is the corpus's own answer."


class Tutor(Runnable[Question, Answer]):
    """``invoke`` gives the Answer, ``stream`` its events, ``batch`` many answers; takes LangChain's callbacks.

    ``chat_model`` None means the corpus's own words only; ``embedder`` None means that words alone are searched;
    ``calibration`` None that nothing but an item's own questions is answered. ``model_name`` is what a person reads as
    the model's name. With ``warming``, a passage that the model has not read yet is given in part, so that its first
    words do not wait for the whole. ``judge`` gives what runs reference solutions and is asked for it at the first
    request; None means that nothing is run. ``advise`` gives what a person should practise, by what they did so far.
    """

    def __init__(
        self,
        index: IndexInUse,
        embedder: Embeddings | None,
        chat_model: BaseChatModel | None = None,
        model_name: str = "none",
        notices: Sequence[str] = (),
        warming: Warming | None = None,
        calibration: Calibration | None = None,
        judge: Callable[[], Judge] | None = None,
        advise: Callable[[], Advice] | None = None,
    ) -> None:
        self._index, self._judge, self._advise = index, judge, advise
        self._resources = Resources(embedder, chat_model, model_name, calibration, warming, tuple(notices))

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
        """The whole ranking for a question, of which an answer shows the first ones."""
        return find(question, acts.clean(question.text), self._index.get(), self._resources).hits

    def read_ahead(self, item_ids: Sequence[str]) -> None:
        """Has the chat model read the passages of these items, so that answers about them come sooner."""
        if self._resources.warming:
            self._resources.warming.read_all([self._index.get().items[item_id] for item_id in item_ids])

    def _events(
        self, inputs: Iterator[Question], run_manager: Any = None, config: RunnableConfig | None = None
    ) -> Iterator[Event]:
        started = time.perf_counter()
        child = patch_config(config, callbacks=run_manager.get_child()) if run_manager else config
        for question in inputs:
            for event in self._answer(question, child):
                if isinstance(event, DoneEvent):
                    timings = replace(event.answer.timings, total_ms=milliseconds_since(started))
                    event = DoneEvent(replace(event.answer, timings=timings))
                yield event

    def _answer(self, question: Question, config: RunnableConfig | None) -> Iterator[Event]:
        started = time.perf_counter()
        text = acts.clean(question.text)
        act = acts.act(text)
        index = self._index.get()
        if self._judge and (request := running.requested(question, index)):
            yield from running.run_turn(request, question, index, self._judge())
            return
        if self._advise and acts.asks_advice(text):
            yield from outcomes.advised(self._advise(), text, index)
            return
        if act != "question":
            yield from outcomes.reply(act, text, index)
            return
        if question.from_memory or acts.asks_memory(text):
            yield from self._from_memory(question, text, started, config)
            return
        wish = retelling.wish_of(question, text)
        if wish and (spoken_of := retelling.item_meant(question, wish, index)):
            yield from self._retell(wish.style, spoken_of, question, text, index, retelling.SPOKEN_OF, started, config)
            return
        if wish and not wish.topic:
            last = dialogue.last_exchange(question.history)
            nearest = self.hits(Question(last.question)) if last else []
            yield from outcomes.nothing_to_retell(text, last, nearest, index)
            return
        if wish and wish.style in WITH_A_TOPIC:
            found = find(replace(question, history=()), wish.topic, index, self._resources)
        else:
            found = find(question, text, index, self._resources)
        evidence = _evidence(found, index)
        hidden = wish is not None and wish.style in HIDES_EVIDENCE
        yield EvidenceEvent((), (), ()) if hidden else evidence
        found, verdict = decide(question, found, index, self._resources, config)
        found, verdict = reconsider(question, found, verdict, index, self._resources, config)
        if found.hits and evidence.hits and found.hits[0].item_id != evidence.hits[0].item_id:
            evidence = _evidence(found, index)
            yield EvidenceEvent((), (), ()) if hidden else evidence
        timings = Timings(found.milliseconds, milliseconds_since(started))
        if verdict.decision == "answer" and wish and wish.style in WITH_A_TOPIC:
            first = evidence.items[0]
            hits = tuple(found.hits[: outcomes.SHOWN_HITS])
            sure = verdict.confidence
            yield from self._retell(wish.style, first, question, "", index, sure, started, config, hits)
        elif verdict.decision == "answer":
            yield from self._answer_from(question, found, verdict, evidence, index, timings, started, config)
        elif wish or found.rejects:
            yield from outcomes.without_answer(verdict, found, timings)
        elif pair := side_by_side.both_sides(found.standalone, index, self._resources.embedder):
            yield from side_by_side.tell(pair, question, found, verdict.confidence, index, timings)
        else:
            yield from outcomes.without_answer(verdict, found, timings)

    def _retell(
        self,
        style: Style,
        item: Item,
        question: Question,
        message: str,
        index: SearchIndex,
        confidence: Confidence,
        started: float,
        config: RunnableConfig | None,
        hits: tuple[Hit, ...] = (),
    ) -> Iterator[Event]:
        """``item`` told in ``style``. What the corpus has no words for the model may tell, checked as any answer.
        ``hits`` are the whole ranking's first ones, where the item was searched."""
        if style == "guided":
            by = partial(grade, embedder=self._resources.embedder)
            made = retelling.lesson(item, question, message, index, confidence, by)
        else:
            made = retelling.draft(style, item, question, index, confidence)
        made = replace(made, hits=hits or made.hits)
        timings = Timings(decision_ms=milliseconds_since(started))
        model = self._resources.chat_model if question.generate and question.judge else None
        if made.text or not model or style in HIDES_EVIDENCE:
            yield from retelling.retell(made, item, timings)
            return
        yield retelling.evidence(made, item)
        yield DecisionEvent("answer", made.confidence, made.standalone)
        made = replace(made, text=item.body, model=self._resources.model_name, timings=timings)
        yield from self._generate(model, question, made, (item,), False, started, config)

    def _answer_from(
        self,
        question: Question,
        found: Found,
        verdict: Verdict,
        evidence: EvidenceEvent,
        index: SearchIndex,
        timings: Timings,
        started: float,
        config: RunnableConfig | None,
    ) -> Iterator[Event]:
        items, marks = evidence.items, evidence.citations
        yield DecisionEvent("answer", verdict.confidence, found.standalone)
        model = self._resources.chat_model if question.generate and question.judge else None
        draft = Answer(
            "answer",
            verdict.confidence,
            items[0].body,
            found.standalone,
            tuple(found.hits[: outcomes.SHOWN_HITS]),
            marks[:1],
            suggestions=suggestions(items[0], question, index.items),
            notices=found.notices,
            model=self._resources.model_name if model else "none",
            timings=timings,
        )
        direct = is_direct_match(found.hits)
        if direct or not model:
            yield TokenEvent(items[0].body, "item")
        if model:
            yield from self._generate(model, question, draft, items[: len(marks)], direct, started, config)
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
        that the passages do not answer the question and the tutor was not sure either."""
        written = Written(started)
        texts = self._resources.texts_of(passages, draft.standalone)
        messages = answer_prompt(draft.standalone, passages, texts)
        for sentence in generate(model, messages, passages, draft.standalone, written, config):
            yield TokenEvent(sentence, "model")
        done = replace(draft, dropped=tuple(written.dropped), timings=written.timings(draft.timings))
        notices = (*draft.notices, _FAILED) if written.failed else draft.notices
        if written.kept and direct:
            done = replace(done, tailored=written.text, citations=_unique((*draft.citations, *written.citations)))
        elif written.kept:
            done = replace(done, text=written.text, origin="model", citations=_unique(written.citations))
        elif written.not_covered and not direct and draft.confidence.band != "high":
            yield from outcomes.not_covered(done)
            return
        elif not direct:
            notices = notices if written.failed else (*notices, _NOTHING_HELD)
            yield TokenEvent(passages[0].body, "item")
        yield DoneEvent(replace(done, notices=notices))

    def _from_memory(
        self, question: Question, text: str, started: float, config: RunnableConfig | None
    ) -> Iterator[Event]:
        """What the chat model knows by itself, asked for in so many words and marked as unverified."""
        asked = dialogue.without_memory_words(text, question.history) if acts.asks_memory(text) else text
        yield EvidenceEvent((), (), ())
        yield DecisionEvent("abstain", outcomes.UNVERIFIED, asked)
        written = Written(started)
        if self._resources.chat_model and question.generate:
            for sentence in remember(self._resources.chat_model, memory_prompt(asked), written, config):
                yield TokenEvent(sentence, "memory")
        if not written.kept:
            yield TokenEvent(outcomes.NO_MEMORY, "item")
        yield DoneEvent(
            outcomes.remembered(asked, written.text, self._resources.model_name, written.timings(Timings()))
        )


def _evidence(found: Found, index: SearchIndex) -> EvidenceEvent:
    """The items to show, and what to mark in those that an answer may rest on: the second one too, where the question
    compares and both are close."""
    hits = tuple(found.hits[:EVIDENCE_ITEMS])
    items = tuple(index.items[hit.item_id] for hit in hits)
    passages = items[: 2 if compares(found.standalone) and is_close(found.hits) else 1]
    marks = tuple(quote(found.standalone, number, item) for number, item in enumerate(passages, start=1))
    return EvidenceEvent(items, hits, marks)


def _unique(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(citations))
