"""How many witnesses cosigned each checkpoint."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.add_column("log_head", sa.Column("witnesses", sa.SmallInteger(), server_default="0", nullable=False))
