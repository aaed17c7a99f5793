"""Builds a new generation of the search index from the corpus and the imported libraries.

A file that breaks the schema is reported, and its item stays as it was in the generation before. Unchanged items cost
a digest, unchanged texts keep their vectors, and what was embedded before an interruption is not embedded again. The
pointer moves only after the new generation was opened and checked. Knows nothing of Chroma or of how a page shows
progress.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from langchain_core.embeddings import Embeddings

from tutor.corpus import EXERCISE_FILES, Shelf, read_corpus, read_library, reader_fingerprint
from tutor.embedding import embed_batches, embedder_name
from tutor.errors import FileProblem, IngestError, SearchIndexError
from tutor.folders import emptied
from tutor.generations import publish, remove_unused, write_generation, write_patched
from tutor.index import SearchIndex, current_generation
from tutor.journal import JournalRows, VectorJournal
from tutor.passages import passages
from tutor.patch import Patch
from tutor.records import Item, Passage
from tutor.settings import Settings
from tutor.vector_store import text_digest

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is."""

CHECKED_ROWS = 20
JOURNAL = "embedded.journal"
MOST_PATCHED = 0.1
"""The share of an ANN index's vectors that may have changed since it was written before it is written anew."""


@dataclass(frozen=True)
class IngestReport:
    """What an ingestion did. Counts are items, ``embedded`` counts passages; ``generation`` is the one now in use."""

    imported: int
    added: int
    updated: int
    removed: int
    unchanged: int
    embedded: int
    errors: tuple[FileProblem, ...]
    doubtful: tuple[str, ...]
    seconds: float
    generation: str


def ingest(
    settings: Settings,
    embedder: Embeddings,
    paths: Sequence[Path] = (),
    remove: str = "",
    dry_run: bool = False,
    progress: Progress = lambda what, done, total: None,
    may_empty: Collection[str] = (),
    patience: float = 0.0,
) -> IngestReport:
    """Imports ``paths``, takes out the library ``remove``, then brings the index up to date with all item files.

    The items of a folder that is suddenly empty stay, which is an error in the report; ``may_empty`` are folders for
    which that is meant, ``*`` for all. Waits ``patience`` seconds for another ingestion to end.

    Raises IngestError where another ingestion runs, the disk is full or there is nothing to index; DocumentError
    where nothing of ``paths`` can be read. Whatever is raised, the index in use stays.
    """
    started = time.monotonic()
    _make_home(settings)
    lock = FileLock(settings.index / "ingest.lock")
    try:
        with lock.acquire(timeout=patience, poll_interval=0.05):
            return _ingest(settings, embedder, paths, remove, dry_run, progress, may_empty, started)
    except Timeout:
        raise IngestError(
            "Another ingestion is running", "one at a time", "wait until it has ended, then run it again"
        ) from None
    except OSError as error:
        raise IngestError(
            f"The index could not be written ({error.strerror or error})",
            f"free disk space and a folder to write to at {settings.index}",
            "free some space, then run: python ingest.py (the index in use is unharmed)",
        ) from error


def _ingest(
    settings: Settings,
    embedder: Embeddings,
    paths: Sequence[Path],
    remove: str,
    dry_run: bool,
    progress: Progress,
    may_empty: Collection[str],
    started: float,
) -> IngestReport:
    imported, problems, doubtful = _change_library(settings, paths, remove, dry_run)
    previous = _previous(settings, embedder)
    known = previous.manifest.items if previous else {}
    shelf = _all_items(settings, previous, remove if dry_run else "", {*may_empty, f"library/{remove}"})
    if not shelf.items:
        raise IngestError(
            f"No item could be read below {settings.corpus} ({len(shelf.problems)} files with errors)",
            "at least one item file",
            "tutor lint",
        )
    digests = {item.id: item.digest for item in shelf.items}
    report = IngestReport(
        imported=imported,
        added=sum(id not in known for id in digests),
        updated=sum(id in known and known[id] != digest for id, digest in digests.items()),
        removed=sum(id not in digests for id in known),
        unchanged=sum(known.get(id) == digest for id, digest in digests.items()),
        embedded=0,
        errors=problems + shelf.problems,
        doubtful=doubtful,
        seconds=0.0,
        generation=previous.generation if previous else "",
    )
    changed = _changed(shelf.items, previous)
    if (changed or previous is None) and not dry_run:
        generation, embedded = _build(settings, embedder, shelf.items, previous, changed, progress)
        report = replace(report, generation=generation, embedded=embedded)
    if previous:
        previous.close()
    return replace(report, seconds=round(time.monotonic() - started, 3))


