"""Shares of citizens (credentials on phones, short codes), and the tries of whoever redeems codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_table(
        "share",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_code", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_list", sa.Integer(), nullable=True),
        sa.Column("status_position", sa.Integer(), nullable=True),
        sa.Column("digits", sa.Text(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('PHONE','CODE')", name=op.f("ck_share_kind")),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_share_holder_id")),
        sa.ForeignKeyConstraint(["record_code"], ["record.code"], name=op.f("fk_share_record_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
        sa.UniqueConstraint("digits", name=op.f("uq_share_digits")),
        sa.UniqueConstraint("status_list", "status_position", name=op.f("uq_share_status_list_status_position")),
    )
    op.create_index("ix_share_holder_id_ends_at", "share", ["holder_id", "ends_at"])
    op.create_index(op.f("ix_share_record_code"), "share", ["record_code"])
    op.create_index(
        "ix_share_ends_at_held",
        "share",
        ["ends_at"],
        postgresql_where=sa.text("digits IS NOT NULL OR status_position IS NOT NULL"),
    )
    op.create_table(
        "share_try",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "minute", name=op.f("pk_share_try")),
    )
    op.create_index(op.f("ix_share_try_minute"), "share_try", ["minute"])
