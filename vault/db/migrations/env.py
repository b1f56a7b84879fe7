"""Alembic's entry: runs each migration in its own transaction with lock and statement time-outs.

A migration that cannot get its lock within five seconds gives up instead of queueing every reader behind it.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from vault.db.tables import metadata

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