def _change_library(
    settings: Settings, paths: Sequence[Path], remove: str, dry_run: bool
) -> tuple[int, tuple[FileProblem, ...], tuple[str, ...]]:
    """Takes in documents and takes out a source. Readers of PDF, DOCX and HTML are loaded only for that."""
    if not paths and not remove:
        return 0, (), ()
    from tutor.importing import import_paths, remove_source

    if remove and not dry_run:
        remove_source(remove, settings.library)
    if not paths:
        return 0, (), ()
    report = import_paths(paths, settings.library, dry_run=dry_run)
    return report.imported, report.problems, report.doubtful


def _changed(items: Sequence[Item], previous: SearchIndex | None) -> set[str]:
    """Ids of the items that were added, changed or removed; all of them where there is nothing to go on from."""
    before = previous.items if previous else {}
    return {item.id for item in items if before.get(item.id) != item} | (before.keys() - {item.id for item in items})


def _build(
    settings: Settings,
    embedder: Embeddings,
    items: Sequence[Item],
    previous: SearchIndex | None,
    changed: Collection[str],
    progress: Progress,
) -> tuple[str, int]:
    """Writes, checks and publishes a generation. Returns its name and how many passages were embedded."""
    in_use = current_generation(settings.index)
    remove_unused(settings.index, [in_use] if in_use else [], settings.chroma_url)
    generation = f"g{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"
    journal = VectorJournal(settings.index / JOURNAL, embedder_name(embedder))
    rows = [passage for item in items if item.id in changed for passage in passages(item)]
    if previous and _is_patch(previous, changed, rows):
        journal.add(previous.vectors_of(changed))
        embedded = _embed(rows, journal, embedder, progress)
        vectors = journal.rows([text_digest(row.text) for row in rows])
        patch = Patch(tuple(row.id for row in rows), vectors.digests, vectors[:])
        write_patched(settings.index, generation, items, changed, patch, previous, reader_fingerprint())
    else:
        rows = [passage for item in items for passage in passages(item)]
        for page in previous.pages() if previous else ():
            journal.add(page)
        embedded = _embed(rows, journal, embedder, progress)
        vectors = journal.rows([text_digest(row.text) for row in rows])
        write_generation(
            settings.index,
            generation,
            items,
            rows,
            vectors,
            embedder_name(embedder),
            settings.chroma_url,
            reader_fingerprint(),
            lambda done: progress("writing the index", done, len(rows)),
        )
    _check(settings, generation, embedder, rows, vectors)
    publish(settings.index, generation)
    journal.remove()
    return generation, embedded


def _is_patch(previous: SearchIndex, changed: Collection[str], rows: Sequence[Passage]) -> bool:
    """Whether so little has changed since the ANN index was written that it goes on being read."""
    before = previous.manifest
    gone = sum(len(passages(previous.items[item_id])) for item_id in changed if previous.in_base(item_id))
    base = before.passages + before.replaced_rows - len(previous.patch.ids)
    patched = len(previous.patch.without(changed).ids) + len(rows)
    return before.replaced_rows + gone + patched <= MOST_PATCHED * base


