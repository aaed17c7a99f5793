"""The passages that changed since the vectors of a generation were written: few, kept beside them, searched exactly.

An ANN index cannot give up single vectors cheaply, and copying a large one takes longer than a changed item is worth.
Knows nothing of Chroma.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tutor.embedding import FloatMatrix, FloatVector
from tutor.records import Match

ROWS, VECTORS = "rows.json", "vectors.npy"


@dataclass(frozen=True)
class Patch:
    """``ids`` of passages, the ``digests`` of their texts, and their vectors, (n, d) float32 of unit rows."""

    ids: tuple[str, ...]
    digests: tuple[str, ...]
    vectors: FloatMatrix

    @classmethod
    def load(cls, folder: Path) -> Patch | None:
        """None where there is none. Raises OSError or ValueError where it is damaged."""
        if not folder.is_dir():
            return None
        rows = json.loads((folder / ROWS).read_text(encoding="utf-8"))
        vectors = np.load(folder / VECTORS, allow_pickle=False)
        if len(rows) != len(vectors):
            raise ValueError(f"{len(rows)} rows and {len(vectors)} vectors")
        return cls(tuple(row[0] for row in rows), tuple(row[1] for row in rows), vectors)

    def save(self, folder: Path) -> None:
        folder.mkdir()
        (folder / ROWS).write_text(json.dumps(list(zip(self.ids, self.digests, strict=True))), encoding="utf-8")
        np.save(folder / VECTORS, self.vectors)

    def search(self, vector: Sequence[float], count: int) -> list[Match]:
        """The ``count`` passages nearest to a unit ``vector``, best first."""
        if not self.ids:
            return []
        similarities = self.vectors @ np.asarray(vector, dtype=np.float32)
        best = np.argsort(-similarities, kind="stable")[:count]
        return [match(self.ids[place], float(similarities[place])) for place in best]

    def without(self, item_ids: Collection[str]) -> Patch:
        kept = [place for place, passage_id in enumerate(self.ids) if item_of(passage_id) not in item_ids]
        ids, digests = tuple(self.ids[place] for place in kept), tuple(self.digests[place] for place in kept)
        return Patch(ids, digests, self.vectors[kept])

    def joined(self, other: Patch) -> Patch:
        """Both; an empty one may have vectors of no dimensions."""
        if not self.ids or not other.ids:
            return self if self.ids else other
        vectors = np.concatenate([self.vectors, other.vectors])
        return Patch(self.ids + other.ids, self.digests + other.digests, vectors)

    def item_ids(self) -> set[str]:
        return {item_of(passage_id) for passage_id in self.ids}

    def by_digest(self) -> dict[str, FloatVector]:
        return dict(zip(self.digests, self.vectors, strict=True))


def item_of(passage_id: str) -> str:
    return passage_id.split("/", 1)[0]


def match(passage_id: str, similarity: float) -> Match:
    """A passage's id says to what item and field it belongs."""
    item_id, field, _ = passage_id.split("/")
    return Match(item_id, field, similarity, passage_id)  # type: ignore[arg-type]
