"""Holds on records."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from vault.db import tables as t
from vault.domain.ids import RecordCode


class PgHolds:
    """`ports.Holds` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def put(self, code: RecordCode, reason: str, *, by: str, at: datetime) -> None:
        """Put a hold on a record."""
        self._db.execute(insert(t.hold).values(record_code=code, reason=reason, by_account=by, at=at))

    def lift(self, code: RecordCode, *, at: datetime) -> int:
        """End every hold of a record."""
        where = (t.hold.c.record_code == code, t.hold.c.lifted_at.is_(None))
        return self._db.execute(update(t.hold).where(*where).values(lifted_at=at)).rowcount

    def living(self, code: RecordCode) -> tuple[str, ...]:
        """Reasons of the holds that are on a record now."""
        query = select(t.hold.c.reason).where(t.hold.c.record_code == code, t.hold.c.lifted_at.is_(None))
        return tuple(self._db.execute(query.order_by(t.hold.c.id)).scalars())