def _embed(rows: Sequence[Passage], journal: VectorJournal, embedder: Embeddings, progress: Progress) -> int:
    """Embeds the texts whose vectors are not in the journal, into it. Returns how many there were."""
    missing = {digest: row.text for row in rows if (digest := text_digest(row.text)) not in journal}
    digests, texts, done = list(missing), list(missing.values()), 0
    for places, vectors in embed_batches(embedder, texts):
        journal.add({digests[place]: vector for place, vector in zip(places, vectors, strict=True)})
        done += len(places)
        progress("embedding", done, len(texts))
    return len(texts)


def _check(
    settings: Settings, generation: str, embedder: Embeddings, rows: Sequence[Passage], vectors: JournalRows
) -> None:
    """Opens the written generation and looks some of its passages up again, spread over the whole."""
    written = SearchIndex.open_generation(settings.index, generation, embedder_name(embedder), settings.chroma_url)
    try:
        written.check()
        for place in np.linspace(0, len(rows) - 1, num=min(CHECKED_ROWS, len(rows)), dtype=int):
            best = written.search_vector(vectors[place : place + 1][0].tolist(), 1)
            if not best or best[0].similarity < 0.999:
                raise SearchIndexError(
                    f"The new index does not find its own passage {rows[place].id}",
                    "similarity 1",
                    "python ingest.py",
                )
    finally:
        written.close()


def _previous(settings: Settings, embedder: Embeddings) -> SearchIndex | None:
    """The generation in use; None where there is none or it is of no use, so that everything is built anew."""
    if current_generation(settings.index) is None:
        return None
    try:
        index = SearchIndex.open(settings.index, embedder_name(embedder), settings.chroma_url)
        index.check()
        _ = index.items, index.patch  # read at their first use: what cannot be read is of no use
    except SearchIndexError:
        return None
    return index


def _all_items(settings: Settings, previous: SearchIndex | None, leave_out: str, may_empty: Collection[str]) -> Shelf:
    """Corpus and libraries. For a file with an error, and for a folder that is empty and may not be, the items of the
    generation before stay."""
    is_same_reader = previous is not None and previous.manifest.reader == reader_fingerprint()
    known = {item.digest: item for item in previous.items.values()} if previous and is_same_reader else {}
    corpus, library = read_corpus(settings.corpus, known), read_library(settings.library, known)
    items = {item.id: item for item in library.items if item.source != leave_out}
    items |= {item.id: item for item in corpus.items}
    problems = corpus.problems + library.problems
    for item in _items_of_broken_files(problems, previous):
        items.setdefault(item.id, item)
    if previous and "*" not in may_empty:
        gone = [item for id, item in previous.items.items() if id not in items]
        kept = {folder: those for folder, those in emptied(settings, gone).items() if folder not in may_empty}
        items |= {item.id: item for those in kept.values() for item in those}
        problems += tuple(_emptied_problem(folder, len(those)) for folder, those in kept.items())
    return Shelf(tuple(items[id] for id in sorted(items)), problems)


def _emptied_problem(folder: str, count: int) -> FileProblem:
    found = f"a folder that is suddenly empty; the index keeps its {count} {'item' if count == 1 else 'items'}"
    return FileProblem(folder, 0, found, "its files, or where the items are to go: python ingest.py --allow-empty")


def _items_of_broken_files(problems: Sequence[FileProblem], previous: SearchIndex | None) -> list[Item]:
    stems = [_item_stem(Path(problem.file)) for problem in problems]
    known = previous.items.values() if previous else ()
    return [item for item in known if any(stem == item.id or stem.startswith(item.id + "-") for stem in stems)]


def _item_stem(file: Path) -> str:
    return file.parent.name if file.name in EXERCISE_FILES else file.stem


def _make_home(settings: Settings) -> None:
    try:
        settings.index.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IngestError(
            f"The folder {settings.index} cannot be made ({error.strerror})", "a folder to write to", "set TUTOR_HOME"
        ) from error
