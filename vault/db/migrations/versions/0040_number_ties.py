"""Old numbers that a card names and that another holder is known by: proposed, confirmed by name, taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_HANGS_ON_DOSSIER = "EXISTS (SELECT FROM dossier WHERE dossier.code = dossier_code)"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_table(
        "number_tie",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("by_account", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_name", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_number_tie_dossier_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_tie")),
    )
    op.create_index(op.f("ix_number_tie_dossier_code"), "number_tie", ["dossier_code"])
    op.execute("ALTER TABLE number_tie ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY wall ON number_tie TO vault_program"
        f" USING ({_HANGS_ON_DOSSIER}) WITH CHECK ({_HANGS_ON_DOSSIER})"
    )
