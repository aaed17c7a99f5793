"""A tutor for the page's tests: the real corpus, a hand-checkable search, scripted delays and failures, no model."""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from langchain_core.embeddings import Embeddings

from tutor.corpus import read_corpus
from tutor.errors import ChatModelError, SearchIndexError
from tutor.events import DecisionEvent, DoneEvent, Event, EvidenceEvent, TokenEvent, WaitingEvent
from tutor.grading import Grade
from tutor.grading.grader import grade
from tutor.judging import Judge
from tutor.records import Answer, ChatModelChoice, Citation, Confidence, Decision, Field, Hit, Item, Question, Status
from tutor.sentences import sentences
from tutor.settings import Settings
from tutor.store.database import Database
from tutor.store.records import Versions

CORPUS = Path(__file__).parents[1] / "corpus"
STOP_WORDS = frozenset(re.findall(r"\w+", "what is are the a of in to do does how why and for with i my it me explain"))
SURE = Confidence(0.93, "high", "one item clearly matches best")
UNSURE = Confidence(0.41, "low", "several items match about equally well")
LOST = Confidence(0.04, "low", "the best item matches only loosely")
CHOSEN = Confidence(0.99, "high", "you chose this item")
UNVERIFIED = Confidence(0.0, "low", "this is not in the corpus")
REMEMBERED = ("Simmer the tomatoes [1]. ", "Salt the water well.")


@cache
def curated() -> tuple[Item, ...]:
    return tuple(read_corpus(CORPUS).items)


def words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z0-9]+", text.lower())} - STOP_WORDS


