"""What happened: conversations now, practice and feedback later, in one SQL database. The only importer of sqlalchemy.

Knows records and the error tree; nothing of how answers come to be or of pages. Every row belongs to a user and every
read names one. ``Database.open(settings.database)`` brings the file to the newest schema and gives transactions;
``Conversations(database, user)`` is one person's part of it.

To add a part, say ``practice``:

1. its tables in ``tables.py``: a ``user_id`` column that ``belongs_to_user()`` makes, ids of ``ID`` type, times as
   ``UtcDateTime``;
2. a migration ``migrations/versions/0002_practice.py`` with ``revision = "0002"`` and ``down_revision = "0001"`` that
   makes the same tables with ``alembic.op`` (``op.batch_alter_table`` for a change of a table, because SQLite changes
   none in place). A migration that was released is never edited; a test compares the migrated schema with tables.py;
3. a module ``practice.py`` with a class that takes ``(database, user)`` and does its work inside
   ``with database.reading() as connection`` or ``database.writing()``, which turn failures into StoreError sentences.
   SQL stays portable: SQLAlchemy's expressions only, text and numbers, JSON kept as text.

Two parts written at the same time make two migrations: the later one takes the next number and names the other as its
``down_revision``.
"""
