"""The search index: generations that never change, and one pointer to the generation in use. Only importer of chromadb.

```
index/CURRENT                 the name of the generation in use, replaced atomically
index/<generation>/manifest.json  items.json  words/  vectors/
```
``items.json`` is a snapshot of the items, so that a reader sees texts, words and vectors of one moment whatever
happens to the corpus meanwhile. With a Chroma server the vectors are a collection named after the generation.
Knows nothing of files of the corpus or of how texts become vectors.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

import numpy as np
from pydantic import TypeAdapter, ValidationError

from tutor.embedding import FloatMatrix, FloatVector
from tutor.errors import SearchIndexError
from tutor.lexical import LexicalIndex
from tutor.passages import lexical_text, passages
from tutor.records import Item, Match, Passage

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

FORMAT = 3
"""Goes up whenever the files of a generation, or the passages that are cut from an item, change."""

BATCH = 1000
CURRENT, MANIFEST, ITEMS, WORDS, VECTORS = "CURRENT", "manifest.json", "items.json", "words", "vectors"
HNSW = {"hnsw": {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 256}}

_ITEMS = TypeAdapter(list[Item])


@dataclass(frozen=True)
class Manifest:
    """What a generation holds, to notice a damaged or a foreign one. ``items`` maps ids to digests."""

    format: int
    embedder: str
    items: dict[str, str]
    items_digest: str
    passages: int


class SearchIndex:
    """One generation, opened for reading. Items and words are there at once, the vectors on their first use."""

    def __init__(
        self, generation: str, manifest: Manifest, items: dict[str, Item], words: LexicalIndex, vectors: _VectorStore
    ) -> None:
        self.generation, self.manifest, self.items, self.words = generation, manifest, items, words
        self._vectors = vectors

    @classmethod
    def open(cls, folder: Path, embedder: str, chroma_url: str = "") -> SearchIndex:
        """The generation in use. Raises SearchIndexError where there is none, or a damaged or foreign one."""
        generation = current_generation(folder)
        if generation is None:
            raise SearchIndexError(f"There is no search index in {folder}", "an ingested corpus", "python ingest.py")
        return cls.open_generation(folder, generation, embedder, chroma_url)

    @classmethod
    def open_generation(cls, folder: Path, generation: str, embedder: str, chroma_url: str = "") -> SearchIndex:
        """A generation by its name, published or not. Raises SearchIndexError as ``open``."""
        home = folder / generation
        manifest = _read_manifest(home)
        if manifest.embedder != embedder:
            raise SearchIndexError(
                f"The search index was built with the embedding model {manifest.embedder}", embedder, "python ingest.py"
            )
        items = _read_items(home, manifest)
        searched = [item.id for item in items.values() if passages(item)]
        try:
            words = LexicalIndex.load(home / WORDS, searched)
        except (OSError, ValueError, KeyError) as error:
            raise _damaged(home / WORDS) from error
        return cls(generation, manifest, items, words, _VectorStore(home, chroma_url))

    def search_vector(self, vector: Sequence[float], count: int) -> list[Match]:
        """The ``count`` passages nearest to a unit ``vector``, best first."""
        return self._vectors.search(vector, min(count, self.manifest.passages))

    def passage_text(self, passage_id: str) -> str:
        item = self.items[passage_id.split("/", 1)[0]]
        return next(passage.text for passage in passages(item) if passage.id == passage_id)

    def check(self) -> None:
        """Raises SearchIndexError where the vectors cannot be opened or are not as many as the manifest says."""
        count = self._vectors.count()
        if count != self.manifest.passages:
            raise SearchIndexError(
                f"The search index holds {count} vectors", f"{self.manifest.passages}", "python ingest.py"
            )

    def stored_vectors(self) -> dict[str, FloatVector]:
        """All vectors by the digest of their text, so that unchanged texts need not be embedded again."""
        return self._vectors.by_digest()

    def close(self) -> None:
        self._vectors.close()


class IndexInUse:
    """The generation in use, reopened when the pointer has moved. Safe to share between threads."""

    def __init__(self, folder: Path, embedder: str, chroma_url: str = "") -> None:
        self._folder, self._embedder, self._chroma_url = folder, embedder, chroma_url
        self._index: SearchIndex | None = None
        self._lock = threading.Lock()

    def get(self) -> SearchIndex:
        """Raises SearchIndexError where there is no index, and none was opened before."""
        with self._lock:
            if self._index is None or self._index.generation != current_generation(self._folder):
                self._index = self._reopened()
            return self._index

    def _reopened(self) -> SearchIndex:
        """A generation that is damaged does not replace one that is open. Readers of the old one keep it alive."""
        try:
            return SearchIndex.open(self._folder, self._embedder, self._chroma_url)
        except SearchIndexError:
            if self._index is None:
                raise
            return self._index


def current_generation(folder: Path) -> str | None:
    """The name in the pointer file, None where there is no index."""
    try:
        name = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if name and "/" not in name and not name.startswith(".") and (folder / name).is_dir() else None


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def write_generation(
    folder: Path,
    generation: str,
    items: Sequence[Item],
    rows: Sequence[Passage],
    vectors: FloatMatrix,
    embedder: str,
    chroma_url: str = "",
) -> None:
    """Writes a whole new generation beside the one in use; ``vectors`` is (len(rows), d) float32 of unit rows.

    Nothing reads it before ``publish``. A write that fails leaves a folder that ``remove_unused`` takes away.
    """
    home = folder / generation
    home.mkdir(parents=True)
    content = _ITEMS.dump_json(list(items))
    (home / ITEMS).write_bytes(content)
    searched = [item for item in items if passages(item)]
    LexicalIndex.build([lexical_text(item) for item in searched], [item.id for item in searched]).save(home / WORDS)
    store = _VectorStore(home, chroma_url)
    store.write(rows, vectors)
    store.close()
    digests = {item.id: item.digest for item in items}
    manifest = Manifest(FORMAT, embedder, digests, hashlib.sha256(content).hexdigest(), len(rows))
    (home / MANIFEST).write_text(json.dumps(asdict(manifest)), encoding="utf-8")
    _sync_tree(home)


def publish(folder: Path, generation: str) -> None:
    """Moves the pointer in one step: before it the old generation is in use, after it the new one."""
    beside = folder / (CURRENT + ".new")
    with beside.open("w", encoding="utf-8") as out:
        out.write(generation)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(folder / CURRENT)
    _sync(folder)


def remove_unused(folder: Path, keep: Iterable[str], chroma_url: str = "") -> None:
    """Takes away every generation that is not in ``keep``, half-written ones too."""
    kept = set(keep)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and path.name not in kept:
            if chroma_url:
                _VectorStore(path, chroma_url).drop()
            shutil.rmtree(path, ignore_errors=True)


class _VectorStore:
    """The vectors of one generation in Chroma: a folder of its own, or a collection on a server."""

    def __init__(self, home: Path, url: str) -> None:
        self._home, self._url = home, url
        self._lock = threading.Lock()
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None

    @property
    def _name(self) -> str:
        return f"tutor-{self._home.name}" if self._url else "passages"

    def write(self, rows: Sequence[Passage], vectors: FloatMatrix) -> None:
        client = self._connect()
        collection = client.create_collection(self._name, embedding_function=None, configuration=HNSW)  # type: ignore[arg-type]
        for start in range(0, len(rows), BATCH):
            chosen = rows[start : start + BATCH]
            collection.add(
                ids=[row.id for row in chosen],
                embeddings=vectors[start : start + BATCH],
                metadatas=[
                    {"item": row.item_id, "field": row.field, "digest": text_digest(row.text)} for row in chosen
                ],
            )

    def search(self, vector: Sequence[float], count: int) -> list[Match]:
        with self._failures():
            found = self._open().query(
                query_embeddings=np.asarray([vector], dtype=np.float32),
                n_results=count,
                include=["metadatas", "distances"],
            )
        metadatas, distances = (found["metadatas"] or [[]])[0], (found["distances"] or [[]])[0]
        return [
            Match(str(metadata["item"]), metadata["field"], 1.0 - float(distance), passage_id)  # type: ignore[arg-type]
            for passage_id, metadata, distance in zip(found["ids"][0], metadatas, distances, strict=True)
        ]

    def by_digest(self) -> dict[str, FloatVector]:
        with self._failures():
            collection = self._open()
            known: dict[str, FloatVector] = {}
            for start in range(0, collection.count(), BATCH):
                page = collection.get(limit=BATCH, offset=start, include=["embeddings", "metadatas"])
                rows = zip(page["metadatas"] or [], page["embeddings"], strict=True)  # type: ignore[arg-type]
                known.update(
                    (str(metadata["digest"]), np.asarray(vector, dtype=np.float32)) for metadata, vector in rows
                )
        return known

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

    def _open(self) -> Collection:
        with self._lock:
            if self._collection is None:
                if not self._url and not (self._home / VECTORS / "chroma.sqlite3").is_file():
                    raise _damaged(self._home / VECTORS)
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


def _read_manifest(home: Path) -> Manifest:
    try:
        data = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**data)
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(home / MANIFEST) from error
    if manifest.format != FORMAT:
        raise SearchIndexError(
            f"The search index in {home} has the format {manifest.format}", f"{FORMAT}", "python ingest.py"
        )
    return manifest


def _read_items(home: Path, manifest: Manifest) -> dict[str, Item]:
    try:
        content = (home / ITEMS).read_bytes()
        if hashlib.sha256(content).hexdigest() != manifest.items_digest:
            raise _damaged(home / ITEMS)
        return {item.id: item for item in _ITEMS.validate_json(content)}
    except (OSError, ValidationError) as error:
        raise _damaged(home / ITEMS) from error


def _damaged(path: Path) -> SearchIndexError:
    return SearchIndexError(f"{path} is missing or damaged", "a whole index", "python ingest.py")


def _sync_tree(home: Path) -> None:
    for path in [home, *home.rglob("*")]:
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
