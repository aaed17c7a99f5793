"""A running tutor whose parts get ready in the background, so that a page can be up before them.

Slow imports, fetching weights, loading models and building a missing index happen on threads after ``start``; each
question is answered with what is ready then. Knows nothing of pages.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tutor.chat_model import check, connect, model_title, parse_spec
from tutor.errors import ChatModelError, SearchIndexError, StoreError, TutorError
from tutor.events import DoneEvent, Event
from tutor.passages import SEARCHED_KINDS
from tutor.pinned_weights import CHAT_MODEL, EMBEDDING_MODEL, Weights
from tutor.records import Answer, ChatModelChoice, Item, Question, Status
from tutor.settings import Settings
from tutor.store.records import Versions
from tutor.weights import fetch, is_fetched

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from tutor.calibration.record import Calibration
    from tutor.embedded_model import EmbeddedChatModel
    from tutor.embedding import SentenceEmbedder
    from tutor.grading import Grade
    from tutor.index import IndexInUse
    from tutor.judging import Judge
    from tutor.learner import Advice
    from tutor.store.database import Database
    from tutor.warming import Warming

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 2.0
ANSWERED_AT_ONCE = 2
"""Questions that the embedded chat model answers side by side."""

_SHELF_ORDER = ("concept", "scenario", "coding", "mcq", "guide", "faq")


@dataclass
class _Part:
    """How far one part of the service is, in words."""

    words: str
    ready: bool = False


class Service:
    """A running tutor: parts that become ready one after the other, and questions from many people meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._spec = parse_spec(settings.chat_model)
        self._index: IndexInUse | None = None
        self._embedder: SentenceEmbedder | None = None
        self._embedded: EmbeddedChatModel | None = None
        self._warming: Warming | None = None
        self._judge: Judge | None = None
        self._judge_lock = threading.Lock()
        self._database: Database | None = None
        self._database_lock = threading.Lock()
        self._shelf: tuple[str, tuple[Item, ...]] = ("", ())
        self._calibration: tuple[float, Calibration | None, Sequence[str]] | None = None
        self._closed = threading.Event()
        self._index_part = _Part("The search index is being opened.")
        self._embedder_part = _Part("The embedding model is loading.")
        self._model_part = _Part("The chat model is loading.")

    def start(self) -> None:
        """Gets everything ready on threads and returns at once."""
        threading.Thread(target=self._prepare_search, name="search", daemon=True).start()

    def close(self) -> None:
        """Ends what goes on in the background."""
        self._closed.set()
        if self._warming:
            self._warming.stop()
        with self._judge_lock:
            if self._judge:
                self._judge.close()
        with self._database_lock:
            if self._database:
                self._database.close()

    @property
    def judge(self) -> Judge:
        """Runs and judges programs. Made at its first use, and its sandbox gets ready behind."""
        with self._judge_lock:
            if self._judge is None:
                from tutor.judging import Judge

                self._judge = Judge(self.settings.corpus)
            return self._judge

    @property
    def database(self) -> Database:
        """What is kept of people, opened at its first use. Raises StoreError each time that this fails."""
        with self._database_lock:
            if self._database is None:
                from tutor.store.database import Database

                self._database = Database.open(self.settings.database)
            return self._database

    @property
    def embedder(self) -> SentenceEmbedder:
        """What makes vectors of texts, for the trainers' desk. Raises SearchIndexError until it is loaded."""
        if self._embedder is None or not self._embedder_part.ready:
            raise SearchIndexError(self._embedder_part.words.rstrip("."), "the embedding model", "wait a few seconds")
        return self._embedder

    def versions(self) -> Versions:
        """What answers now, but for the chat model, which an answer names itself."""
        from tutor import __version__
        from tutor.prompts import fingerprint

        calibration, _ = self._calibration_in_use()
        return Versions(
            tutor=__version__,
            embedder=EMBEDDING_MODEL.name if self._embedder_part.ready else "",
            prompts=fingerprint(),
            calibration=calibration.date if calibration else "",
            index=self._index.get().generation if self._index else "",
        )

    def items(self) -> tuple[Item, ...]:
        """All items of the index in use, questions first; none while there is no index."""
        if self._index is None:
            return ()
        try:
            index = self._index.get()
        except SearchIndexError:
            return ()
        if self._shelf[0] != index.generation:
            self._shelf = index.generation, tuple(sorted(index.items.values(), key=_shelf_place))
        return self._shelf[1]

    def status(self) -> Status:
        return Status(
            index=self._index_part.words,
            embedder=self._embedder_part.words,
            model=" ".join(filter(None, [self._model_part.words, self._queue()])),
            index_ready=self._index_part.ready,
            embedder_ready=self._embedder_part.ready,
            generating=self._model_part.ready,
        )

    def stream(self, question: Question, model: ChatModelChoice | None = None) -> Iterator[Event]:
        """Answers with the parts that are ready now. ``model`` is this person's own choice, else the settings'.

        Raises SearchIndexError while there is no index.
        """
        if self._index is None:
            raise SearchIndexError(self._index_part.words.rstrip("."), "an index", "wait a few seconds and ask again")
        from tutor.answering import Tutor

        choice = model or ChatModelChoice(self.settings.chat_model, self.settings.api_key)
        spec = parse_spec(choice.spec)
        chat_model: BaseChatModel | None = self._embedded if spec.kind == "embedded" else None
        notices = []
        if spec.kind == "remote":
            chat_model = connect(spec.url, spec.model, choice.api_key)
        elif spec.kind == "embedded" and chat_model is None and question.generate:
            notices.append(f"{self._model_part.words} Until then answers are the corpus's own words.")
        embedder = self._embedder if self._embedder_part.ready else None
        warming = self._warming if spec.kind == "embedded" else None
        calibration, warnings = self._calibration_in_use()
        notices += warnings
        title, judge = model_title(choice.spec), lambda: self.judge
        tutor = Tutor(self._index, embedder, chat_model, title, notices, warming, calibration, judge, self._advice)
        with self._warming.person_asks() if self._warming else nullcontext():
            for event in tutor.stream(question):
                if self._warming and isinstance(event, DoneEvent) and event.answer.decision == "answer":
                    self._warming.note_asked({hit.item_id: 1 for hit in event.answer.hits[:1]})
                if isinstance(event, DoneEvent) and event.answer.points and event.answer.style != "guided":
                    self._keep_lesson(event.answer)
                yield event

    def _advice(self) -> Advice:
        """Raises StoreError where what was practised cannot be read."""
        from tutor.assembly import advice

        return advice(self.database, self.items())

    def _keep_lesson(self, end: Answer) -> None:
        """Keeps as evidence what was reached in the lesson that ``end`` ends. A database that fails is logged: the
        lesson itself went well."""
        from tutor.learner.lessons import lesson_evidence
        from tutor.store.practice import Practice
        from tutor.store.records import LOCAL_USER

        item = next((item for item in self.items() if item.id == end.hits[0].item_id), None)
        if item is None or len(item.key_points) != len(end.points):
            return  # it was changed or taken out meanwhile
        try:
            evidence = lesson_evidence(item, end.points, datetime.now().astimezone())
            Practice(self.database, LOCAL_USER).add_evidence(evidence)
        except StoreError as error:
            _LOG.warning("%s", error)

    def grade(self, item: Item, answer: str) -> Grade:
        """The grade of an answer. The embedded chat model is asked where it has read the item, which takes one to three
        seconds; before that, and with other models, the words decide."""
        from tutor.grading.grader import grade

        embedder = self._embedder if self._embedder_part.ready else None
        if self._warming is None or not self._warming.has_read(item):
            return grade(item, answer, embedder)
        with self._warming.person_asks():
            return grade(item, answer, embedder, self._embedded)

    def check_model(self, choice: ChatModelChoice) -> str:
        """A sentence that says whether a chosen model answers. Raises TutorError with what to do."""
        spec = parse_spec(choice.spec)
        if spec.kind == "none":
            return "No model: answers are the corpus's own words."
        if spec.kind == "remote":
            return check(connect(spec.url, spec.model, choice.api_key), choice)
        if self._spec.kind != "embedded":
            raise ChatModelError(
                f"The embedded model was not loaded, because TUTOR_MODEL is {self.settings.chat_model.split('@')[0]}",
                "embedded",
                "TUTOR_MODEL=embedded tutor serve",
            )
        if self._embedded is None:
            raise ChatModelError(self._model_part.words.rstrip("."), "the embedded model", "wait until it is loaded")
        return f"{CHAT_MODEL.title} answers."

    def _queue(self) -> str:
        """Says that people wait, where they do."""
        asking = self._warming.asking if self._warming else 0
        if asking <= ANSWERED_AT_ONCE:
            return ""
        return f"{ANSWERED_AT_ONCE} questions are being answered, {asking - ANSWERED_AT_ONCE} in the queue."

    def _calibration_in_use(self) -> tuple[Calibration | None, Sequence[str]]:
        """Read again only when there is another file."""
        from tutor.assembly import calibration_in_use

        path = self.settings.calibration
        written = path.stat().st_mtime if path.exists() else 0.0
        if self._calibration is None or self._calibration[0] != written:
            self._calibration = (written, *calibration_in_use(self.settings))
        return self._calibration[1:]

    def _prepare_search(self) -> None:
        """Words first, then the model on a thread of its own, then the vectors: each is of use before the next."""
        self._attempt(self._index_part, self._open_index)
        threading.Thread(target=self._prepare_model, name="chat model", daemon=True).start()
        self._attempt(self._embedder_part, self._load_embedder)
        if not self._index_part.ready:
            self._attempt(self._index_part, self._build_index)

    def _prepare_model(self) -> None:
        if self._spec.kind == "embedded":
            self._attempt(self._model_part, self._load_model)
            self._read_ahead()
        else:
            title = model_title(self.settings.chat_model)
            self._model_part = _Part(f"Chat model: {title}.", ready=self._spec.kind == "remote")

    def _attempt(self, part: _Part, step: Callable[[], None]) -> None:
        try:
            step()
        except TutorError as error:
            _LOG.warning("%s", error)
            part.words, part.ready = str(error), False
        else:
            _LOG.info("%s", part.words)

    def _open_index(self) -> None:
        from tutor.assembly import sentence_embedder
        from tutor.index import IndexInUse

        self._embedder = sentence_embedder(self.settings)
        index = IndexInUse(self.settings.index, EMBEDDING_MODEL.name, self.settings.chroma_url)
        count = len(index.get().items)
        self._index = index
        self._index_part.words, self._index_part.ready = f"{count} items are indexed.", True

    def _load_embedder(self) -> None:
        assert self._embedder is not None
        self._fetch(EMBEDDING_MODEL, self._embedder_part, "the embedding model")
        self._embedder_part.words = "The embedding model is loading."
        self._embedder.load()
        self._answer_once()
        self._embedder_part.words, self._embedder_part.ready = f"Embedding model: {EMBEDDING_MODEL.title}.", True

    def _answer_once(self) -> None:
        """Imports and opens what the first question would otherwise wait for."""
        from tutor.answering import Tutor

        if self._index is not None:
            Tutor(self._index, self._embedder).invoke(Question("What is machine learning?", generate=False))

    def _build_index(self) -> None:
        from tutor.ingestion import ingest

        begun: dict[str, float] = {}

        def progress(what: str, done: int, total: int) -> None:
            left = time_left(time.monotonic() - begun.setdefault(what, time.monotonic()), done, total)
            self._index_part.words = f"The search index is being built: {what}, {done} of {total}{left}."

        assert self._embedder is not None
        ingest(self.settings, self._embedder, progress=progress)
        self._open_index()

    def _load_model(self) -> None:
        from tutor.assembly import embedded_chat_model
        from tutor.warming import Warming

        self._fetch(CHAT_MODEL, self._model_part, "the chat model")
        self._model_part.words = "The chat model is loading."
        self._embedded = embedded_chat_model(self.settings)
        self._warming = Warming(self._embedded, self._embedded.room_mib)
        self._warming.note_asked(self._asked_before())
        self._model_part.words, self._model_part.ready = f"Chat model: {CHAT_MODEL.title}, embedded.", True

    def _asked_before(self) -> Mapping[str, int]:
        """How often each item was asked for before this start, as far as that was kept."""
        from tutor.store.asked import asked_items

        try:
            return asked_items(self.database)
        except StoreError as error:
            _LOG.warning("%s", error)
            return {}

    def _read_ahead(self) -> None:
        """Has the model read all passages, and again those that an ingestion changed, until the service is closed."""
        seen = None
        while self._warming and not self._closed.wait(LOOK_SECONDS):
            if self._index and self._embedder_part.ready and self._index.get() is not seen:
                seen = self._index.get()
                self._warming.read_all([item for item in self.items() if item.kind in SEARCHED_KINDS])

    def _fetch(self, weights: Weights, part: _Part, what: str) -> None:
        if is_fetched(weights, self.settings.weights):
            return
        tenths_said = 0

        def progress(name: str, done: int, total: int) -> None:
            nonlocal tenths_said
            part.words = f"Fetching {what}: {done / total:.0%} of {total / 1e6:,.0f} MB."
            if total > 1e6 and done * 10 // total > tenths_said:
                tenths_said = done * 10 // total
                _LOG.info("%s", part.words)

        part.words = f"Fetching {what}."
        fetch(weights, self.settings.weights, progress)


def time_left(seconds: float, done: int, total: int) -> str:
    """The rate and what is left at this rate, once ``seconds`` tell something."""
    if seconds < 1 or not done:
        return ""
    return f", {done / seconds:,.0f} a second, about {seconds / done * (total - done):,.0f} seconds left"


def _shelf_place(item: Item) -> tuple[bool, int, str]:
    return item.source != "corpus", _SHELF_ORDER.index(item.kind), item.id
