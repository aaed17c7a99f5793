"""The vectors of one generation of the index, in Chroma. Only importer of chromadb.

They lie in the folder ``vectors/`` of the generation, or with a Chroma server in a collection named after it. A vector
is found again by the digest of its text. Knows nothing of items, of words, or of which generation is in use.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlparse

import numpy as np

from tutor.embedding import FloatMatrix, FloatVector
from tutor.errors import SearchIndexError
from tutor.manifest import damaged
from tutor.patch import match
from tutor.records import Match, Passage

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection as VectorCollection

BATCH = 5000
"""Vectors written to Chroma, or read from it, at a time; at 1000 writing costs a third more."""

VECTORS = "vectors"
MANY = 300_000
EF_SEARCH, EF_SEARCH_MANY = 256, 768
"""How many neighbours a search keeps in view (Malkov and Yashunin 2018). At 120,000 vectors 256 find .997 of the ten
nearest, at 1,000,000 .943; 768 find .992 there, in 2 ms more."""


class VectorRows(Protocol):
    """The rows of a (n, d) float32 matrix of unit vectors, a slice at a time; an array is one."""

    def __getitem__(self, rows: slice, /) -> FloatMatrix: ...


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class VectorStore:
    """The vectors of one generation in Chroma: a folder of its own, or a collection on a server."""

    def __init__(self, home: Path, url: str) -> None:
        self._home, self._url = home, url
        self._lock = threading.Lock()
        self._client: ClientAPI | None = None
        self._collection: VectorCollection | None = None

    @property
    def _name(self) -> str:
        return f"tutor-{self._home.name}" if self._url else "passages"

    def write(self, rows: Sequence[Passage], vectors: VectorRows, progress: Callable[[int], None]) -> None:
        client = self._connect()
        configuration = _configuration(len(rows))
        collection = client.create_collection(self._name, embedding_function=None, configuration=configuration)
        batch = min(BATCH, client.get_max_batch_size())
        for start in range(0, len(rows), batch):
            chosen = rows[start : start + batch]
            collection.add(
                ids=[row.id for row in chosen],
                embeddings=vectors[start : start + batch],
                metadatas=[{"digest": text_digest(row.text)} for row in chosen],
            )
            progress(start + len(chosen))

    def search(self, vector: Sequence[float], count: int) -> list[Match]:
        """Ids say to what a passage belongs: reading metadata would double the time."""
        with self._failures():
            found = self._open().query(
                query_embeddings=np.asarray([vector], dtype=np.float32), n_results=count, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return [match(id, 1.0 - float(distance)) for id, distance in zip(found["ids"][0], distances, strict=True)]

    def pages(self) -> Iterator[dict[str, FloatVector]]:
        with self._failures():
            collection = self._open()
            for start in range(0, collection.count(), BATCH):
                yield _by_digest(collection.get(limit=BATCH, offset=start, include=["embeddings", "metadatas"]))

    def by_ids(self, ids: Sequence[str]) -> dict[str, FloatVector]:
        """Vectors by the digest of their text."""
        found: dict[str, FloatVector] = {}
        with self._failures():
            for start in range(0, len(ids), BATCH):
                page = self._open().get(ids=list(ids[start : start + BATCH]), include=["embeddings", "metadatas"])
                found |= _by_digest(page)
        return found

    def count(self) -> int:
        with self._failures():
            return self._open().count()

    def drop(self) -> None:
        with self._failures():
            client = self._connect()
            if any(collection.name == self._name for collection in client.list_collections()):
                client.delete_collection(self._name)

    def close(self) -> None:
        with self._lock:
            if self._client is not None and not self._url:
                self._client.close()  # type: ignore[attr-defined]
            self._client = self._collection = None

    def _open(self) -> VectorCollection:
        with self._lock:
            if self._collection is None:
                if not self._url and not (self._home / VECTORS / "chroma.sqlite3").is_file():
                    raise damaged(self._home / VECTORS)
                self._collection = self._connect().get_collection(self._name, embedding_function=None)
            return self._collection

    def _connect(self) -> ClientAPI:
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        if self._client is None:
            quiet = ChromaSettings(anonymized_telemetry=False)
            if self._url:
                address = urlparse(self._url)
                secure = address.scheme == "https"
                self._client = chromadb.HttpClient(
                    host=address.hostname or "localhost",
                    port=address.port or (443 if secure else 8000),
                    ssl=secure,
                    settings=quiet,
                )
            else:
                self._client = chromadb.PersistentClient(str(self._home / VECTORS), settings=quiet)
        return self._client

    def _failures(self) -> _ChromaFailures:
        return _ChromaFailures(self._url or str(self._home / VECTORS), bool(self._url))


def _configuration(vectors: int) -> CreateCollectionConfiguration:
    ef_search = EF_SEARCH if vectors < MANY else EF_SEARCH_MANY
    return {"hnsw": {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": ef_search}}


class _ChromaFailures:
    """Turns whatever Chroma raises into a SearchIndexError that names the place."""

    def __init__(self, place: str, server: bool) -> None:
        self._place, self._server = place, server

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if error is None or isinstance(error, SearchIndexError) or not isinstance(error, Exception):
            return
        mend = "start the Chroma server or unset TUTOR_CHROMA" if self._server else "python ingest.py"
        words = (str(error).splitlines() or [""])[0][:120]
        raise SearchIndexError(
            f"The vectors in {self._place} cannot be read ({words})", "a whole index", mend
        ) from error


def _by_digest(page: Any) -> dict[str, FloatVector]:
    rows = zip(page["metadatas"] or [], page["embeddings"], strict=True)
    return {str(metadata["digest"]): np.asarray(vector, dtype=np.float32) for metadata, vector in rows}
