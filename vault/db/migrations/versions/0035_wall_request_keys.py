"""The key of a request's note is seen and written by whoever sees the request."""

from __future__ import annotations

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_OWN = "EXISTS (SELECT FROM data_request WHERE 'request:' || data_request.id = paper)"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.execute("DROP POLICY IF EXISTS of_request ON blob_key")
    op.execute("ALTER TABLE blob_key ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY of_request ON blob_key TO vault_program USING ({_OWN}) WITH CHECK ({_OWN})")
