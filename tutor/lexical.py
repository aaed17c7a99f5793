"""BM25 over whole items (Robertson and Zaragoza 2009), stemmed. The only importer of bm25s.

Chroma's own sparse search exists in its cloud only, so the words are indexed beside it. Knows nothing of vectors.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bm25s
import Stemmer
from bm25s.stopwords import STOPWORDS_EN

_WORD = re.compile(r"[a-z0-9_]+(?:'[a-z]+)?")
_STEMMER = Stemmer.Stemmer("english")
_STOP = frozenset(STOPWORDS_EN) | frozenset(
    (
        "what how why when which who where do does did can could should would will i you we my your me us it's whats "
        "explain describe tell define mean means difference between use used using give example please im"
    ).split()
)


def terms(text: str) -> list[str]:
    """The stemmed content words of ``text``, in order, with repeats."""
    return [_STEMMER.stemWord(word) for word in _WORD.findall(text.lower()) if word not in _STOP]


class LexicalIndex:
    """BM25 scores of items. ``item_ids`` gives the order of the documents."""

    def __init__(self, engine: Any, item_ids: Sequence[str]) -> None:
        self._engine = engine
        self.item_ids = tuple(item_ids)

    @classmethod
    def build(cls, texts: Sequence[str], item_ids: Sequence[str]) -> LexicalIndex:
        engine: Any = bm25s.BM25()  # type: ignore[no-untyped-call]
        engine.index([terms(text) or ["∅"] for text in texts], show_progress=False)
        return cls(engine, item_ids)

    @classmethod
    def load(cls, folder: Path, item_ids: Sequence[str]) -> LexicalIndex:
        return cls(bm25s.BM25.load(str(folder), load_corpus=False), item_ids)

    def save(self, folder: Path) -> None:
        self._engine.save(str(folder), show_progress=False)

    def idf(self, term: str) -> float:
        """How rare a stemmed word is, 0 and up: ln(1 + (n - df + 0.5) / (df + 0.5)), as in BM25."""
        row = self._engine.vocab_dict.get(term)
        starts = self._engine.scores["indptr"]
        found = 0 if row is None else int(starts[row + 1] - starts[row])
        return math.log(1 + (len(self.item_ids) - found + 0.5) / (found + 0.5))

    def search(self, text: str, count: int) -> dict[str, float]:
        """BM25 scores, 0 and up, of the best ``count`` items that share a word with ``text``; repeats count once."""
        asked = [term for term in dict.fromkeys(terms(text)) if term in self._engine.vocab_dict]
        if not asked:
            return {}
        found, scores = self._engine.retrieve([asked], k=min(count, len(self.item_ids)), show_progress=False)
        return {
            self.item_ids[int(row)]: float(score) for row, score in zip(found[0], scores[0], strict=True) if score > 0
        }
