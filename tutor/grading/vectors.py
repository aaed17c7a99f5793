"""Vectors of texts, each computed once: an item's texts come again with every answer. Knows nothing of items."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from langchain_core.embeddings import Embeddings

from tutor.embedding import FloatMatrix, FloatVector, embedder_name, unit

KEPT = 20_000
"""Texts whose vectors are kept: 30 MB at 384 dimensions."""


class Vectors:
    """Unit vectors by an embedder, with a memory. ``of`` gives a row a text."""

    def __init__(self, embedder: Embeddings) -> None:
        self._embedder = embedder
        self._kept: OrderedDict[str, FloatVector] = OrderedDict()

    def of(self, texts: Sequence[str]) -> FloatMatrix:
        """Shape (texts, dimensions). Texts that were never seen go to the embedder in one call."""
        found = {text: self._kept[text] for text in texts if text in self._kept}
        fresh = sorted({text for text in texts if text not in found}, key=lambda text: (len(text), text))
        if fresh:
            made = self._embedder.embed_documents(fresh)
            found |= {text: unit(vector) for text, vector in zip(fresh, made, strict=True)}
        for text in fresh:
            self._kept[text] = found[text]
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        rows = [found[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, 1), dtype=np.float32)


def vectors_of(embedder: Embeddings) -> Vectors:
    """The memory of an embedder, the same one for all that give the same vectors."""
    return _shared(_ByName(embedder))


class _ByName:
    """An embedder as a key: two of one name give the same vectors."""

    def __init__(self, embedder: Embeddings) -> None:
        self.embedder = embedder

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByName) and embedder_name(self.embedder) == embedder_name(other.embedder)

    def __hash__(self) -> int:
        return hash(embedder_name(self.embedder))


@lru_cache(maxsize=4)
def _shared(key: _ByName) -> Vectors:
    return Vectors(key.embedder)
