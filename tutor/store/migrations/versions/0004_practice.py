"""Interviews and quizzes with their state, and the evidence of what a learner can do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.create_table(
        "practice",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("material", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_practice"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_practice_user_id", ondelete="CASCADE"),
    )
    op.create_index("ix_practice_user_id_kind_updated_at", "practice", ["user_id", "kind", "updated_at"])
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("item_id", sa.String(80), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("predicted", sa.Float()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_evidence_user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("user_id", "key", name="uq_evidence_user_id_key"),
    )


def downgrade() -> None:
    op.drop_table("evidence")
    op.drop_table("practice")
