"""Reads the search index: generations that never change, and one pointer to the one in use.

```
index/CURRENT                 the name of the generation in use, replaced atomically
index/<generation>/manifest.json  items.json  words/  and vectors/, or patch/
```
``items.json`` is a snapshot of the items, so that a reader sees texts, words and vectors of one moment whatever
happens to the corpus meanwhile. Where few items changed, a generation reads the ``vectors/`` of an earlier one and
has the changed passages in ``patch/``, because writing an ANN index anew takes minutes for 100,000 vectors. How
vectors are kept is in ``vector_store``. Knows nothing of files of the corpus or of how texts become vectors.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from tutor.embedding import FloatVector
from tutor.errors import SearchIndexError
from tutor.lexical import LexicalIndex
from tutor.manifest import Manifest, damaged, parse_items, read_items, read_manifest
from tutor.passages import passages
from tutor.patch import Patch, item_of
from tutor.records import Item, Match
from tutor.vector_store import VectorStore

CURRENT, WORDS, PATCH = "CURRENT", "words", "patch"
SLACK = 64
"""Vectors asked for beyond those that are wanted, where some of the index count no longer."""


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
