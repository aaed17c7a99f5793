"""BM25 over whole items (Robertson and Zaragoza 2009), stemmed. The only importer of bm25s.

Chroma's own sparse search exists in its cloud only, so the words are indexed beside it. Knows nothing of vectors.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import bm25s
import numpy as np
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


NUMBERS, VOCABULARY, ITEM_IDS = "numbers.npz", "vocabulary.json", "item_ids.json"


def plain_words(text: str) -> str:
    """The words of ``text`` in small letters, a space between them: what two texts share that differ in punctuation."""
    return " ".join(re.findall(r"\w+", text.lower()))


def terms(text: str) -> list[str]:
    """The stemmed content words of ``text``, in order, with repeats."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP]


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


@dataclass(frozen=True)
class _Terms:
    """The terms of each item in order, as numbers of ``vocabulary``: what a later index need not stem again."""

    documents: Sequence[list[int]]
    vocabulary: list[str]

    @classmethod
    def load(cls, folder: Path) -> _Terms:
        """Raises ValueError where a file is missing or damaged."""
        try:
            with np.load(folder / NUMBERS) as saved:
                documents = [part.tolist() for part in np.split(saved["numbers"], saved["ends"][:-1])]
            return cls(documents, json.loads((folder / VOCABULARY).read_text(encoding="utf-8")))
        except (OSError, EOFError, KeyError, BadZipFile) as error:
            raise ValueError(f"the terms in {folder} are damaged") from error

    def save(self, folder: Path) -> None:
        numbers = np.fromiter(chain.from_iterable(self.documents), dtype=np.int32)
        np.savez(folder / NUMBERS, numbers=numbers, ends=np.cumsum([len(each) for each in self.documents]))
        (folder / VOCABULARY).write_text(json.dumps(self.vocabulary, ensure_ascii=False), encoding="utf-8")


class LexicalIndex:
    """BM25 scores of items. ``item_ids`` gives the order of the documents, and of equals the first one wins.

    ``terms`` are those of the items, or the folder where they are kept: only ``update`` needs them.
    """

    def __init__(self, engine: Any, item_ids: Sequence[str], terms: _Terms | Path) -> None:
        self._engine = engine
        self._terms = terms
        self.item_ids = tuple(item_ids)
        self._places = {item_id: place for place, item_id in enumerate(self.item_ids)}

    @classmethod
    def build(cls, texts: Sequence[str], item_ids: Sequence[str]) -> LexicalIndex:
        return cls._of(item_ids, dict(zip(item_ids, texts, strict=True)), {}, [])

    def update(self, texts: Mapping[str, str], item_ids: Sequence[str]) -> LexicalIndex:
        """The index of ``item_ids``: those in ``texts`` are read, the terms of the others are taken from this one.

        Raises ValueError where this one's terms cannot be read any more.
        """
        before = _Terms.load(self._terms) if isinstance(self._terms, Path) else self._terms
        known = dict(zip(self.item_ids, before.documents, strict=True))
        return self._of(item_ids, texts, known, before.vocabulary)

    @classmethod
    def _of(
        cls, item_ids: Sequence[str], texts: Mapping[str, str], known: Mapping[str, list[int]], vocabulary: list[str]
    ) -> LexicalIndex:
        numbers = {term: number for number, term in enumerate(vocabulary)}
        documents = [
            [numbers.setdefault(term, len(numbers)) for term in terms(texts[item_id]) or ["∅"]]
            if item_id in texts
            else known[item_id]
            for item_id in item_ids
        ]
        engine: Any = bm25s.BM25()  # type: ignore[no-untyped-call]
        engine.index((documents, dict(numbers)), show_progress=False)
        return cls(engine, item_ids, _Terms(documents, list(numbers)))

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Raises OSError or ValueError where a file is missing or damaged."""
        item_ids = json.loads((folder / ITEM_IDS).read_text(encoding="utf-8"))
        return cls(bm25s.BM25.load(str(folder), load_corpus=False), item_ids, folder)

    def save(self, folder: Path) -> None:
        """Raises ValueError where the terms were left in another folder."""
        if isinstance(self._terms, Path):
            raise ValueError(f"the terms of this index are kept in {self._terms}")
        self._engine.save(str(folder), show_progress=False)
        self._terms.save(folder)
        (folder / ITEM_IDS).write_text(json.dumps(self.item_ids), encoding="utf-8")

    def idf(self, term: str) -> float:
        """How rare a stemmed word is, 0 and up: ln(1 + (n - df + 0.5) / (df + 0.5)), as in BM25."""
        row = self._engine.vocab_dict.get(term)
        starts = self._engine.scores["indptr"]
        found = 0 if row is None else int(starts[row + 1] - starts[row])
        return math.log(1 + (len(self.item_ids) - found + 0.5) / (found + 0.5))

    def search(self, text: str, count: int, also: Collection[str] = ()) -> dict[str, float]:
        """BM25 scores, 0 and up, of the best ``count`` items that share a word with ``text``, best first, then those of
        ``also`` that share one; a repeated word counts once."""
        asked = [term for term in dict.fromkeys(terms(text)) if term in self._engine.vocab_dict]
        if not asked or count < 1:
            return {}
        scores = self._engine.get_scores(asked)
        best = [self.item_ids[place] for place in _best(scores, count)]
        found = dict.fromkeys([*best, *(item_id for item_id in also if item_id in self._places)])
        return {item_id: float(scores[place]) for item_id in found if scores[place := self._places[item_id]] > 0}


def _best(scores: Any, count: int) -> list[int]:
    """The places of the ``count`` highest scores, best first; of equals the first ones."""
    if count < len(scores):
        least = np.partition(scores, -count)[-count]
        candidates = np.flatnonzero(scores >= least)
    else:
        candidates = np.arange(len(scores))
    order: list[int] = candidates[np.argsort(-scores[candidates], kind="stable")][:count].tolist()
    return order
