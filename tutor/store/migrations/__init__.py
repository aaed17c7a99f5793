"""Brings a database to the newest schema, step by step, inside one transaction: a crash leaves the old one whole.

Knows alembic and the scripts in ``versions``; nothing of what the tables are for.
"""

from __future__ import annotations

import threading
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep, StampStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_SCRIPTS = ScriptDirectory(str(Path(__file__).parent))
_ONE_AT_A_TIME = threading.Lock()
"""``alembic.op`` is one proxy for the whole process."""


def newest() -> str:
    """The revision that this tutor knows as the last one."""
    head = _SCRIPTS.get_current_head()
    assert head is not None
    return head


def known() -> frozenset[str]:
    """All revisions that this tutor has scripts for."""
    return frozenset(script.revision for script in _SCRIPTS.walk_revisions())


def current(connection: Connection) -> str | None:
    """The database's revision; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Runs what is missing up to ``newest()`` in the transaction that the caller began."""

    def steps(revision: tuple[str, ...], context: MigrationContext) -> list[StampStep | RevisionStep]:
        return list(_SCRIPTS._upgrade_revs(newest(), revision))  # type: ignore[arg-type]

    with _ONE_AT_A_TIME:
        context = MigrationContext.configure(connection, opts={"fn": steps})
        with Operations.context(context), context.begin_transaction():
            context.run_migrations()
