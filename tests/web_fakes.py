"""A tutor for the page's tests: the real corpus, a hand-checkable search, scripted delays and failures, no model."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tutor.corpus import read_corpus
from tutor.errors import ChatModelError, SearchIndexError
from tutor.records import (
    Answer,
    ChatModelChoice,
    Citation,
    Confidence,
    Decision,
    DecisionEvent,
    DoneEvent,
    Event,
    EvidenceEvent,
    Field,
    Hit,
    Item,
    Question,
    Status,
    TokenEvent,
)
from tutor.sentences import sentences
from tutor.settings import Settings

CORPUS = Path(__file__).parents[1] / "corpus"
STOP_WORDS = frozenset(re.findall(r"\w+", "what is are the a of in to do does how why and for with i my it me explain"))
SURE = Confidence(0.93, "high", "one item clearly matches best")
UNSURE = Confidence(0.41, "medium", "several items match about equally well")
LOST = Confidence(0.04, "low", "the best item matches only loosely")


def words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z0-9]+", text.lower())} - STOP_WORDS


@dataclass
class FakeService:
    """Searches by shared words of title and asks. Words in the question steer it: see ``stream``."""

    settings: Settings = field(default_factory=lambda: Settings(home=Path("/nowhere"), corpus=CORPUS))
    shelf: tuple[Item, ...] = field(default_factory=lambda: tuple(read_corpus(CORPUS).items))
    delay: float = 0.0
    generating: bool = True
    started: bool = False
    held: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[Question, ChatModelChoice | None]] = field(default_factory=list)

    def close(self) -> None:
        """Nothing goes on in the background."""

    def start(self) -> None:
        self.started = True

    def items(self) -> tuple[Item, ...]:
        return self.shelf

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
        waits for ``held`` in the middle; otherwise the best item answers, or few shared words clarify or abstain."""
        self.asked.append((question, model))
        text = question.text.lower()
        if "no index" in text:
            raise SearchIndexError("The index is missing", "an index", "python ingest.py")
        if text.strip() == "hello":
            yield from self._plain("smalltalk", "Hello. Ask me an interview question about machine learning.")
        elif "ignore your instructions" in text:
            yield from self._plain("refuse", "I only answer interview questions from the corpus.")
        else:
            yield from self._search(question, text)

    def _search(self, question: Question, text: str) -> Iterator[Event]:
        hits = self.hits(question.text)
        if not hits or hits[0].score < 0.25:
            yield from self._nearest(question, hits, "abstain", LOST)
        elif len(words(text)) == 1:
            yield from self._nearest(question, hits, "clarify", UNSURE)
        else:
            yield from self._answer(question, text, hits)

    def _plain(self, decision: Decision, text: str) -> Iterator[Event]:
        none = Confidence(0.0, "low", "the message asks nothing about machine learning")
        yield EvidenceEvent((), (), ())
        yield DecisionEvent(decision, none, "")
        yield TokenEvent(text, "item")
        yield DoneEvent(Answer(decision, none, text, ""))

    def _nearest(self, question: Question, hits: list[Hit], decision: Decision, sure: Confidence) -> Iterator[Event]:
        yield EvidenceEvent((), tuple(hits), ())
        yield DecisionEvent(decision, sure, question.text)
        text = "That could mean several things. Which one do you mean?"
        if decision == "abstain":
            text = "The corpus does not hold an answer to this, so I will not guess. The nearest topics it does hold:"
        yield TokenEvent(text, "item")
        choices = tuple(hit.item_id for hit in hits[:4])
        yield DoneEvent(Answer(decision, sure, text, question.text, tuple(hits), choices=choices))

    def _answer(self, question: Question, text: str, hits: list[Hit]) -> Iterator[Event]:
        known = {item.id: item for item in self.shelf}
        items = tuple(known[hit.item_id] for hit in hits[:3])
        quote = sentences(items[0].body)[-1].text
        citations = (Citation(1, items[0].id, quote),)
        yield EvidenceEvent(items, tuple(hits), citations)
        yield DecisionEvent("answer", SURE, question.text)
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
            "answer", SURE, items[0].body, question.text, tuple(hits), citations,
            suggestions=items[0].follow_ups, notices=notices, tailored="".join(written),
        )  # fmt: skip
        yield DoneEvent(answer)


def overlap(wanted: set[str], offered: set[str]) -> float:
    return round(len(wanted & offered) / len(wanted | offered), 3) if wanted and offered else 0.0


def model_is_none(choice: ChatModelChoice | None) -> bool:
    return choice is not None and choice.spec == "none"
