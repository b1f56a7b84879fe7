"""Walls around cases, forms, consents, hand-ins, holds and parts of batches; the intake of a record goes with it.

Whoever a record is visible to sees the intake that it was made of: reports on its signatures and the evidence kept with
them, the searchable copy. Pages that were read stay with the agency. See decisions/0007.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_AGENCY = "(SELECT current_setting('vault.agency', true))"
_SIDE = f"{_AGENCY} <> ''"
_NOT_SHOWN = "(SELECT current_setting('vault.reach', true) IS DISTINCT FROM 'SHOWN')"
_MINE = "holder_id = ANY ((SELECT wall_people())::bigint[])"
_OF_RECORD = "EXISTS (SELECT FROM record WHERE record.code = record_code)"
_OF_OWN_RECORD = f"EXISTS (SELECT FROM record WHERE record.code = record_code AND record.agency_code = {_AGENCY})"

_SEEN = {
    "correction": (
        f"({_SIDE} AND (agency_code = {_AGENCY} OR opened_agency = {_AGENCY}))"
        f" OR {_MINE} OR ({_NOT_SHOWN} AND {_OF_RECORD})"
    ),
    "form_entry": "EXISTS (SELECT FROM dossier WHERE dossier.code = dossier_code)",
    # An agency's people are those of the dossier that it has just looked at.
    "consent": _MINE,
    "hand_in": _MINE,
    "hold": _OF_OWN_RECORD,
    "batch_part": "EXISTS (SELECT FROM batch WHERE batch.id = batch_id)",
}
_WRITTEN = {"consent": f"{_AGENCY} = '' AND {_MINE}"}


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    for table, seen in _SEEN.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        written = _WRITTEN.get(table, seen)
        op.execute(f"CREATE POLICY wall ON {table} TO vault_program USING ({seen}) WITH CHECK ({written})")
    op.execute(
        "CREATE POLICY of_record ON intake FOR SELECT TO vault_program"
        f" USING (record_code IS NOT NULL AND {_OF_RECORD})"
    )
    op.execute("DROP POLICY wall ON intake_page")
    own = f"EXISTS (SELECT FROM intake WHERE intake.id = intake_id AND intake.agency_code = {_AGENCY})"
    op.execute(f"CREATE POLICY wall ON intake_page TO vault_program USING ({own}) WITH CHECK ({own})")
