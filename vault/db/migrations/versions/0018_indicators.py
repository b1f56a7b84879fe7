"""Indexes by which the dossiers of an indicator are found: by due day, and those that were sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_index(
        "ix_dossier_agency_code_due_on",
        "dossier",
        ["agency_code", "due_on"],
        postgresql_where=sa.text("due_on IS NOT NULL"),
    )
    op.create_index(
        "ix_event_sent",
        "event",
        ["agency_code", "at"],
        postgresql_where=sa.text("action = 'OPEN_DOSSIER' AND role <> 'OFFICER'"),
    )
