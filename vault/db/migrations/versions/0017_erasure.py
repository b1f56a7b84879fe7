"""Tombstones of papers whose keys were destroyed; scans of a record are found by what they are the same as."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_table(
        "ended_paper",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("paper", name=op.f("pk_ended_paper")),
    )
    op.execute(
        "INSERT INTO ended_paper (paper, at) SELECT coalesce(intake_id, code), erased_at FROM record"
        " WHERE erased_at IS NOT NULL"
    )
    op.create_index("ix_intake_same_as", "intake", ["same_as"], postgresql_where=sa.text("same_as IS NOT NULL"))
