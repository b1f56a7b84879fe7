"""An agency's letters by their state: the page of what was told to the national store."""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_index("ix_outbox_agency_code_state_id", "outbox", ["agency_code", "state", "id"])
