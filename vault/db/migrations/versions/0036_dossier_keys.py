"""Under which key a program or a form asked for a dossier: asked again after a lost answer, it is that dossier."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_OF_OWN_DOSSIER = "EXISTS (SELECT FROM dossier WHERE dossier.code = dossier_code)"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_table(
        "dossier_key",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_dossier_key_dossier_code")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_dossier_key")),
    )
    op.execute("ALTER TABLE dossier_key ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY wall ON dossier_key TO vault_program USING ({_OF_OWN_DOSSIER}) WITH CHECK ({_OF_OWN_DOSSIER})"
    )
