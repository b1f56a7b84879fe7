"""What forms say is sealed with its sources beside it; walls around wrapped keys and around phones that a desk let in.

A wrap is written and destroyed by the agency in whose name it is (an account's and a case's by whoever sees them), and
seen by whoever sees the paper. Destroying a wrap destroys the paper, so this wall is about more than reading.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_AGENCY = "(SELECT current_setting('vault.agency', true))"
_OWN = (
    f"agency_code = {_AGENCY} OR starts_with(paper, 'account:')"
    " OR EXISTS (SELECT FROM correction WHERE 'correction:' || correction.id = paper)"
)
_SEEN = "EXISTS (SELECT FROM intake WHERE intake.id = paper) OR EXISTS (SELECT FROM record WHERE record.code = paper)"
_OF_DESK = (
    f"EXISTS (SELECT FROM account WHERE account.id = account_id AND account.agency_code = {_AGENCY}"
    f" AND {_AGENCY} <> '')"
)
_CAME = f"EXISTS (SELECT FROM intake WHERE intake.id = intake_id AND intake.agency_code = {_AGENCY})"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    column = sa.Column("taken", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    op.add_column("form_entry", column)
    op.create_index("ix_form_entry_taken", "form_entry", ["taken"], postgresql_using="gin")
    for table, own in (("blob_key", _OWN), ("hand_over", _OF_DESK), ("hand_over_intake", _CAME)):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY wall ON {table} TO vault_program USING ({own}) WITH CHECK ({own})")
    op.execute(f"CREATE POLICY of_paper ON blob_key FOR SELECT TO vault_program USING ({_SEEN})")
