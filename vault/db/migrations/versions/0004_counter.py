"""The counter: other people in a dossier, the question behind a decision, notices, what a demand asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.add_column("dossier", sa.Column("authority", sa.Text(), server_default="NONE", nullable=False))
    op.create_table(
        "dossier_person",
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("submits", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_dossier_person_dossier_code")),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_dossier_person_holder_id")),
        sa.PrimaryKeyConstraint("dossier_code", "position", name=op.f("pk_dossier_person")),
    )
    op.create_index(op.f("ix_dossier_person_holder_id"), "dossier_person", ["holder_id"], unique=False)
    op.add_column("attachment", sa.Column("question", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("demand", sa.Column("form", sa.Text(), server_default="COPY", nullable=False))
    op.add_column("demand", sa.Column("code", sa.Text(), server_default="ALLOWED", nullable=False))
    op.add_column("demand", sa.Column("article", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_demand_at_reported", "demand", ["at"], unique=False, postgresql_where=sa.text("code <> 'ALLOWED'")
    )
    op.create_table(
        "notice",
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_account", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_notice_dossier_code")),
        sa.PrimaryKeyConstraint("dossier_code", "number", name=op.f("pk_notice")),
    )
