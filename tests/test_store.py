"""The database: opened, migrated, locked, full, damaged, written by a newer tutor, and what each of these says."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import StatementError

from tutor.errors import StoreError
from tutor.store import database as database_module
from tutor.store import migrations
from tutor.store.database import Database
from tutor.store.records import LOCAL_USER
from tutor.store.tables import conversations, metadata, users


def add_user(database: Database, name: str) -> None:
    with database.writing() as connection:
        connection.execute(users.insert().values(id=name, created_at=datetime.now(UTC)))


def user_names(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.scalars(select(users.c.id)))


def shape(connection: Connection) -> dict[str, object]:
    """Tables with their columns, keys and indexes, as the database itself describes them."""
    found = inspect(connection)
    return {
        name: (
            sorted((str(each["name"]), str(each["type"]), bool(each["nullable"])) for each in found.get_columns(name)),
            found.get_pk_constraint(name),
            sorted(found.get_foreign_keys(name), key=lambda key: str(key["name"])),
            sorted((str(each["name"]), tuple(each["column_names"])) for each in found.get_indexes(name)),
            sorted((str(each["name"]), tuple(each["column_names"])) for each in found.get_unique_constraints(name)),
        )
        for name in found.get_table_names()
        if name != "alembic_version"
    }


def test_a_new_database_has_the_newest_schema_and_the_local_user(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "deep" / "tutor.db")
    assert database.revision() == migrations.newest()
    assert user_names(database) == {LOCAL_USER}


def test_migrations_make_exactly_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    migrated, made = Database.open(tmp_path / "migrated.db"), database_module._engine(f"sqlite:///{tmp_path}/made.db")
    with made.begin() as connection:
        metadata.create_all(connection)
        expected = shape(connection)
    with migrated.reading() as connection:
        assert shape(connection) == expected


@pytest.mark.parametrize("attempt", range(12))
def test_threads_that_open_a_new_database_at_once_all_get_it(tmp_path: Path, attempt: int) -> None:
    opened: list[Database] = []
    path = tmp_path / f"{attempt}.db"
    threads = [threading.Thread(target=lambda: opened.append(Database.open(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [database.revision() for database in opened] == [migrations.newest()] * 4


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    first = Database.open(tmp_path / "tutor.db")
    add_user(first, "ada")
    first.close()
    assert user_names(Database.open(tmp_path / "tutor.db")) == {LOCAL_USER, "ada"}


def test_a_transaction_that_fails_writes_nothing(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tutor.db")
    with pytest.raises(StoreError, match="UNIQUE"), database.writing() as connection:  # noqa: PT012
        for name in ("ada", LOCAL_USER):
            connection.execute(users.insert().values(id=name, created_at=datetime.now(UTC)))
    assert user_names(database) == {LOCAL_USER}


def test_rows_of_nobody_are_refused(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tutor.db")
    now = datetime.now(UTC)
    row = {"id": "c", "name": "", "named": False, "searched": "", "created_at": now, "updated_at": now}
    with pytest.raises(StoreError, match="FOREIGN KEY"), database.writing() as connection:
        connection.execute(conversations.insert().values({**row, "user_id": "nobody"}))


def test_a_migration_that_fails_half_way_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = migrations.upgrade

    def breaks(connection: Connection) -> None:
        whole(connection)
        raise RuntimeError("killed")

    monkeypatch.setattr(migrations, "upgrade", breaks)
    with pytest.raises(RuntimeError):
        Database.open(tmp_path / "tutor.db")
    monkeypatch.undo()
    assert user_names(Database.open(tmp_path / "tutor.db")) == {LOCAL_USER}


def test_a_database_of_a_newer_tutor_is_left_alone_and_said(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tutor.db")
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreError, match=r"newer tutor \(schema 9999\).*install the newer tutor"):
        Database.open(tmp_path / "tutor.db")


def test_a_file_that_is_no_database_is_kept_and_said(tmp_path: Path) -> None:
    path = tmp_path / "tutor.db"
    path.write_bytes(b"these are notes, not a database. " * 40)
    with pytest.raises(StoreError, match=r"damaged or no database.*mv .*tutor\.db"):
        Database.open(path)
    assert path.read_bytes().startswith(b"these are notes")


def test_a_locked_database_is_said_and_works_again_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "LOCK_SECONDS", 0.1)
    database = Database.open(tmp_path / "tutor.db")
    other = sqlite3.connect(tmp_path / "tutor.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"):
        add_user(database, "ada")
    assert user_names(database) == {LOCAL_USER}
    other.execute("ROLLBACK")
    add_user(database, "ada")
    assert "ada" in user_names(database)


def test_a_full_disk_is_said_and_what_was_there_can_be_read(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tutor.db")
    many = [{"id": f"{number:064d}", "created_at": datetime.now(UTC)} for number in range(2000)]
    with database.reading() as connection:
        connection.execute(text("PRAGMA max_page_count = 1"))
    with pytest.raises(StoreError, match="is full"), database.writing() as connection:
        connection.execute(users.insert(), many)
    assert user_names(database) == {LOCAL_USER}


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        Database.open(tmp_path / "file" / "tutor.db")


def test_times_come_back_as_they_went_in_whatever_their_zone(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tutor.db")
    moment = datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    with database.writing() as connection:
        connection.execute(users.insert().values(id="ada", created_at=moment))
        assert connection.scalar(select(users.c.created_at).where(users.c.id == "ada")) == moment


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "tutor.db")
    with pytest.raises(StatementError, match="no time zone"), database.writing() as connection:
        connection.execute(users.insert().values(id="ada", created_at=datetime(2026, 1, 1)))
