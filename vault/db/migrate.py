"""Bring a database to the newest schema: Alembic for our tables, Procrastinate's own schema for the job queue."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from vault.db import rights
from vault.domain.errors import Unavailable

_HERE = Path(__file__).parent
# One upgrade at a time, whoever starts it: the number only has to be ours.
_LOCK = 7_264_001


def sqlalchemy_url(database_url: str) -> str:
    """The same address with the driver that this program uses."""
    for prefix in ("postgresql://", "postgres://"):
        if database_url.startswith(prefix):
            return "postgresql+psycopg://" + database_url.removeprefix(prefix)
    return database_url


def config_for(engine: Engine) -> Config:
    """Alembic's configuration, without a file: the scripts stand beside this module."""
    config = Config()
    config.set_main_option("script_location", str(_HERE / "migrations"))
    config.attributes["engine"] = engine
    return config


def upgrade(database_url: str) -> None:
    """Apply every migration that is missing, and give the program's role its rights on what there is then.

    Safe to run again and from several processes at once.

    Raises `Unavailable` (`DATABASE_DOWN`) when the database does not answer.
    """
    engine = create_engine(sqlalchemy_url(database_url))
    try:
        with engine.connect() as guard:
            guard.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            try:
                command.upgrade(config_for(engine), "head")
                with engine.begin() as connection:
                    rights.grant(connection)
            finally:
                guard.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
    except OperationalError as error:
        raise Unavailable("DATABASE_DOWN") from error
    finally:
        engine.dispose()
