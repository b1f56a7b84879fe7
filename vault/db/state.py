"""How the database stands against this program: which edition its tables are, and what time it has there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from vault.db.migrate import config_for

_HERE = text("SELECT to_regclass('alembic_version')")


@dataclass(frozen=True, slots=True)
class Schema:
    """`here` is the newest migration that ran (None: none did), `newest` the one that this program needs.

    `behind`: how many are missing; None: `here` is of a version that this program does not know.
    """

    here: str | None
    newest: str
    behind: int | None


def schema_of(connection: Connection) -> Schema:
    """The edition of the tables. Reads one row; changes nothing."""
    scripts = ScriptDirectory.from_config(config_for(connection.engine))
    ours = [one.revision for one in scripts.walk_revisions()]  # the newest first
    here = None
    if connection.execute(_HERE).scalar_one() is not None:
        here = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if here is None:
        return Schema(None, ours[0], len(ours))
    return Schema(here, ours[0], ours.index(here) if here in ours else None)


def time_there(connection: Connection) -> datetime:
    """The database server's clock."""
    at: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return at
