"""Batches of papers parted by separator sheets; phones that a desk lets in for some minutes; how papers came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.execute("ALTER TABLE intake DROP CONSTRAINT ck_intake_channel")
    channels = "'PAGE','API','CLI','CITIZEN','BATCH','FOLDER','PHONE'"
    op.execute(f"ALTER TABLE intake ADD CONSTRAINT ck_intake_channel CHECK (channel IN ({channels}))")
    op.create_table(
        "batch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("seen", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("state IN ('RECEIVED','SPLIT','FAILED')", name=op.f("ck_batch_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("agency_code", "original", name=op.f("uq_batch_agency_code_original")),
    )
    op.create_index("ix_batch_agency_code_received_at", "batch", ["agency_code", "received_at"])
    op.create_table(
        "batch_part",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.Column("type_code", sa.Text(), nullable=True),
        sa.Column("intake_id", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_part_batch_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_batch_part_intake_id")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_part")),
    )
    op.create_index(op.f("ix_batch_part_intake_id"), "batch_part", ["intake_id"])
    op.create_table(
        "hand_over",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_hand_over_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_hand_over")),
    )
    op.create_index(op.f("ix_hand_over_account_id"), "hand_over", ["account_id"])
    op.create_index("ix_hand_over_expires_at", "hand_over", ["expires_at"])
    op.create_table(
        "hand_over_intake",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("intake_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_hash"],
            ["hand_over.token_hash"],
            name=op.f("fk_hand_over_intake_token_hash"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_hand_over_intake_intake_id")),
        sa.PrimaryKeyConstraint("token_hash", "intake_id", name=op.f("pk_hand_over_intake")),
    )
    op.create_index(op.f("ix_hand_over_intake_intake_id"), "hand_over_intake", ["intake_id"])
