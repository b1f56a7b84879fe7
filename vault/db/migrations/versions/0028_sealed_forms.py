"""What forms say is sealed with its sources beside it; walls around wrapped keys.

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


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    column = sa.Column("taken", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    op.add_column("form_entry", column)
    op.create_index("ix_form_entry_taken", "form_entry", ["taken"], postgresql_using="gin")
    op.execute("ALTER TABLE blob_key ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY wall ON blob_key TO vault_program USING ({_OWN}) WITH CHECK ({_OWN})")
    op.execute(f"CREATE POLICY of_paper ON blob_key FOR SELECT TO vault_program USING ({_SEEN})")
