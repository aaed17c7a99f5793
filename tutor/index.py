"""Reads the search index: generations that never change, and one pointer to the one in use. Only importer of chromadb.

```
index/CURRENT                 the name of the generation in use, replaced atomically
index/<generation>/manifest.json  items.json  words/  and vectors/, or patch/
```
``items.json`` is a snapshot of the items, so that a reader sees texts, words and vectors of one moment whatever
happens to the corpus meanwhile. Where few items changed, a generation reads the ``vectors/`` of an earlier one and
has the changed passages in ``patch/``, because writing an ANN index anew takes minutes for 100,000 vectors. With a
Chroma server ``vectors/`` is a collection named after its generation. Knows nothing of files of the corpus or of how
texts become vectors.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlparse

import numpy as np

from tutor.embedding import FloatMatrix, FloatVector
from tutor.errors import SearchIndexError
from tutor.lexical import LexicalIndex
from tutor.manifest import Manifest, damaged, parse_items, read_items, read_manifest
from tutor.passages import passages
from tutor.patch import Patch, item_of, match
from tutor.records import Item, Match, Passage

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection as VectorCollection

BATCH = 5000
"""Vectors written to Chroma, or read from it, at a time; at 1000 writing costs a third more."""

CURRENT, WORDS, VECTORS, PATCH = "CURRENT", "words", "vectors", "patch"
HNSW = {"hnsw": {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 256}}
SLACK = 64
"""Vectors asked for beyond those that are wanted, where some of the index count no longer."""


class VectorRows(Protocol):
    """The rows of a (n, d) float32 matrix of unit vectors, a slice at a time; an array is one."""

    def __getitem__(self, rows: slice, /) -> FloatMatrix: ...


class SearchIndex:
    """One generation, opened for reading. Items and vectors are read at their first use."""

    def __init__(
        self, folder: Path, generation: str, manifest: Manifest, items: bytes, words: LexicalIndex, chroma_url: str
    ) -> None:
        self.generation, self.manifest, self.words = generation, manifest, words
        self._home, self._items_content = folder / generation, items
        self._vectors = VectorStore(folder / manifest.base, chroma_url)
        self._replaced = frozenset(manifest.replaced)

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
        manifest = read_manifest(home)
        if manifest.embedder != embedder:
            raise SearchIndexError(
                f"The search index was built with the embedding model {manifest.embedder}", embedder, "python ingest.py"
            )
        try:
            words = LexicalIndex.load(home / WORDS)
        except (OSError, ValueError, KeyError) as error:
            raise damaged(home / WORDS) from error
        return cls(folder, generation, manifest, read_items(home, manifest), words, chroma_url)

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """All items by their ids. Raises SearchIndexError where they are not of the form of today."""
        return parse_items(self._home, self._items_content)

    @cached_property
    def patch(self) -> Patch:
        """What changed since the vectors were written. Raises SearchIndexError where it is damaged."""
        try:
            return Patch.load(self._home / PATCH) or Patch((), (), np.empty((0, 0), dtype=np.float32))
        except (OSError, ValueError) as error:
            raise damaged(self._home / PATCH) from error

    def search_vector(self, vector: Sequence[float], count: int) -> list[Match]:
        """The ``count`` passages nearest to a unit ``vector``, best first."""
        found = self._search_base(vector, count)
        changed = self.patch.search(vector, count)
        if not changed:
            return found
        return sorted([*found, *changed], key=lambda each: -each.similarity)[:count]

    def passage_text(self, passage_id: str) -> str:
        return next(each.text for each in passages(self.items[item_of(passage_id)]) if each.id == passage_id)

    def check(self) -> None:
        """Raises SearchIndexError where the vectors cannot be opened or are not as many as the manifest says."""
        count = self._vectors.count() - self.manifest.replaced_rows + len(self.patch.ids)
        if count != self.manifest.passages:
            raise SearchIndexError(
                f"The search index holds {count} vectors", f"{self.manifest.passages}", "python ingest.py"
            )

    def stored_vectors(self) -> dict[str, FloatVector]:
        """All vectors by the digest of their text."""
        return {digest: vector for page in self.pages() for digest, vector in page.items()}

    def pages(self) -> Iterator[dict[str, FloatVector]]:
        """All vectors by the digest of their text, some thousands at a time."""
        yield from self._vectors.pages()
        yield self.patch.by_digest()

    def vectors_of(self, item_ids: Collection[str]) -> dict[str, FloatVector]:
        """The vectors of some items by the digest of their text."""
        ids = [row.id for item_id in item_ids if self.in_base(item_id) for row in passages(self.items[item_id])]
        return self._vectors.by_ids(ids) | self.patch.by_digest()

    def in_base(self, item_id: str) -> bool:
        """Whether an item's vectors are in the ANN index, and count."""
        return item_id in self.items and item_id not in self._replaced and item_id not in self._patched

    @cached_property
    def _patched(self) -> frozenset[str]:
        return frozenset(self.patch.item_ids())

    def _search_base(self, vector: Sequence[float], count: int) -> list[Match]:
        """Those of replaced items are passed over; how many there are of them bounds how many are asked for."""
        gone = self.manifest.replaced_rows
        there = self.manifest.passages + gone - len(self.patch.ids)
        most = min(count + gone, there)
        asked = min(count + SLACK, most) if gone else most
        while asked > 0:
            found = self._vectors.search(vector, asked)
            kept = [each for each in found if each.item_id not in self._replaced] if gone else found
            if len(kept) >= count or asked == most:
                return kept[:count]
            asked = min(2 * asked, most)
        return []

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
        collection = client.create_collection(self._name, embedding_function=None, configuration=HNSW)  # type: ignore[arg-type]
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
