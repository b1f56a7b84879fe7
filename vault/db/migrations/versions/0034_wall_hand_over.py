"""A wall around phones that a desk let in."""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_AGENCY = "(SELECT current_setting('vault.agency', true))"
_OWN = (
    f"EXISTS (SELECT FROM account WHERE account.id = account_id AND account.agency_code = {_AGENCY}"
    f" AND {_AGENCY} <> '')"
)


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.execute("DROP POLICY IF EXISTS wall ON hand_over")
    op.execute("ALTER TABLE hand_over ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY wall ON hand_over TO vault_program USING ({_OWN}) WITH CHECK ({_OWN})")
