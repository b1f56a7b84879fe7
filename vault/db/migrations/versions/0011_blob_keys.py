"""Wrapped data keys of blobs: one row for every blob and every paper that uses it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only. `vault keys wrapping encrypt-old` encrypts what lies in clear."""
    op.create_table(
        "blob_key",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("digest", "paper", name=op.f("pk_blob_key")),
    )
    op.create_index("ix_blob_key_paper", "blob_key", ["paper"])
    op.create_table(
        "hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("record_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_account", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["record_code"], ["record.code"], name=op.f("fk_hold_record_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index("ix_hold_record_code", "hold", ["record_code"])
    op.add_column("record", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_blob_key_agency_code_key", "blob_key", ["agency_code", "key"])
