"""Made-up items around the corpus, so that search can be measured among many: their words and vectors are not real.

The words are sentences of the documentation of numpy and scikit-learn, which are installed anyway and speak of
the same things as the corpus; items mix them. Embedding a million texts would take hours, so only the sentences are
embedded, and a passage's vector is the mean of those of its sentences plus noise. Knows nothing of indexes.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from tutor.embedding import FloatMatrix, embed_all
from tutor.passages import passages
from tutor.records import Item

PACKAGES = ("sklearn", "numpy")
SENTENCES = 4000
FEWEST_WORDS, MOST_WORDS = 6, 25
BODY_SENTENCES, ASKS = 6, 9
NOISE = 0.5
"""Length of the noise beside a unit vector: what is left is a cosine of .89, as between an item's real asks."""

_PROSE = re.compile(r"[A-Z][A-Za-z0-9 ,()'-]+\.")


@dataclass(frozen=True)
class Sentences:
    """Texts and their unit vectors, (n, d) float32."""

    texts: tuple[str, ...]
    vectors: FloatMatrix


def embedded_sentences(embedder: Embeddings, cache: Path) -> Sentences:
    """The sentences that items are made of; embedded once and kept in the file ``cache``."""
    texts = tuple(random.Random(0).sample(sorted(set(_sentences())), SENTENCES))
    if cache.is_file():
        with np.load(cache) as saved:
            if tuple(saved["texts"].tolist()) == texts:
                return Sentences(texts, saved["vectors"])
    vectors = np.stack(embed_all(embedder, texts, lambda done: None))
    cache.parent.mkdir(parents=True, exist_ok=True)
    np.savez(cache, texts=np.asarray(texts), vectors=vectors)
    return Sentences(texts, vectors)


def made_up_items(sentences: Sentences, count: int) -> Iterator[tuple[Item, FloatMatrix]]:
    """``count`` items, each with the unit vectors of its passages, the same ones at every run."""
    chance, noise = random.Random(1), np.random.default_rng(1)
    for number in range(count):
        chosen = [chance.randrange(len(sentences.texts)) for _ in range(BODY_SENTENCES)]
        item = _item(number, [sentences.texts[place] for place in chosen], chance)
        own, whole = sentences.vectors[chosen[0]], sentences.vectors[chosen].mean(axis=0)
        centres = {"question": own, "answer": whole, "both": own + whole, "ask": own}
        rows = _unit(np.stack([centres[passage.field] for passage in passages(item)]))
        yield item, _unit(rows + NOISE * _unit(noise.normal(size=rows.shape).astype(np.float32)))


def write_item(item: Item, folder: Path) -> None:
    """The item as a file of a library."""
    fields = {"id": item.id, "title": item.title, "section": item.section, "kind": item.kind, "level": item.level}
    lines = [f"{name}: {json.dumps(value)}" for name, value in fields.items()]
    lines += ["topics: [imported]", "asks:", *(f"  - {json.dumps(ask)}" for ask in item.asks)]
    text = "\n".join(["---", *lines, "---", item.body, ""])
    (folder / f"{item.id}.md").write_text(text, encoding="utf-8")


def _item(number: int, texts: Sequence[str], chance: random.Random) -> Item:
    words = texts[0].rstrip(".").split()
    asks = tuple(" ".join(word for word in words if chance.random() < 0.7).lower() or words[0] for _ in range(ASKS))
    title = " ".join(words[:10])
    body = " ".join(texts)
    return Item(f"x{number:06d}", title, title, "basic", "concept", "beginner", ("imported",), body, asks)


def _sentences() -> Iterator[str]:
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        assert spec
        assert spec.origin
        for path in sorted(Path(spec.origin).parent.rglob("*.py")):
            if "tests" not in path.parts:
                yield from _documented(path)


def _documented(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8", errors="replace"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            for text in re.split(r"(?<=\.) ", " ".join((ast.get_docstring(node) or "").split())):
                if _PROSE.fullmatch(text) and FEWEST_WORDS <= len(text.split()) <= MOST_WORDS:
                    yield text


def _unit(rows: FloatMatrix) -> FloatMatrix:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
