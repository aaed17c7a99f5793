"""Time to the first words and to the whole checked answer, beside the bare model and beside two quickstarts.

All of them ask the same chat model in the same server and search with the same embedding model, one after the other.
Knows nothing of how peers are installed.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import Any, cast

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig

from benchmarks.figures import Row
from benchmarks.ingesting import corpus_files
from benchmarks.machine import ROOT, resident_mb
from benchmarks.peer import PEERS, PeerMissingError, run
from benchmarks.places import Places
from tutor.answering import Tutor
from tutor.assembly import calibration_in_use, embedded_chat_model
from tutor.chat_model import ANSWER_TOKENS, model_title
from tutor.embedded_model import EmbeddedChatModel
from tutor.evaluation.questions import ANSWERABLE
from tutor.events import DoneEvent, TokenEvent
from tutor.index import IndexInUse
from tutor.ingestion import ingest
from tutor.prompts import answer_prompt
from tutor.records import Answer, Item, Question
from tutor.settings import Settings, read_settings
from tutor.warming import Warming

DIRECT, LOOSE = "a direct match", "a loosely worded question"
PEER_SECONDS = 420.0
LOOSE_SHARE = 3
"""So many loosely worded questions to one direct match: half of them are answered in the item's own words. They are
drawn, because every fourth of the file is by the same kind of person."""

RESTARTED = 6
COMPARED = ("random forest versus gradient boosting", "L1 versus L2 regularization", "precision versus recall")


class _Heard(BaseCallbackHandler):
    """What the chat model was asked last, and how many pieces it gave."""

    def __init__(self) -> None:
        self.messages: list[BaseMessage] = []
        self.pieces = 0

    def on_chat_model_start(self, serialized: Any, messages: list[list[BaseMessage]], **kwargs: Any) -> None:
        self.messages, self.pieces = messages[0], 0

    def on_llm_new_token(self, token: str | list[str | dict[str, Any]], **kwargs: Any) -> None:
        self.pieces += bool(token)


def measure(places: Places) -> Iterator[Row]:
    """Rows of the tutor, of the bare model and of each peer."""
    count = 2 if places.quick else 6
    embedder, settings = places.embedder(), places.settings("fresh")
    ingest(settings, embedder)
    model = embedded_chat_model(replace(settings, chat_model="embedded"))
    index = IndexInUse(settings.index, embedder.name)
    warming = Warming(model)
    calibration, _ = calibration_in_use(read_settings())
    tutor = Tutor(index, embedder, model, model_title("embedded"), (), warming, calibration)
    items = [item for item in index.get().items.values() if item.kind == "concept"]
    direct = [item.title for item in items[:: max(1, len(items) // count)][:count]]
    cases = [json.loads(line) for line in (ROOT / "tests" / "questions" / f"{ANSWERABLE}.jsonl").open(encoding="utf-8")]
    loose = [case["question"] for case in random.Random(0).sample(cases, LOOSE_SHARE * count)]
    tutor.invoke(Question(direct[0], generate=False, judge=False))
    for question in [*direct, *loose]:
        tutor.read_ahead([hit.item_id for hit in tutor.hits(Question(question))[:1]])
    for question in COMPARED:
        tutor.read_ahead([hit.item_id for hit in tutor.hits(Question(question))[:2]])
    yield from _direct(tutor, direct)
    yield from _loose(tutor, model, loose)
    yield from _compared(tutor, COMPARED[: 1 if places.quick else None])
    yield from _two_at_once(tutor, loose)
    what = f"memory with the models and {sum(warming.has_read(item) for item in items)} passages read"
    yield Row("serving", what, "tutor", "MB", (resident_mb(),), target="at most 3,000 MB with all read")
    yield from _restarted(replace(settings, chat_model="embedded"), items)
    first = [tutor.hits(Question(case["question"]))[0].item_id in case["gold"] for case in cases]
    yield Row("quality", "right item first", "tutor", "", (sum(first) / len(first),))
    yield from _peers(places, settings, model, direct, cases)


def _restarted(settings: Settings, items: Sequence[Item]) -> Iterator[Row]:
    """A model that was just loaded, asked about passages that the one before it has kept, and about others."""
    model = embedded_chat_model(settings)
    reader = Warming(model)
    for what, is_kept in (("kept by the start before", True), ("never read", False)):
        chosen = [item for item in items if reader.has_read(item) is is_kept][:RESTARTED]
        times = tuple(_first_token(model, answer_prompt(item.title, [item])) for item in chosen)
        missing = "" if times else "there is none"
        yield Row("after a restart", f"first token of the model, passage {what}", "tutor", "ms", times, missing=missing)


def _first_token(model: EmbeddedChatModel, messages: Sequence[BaseMessage]) -> float:
    started = time.perf_counter()
    with closing(model.stream(list(messages))) as chunks:
        next(chunk for chunk in chunks if chunk.text)
        return (time.perf_counter() - started) * 1000


def _direct(tutor: Tutor, questions: Sequence[str]) -> Iterator[Row]:
    firsts, totals = [], []
    for question in questions:
        first, total, _ = _stream(tutor, question)
        firsts.append(first)
        totals.append(total)
    target = "at most 600 ms, and 12 times sooner than the best quickstart"
    yield Row(DIRECT, "first words, with the decision", "tutor", "ms", tuple(firsts), target=target)
    yield Row(DIRECT, "whole answer", "tutor", "ms", tuple(totals))


def _loose(tutor: Tutor, model: EmbeddedChatModel, questions: Sequence[str]) -> Iterator[Row]:
    answers, ratios, bare = [], [], []
    for question in questions:
        heard = _Heard()
        _, total, answer = _stream(tutor, question, {"callbacks": [heard]})
        answers.append(answer)
        if heard.pieces > 1:
            bare.append(_replayed(model, heard))
            ratios.append(total / bare[-1])
    shown = [answer.timings for answer in answers]
    sentence = tuple(each.first_sentence_ms for each in shown if each.first_sentence_ms)
    none = "" if sentence else "no sentence of the model was shown"
    yield Row(
        LOOSE, "decision, the model asked, passage kept", "tutor", "ms", tuple(each.decision_ms for each in shown)
    )
    yield Row(
        LOOSE, "first checked sentence, passage kept", "tutor", "ms", sentence, target="at most 1,600 ms", missing=none
    )
    whole = tuple(each.total_ms for each in shown if each.first_sentence_ms)
    yield Row(LOOSE, "whole checked answer", "tutor", "ms", whole, missing=none)
    yield Row(LOOSE, "whole checked answer", "the bare model, same words", "ms", tuple(bare), missing=none)
    what = "whole checked answer over the bare model's time"
    yield Row(LOOSE, what, "tutor", "", tuple(ratios), target="at most 1.15", missing=none)


def _replayed(model: EmbeddedChatModel, heard: _Heard) -> float:
    """Milliseconds in which the bare model gives as many pieces for the same prompt, which it has just read."""
    started, pieces = time.perf_counter(), 0
    for chunk in model.stream(heard.messages):
        pieces += bool(chunk.text)
        if pieces >= heard.pieces:
            break
    return (time.perf_counter() - started) * 1000


def _compared(tutor: Tutor, questions: Sequence[str]) -> Iterator[Row]:
    """The cache serves the first passage of a prompt only: what that costs where two are needed."""
    times = [_stream(tutor, question)[2].timings.first_sentence_ms for question in questions]
    shown = tuple(each for each in times if each)
    missing = "" if shown else "no sentence of the model was shown"
    note = "the second of two items is read anew"
    yield Row("two items compared", "first checked sentence", "tutor", "ms", shown, missing=missing, note=note)


def _two_at_once(tutor: Tutor, questions: Sequence[str]) -> Iterator[Row]:
    with ThreadPoolExecutor(2) as pool:
        answers = [each[2] for each in pool.map(lambda question: _stream(tutor, question), questions[:2])]
    times = tuple(answer.timings.total_ms for answer in answers)
    yield Row("two people at once", "whole checked answer", "tutor", "ms", times, note="one value each")


def _peers(
    places: Places, settings: Settings, model: EmbeddedChatModel, direct: Sequence[str], cases: Sequence[dict[str, Any]]
) -> Iterator[Row]:
    folder = places.work / "corpus-files"
    corpus_files(settings, folder)
    key = model.openai_api_key
    task = {
        "folder": str(folder),
        "embedding_model": str(settings.weights / "all-MiniLM-L6-v2"),
        "url": model.openai_api_base,
        "key": cast(Any, key).get_secret_value(),
        "model": model.model_name,
        "tokens": ANSWER_TOKENS,
        "ranked": [case["question"] for case in cases],
        "asked": list(direct),
    }
    for name, title in PEERS.items():
        try:
            figures = run(name, places.work, task, PEER_SECONDS)
        except PeerMissingError as error:
            yield Row(DIRECT, "first words, with the decision", title, "ms", missing=str(error))
            continue
        right = [
            bool(each["ranked"]) and each["ranked"][0] in case["gold"]
            for each, case in zip(figures.ranked, cases, strict=True)
        ]
        firsts, totals = (tuple(each[what] for each in figures.asked) for what in ("first_ms", "total_ms"))
        yield Row(DIRECT, "first words, with the decision", title, "ms", firsts, note=figures.versions)
        yield Row(DIRECT, "whole answer", title, "ms", totals)
        yield Row("quality", "right item first", title, "", (sum(right) / len(right),))
        yield Row("peers", "retrieval, the corpus", title, "ms", tuple(each["ms"] for each in figures.ranked), 95)
        yield Row("peers", "ready and the corpus read", title, "s", (figures.ready_s + figures.ingest_s,))


def _stream(tutor: Tutor, question: str, config: RunnableConfig | None = None) -> tuple[float, float, Answer]:
    """Milliseconds to the first words that a person sees and to the end, and the answer."""
    started, first = time.perf_counter(), 0.0
    for event in tutor.stream(Question(question), config):
        if isinstance(event, TokenEvent) and not first:
            first = (time.perf_counter() - started) * 1000
        if isinstance(event, DoneEvent):
            return first, (time.perf_counter() - started) * 1000, event.answer
    raise RuntimeError("the tutor ended without an answer")
