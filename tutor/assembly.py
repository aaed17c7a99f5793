"""Puts the parts together: settings become a tutor, or a service that gets ready in the background.

The only module that knows all the concrete classes. Slow things (importing the embedding library, loading the chat
model, fetching weights) happen on threads after ``start``, so that a page can be up before them. Knows nothing of
pages or commands.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from tutor.answering import Tutor
from tutor.chat_model import ModelSpec, check, connect, parse_spec
from tutor.embedding import SentenceEmbedder, embedder_name
from tutor.errors import ChatModelError, SearchIndexError, TutorError
from tutor.index import IndexInUse, current_generation
from tutor.ingestion import ingest
from tutor.records import ChatModelChoice, Event, Item, Question, Status
from tutor.settings import Settings
from tutor.weights import CHAT_MODEL, EMBEDDING_MODEL, Weights, fetch, is_fetched, weight_path

_SHELF_ORDER = ("concept", "scenario", "coding", "mcq", "guide", "faq")


def sentence_embedder(settings: Settings) -> SentenceEmbedder:
    """The default embedder; loads nothing yet."""
    return SentenceEmbedder(weight_path(EMBEDDING_MODEL, settings.weights), EMBEDDING_MODEL.name)


def embedded_chat_model(settings: Settings) -> BaseChatModel:
    """Loads the embedded chat model. Raises ChatModelError where its weights are missing."""
    from tutor.embedded_model import load_embedded

    return load_embedded(weight_path(CHAT_MODEL, settings.weights))


def build_tutor(
    settings: Settings, embeddings: Embeddings | None = None, chat_model: BaseChatModel | None = None
) -> Tutor:
    """A tutor with everything loaded: a LangChain Runnable from Question to Answer.

    Takes any LangChain ``Embeddings`` (the index must have been built with the same) and any ``BaseChatModel``;
    without them the settings decide. Raises TutorError where a part is missing.
    """
    embedder = embeddings or sentence_embedder(settings)
    if isinstance(embedder, SentenceEmbedder):
        embedder.load()
    index = IndexInUse(settings.index, embedder_name(embedder), settings.chroma_url)
    index.get()
    name = "given"
    if chat_model is None:
        spec = parse_spec(settings.chat_model)
        name = model_title(settings.chat_model)
        chat_model = _chat_model(spec, settings)
    return Tutor(index, embedder, chat_model, name)


def model_title(spec: str) -> str:
    """What a person reads as the name of a chat model."""
    parsed = parse_spec(spec)
    return {"embedded": CHAT_MODEL.title, "none": "none"}.get(parsed.kind, parsed.model)


def _chat_model(spec: ModelSpec, settings: Settings) -> BaseChatModel | None:
    if spec.kind == "none":
        return None
    return embedded_chat_model(settings) if spec.kind == "embedded" else connect(spec.url, spec.model, settings.api_key)


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
        self._embedder = sentence_embedder(settings)
        self._index = IndexInUse(settings.index, embedder_name(self._embedder), settings.chroma_url)
        self._embedded: BaseChatModel | None = None
        self._search_part = _Part("The search index is being opened.")
        self._embedder_part = _Part("The embedding model is loading.")
        self._model_part = _Part("The chat model is loading.")

    def start(self) -> None:
        """Gets everything ready on threads and returns at once."""
        threading.Thread(target=self._prepare, name="prepare", daemon=True).start()

    def items(self) -> tuple[Item, ...]:
        """All items of the index in use, questions first; none while there is no index."""
        try:
            items = self._index.get().items.values()
        except SearchIndexError:
            return ()
        return tuple(sorted(items, key=lambda item: (item.source != "corpus", _SHELF_ORDER.index(item.kind), item.id)))

    def status(self) -> Status:
        index_ready = self._search_part.ready or current_generation(self.settings.index) is not None
        return Status(
            index=self._search_part.words,
            embedder=self._embedder_part.words,
            model=self._model_part.words,
            index_ready=index_ready,
            embedder_ready=self._embedder_part.ready,
            generating=self._model_part.ready,
        )

    def stream(self, question: Question, model: ChatModelChoice | None = None) -> Iterator[Event]:
        """Answers with the parts that are ready now. ``model`` is this person's own choice, else the settings'."""
        choice = model or ChatModelChoice(self.settings.chat_model, self.settings.api_key)
        spec = parse_spec(choice.spec)
        chat_model = self._embedded if spec.kind == "embedded" else None
        notices = []
        if spec.kind == "remote":
            chat_model = connect(spec.url, spec.model, choice.api_key)
        elif spec.kind == "embedded" and chat_model is None and question.generate:
            notices.append(f"{self._model_part.words} Until then answers are the corpus's own words.")
        embedder = self._embedder if self._embedder.ready else None
        tutor = Tutor(self._index, embedder, chat_model, model_title(choice.spec), notices)
        yield from tutor.stream(question)

    def check_model(self, choice: ChatModelChoice) -> str:
        """A sentence that says whether a chosen model answers. Raises TutorError with what to do."""
        spec = parse_spec(choice.spec)
        if spec.kind == "none":
            return "No model: answers are the corpus's own words."
        if spec.kind == "remote":
            return check(connect(spec.url, spec.model, choice.api_key), choice)
        if self._embedded is None:
            raise ChatModelError(self._model_part.words.rstrip("."), "the embedded model", "wait until it is loaded")
        return f"{CHAT_MODEL.title} answers."

    def _prepare(self) -> None:
        self._attempt(self._search_part, self._open_index)
        self._attempt(self._embedder_part, self._load_embedder)
        if current_generation(self.settings.index) is None or not self._search_part.ready:
            self._attempt(self._search_part, self._build_index)
        if self._spec.kind == "embedded":
            self._attempt(self._model_part, self._load_model)
        else:
            self._model_part = _Part(
                f"Chat model: {model_title(self.settings.chat_model)}.", self._spec.kind == "remote"
            )

    def _attempt(self, part: _Part, step: Callable[[], None]) -> None:
        try:
            step()
        except TutorError as error:
            part.words, part.ready = str(error), False

    def _open_index(self) -> None:
        if current_generation(self.settings.index) is None:
            self._search_part.words = "The search index is being built."
            return
        count = len(self._index.get().items)
        self._search_part.words, self._search_part.ready = f"{count} items are indexed.", True

    def _load_embedder(self) -> None:
        self._fetch(EMBEDDING_MODEL, self._embedder_part, "the embedding model")
        self._embedder_part.words = "The embedding model is loading."
        self._embedder.load()
        self._embedder_part.words, self._embedder_part.ready = f"Embedding model: {EMBEDDING_MODEL.title}.", True

    def _build_index(self) -> None:
        def progress(what: str, done: int, total: int) -> None:
            self._search_part.words = f"The search index is being built: {what}, {done} of {total}."

        ingest(self.settings, self._embedder, progress=progress)
        self._open_index()

    def _load_model(self) -> None:
        self._fetch(CHAT_MODEL, self._model_part, "the chat model")
        self._model_part.words = "The chat model is loading."
        self._embedded = embedded_chat_model(self.settings)
        self._model_part.words, self._model_part.ready = f"Chat model: {CHAT_MODEL.title}, embedded.", True

    def _fetch(self, weights: Weights, part: _Part, what: str) -> None:
        if is_fetched(weights, self.settings.weights):
            return

        def progress(name: str, done: int, total: int) -> None:
            part.words = f"Fetching {what}: {done / total:.0%} of {total / 1e6:,.0f} MB."

        part.words = f"Fetching {what}."
        fetch(weights, self.settings.weights, progress)
