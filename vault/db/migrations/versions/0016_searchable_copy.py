"""Which blob is the searchable copy of a paper that was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.add_column("intake", sa.Column("searchable", sa.Text(), nullable=True))
