"""Questions to the national store and to other vaults, what they claimed, and where a record was had from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_OWN = "agency_code = (SELECT current_setting('vault.agency', true))"
_CHANNELS = "'PAGE','API','CLI','CITIZEN','BATCH','FOLDER','PHONE','IMPORT','OUTSIDE'"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.add_column("record_version", sa.Column("source", sa.Text(), server_default="THIS_VAULT", nullable=False))
    op.execute("ALTER TABLE intake DROP CONSTRAINT ck_intake_channel")
    # Not checked against old rows under the lock: they cannot hold the new word.
    op.execute(f"ALTER TABLE intake ADD CONSTRAINT ck_intake_channel CHECK (channel IN ({_CHANNELS})) NOT VALID")
    op.execute("ALTER TABLE intake VALIDATE CONSTRAINT ck_intake_channel")
    _asks()
    _papers()
    op.create_table(
        "online_cursor",
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agency_code", name=op.f("pk_online_cursor")),
    )
    for table in ("outside_ask", "outside_paper", "online_cursor"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY wall ON {table} TO vault_program USING ({_OWN}) WITH CHECK ({_OWN})")


def _asks() -> None:
    name = "outside_ask"
    op.create_table(
        name,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("by_account", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("picks", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("consent IN ('LAW','COUNTER','SWITCH')", name=op.f("ck_outside_ask_consent")),
        sa.CheckConstraint("state IN ('PENDING','ANSWERED','REFUSED')", name=op.f("ck_outside_ask_state")),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_outside_ask_dossier_code")),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_outside_ask_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_ask")),
    )
    op.create_index(op.f("ix_outside_ask_dossier_code"), name, ["dossier_code"])


def _papers() -> None:
    name = "outside_paper"
    op.create_table(
        name,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ask_id", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("claim", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("intake_id", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('FOUND','FETCHED','REFUSED')", name=op.f("ck_outside_paper_state")),
        sa.ForeignKeyConstraint(["ask_id"], ["outside_ask.id"], name=op.f("fk_outside_paper_ask_id")),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_outside_paper_dossier_code")),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_outside_paper_holder_id")),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_outside_paper_intake_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_paper")),
    )
    op.create_index(op.f("ix_outside_paper_dossier_code"), name, ["dossier_code"])
    op.create_index(op.f("ix_outside_paper_intake_id"), name, ["intake_id"])
