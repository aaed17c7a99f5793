"""What the tutor is compared with, over the same items: the pipeline of the tutorials, and word search.

Both always answer; their confidence is their best score. Knows nothing of the tutor's own retrieval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.embeddings import Embeddings

from tutor.embedding import embed_all
from tutor.lexical import LexicalIndex
from tutor.records import Item

CHUNK_CHARACTERS, OVERLAP_CHARACTERS = 1000, 200
"""What the tutorials of LangChain's text splitters set."""

DEPTH = 10


@dataclass(frozen=True)
class Ranked:
    """What a method makes of one question: ids of items, best first, and how sure it is of the first."""

    ranking: tuple[str, ...]
    confidence: float


def tutorial_pipeline(
    items: Sequence[Item], embedder: Embeddings, questions: Sequence[str], progress: Callable[[int, int], None]
) -> list[Ranked]:
    """Answers cut into overlapping chunks, the chunks nearest to the question by cosine. An item counts once, at its
    best chunk. ``progress`` hears how many texts are embedded, and of how many."""
    pieces = [(item.id, chunk) for item in items for chunk in chunks(item.body)]
    texts = [chunk for _, chunk in pieces] + list(questions)
    vectors = np.asarray(embed_all(embedder, texts, lambda done: progress(done, len(texts))))
    owners = np.asarray([item_id for item_id, _ in pieces])
    ranked = []
    for similarities in vectors[len(pieces) :] @ vectors[: len(pieces)].T:
        order = np.argsort(-similarities, kind="stable")
        ranking = tuple(dict.fromkeys(owners[order].tolist()))[:DEPTH]
        ranked.append(Ranked(ranking, float(similarities[order[0]])))
    return ranked


def chunks(text: str) -> list[str]:
    """Windows of CHUNK_CHARACTERS characters, each of which repeats the last OVERLAP_CHARACTERS of the one before."""
    step = CHUNK_CHARACTERS - OVERLAP_CHARACTERS
    return [text[start : start + CHUNK_CHARACTERS] for start in range(0, max(len(text) - OVERLAP_CHARACTERS, 1), step)]


def word_search(items: Sequence[Item], questions: Sequence[str]) -> list[Ranked]:
    """BM25 over question and answer (Robertson and Zaragoza 2009); 0 where no word is shared."""
    index = LexicalIndex.build([f"{item.question} {item.body}" for item in items], [item.id for item in items])
    ranked = []
    for question in questions:
        found = sorted(index.search(question, DEPTH).items(), key=lambda each: (-each[1], each[0]))
        ranked.append(Ranked(tuple(item_id for item_id, _ in found), found[0][1] if found else 0.0))
    return ranked
