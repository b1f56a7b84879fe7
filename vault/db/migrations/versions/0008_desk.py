"""The end of dossiers, papers discarded, words that were taken back, and indexes for the desk and for oversight."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.execute("ALTER TABLE intake DROP CONSTRAINT ck_intake_state")
    states = "'RECEIVED','READ','CONFIRMED','SEALED','FAILED','DISCARDED'"
    op.execute(f"ALTER TABLE intake ADD CONSTRAINT ck_intake_state CHECK (state IN ({states}))")
    op.create_index(
        "ix_intake_open",
        "intake",
        ["agency_code", "received_at"],
        postgresql_where=sa.text("state NOT IN ('SEALED','DISCARDED')"),
    )
    op.add_column("intake", sa.Column("withdrawn", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("dossier", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dossier", sa.Column("closing", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_index(
        "ix_dossier_open",
        "dossier",
        ["agency_code", "due_on", "opened_at"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_event_counted",
        "event",
        ["agency_code", "at"],
        postgresql_where=sa.text(
            "action IN ('ATTACH','CLOSE_DOSSIER','DEMAND','OPEN_DOSSIER','PRESENT','SEAL','VERIFY')"
        ),
    )
    op.create_index(op.f("ix_account_agency_code"), "account", ["agency_code"])
