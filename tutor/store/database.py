"""The database file: opened, brought to the newest schema, written in transactions, its failures put into sentences.

SQLite in WAL mode: readers do not wait for a writer, and a killed process loses no finished transaction. Knows nothing
of what is kept in it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from tutor.errors import StoreError
from tutor.store import migrations

LOCK_SECONDS = 5.0
_PRAGMAS = (
    "synchronous = FULL",  # a finished turn outlives a power cut too
    "foreign_keys = ON",
    "secure_delete = ON",  # what is deleted is overwritten in the file
)


class Database:
    """An open database. Threads may share it; a forked child opens its own."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine, self._name = engine, name
        self._writer = engine.execution_options(writes=True)

    @classmethod
    def open(cls, path: Path) -> Database:
        """Opens or makes the file at ``path`` and migrates it. Raises StoreError."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder {path.parent} cannot be made ({error.strerror})",
                "a folder that can be written",
                "set TUTOR_HOME to another folder",
            ) from error
        database = cls(_engine(f"sqlite:///{path}"), str(path))
        try:
            database._migrate()
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, all of it at one moment. Raises StoreError."""
        with self._transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write: all or nothing, kept once this returns. Raises StoreError.

        It has the write lock from its start, so that what it reads stays true until it writes.
        """
        with self._transaction(self._writer) as connection:
            yield connection

    def revision(self) -> str:
        """The schema's version."""
        with self.reading() as connection:
            return migrations.current(connection) or ""

    def clear_log(self) -> None:
        """Takes what was deleted out of the write-ahead log too, as far as no reader holds it."""
        if self._engine.dialect.name == "sqlite":
            with self._sentences(), self._engine.connect() as connection:
                raw: Any = connection.connection.dbapi_connection
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self) -> None:
        with self.reading() as connection:
            found = migrations.current(connection)
        if found == migrations.newest():
            return
        with self.writing() as connection:
            found = migrations.current(connection)
            if found is not None and found not in migrations.known():
                raise StoreError(
                    f"{self._name} was written by a newer tutor (schema {found})",
                    f"schema {migrations.newest()} or older",
                    "install the newer tutor again, or set TUTOR_HOME to another folder",
                )
            migrations.upgrade(connection)

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        with self._sentences(), engine.begin() as connection:
            yield connection

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _sentence(error, self._name) from error


def schema_of(path: Path) -> str:
    """The version of the file at ``path``, which stays as it is. Raises StoreError."""
    database = Database(_engine(f"sqlite:///{path}"), str(path))
    try:
        return database.revision()
    finally:
        database.close()


def _engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin transactions late and end them before DDL
    _write_ahead(connection)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: Any) -> None:
    """Changing the journal of a new file needs the file alone. SQLite gives up at once where another makes it too."""
    latest = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > latest:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _sentence(error: DBAPIError, name: str) -> StoreError:
    """What the database said, as what a person can do about it."""
    said = str(error.orig)
    if "locked" in said or "busy" in said:
        return StoreError(
            f"{name} is locked by another program", f"a lock for at most {LOCK_SECONDS:.0f} s", "close that program"
        )
    if "full" in said:
        return StoreError(f"The disk with {name} is full", "some free space", "free some space, then go on")
    if "readonly" in said or "unable to open" in said:
        return StoreError(
            f"{name} cannot be opened for writing", "a file that can be written", f"chmod u+rw {name}, and its folder"
        )
    if "not a database" in said or "malformed" in said:
        return StoreError(
            f"{name} is damaged or no database", "the tutor's database", f"mv {name} {name}.damaged, then start again"
        )
    return StoreError(f"{name} failed ({said})", mend="tutor doctor")
