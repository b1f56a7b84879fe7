"""A wall around what came by a phone. One table a migration: readers join the two, and must not meet a lock on each."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_AGENCY = "(SELECT current_setting('vault.agency', true))"
_OWN = f"EXISTS (SELECT FROM intake WHERE intake.id = intake_id AND intake.agency_code = {_AGENCY})"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.execute("DROP POLICY IF EXISTS wall ON hand_over_intake")
    op.execute("ALTER TABLE hand_over_intake ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY wall ON hand_over_intake TO vault_program USING ({_OWN}) WITH CHECK ({_OWN})")
