"""What links a reader and a paper: dossiers, presentations, glass that was broken."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, Connection, any_, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from vault.db import access_tables as a
from vault.db import tables as t
from vault.db.codec import AnyRow
from vault.db.turns import one_at_a_time
from vault.domain.access import DOSSIER_WITHOUT_DUE, PRESENTED_FOR, Circumstances, DossierRef
from vault.domain.corrections import CaseState
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import Action, Actor
from vault.ports import BrokenGlass

_VALID = "VALID"
_UNDECIDED = (CaseState.OPEN.value, CaseState.ACCEPTED.value)


def _glass(row: AnyRow) -> BrokenGlass:
    return BrokenGlass(
        id=row.id,
        record=RecordCode(row.record_code),
        agency_code=row.agency_code,
        account_id=row.account_id,
        name=row.name,
        reason=row.reason,
        at=row.at,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        finding=row.finding,
    )


class PgAccess:
    """`ports.AccessRows` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def circumstances(
        self, actor: Actor, record: RecordCode, holder_ids: Collection[int], *, now: datetime
    ) -> Circumstances:
        """Four short queries, each by an index."""
        return Circumstances(
            dossiers=self._dossiers(actor.agency_code, holder_ids, now),
            presented_at=self._presented(actor, record, now),
            correction_waits=self._correction_waits(record),
            glass_broken_at=self._db.execute(
                select(a.broken_glass.c.at)
                .where(a.broken_glass.c.record_code == record, a.broken_glass.c.account_id == actor.account_id)
                .order_by(a.broken_glass.c.at.desc())
                .limit(1)
            ).scalar_one_or_none(),
        )

    def _dossiers(self, agency_code: str | None, holder_ids: Collection[int], now: datetime) -> tuple[DossierRef, ...]:
        people = bindparam("people", list(holder_ids), ARRAY(BigInteger))
        party = select(t.dossier_person.c.dossier_code).where(
            t.dossier_person.c.holder_id == any_(people), ~t.dossier_person.c.submits
        )
        d, own = t.dossier.c, t.dossier.alias()
        # By person on both sides: with OR, or without the union, every dossier of the agency in a year would be read.
        theirs = select(own.c.code).where(own.c.holder_id == any_(people)).union(party)
        rows = self._db.execute(
            select(d.code, d.procedure_code, d.opened_at, d.due_on, d.closed_at).where(
                d.agency_code == agency_code,
                d.opened_at > now - DOSSIER_WITHOUT_DUE,
                d.code.in_(theirs),
            )
        )
        return tuple(
            DossierRef(DossierCode(row.code), row.procedure_code, row.opened_at, row.due_on, row.closed_at)
            for row in rows
        )

    def _presented(self, actor: Actor, record: RecordCode, now: datetime) -> datetime | None:
        """When this very reader last redeemed a code, or checked a credential, that the holder showed."""
        e = t.event.c
        shown = (e.action == Action.REDEEM.value) | (
            (e.action == Action.VERIFY.value) & (e.details["kind"].astext == "qr")
        )
        return self._db.execute(
            select(e.at)
            .where(
                e.record_code == record,
                e.account_id == actor.account_id,
                e.at > now - PRESENTED_FOR,
                e.code == _VALID,
                shown,
            )
            .order_by(e.id.desc())
            .limit(1)
        ).scalar_one_or_none()

    def _correction_waits(self, record: RecordCode) -> bool:
        c = t.correction.c
        query = select(c.id).where(c.record_code == record, c.state.in_(_UNDECIDED)).limit(1)
        return self._db.execute(query).first() is not None

    def break_glass(self, glass: BrokenGlass, *, since: datetime) -> BrokenGlass:
        """Keep it, or give the one that is there; the same account's word on the same paper waits."""
        one_at_a_time(self._db, f"glass {glass.account_id} {glass.record}")
        g = a.broken_glass.c
        same = (g.account_id == glass.account_id, g.reason == glass.reason, g.at > since)
        kept = self._db.execute(
            select(a.broken_glass).where(g.record_code == glass.record, *same).order_by(g.at.desc()).limit(1)
        ).one_or_none()
        if kept is not None:
            return _glass(kept)
        self._db.execute(
            insert(a.broken_glass).values(
                id=glass.id,
                record_code=glass.record,
                agency_code=glass.agency_code,
                account_id=glass.account_id,
                name=glass.name,
                reason=glass.reason,
                at=glass.at,
            )
        )
        return glass

    def broken(self, agency_code: str, *, limit: int) -> tuple[BrokenGlass, ...]:
        """What nobody has reviewed comes first, then the newest."""
        g = a.broken_glass.c
        rows = self._db.execute(
            select(a.broken_glass)
            .where(g.agency_code == agency_code)
            .order_by(g.reviewed_at.is_not(None), g.at.desc())
            .limit(limit)
        )
        return tuple(_glass(row) for row in rows)

    def broken_on(self, holder_id: int, *, limit: int) -> tuple[BrokenGlass, ...]:
        """On any paper that names the holder, newest first."""
        named = (
            select(t.record.c.code)
            .join(t.record_holder, t.record_holder.c.record_id == t.record.c.id)
            .where(t.record_holder.c.holder_id == holder_id)
        )
        g = a.broken_glass.c
        rows = self._db.execute(
            select(a.broken_glass).where(g.record_code.in_(named)).order_by(g.at.desc()).limit(limit)
        )
        return tuple(_glass(row) for row in rows)

    def review(self, glass_id: str, *, agency_code: str, by: str, at: datetime, finding: str) -> BrokenGlass | None:
        """The first word stays; None when the agency has no such case."""
        g = a.broken_glass.c
        own = (g.id == glass_id) & (g.agency_code == agency_code)
        self._db.execute(
            update(a.broken_glass)
            .where(own, g.reviewed_at.is_(None))
            .values(reviewed_by=by, reviewed_at=at, finding=finding)
        )
        row = self._db.execute(select(a.broken_glass).where(own)).one_or_none()
        return None if row is None else _glass(row)
