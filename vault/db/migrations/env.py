"""Alembic's entry: runs each migration in its own transaction with lock and statement time-outs.

A migration that cannot get its lock within five seconds gives up instead of queueing every reader behind it. The
program's role gets its rights on what is new in the same transaction.
"""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from vault.db.rights import grant
from vault.db.tables import metadata

engine = context.config.attributes["engine"]


def _rights(ctx: MigrationContext, *_: Any, **__: Any) -> None:
    if ctx.connection is not None:  # there is none where SQL is only printed
        grant(ctx.connection)


with engine.connect() as connection:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        on_version_apply=_rights,
    )
    with context.begin_transaction():
        context.run_migrations()
