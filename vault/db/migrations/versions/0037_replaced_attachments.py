"""What stood for a component before another record took its place: kept with what ended it.

No foreign key to the record (one strong lock a migration): rows come only from `attachment`, which has one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_HANGS_ON_DOSSIER = "EXISTS (SELECT FROM dossier WHERE dossier.code = dossier_code)"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_table(
        "replaced_attachment",
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decision", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by_account", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("replaced", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_replaced_attachment_dossier_code")),
        sa.PrimaryKeyConstraint("dossier_code", "component", "number", name=op.f("pk_replaced_attachment")),
    )
    op.create_index(op.f("ix_replaced_attachment_record_code"), "replaced_attachment", ["record_code"])
    op.execute("ALTER TABLE replaced_attachment ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY wall ON replaced_attachment TO vault_program"
        f" USING ({_HANGS_ON_DOSSIER}) WITH CHECK ({_HANGS_ON_DOSSIER})"
    )
