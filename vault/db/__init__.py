"""PostgreSQL, by SQLAlchemy Core and Alembic, nowhere else. Rows become domain values before they leave this room."""

from vault.db.migrate import upgrade
from vault.db.rights import ROLE, missing_walls, signed_in_as_owner, works_as
from vault.db.state import Schema, schema_of, time_there
from vault.db.uow import PostgresUnitOfWork, WalledUnitOfWork

__all__ = [
    "ROLE",
    "PostgresUnitOfWork",
    "Schema",
    "WalledUnitOfWork",
    "missing_walls",
    "schema_of",
    "signed_in_as_owner",
    "time_there",
    "upgrade",
    "works_as",
]
