"""Walls of agencies and holders below the program: row-level security that binds the role of the web's requests.

The role `vault_program` owns nothing, so that it is bound without FORCE; the owner (migrations, worker, sequencer) acts
for every agency. Each transaction of a request takes the role and says on which side it stands (`vault.agency`,
`vault.people`, `vault.reach`); without that it sees nothing. See decisions/0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_AGENCY = "(SELECT current_setting('vault.agency', true))"
_PEOPLE = "(SELECT wall_people())"
_SHOWN = "(SELECT current_setting('vault.reach', true) = 'SHOWN')"
_NOT_SHOWN = "(SELECT current_setting('vault.reach', true) IS DISTINCT FROM 'SHOWN')"
_OWN = f"agency_code = {_AGENCY}"
_BELOW = (
    "((SELECT current_setting('vault.reach', true) = 'BELOW')"
    f" AND {_AGENCY} <> '' AND starts_with(agency_code, {_AGENCY} || '.'))"
)
_RECORD = f"{_OWN} OR id IN (SELECT wall_papers())"
_HANGS_ON_RECORD = "EXISTS (SELECT FROM record WHERE record.id = record_id)"
_OF_OWN_RECORD = f"EXISTS (SELECT FROM record WHERE record.id = record_id AND record.agency_code = {_AGENCY})"
_HANGS_ON_DOSSIER = "EXISTS (SELECT FROM dossier WHERE dossier.code = dossier_code)"
_ANYBODY_KNOWN = f"{_AGENCY} <> ''"

_SEEN = {
    "intake": _OWN,
    "batch": _OWN,
    "intake_page": "EXISTS (SELECT FROM intake WHERE intake.id = intake_id)",
    "record": f"{_SHOWN} OR {_RECORD}",
    "record_version": f"{_SHOWN} OR {_HANGS_ON_RECORD}",
    "record_holder": f"{_SHOWN} OR {_HANGS_ON_RECORD}",
    # Words of every paper: asked by the owner on behalf of one agency (db/search.py), because an index over operators
    # that are not leak-proof serves no query behind a policy. To the program itself the table is empty.
    "record_search": "false",
    "dossier": f"{_OWN} OR {_BELOW}",
    "dossier_person": _HANGS_ON_DOSSIER,
    "attachment": _HANGS_ON_DOSSIER,
    "demand": _HANGS_ON_DOSSIER,
    "notice": _HANGS_ON_DOSSIER,
    "share": f"{_SHOWN} OR holder_id = ANY ({_PEOPLE}::bigint[])",
    "broken_glass": f"{_OWN} OR ({_NOT_SHOWN} AND EXISTS (SELECT FROM record WHERE record.code = record_code))",
    "event": (
        f"{_OWN} OR {_BELOW} OR holder_id = ANY ({_PEOPLE}::bigint[])"
        f" OR ({_NOT_SHOWN} AND EXISTS (SELECT FROM record WHERE record.code = record_code))"
    ),
    # Officers find anybody by number; a citizen sees nobody's numbers but their own.
    "holder": f"{_ANYBODY_KNOWN} OR id = ANY ({_PEOPLE}::bigint[])",
    "holder_identifier": f"{_ANYBODY_KNOWN} OR holder_id = ANY ({_PEOPLE}::bigint[])",
}
_WRITTEN = {
    "record": _OWN,
    "record_version": _OF_OWN_RECORD,
    "record_holder": _OF_OWN_RECORD,
    "record_search": "false",
    "dossier": _OWN,
    "event": "true",
}
"""What may be written, where it differs from what may be seen. Everybody's acts are events, also a stranger's."""


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    _make_role()
    op.execute(f"GRANT USAGE ON SCHEMA {schema} TO vault_program")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO vault_program")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO vault_program")
    later = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT"
    op.execute(f"{later} SELECT, INSERT, UPDATE, DELETE ON TABLES TO vault_program")
    op.execute(f"{later} USAGE ON SEQUENCES TO vault_program")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM vault_program")
    op.execute("REVOKE UPDATE, DELETE ON event FROM vault_program")
    _make_functions()
    for table, seen in _SEEN.items():
        written = _WRITTEN.get(table, seen)
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY wall ON {table} TO vault_program USING ({seen}) WITH CHECK ({written})")


def _make_role() -> None:
    op.execute(
        """
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vault_program') THEN
                CREATE ROLE vault_program NOLOGIN;
            END IF;
            IF NOT pg_has_role(current_user, 'vault_program', 'MEMBER') THEN
                EXECUTE format('GRANT vault_program TO %I', current_user);
            END IF;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'The database administrator must run once: CREATE ROLE vault_program NOLOGIN; '
                'GRANT vault_program TO %;', quote_ident(current_user);
        END $$
        """
    )


def _make_functions() -> None:
    """Both read as the owner, behind the walls: they only turn what the transaction said into rows."""
    op.execute(
        """
        CREATE FUNCTION wall_people() RETURNS bigint[] LANGUAGE sql STABLE AS $$
            SELECT string_to_array(nullif(current_setting('vault.people', true), ''), ',')::bigint[]
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION wall_papers() RETURNS SETOF bytea LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path FROM CURRENT AS $$
            SELECT record_id FROM record_holder WHERE holder_id = ANY (wall_people())
        $$
        """
    )
