"""Puts the parts together: settings become a tutor with everything loaded.

The module that knows the concrete classes. Knows nothing of pages, commands or of doing things in the background.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from tutor.answering import Tutor
from tutor.calibration.record import SHIPPED, Calibration, read_calibration
from tutor.chat_model import connect, model_title, parse_spec
from tutor.embedding import SentenceEmbedder, embedder_name
from tutor.errors import CalibrationError
from tutor.index import IndexInUse
from tutor.judging import Judge
from tutor.learner import Advice, learner_state, what_to_practise
from tutor.pinned_weights import CHAT_MODEL, EMBEDDING_MODEL
from tutor.records import Item
from tutor.settings import Settings
from tutor.warming import Warming
from tutor.weights import weight_path

if TYPE_CHECKING:
    from tutor.embedded_model import EmbeddedChatModel
    from tutor.store.database import Database


def sentence_embedder(settings: Settings) -> SentenceEmbedder:
    """The default embedder; loads nothing yet."""
    return SentenceEmbedder(weight_path(EMBEDDING_MODEL, settings.weights), EMBEDDING_MODEL.name)


def embedded_chat_model(settings: Settings, prompt_cache: Path | None = None) -> EmbeddedChatModel:
    """Loads the embedded chat model. What it reads is kept in the folder ``prompt_cache``, the settings' where none is
    named. Raises ChatModelError where its weights are missing."""
    from tutor.embedded_model import load_embedded

    weights = weight_path(CHAT_MODEL, settings.weights)
    return load_embedded(weights, prompt_cache or settings.prompt_cache, settings.cache_mib)


def build_tutor(
    settings: Settings,
    embeddings: Embeddings | None = None,
    chat_model: BaseChatModel | None = None,
    prompt_cache: Path | None = None,
) -> Tutor:
    """A tutor with everything loaded: a LangChain Runnable from Question to Answer.

    Takes any LangChain ``Embeddings`` (the index must have been built with the same) and any ``BaseChatModel``;
    without them the settings decide. With ``prompt_cache``, a folder, the embedded chat model has read what is kept
    there, and other passages are given to it in part, as on the page. Raises TutorError where a part is missing.
    """
    embedder = embeddings or sentence_embedder(settings)
    if isinstance(embedder, SentenceEmbedder):
        embedder.load()
    index = IndexInUse(settings.index, embedder_name(embedder), settings.chroma_url)
    index.get()
    name, warming = "given", None
    if chat_model is None:
        name = model_title(settings.chat_model)
        if prompt_cache and parse_spec(settings.chat_model).kind == "embedded":
            embedded = embedded_chat_model(settings, prompt_cache)
            chat_model, warming = embedded, Warming(embedded)
        else:
            chat_model = chat_model_of(settings)
    calibration, notices = calibration_in_use(settings)
    judge = cache(lambda: Judge(settings.corpus))

    def advise() -> Advice:
        from tutor.store.database import Database

        with closing(Database.open(settings.database)) as database:
            return advice(database, tuple(index.get().items.values()))

    return Tutor(index, embedder, chat_model, name, notices, warming, calibration, judge, advise)


def advice(database: Database, items: Sequence[Item]) -> Advice:
    """What the person at hand should practise now. Raises StoreError where what was practised cannot be read."""
    from tutor.store.practice import Practice
    from tutor.store.records import LOCAL_USER

    evidence = Practice(database, LOCAL_USER).evidence()
    return what_to_practise(learner_state(evidence, items, datetime.now().astimezone()))


def calibration_in_use(settings: Settings) -> tuple[Calibration | None, tuple[str, ...]]:
    """This person's own calibration where there is one, else the shipped one; and what to say where neither works."""
    path = settings.calibration if settings.calibration.exists() else SHIPPED
    try:
        return read_calibration(path), ()
    except CalibrationError as error:
        return None, (str(error),)


def chat_model_of(settings: Settings) -> BaseChatModel | None:
    """The chat model that the settings name, None where that is none. Raises ChatModelError."""
    spec = parse_spec(settings.chat_model)
    if spec.kind == "none":
        return None
    return embedded_chat_model(settings) if spec.kind == "embedded" else connect(spec.url, spec.model, settings.api_key)
