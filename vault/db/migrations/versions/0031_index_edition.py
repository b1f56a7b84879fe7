"""By which edition of the index a paper's entry was made, so that older ones can be made again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore. Entries of before, and of a version that knows no edition: none."""
    op.add_column("record_search", sa.Column("edition", sa.SmallInteger(), nullable=True))
