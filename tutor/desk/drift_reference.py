"""The scores that calibration questions get on the index in use, to compare with what people ask.

Computed once for an index and kept in memory. Knows retrieval; nothing of how it is compared.
"""

from __future__ import annotations

import threading
from pathlib import Path

from langchain_core.embeddings import Embeddings

import tutor.calibration
from tutor.embedding import embed_all, embedder_name
from tutor.errors import SearchIndexError
from tutor.index import SearchIndex
from tutor.json_lines import read_rows
from tutor.retrieval import retrieve_vector
from tutor.settings import Settings

_FILES = ("answerable.jsonl", "near_misses.jsonl", "off_topic.jsonl")
_EVERY = 3
"""Of the questions every third is asked: enough for eight bins."""

_LOCK = threading.Lock()
_KNOWN: dict[str, list[float]] = {}


def calibration_scores(settings: Settings, embedder: Embeddings) -> list[float]:
    """The first hit's score for each of the questions. Empty where there is no index."""
    try:
        index = SearchIndex.open(settings.index, embedder_name(embedder), settings.chroma_url)
    except SearchIndexError:
        return []
    with _LOCK:
        if index.generation not in _KNOWN:
            folder = Path(tutor.calibration.__file__).parent / "questions"
            asked = [row["question"] for name in _FILES for row in read_rows(folder / name, "question")][::_EVERY]
            vectors = embed_all(embedder, asked, lambda done: None)
            found = [retrieve_vector(text, row.tolist(), index) for text, row in zip(asked, vectors, strict=True)]
            _KNOWN.clear()
            _KNOWN[index.generation] = [hits[0].score for hits in found if hits]
        index.close()
        return _KNOWN[index.generation]