@dataclass
class FakeService:
    """Searches by shared words of title and asks. Words in the question steer it: see ``stream``."""

    settings: Settings = field(default_factory=lambda: Settings(home=Path("/nowhere"), corpus=CORPUS))
    shelf: tuple[Item, ...] = field(default_factory=curated)
    delay: float = 0.0
    generating: bool = True
    queue: int = 0
    started: bool = False
    held: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[Question, ChatModelChoice | None]] = field(default_factory=list)

    @cached_property
    def database(self) -> Database:
        return Database.open(Path(tempfile.mkdtemp()) / "tutor.db")

    @property
    def embedder(self) -> Embeddings:
        raise SearchIndexError("There is no embedding model", "one")

    def versions(self) -> Versions:
        return Versions(tutor="test")

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.settings.corpus)

    def close(self) -> None:
        """Nothing goes on in the background."""

    def start(self) -> None:
        self.started = True

    def items(self) -> tuple[Item, ...]:
        return self.shelf

    def grade(self, item: Item, answer: str) -> Grade:
        return grade(item, answer, None)

    def status(self) -> Status:
        model = "Chat model: Qwen3 4B, embedded." if self.generating else "The chat model is loading."
        return Status(
            f"{len(self.shelf)} items are indexed.", "Embedding model: fake.", model, True, True, self.generating
        )

    def check_model(self, choice: ChatModelChoice) -> str:
        if "broken" in choice.spec:
            raise ChatModelError("openai:broken does not answer (refused)", "a running model", "check the address")
        return f"{choice.spec.split('@')[0]} answers."

    def hits(self, question: str) -> list[Hit]:
        wanted = words(question)
        scored = []
        for item in self.shelf:
            texts: list[tuple[Field, str]] = [("question", item.title), *(("ask", ask) for ask in item.asks)]
            found, name, text = max((overlap(wanted, words(text)), name, text) for name, text in texts)
            if item.kind != "mcq" and found:
                scored.append(
                    Hit(item.id, found, name, text, {"question": overlap(wanted, words(item.title)), name: found})
                )
        return sorted(scored, key=lambda hit: (-hit.score, hit.item_id))[:5]

    def stream(self, question: Question, model: ChatModelChoice | None = None) -> Iterator[Event]:
        """``hello`` is small talk, ``ignore your instructions`` is refused, ``crash`` and ``no index`` fail; ``hold``
        waits for ``held`` in the middle; otherwise the best item answers, or few shared words clarify or abstain. The
        item that was chosen answers whatever it scores; the memory says ``REMEMBERED`` where there is a model."""
        self.asked.append((question, model))
        text = question.text.lower()
        if "no index" in text:
            raise SearchIndexError("The index is missing", "an index", "python ingest.py")
        if self.queue:
            yield WaitingEvent(self.queue)
        if text.strip() == "hello":
            yield from self._plain("smalltalk", "Hello. Ask me an interview question about machine learning.")
        elif "ignore your instructions" in text:
            yield from self._plain("refuse", "I only answer interview questions from the corpus.")
        elif question.from_memory or "from memory" in text:
            yield from self._memory(question, can_remember=self.generating and not model_is_none(model))
        else:
            yield from self._search(question, text)

    def _memory(self, question: Question, can_remember: bool) -> Iterator[Event]:
        yield EvidenceEvent((), (), ())
        yield DecisionEvent("abstain", UNVERIFIED, question.text)
        if not can_remember:
            text = "There is no chat model that could answer from memory, and the corpus does not hold it."
            yield TokenEvent(text, "item")
            yield DoneEvent(Answer("abstain", UNVERIFIED, text, question.text))
            return
        for sentence in REMEMBERED:
            time.sleep(self.delay)
            yield TokenEvent(sentence, "memory")
        notice = "Nothing in the corpus supports it; check it elsewhere."
        text = "".join(REMEMBERED)
        yield DoneEvent(Answer("abstain", UNVERIFIED, text, question.text, notices=(notice,), origin="memory"))

    def _search(self, question: Question, text: str) -> Iterator[Event]:
        hits = self.hits(question.text)
        if question.chosen:
            chosen = next((hit for hit in hits if hit.item_id == question.chosen), Hit(question.chosen, 1, "ask", ""))
            yield self._found(hits)
            yield from self._answer(question, text, [chosen, *(hit for hit in hits if hit != chosen)], CHOSEN)
        elif not hits or hits[0].score < 0.25:
            yield from self._nearest(question, hits, "abstain", LOST)
        elif len(words(text)) == 1:
            yield from self._nearest(question, hits, "clarify", UNSURE)
        else:
            yield from self._answer(question, text, hits, SURE)

    def _plain(self, decision: Decision, text: str) -> Iterator[Event]:
        none = Confidence(0.0, "low", "the message asks nothing about machine learning")
        yield EvidenceEvent((), (), ())
        yield DecisionEvent(decision, none, "")
        yield TokenEvent(text, "item")
        yield DoneEvent(Answer(decision, none, text, ""))

    def _nearest(self, question: Question, hits: list[Hit], decision: Decision, sure: Confidence) -> Iterator[Event]:
        yield self._found(hits)
        yield EvidenceEvent((), tuple(hits), ())
        yield DecisionEvent(decision, sure, question.text)
        text = "That could mean several things. Which one do you mean?"
        if decision == "abstain":
            text = "The corpus does not hold an answer to this, so I will not guess. The nearest topics it does hold:"
        yield TokenEvent(text, "item")
        choices = tuple(hit.item_id for hit in hits[:4])
        yield DoneEvent(Answer(decision, sure, text, question.text, tuple(hits), choices=choices))

    def _found(self, hits: list[Hit]) -> EvidenceEvent:
        """What comes before the decision: the best items, with a sentence of the first one to mark."""
        known = {item.id: item for item in self.shelf}
        items = tuple(known[hit.item_id] for hit in hits[:3])
        marks = tuple(Citation(1, item.id, sentences(item.body)[-1].text) for item in items[:1])
        return EvidenceEvent(items, tuple(hits), marks)

    def _answer(self, question: Question, text: str, hits: list[Hit], sure: Confidence) -> Iterator[Event]:
        found = self._found(hits)
        items, citations = found.items, found.citations
        yield found
        yield DecisionEvent("answer", sure, question.text)
        yield TokenEvent(items[0].body, "item")
        if "crash" in text:
            raise RuntimeError("a bug with a secret in it")
        if "hold" in text:
            self.held.wait(20)
        written = []
        if self.generating and not (model_is_none(self.asked[-1][1])):
            for sentence in sentences(items[0].body)[:2]:
                time.sleep(self.delay)
                written.append(f"{sentence.text} [1] ")
                yield TokenEvent(written[-1], "model")
        notices = () if written else ("The chat model is loading. Until then answers are the corpus's own words.",)
        answer = Answer(
            "answer", sure, items[0].body, question.text, tuple(hits), citations,
            suggestions=items[0].follow_ups, notices=notices, tailored="".join(written),
        )  # fmt: skip
        yield DoneEvent(answer)


def overlap(wanted: set[str], offered: set[str]) -> float:
    return round(len(wanted & offered) / len(wanted | offered), 3) if wanted and offered else 0.0


def model_is_none(choice: ChatModelChoice | None) -> bool:
    return choice is not None and choice.spec == "none"
