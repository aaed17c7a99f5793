"""Ingestion: how fast beside the bare embedding of the same texts, and how long one changed item among many takes.

Knows nothing of search.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

from benchmarks.figures import Row
from benchmarks.machine import ROOT
from benchmarks.places import Places
from benchmarks.searching import crowd
from tutor.embedding import BATCH, SentenceEmbedder
from tutor.index import SearchIndex
from tutor.ingestion import ingest
from tutor.passages import passages
from tutor.settings import Settings

PART = "ingestion"
REPEATS, CHANGES = 3, 5
ITEMS = 10_000


def throughput(places: Places) -> Iterator[Row]:
    """The corpus ingested from nothing, and its texts embedded by the library alone, by turns."""
    embedder = places.embedder()
    ours, bare = [], []
    for _ in range(1 if places.quick else REPEATS):
        settings = places.settings("fresh")
        rmtree(settings.index, ignore_errors=True)
        started = time.perf_counter()
        report = ingest(settings, embedder)
        ours.append(report.embedded / (time.perf_counter() - started))
        texts = _texts(settings, embedder)
        started = time.perf_counter()
        embedder.load().encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        bare.append(len(texts) / (time.perf_counter() - started))
    what = "the corpus from nothing"
    yield Row(PART, what, "tutor", "texts/s", tuple(ours), target="at least .90 of bare")
    yield Row(PART, what, "SentenceTransformer.encode alone", "texts/s", tuple(bare))


def one_changed(places: Places) -> Iterator[Row]:
    """A process of its own each time, as a person runs it: one item of ITEMS has another sentence."""
    count = ITEMS // 10 if places.quick else ITEMS
    settings = crowd(places, count, places.embedder())
    path = settings.library / "made-up" / "x000123.md"
    before = path.read_text(encoding="utf-8")
    seconds, inside = [], []
    try:
        for change in range(2 if places.quick else CHANGES):
            path.write_text(f"{before}\nThis sentence was added, for the time number {change}.\n", encoding="utf-8")
            whole, report = _run(settings)
            if report["updated"] != 1:
                raise RuntimeError(f"{report['updated']} items were updated, 1 was expected")
            seconds.append(whole)
            inside.append(report["seconds"])
    finally:
        path.write_text(before, encoding="utf-8")
        _run(settings)
    what = f"one item changed among {count:,}"
    yield Row(PART, f"{what}: python ingest.py", "tutor", "s", tuple(seconds), target="at most 5 s")
    yield Row(PART, f"{what}: of it after the start", "tutor", "s", tuple(inside))


def _run(settings: Settings) -> tuple[float, dict[str, float]]:
    """Seconds of ``python ingest.py --json`` and its report."""
    environment = {**os.environ, "TUTOR_HOME": str(settings.home), "TUTOR_MODEL": "none"}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "ingest.py", "--json"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - started, json.loads(done.stdout.splitlines()[-1])


def _texts(settings: Settings, embedder: SentenceEmbedder) -> list[str]:
    items = SearchIndex.open(settings.index, embedder.name).items.values()
    return list(dict.fromkeys(row.text for item in items for row in passages(item)))


def corpus_files(settings: Settings, folder: Path) -> int:
    """The searched items as plain files, ``<id>.md`` with title and answer: what the peers read. Returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    items = [item for item in SearchIndex.open(settings.index, "all-MiniLM-L6-v2").items.values() if passages(item)]
    for item in items:
        (folder / f"{item.id}.md").write_text(f"# {item.title}\n\n{item.body}\n", encoding="utf-8")
    return len(items)
