"""Brings the index up to date while others use it: waits for its turn, refuses to empty it unasked, keeps a record.

Knows the ingestion and the store's record of updates; nothing of drafts.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from filelock import FileLock, Timeout
from langchain_core.embeddings import Embeddings

from tutor.corpus import EXERCISE_FILE
from tutor.desk.places import SOURCE
from tutor.embedding import embedder_name
from tutor.errors import IngestError, SearchIndexError, StoreError, TutorError
from tutor.index import SearchIndex
from tutor.ingestion import IngestReport, ingest
from tutor.records import Item
from tutor.settings import Settings
from tutor.store.database import Database
from tutor.store.feedback_records import Origin, Update
from tutor.store.inbox import Inbox

_LOG = logging.getLogger(__name__)
PATIENCE_SECONDS = 30.0
_FOLDERS = {"concept": "questions", "scenario": "questions", "coding": "coding"}


def update_index(
    settings: Settings,
    embedder: Embeddings,
    database: Database,
    origin: Origin,
    may_empty: Collection[str] = (),
) -> IngestReport:
    """Ingests all item files once no other ingestion runs, and records what that did.

    Raises IngestError, and leaves the index as it is, where a folder whose items are in the index is suddenly empty;
    ``may_empty`` are folders for which that is meant, ``*`` for all. Raises TutorError as ``ingest`` otherwise.
    """
    started = time.monotonic()
    try:
        _wait_for_turn(settings)
        _refuse_to_empty(settings, embedder, may_empty)
        report = ingest(settings, embedder)
    except TutorError as error:
        _record(database, Update(origin, round(time.monotonic() - started, 3), refused=str(error)))
        raise
    problems = tuple(str(problem) for problem in report.errors)
    _record(database, Update(origin, report.seconds, report.added, report.updated, report.removed, problems))
    return report


def items_in_use(settings: Settings, embedder: Embeddings) -> dict[str, Item]:
    """The items of the index in use by id; none where there is no index."""
    try:
        index = SearchIndex.open(settings.index, embedder_name(embedder), settings.chroma_url)
    except SearchIndexError:
        return {}
    items = dict(index.items)
    index.close()
    return items


def emptied(settings: Settings, items: Collection[Item]) -> dict[str, int]:
    """The folders that hold no item file any more, with how many of ``items`` came from each."""
    counts = Counter(_folder(item) for item in items)
    return {name: count for name, count in counts.items() if not _has_items(_path(settings, name))}


def _refuse_to_empty(settings: Settings, embedder: Embeddings, may_empty: Collection[str]) -> None:
    if "*" in may_empty:
        return
    gone = emptied(settings, items_in_use(settings, embedder).values())
    unexpected = {name: count for name, count in gone.items() if name not in may_empty}
    if unexpected:
        named = ", ".join(f"{name} ({count} items)" for name, count in sorted(unexpected.items()))
        raise IngestError(
            f"These folders are suddenly empty: {named}; the index keeps their items",
            "the folders with their files, or the word that the items are to go",
            "bring the files back, or run: python ingest.py",
        )


def _folder(item: Item) -> str:
    return f"corpus/{_FOLDERS.get(item.kind, item.kind)}" if item.source == "corpus" else f"library/{item.source}"


def _path(settings: Settings, folder: str) -> Path:
    root, _, name = folder.partition("/")
    return (settings.corpus if root == "corpus" else settings.library) / name


def _has_items(folder: Path) -> bool:
    try:
        return any(folder.glob("*.md")) or any(folder.glob(f"*/{EXERCISE_FILE}"))
    except OSError:
        return False


def _wait_for_turn(settings: Settings) -> None:
    """Returns when no ingestion runs. Another may begin at once: then ``ingest`` says so."""
    settings.index.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(settings.index / "ingest.lock").acquire(timeout=PATIENCE_SECONDS, poll_interval=0.05):
            pass
    except Timeout:
        raise IngestError(
            f"Another ingestion has been running for {PATIENCE_SECONDS:.0f} s", "one at a time", "try again later"
        ) from None
    except OSError as error:
        raise IngestError(f"{settings.index} cannot be written ({error.strerror})", "a writable folder") from error


def _record(database: Database, update: Update) -> None:
    """An update that was done stays done where it cannot be recorded."""
    try:
        Inbox(database).record_update(update)
    except StoreError as error:
        _LOG.warning("%s", error)


TRAINERS_FOLDER = f"library/{SOURCE}"
