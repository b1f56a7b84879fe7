"""A way in for papers of an old store."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.execute("ALTER TABLE intake DROP CONSTRAINT ck_intake_channel")
    channels = "'PAGE','API','CLI','CITIZEN','BATCH','FOLDER','PHONE','IMPORT'"
    # Looked through without the lock that keeps others out.
    op.execute(f"ALTER TABLE intake ADD CONSTRAINT ck_intake_channel CHECK (channel IN ({channels})) NOT VALID")
    op.execute("ALTER TABLE intake VALIDATE CONSTRAINT ck_intake_channel")
