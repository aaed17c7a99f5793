"""The parts of a running tutor, which get ready on threads one after the other: index, embedding model, chat model.

Slow imports, fetching weights, loading models and building a missing index happen here, behind whoever asks; the chat
model reads passages ahead while nobody does. Knows nothing of who asks.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.chat_model import model_title, parse_spec
from tutor.errors import SearchIndexError, TutorError
from tutor.passages import SEARCHED_KINDS
from tutor.pinned_weights import CHAT_MODEL, EMBEDDING_MODEL, Weights
from tutor.records import Item, Question
from tutor.settings import Settings
from tutor.weights import fetch, is_fetched

if TYPE_CHECKING:
    from tutor.embedded_model import EmbeddedChatModel
    from tutor.embedding import SentenceEmbedder
    from tutor.index import IndexInUse
    from tutor.warming import Warming

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 2.0

_SHELF_ORDER = ("concept", "scenario", "coding", "mcq", "guide", "faq")


@dataclass
class Part:
    """How far one part of the service is, in words."""

    words: str
    ready: bool = False


class Parts:
    """What a running tutor answers with: each is None until it is there, and its ``_part`` says how far it is.

    ``asked_before`` gives how often each item was asked for before this start, for the order of reading ahead.
    """

    def __init__(self, settings: Settings, asked_before: Callable[[], Mapping[str, int]]) -> None:
        self._settings, self._asked_before = settings, asked_before
        self._spec = parse_spec(settings.chat_model)
        self.index: IndexInUse | None = None
        self.embedded: EmbeddedChatModel | None = None
        self.warming: Warming | None = None
        self._embedder: SentenceEmbedder | None = None
        self._shelf: tuple[str, tuple[Item, ...]] = ("", ())
        self._closed = threading.Event()
        self.index_part = Part("The search index is being opened.")
        self.embedder_part = Part("The embedding model is loading.")
        self.model_part = Part("The chat model is loading.")

    def start(self) -> None:
        """Gets everything ready on threads and returns at once."""
        threading.Thread(target=self._prepare_search, name="search", daemon=True).start()

    def close(self) -> None:
        """Ends what goes on in the background."""
        self._closed.set()
        if self.warming:
            self.warming.stop()

    @property
    def embedder(self) -> SentenceEmbedder | None:
        """What makes vectors of texts, None until it is loaded."""
        return self._embedder if self.embedder_part.ready else None

    def items(self) -> tuple[Item, ...]:
        """All items of the index in use, questions first; none while there is no index."""
        if self.index is None:
            return ()
        try:
            index = self.index.get()
        except SearchIndexError:
            return ()
        if self._shelf[0] != index.generation:
            self._shelf = index.generation, tuple(sorted(index.items.values(), key=_shelf_place))
        return self._shelf[1]

    def _prepare_search(self) -> None:
        """Words first, then the model on a thread of its own, then the vectors: each is of use before the next."""
        self._attempt(self.index_part, self._open_index)
        threading.Thread(target=self._prepare_model, name="chat model", daemon=True).start()
        self._attempt(self.embedder_part, self._load_embedder)
        if not self.index_part.ready:
            self._attempt(self.index_part, self._build_index)

    def _prepare_model(self) -> None:
        if self._spec.kind == "embedded":
            self._attempt(self.model_part, self._load_model)
            self._read_ahead()
        else:
            title = model_title(self._settings.chat_model)
            self.model_part = Part(f"Chat model: {title}.", ready=self._spec.kind == "remote")

    def _attempt(self, part: Part, step: Callable[[], None]) -> None:
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

        self._embedder = self._embedder or sentence_embedder(self._settings)
        index = IndexInUse(self._settings.index, EMBEDDING_MODEL.name, self._settings.chroma_url)
        count = len(index.get().items)
        self.index = index
        self.index_part.words, self.index_part.ready = f"{count} items are indexed.", True

    def _load_embedder(self) -> None:
        assert self._embedder is not None
        self._fetch(EMBEDDING_MODEL, self.embedder_part, "the embedding model")
        self.embedder_part.words = "The embedding model is loading."
        self._embedder.load()
        self._answer_once()
        self.embedder_part.words, self.embedder_part.ready = f"Embedding model: {EMBEDDING_MODEL.title}.", True

    def _answer_once(self) -> None:
        """Imports and opens what the first question would otherwise wait for."""
        from tutor.answering import Tutor

        if self.index is not None:
            Tutor(self.index, self._embedder).invoke(Question("What is machine learning?", generate=False))

    def _build_index(self) -> None:
        from tutor.ingestion import ingest

        begun: dict[str, float] = {}

        def progress(what: str, done: int, total: int) -> None:
            left = time_left(time.monotonic() - begun.setdefault(what, time.monotonic()), done, total)
            self.index_part.words = f"The search index is being built: {what}, {done} of {total}{left}."

        assert self._embedder is not None
        ingest(self._settings, self._embedder, progress=progress)
        self._open_index()
        self._answer_once()

    def _load_model(self) -> None:
        from tutor.assembly import embedded_chat_model
        from tutor.warming import Warming

        self._fetch(CHAT_MODEL, self.model_part, "the chat model")
        self.model_part.words = "The chat model is loading."
        self.embedded = embedded_chat_model(self._settings)
        self.warming = Warming(self.embedded)
        self.warming.note_asked(self._asked_before())
        self.model_part.words, self.model_part.ready = f"Chat model: {CHAT_MODEL.title}, embedded.", True

    def _read_ahead(self) -> None:
        """Has the model read all passages, and again those that an ingestion changed, until the service is closed."""
        seen = None
        while self.warming and not self._closed.wait(LOOK_SECONDS):
            if self.index and self.embedder_part.ready and self.index.get() is not seen:
                seen = self.index.get()
                self.warming.read_only([item for item in self.items() if item.kind in SEARCHED_KINDS])

    def _fetch(self, weights: Weights, part: Part, what: str) -> None:
        if is_fetched(weights, self._settings.weights):
            return
        tenths_said = 0

        def progress(name: str, done: int, total: int) -> None:
            nonlocal tenths_said
            part.words = f"Fetching {what}: {done / total:.0%} of {total / 1e6:,.0f} MB."
            if total > 1e6 and done * 10 // total > tenths_said:
                tenths_said = done * 10 // total
                _LOG.info("%s", part.words)

        part.words = f"Fetching {what}."
        fetch(weights, self._settings.weights, progress)


def time_left(seconds: float, done: int, total: int) -> str:
    """The rate and what is left at this rate, once ``seconds`` tell something."""
    if seconds < 1 or not done:
        return ""
    return f", {done / seconds:,.0f} a second, about {seconds / done * (total - done):,.0f} seconds left"


def _shelf_place(item: Item) -> tuple[bool, int, str]:
    return item.source != "corpus", _SHELF_ORDER.index(item.kind), item.id
