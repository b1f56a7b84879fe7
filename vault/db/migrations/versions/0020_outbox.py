"""Letters to the national store, and how a dossier came in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_OWN = "agency_code = (SELECT current_setting('vault.agency', true))"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.add_column("dossier", sa.Column("channel", sa.Text(), server_default="COUNTER", nullable=False))
    channels = "'COUNTER','ONLINE','POST'"
    op.execute(f"ALTER TABLE dossier ADD CONSTRAINT ck_dossier_channel CHECK (channel IN ({channels})) NOT VALID")
    op.execute("ALTER TABLE dossier VALIDATE CONSTRAINT ck_dossier_channel")
    _outbox()
    op.execute("ALTER TABLE outbox ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY wall ON outbox TO vault_program USING ({_OWN}) WITH CHECK ({_OWN})")


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("faults", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('DOSSIER','RESULT')", name=op.f("ck_outbox_kind")),
        sa.CheckConstraint("state IN ('WAITING','DELIVERED','SUPERSEDED','DEAD')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_outbox_dossier_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_dossier_code"), "outbox", ["dossier_code"])
    op.create_index("ix_outbox_subject", "outbox", ["subject"])
    op.create_index("ix_outbox_due", "outbox", ["due_at"], postgresql_where=sa.text("state = 'WAITING'"))
    op.create_index("ix_outbox_dead", "outbox", ["at"], postgresql_where=sa.text("state = 'DEAD'"))
    op.create_index(
        "uq_outbox_not_composed",
        "outbox",
        ["subject"],
        unique=True,
        postgresql_where=sa.text("state = 'WAITING' AND body IS NULL"),
    )
