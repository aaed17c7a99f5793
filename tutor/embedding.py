"""The embedding model: texts to unit vectors, as a LangChain ``Embeddings``.

Importing sentence_transformers takes seconds, so it happens on the first use and never for work that embeds nothing.
Knows nothing of the index.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings

from tutor.errors import WeightsError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 32

FloatMatrix = np.ndarray[tuple[int, int], np.dtype[np.float32]]
FloatVector = np.ndarray[tuple[int], np.dtype[np.float32]]


class SentenceEmbedder(Embeddings):
    """A sentence-transformers model from a local folder; rows of unit length, 384 dimensions for MiniLM."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._folder = folder
        self._model: SentenceTransformer | None = None
        self._lock = threading.Lock()

    @property
    def ready(self) -> bool:
        return self._model is not None

    def load(self) -> SentenceTransformer:
        """Loads the model once, whichever thread asks first. Raises WeightsError where its files are missing."""
        with self._lock:
            if self._model is None:
                if not (self._folder / "model.safetensors").is_file():
                    raise WeightsError(f"The embedding model is not in {self._folder}", "its files", "tutor fetch")
                from sentence_transformers import SentenceTransformer
                from transformers.utils import logging

                logging.disable_progress_bar()  # type: ignore[no-untyped-call]
                model = SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
                model.encode(["warm up"], show_progress_bar=False)
                self._model = model
            return self._model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        encoded = self.load().encode(
            texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        rows: list[list[float]] = np.asarray(encoded, dtype=np.float32).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def embedder_name(embedder: Embeddings) -> str:
    """By what an index remembers who made its vectors: the ``name`` of ours, the class (and model) of another's."""
    model = getattr(embedder, "name", "") or getattr(embedder, "model", "") or getattr(embedder, "model_name", "")
    return str(model or type(embedder).__name__)


def embed_all(embedder: Embeddings, texts: Sequence[str], progress: Callable[[int], None]) -> list[FloatVector]:
    """Unit vectors of many texts, in their order. ``progress`` hears how many are done."""
    rows: dict[int, FloatVector] = {}
    for places, vectors in embed_batches(embedder, texts):
        rows.update(zip(places, vectors, strict=True))
        progress(len(rows))
    return [rows[place] for place in range(len(texts))]


def embed_batches(embedder: Embeddings, texts: Sequence[str]) -> Iterator[tuple[list[int], FloatMatrix]]:
    """The places of some texts and their unit vectors, (n, d) float32, batch by batch.

    Texts of like length go together, because every row of a batch costs as much as its longest. The batches come in a
    mixed order, so that the time that is left can be told from the time that was taken.
    """
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    random.Random(len(texts)).shuffle(batches)
    for places in batches:
        vectors = np.asarray(embedder.embed_documents([texts[place] for place in places]), dtype=np.float32)
        yield places, vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def unit(vector: Sequence[float]) -> FloatVector:
    """``vector`` scaled to length 1; zeros stay zeros."""
    row = np.asarray(vector, dtype=np.float32)
    return row / max(float(np.linalg.norm(row)), 1e-12)
