"""Whose the valid signatures on a record's file are; empty for records from before this was asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore. A column without a default: no row is written."""
    op.add_column("record_version", sa.Column("signer", sa.Text(), nullable=True))
