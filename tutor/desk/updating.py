"""Brings the index up to date while others use it: waits for its turn and keeps a record.

Knows the ingestion and the store's record of updates; nothing of drafts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection

from langchain_core.embeddings import Embeddings

from tutor.embedding import embedder_name
from tutor.errors import SearchIndexError, StoreError, TutorError
from tutor.index import SearchIndex
from tutor.ingestion import IngestReport, ingest
from tutor.records import Item
from tutor.settings import Settings
from tutor.store import audit
from tutor.store.database import Database
from tutor.store.feedback_records import Origin, Update
from tutor.store.inbox import Inbox

_LOG = logging.getLogger(__name__)
PATIENCE_SECONDS = 30.0


def update_index(
    settings: Settings,
    embedder: Embeddings,
    database: Database,
    origin: Origin,
    may_empty: Collection[str] = (),
) -> IngestReport:
    """Ingests all item files once no other ingestion runs, and records what that did. ``may_empty`` and what is raised
    are those of ``ingest``."""
    started = time.monotonic()
    try:
        report = ingest(settings, embedder, may_empty=may_empty, patience=PATIENCE_SECONDS)
    except TutorError as error:
        _record(database, Update(origin, round(time.monotonic() - started, 3), refused=str(error)))
        raise
    problems = tuple(str(problem) for problem in report.errors)
    _record(database, Update(origin, report.seconds, report.added, report.updated, report.removed, problems))
    return report


def empty_folders(settings: Settings, embedder: Embeddings, database: Database, actor: str) -> IngestReport:
    """As ``update_index`` from the desk, where folders that are empty are meant to be; the log says whose word that
    was."""
    report = update_index(settings, embedder, database, "desk", ["*"])
    with database.writing() as connection:
        audit.note(connection, actor, "emptied", "the index", f"{report.removed} items were taken out")
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


def _record(database: Database, update: Update) -> None:
    """An update that was done stays done where it cannot be recorded."""
    try:
        Inbox(database).record_update(update)
    except StoreError as error:
        _LOG.warning("%s", error)
