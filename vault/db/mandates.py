"""Mandates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from vault.db.access_tables import at
from vault.db.codec import AnyRow
from vault.db.tables import metadata
from vault.db.turns import one_at_a_time
from vault.domain.errors import NotFound
from vault.domain.mandates import Mandate, MandateKind, Scope

mandate = Table(
    "mandate",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False, index=True),
    Column("ground", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    at("recorded_at"),
    at("revoked_at", nullable=True),
    Column("revoked_by", Text),
    Column("reason", Text),
    CheckConstraint("kind IN ('GUARDIAN','PARENT','LEGAL_REPRESENTATIVE','AUTHORISED')", name="kind"),
    CheckConstraint("valid_from <= valid_until", name="days"),
    Index("ix_mandate_account_id_holder_id", "account_id", "holder_id"),
    Index("ix_mandate_agency_code_recorded_at", "agency_code", "recorded_at"),
)
_c = mandate.c


def living_of(connection: Connection, account_id: str, holder_id: int | None) -> tuple[Mandate, ...]:
    """The mandates under which an account may act for a person now, by the database's own clock."""
    today = func.date(func.timezone("Asia/Ho_Chi_Minh", func.now()))
    query = select(mandate).where(
        _c.account_id == account_id,
        _c.holder_id == holder_id,
        _c.revoked_at.is_(None),
        today.between(_c.valid_from, _c.valid_until),
    )
    return tuple(_mandate(row) for row in connection.execute(query.order_by(_c.id)))


class PgMandates:
    """`ports.Mandates` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, one: Mandate) -> Mandate:
        """Add, or give the one that is there; who records for the same account waits."""
        one_at_a_time(self._db, f"mandate {one.account_id}")
        kept = (there for there in self.of_holder(one.holder_id) if there.revoked_at is None and there.says == one.says)
        if there := next(kept, None):
            return there
        self._db.execute(
            insert(mandate).values(
                id=one.id,
                kind=one.kind.value,
                account_id=one.account_id,
                holder_id=one.holder_id,
                ground=one.ground,
                valid_from=one.valid_from,
                valid_until=one.valid_until,
                scope=sorted(scope.value for scope in one.scope),
                agency_code=one.agency_code,
                recorded_by=one.recorded_by,
                recorded_at=one.recorded_at,
            )
        )
        return one

    def get(self, mandate_id: str, *, lock: bool = False) -> Mandate:
        """One."""
        query = select(mandate).where(_c.id == mandate_id)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("MANDATE")
        return _mandate(row)

    def revoke(self, mandate_id: str, *, by: str, reason: str, at: datetime) -> None:
        """The first word stays."""
        mine = (_c.id == mandate_id, _c.revoked_at.is_(None))
        self._db.execute(update(mandate).where(*mine).values(revoked_at=at, revoked_by=by, reason=reason))

    def of_agency(self, agency_code: str, *, limit: int) -> tuple[Mandate, ...]:
        """The newest first."""
        query = select(mandate).where(_c.agency_code == agency_code).order_by(_c.recorded_at.desc()).limit(limit)
        return tuple(_mandate(row) for row in self._db.execute(query))

    def of_holder(self, holder_id: int) -> tuple[Mandate, ...]:
        """The newest first."""
        query = select(mandate).where(_c.holder_id == holder_id).order_by(_c.recorded_at.desc())
        return tuple(_mandate(row) for row in self._db.execute(query))


def _mandate(row: AnyRow) -> Mandate:
    return Mandate(
        id=row.id,
        kind=MandateKind(row.kind),
        account_id=row.account_id,
        holder_id=row.holder_id,
        ground=row.ground,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        scope=frozenset(map(Scope, row.scope)),
        agency_code=row.agency_code,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        reason=row.reason,
    )
