"""Puts questions that ask the same thing side by side. Knows vectors; nothing of where questions come from."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from langchain_core.embeddings import Embeddings

from tutor.embedding import FloatMatrix, embed_all

SIMILAR = 0.72
"""Cosine similarity from which two questions are taken for one, with the default embedding model."""


def groups(questions: Sequence[str], embedder: Embeddings, together: Sequence[Hashable | None]) -> list[list[int]]:
    """The places of ``questions`` in groups, in the order in which their first ones come.

    Questions with the same value in ``together`` are in one group whatever they say, and join no other such group;
    None leaves a question to its words: it joins the group with the most similar question, from ``SIMILAR`` on.
    """
    if not questions:
        return []
    vectors: FloatMatrix = np.stack(embed_all(embedder, list(questions), lambda done: None))
    likeness = vectors @ vectors.T
    made: dict[Hashable, list[int]] = {}
    for place, mark in enumerate(together):
        if mark is not None:
            made.setdefault(("marked", mark), []).append(place)
    for place, mark in enumerate(together):
        if mark is None:
            best = max(made, key=lambda name: max(likeness[place][made[name]]), default=None)
            near = best is not None and max(likeness[place][made[best]]) >= SIMILAR
            made.setdefault(best if near else ("alone", place), []).append(place)
    return sorted((sorted(group) for group in made.values()), key=lambda group: group[0])
