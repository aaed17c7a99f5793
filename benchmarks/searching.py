"""Retrieval at the corpus and among 10,000, 100,000 and 1,000,000 vectors: time, what is found, ANN against exact.

Knows nothing of generation.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.distractors import embedded_sentences, made_up_items, write_item
from benchmarks.figures import Row
from benchmarks.machine import ROOT, resident_mb
from benchmarks.places import Places
from tutor.embedding import FloatMatrix, SentenceEmbedder, embed_all, embedder_name
from tutor.evaluation.questions import ANSWERABLE
from tutor.index import SearchIndex
from tutor.ingestion import JOURNAL, ingest
from tutor.journal import VectorJournal
from tutor.passages import passages
from tutor.retrieval import retrieve_vector
from tutor.settings import Settings
from tutor.vector_store import text_digest

PASSAGES_AN_ITEM = 12
NEIGHBOURS = 10
FOUND = 5
P95 = 95.0
TARGETS = {0: "p95 at most 20 ms", 120_000: "p95 at most 50 ms"}


def measure(places: Places, vectors: int) -> Iterator[Row]:
    """Rows for the corpus among ``vectors`` made-up ones; 0 for the corpus alone."""
    part = f"search, {vectors:,} vectors besides" if vectors else "search, the corpus"
    embedder = places.embedder()
    settings = crowd(places, vectors // PASSAGES_AN_ITEM, embedder)
    index = SearchIndex.open(settings.index, embedder_name(embedder))
    cases = [json.loads(line) for line in (ROOT / "tests" / "questions" / f"{ANSWERABLE}.jsonl").open(encoding="utf-8")]
    asked = np.stack(embed_all(embedder, [case["question"] for case in cases], lambda done: None))
    retrieve_vector(cases[0]["question"], asked[0].tolist(), index)
    searched, whole, found, first = [], [], 0, 0
    for case, vector in zip(cases, asked, strict=True):
        started = time.perf_counter()
        embedder.embed_query(case["question"])
        embedded = time.perf_counter()
        hits = retrieve_vector(case["question"], vector.tolist(), index)
        ended = time.perf_counter()
        searched.append((ended - embedded) * 1000)
        whole.append((ended - started) * 1000)
        found += any(hit.item_id in case["gold"] for hit in hits[:FOUND])
        first += hits[0].item_id in case["gold"]
    yield Row(part, "retrieval with the question's vector", "tutor", "ms", tuple(whole), P95, TARGETS.get(vectors, ""))
    yield Row(part, "retrieval without it", "tutor", "ms", tuple(searched), P95)
    yield Row(part, f"right item among the first {FOUND}", "tutor", "", (found / len(cases),))
    yield Row(part, "right item first", "tutor", "", (first / len(cases),))
    yield from _against_exact(part, index, asked)
    yield Row(part, "memory of the measuring process", "tutor", "MB", (resident_mb(),))


def _against_exact(part: str, index: SearchIndex, asked: FloatMatrix) -> Iterator[Row]:
    """How many of the nearest passages the index finds, by the digests of their texts."""
    known = index.stored_vectors()
    digests, vectors = list(known), np.stack(list(known.values()))
    shares, times = [], []
    for vector in asked[:100]:
        started = time.perf_counter()
        similarities = vectors @ vector
        nearest = np.argpartition(-similarities, NEIGHBOURS)[:NEIGHBOURS]
        times.append((time.perf_counter() - started) * 1000)
        exact = {digests[place] for place in nearest}
        best = index.search_vector(vector.tolist(), 256)
        ids = list(dict.fromkeys(text_digest(index.passage_text(match.passage_id)) for match in best))[:NEIGHBOURS]
        shares.append(len(exact & set(ids)) / NEIGHBOURS)
    yield Row(part, f"nearest {NEIGHBOURS} found", "tutor", "", (float(np.mean(shares)),), target="at least .99")
    yield Row(part, "exact search of the vectors alone", "numpy", "ms", tuple(times), P95)


def crowd(places: Places, count: int, embedder: SentenceEmbedder) -> Settings:
    """A home whose library holds ``count`` made-up items, ingested; made once."""
    settings = places.settings(f"crowd-{count}")
    library = settings.library / "made-up"
    if count and not (library / "whole").exists():
        library.mkdir(parents=True, exist_ok=True)
        settings.index.mkdir(parents=True, exist_ok=True)
        journal = VectorJournal(settings.index / JOURNAL, embedder_name(embedder))
        for item, vectors in made_up_items(embedded_sentences(embedder, places.work / "sentences.npz"), count):
            write_item(item, library)
            journal.add(dict(zip((text_digest(row.text) for row in passages(item)), vectors, strict=True)))
        (library / "whole").touch()
    ingest(settings, embedder)
    return settings
