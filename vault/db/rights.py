"""What the program may do in its own database: it works as a role that cannot change the past.

`vault` (the owner) migrates; the program signs in as `vault_app`: it reads and writes rows, owns nothing, and may
neither change nor delete events and their places in the log. Where it signs in as the owner (a database that was set up
before there were two) it takes the role by `SET ROLE`, which a statement of an attacker's own could give back: `vault
doctor` says so, and says too where there is no such role at all.
"""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

ROLE = "vault_app"
FOR_EVER = ("event", "log_leaf", "log_head", "ended_paper", "replaced_attachment")
"""Tables whose rows are written once; a checkpoint takes cosignatures on, by two columns.

An erased paper takes away what was asked about it, by one column of what was attached before.
"""
_MEMBER = "SELECT 1 FROM pg_roles WHERE rolname = 'vault_app' AND pg_has_role(oid, 'MEMBER')"
_ROLES = "SELECT rolname FROM pg_roles WHERE rolname IN ('vault_app', 'vault_program')"
_WALLED = """
    SELECT quote_ident(c.relname) FROM pg_class c
    WHERE c.relrowsecurity AND c.relnamespace = current_schema()::regnamespace AND NOT EXISTS (
        SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'program')
"""


_THERE = """
    SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relname = :table AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
"""


def grant(connection: Connection) -> bool:
    """Give the role its rights on every table that is there now; false when there is no such role.

    Done in the transaction of each migration: a version that serves meanwhile would see no row behind a wall that is
    new and say that a file is not there, and would be refused where a wall asks a table that is new.

    Row-level security binds the role of requests (`vault_program`), not this one, which works for every agency: each
    table with walls gets a policy that lets it through. To neither is the past open.
    """
    if connection.execute(text(_MEMBER)).scalar_one_or_none() is None:
        return False
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    statements = [
        f"GRANT USAGE ON SCHEMA {schema} TO {ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {ROLE}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {ROLE}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {ROLE}",
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.alembic_version FROM {ROLE}",
        *(
            f"CREATE POLICY program ON {schema}.{table} TO {ROLE} USING (true) WITH CHECK (true)"
            for table in connection.execute(text(_WALLED)).scalars()
        ),
    ]
    columns = {table: set(connection.execute(text(_THERE), {"table": table}).scalars()) for table in FOR_EVER}
    tables = ", ".join(f"{schema}.{table}" for table, there in columns.items() if there)
    roles = connection.execute(text(_ROLES)).scalars().all() if tables else ()
    statements += [f"REVOKE UPDATE, DELETE ON {tables} FROM {role}" for role in roles]
    if "question" in columns["replaced_attachment"]:
        statements += [f"GRANT UPDATE (question) ON {schema}.replaced_attachment TO {role}" for role in roles]
    if changed := ", ".join(sorted(columns["log_head"] & {"checkpoint", "witnesses"})):
        statements.append(f"GRANT UPDATE ({changed}) ON {schema}.log_head TO {ROLE}")
    for statement in statements:
        connection.execute(text(statement))
    return True


def work_as_role(engine: Engine) -> None:
    """Every connection of this engine works as the role, from its first moment to its last."""

    @event.listens_for(engine, "connect")
    def _take(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute(_MEMBER)
            if cursor.fetchone() is not None:
                cursor.execute(f"SET ROLE {ROLE}")
        connection.commit()


_NO_PROGRAM = """
    SELECT 'vault_program' WHERE NOT EXISTS (
        SELECT FROM pg_roles WHERE rolname = 'vault_program' AND pg_has_role(session_user, oid, 'MEMBER'))
    UNION ALL
    SELECT DISTINCT c.relname::text FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND p.polname = 'wall' AND NOT c.relrowsecurity
"""


def missing_walls(connection: Connection) -> tuple[str, ...]:
    """The role of requests when nobody may take it, and every table with a wall that was switched off."""
    return tuple(str(one) for one in connection.execute(text(_NO_PROGRAM)).scalars())


_OWNS = """
    SELECT count(*) FROM pg_class c WHERE c.relname = 'event' AND c.relnamespace = current_schema()::regnamespace
    AND pg_has_role(session_user, c.relowner, 'MEMBER')
"""


def signed_in_as_owner(connection: Connection) -> bool:
    """Whether a session of this connection can become the owner of the tables, whatever role it works as now."""
    return bool(connection.execute(text(_OWNS)).scalar_one())


def works_as(connection: Connection) -> str:
    """The role that statements of this connection run as."""
    return str(connection.execute(text("SELECT current_user")).scalar_one())
