"""One after another where no row is there yet that could be locked."""

from __future__ import annotations

from sqlalchemy import Connection, text

_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 9))")


def one_at_a_time(connection: Connection, name: str) -> None:
    """Whoever names the same waits here until this transaction is over; what it wrote is seen by the next statement."""
    connection.execute(_TURN, {"name": name})
