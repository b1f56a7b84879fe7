"""Dossiers, attachments and demands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow
from vault.db.people import PgHolders
from vault.domain.dossiers import Attachment, Demand, Dossier
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode, RecordCode


def _attachment(row: AnyRow) -> Attachment:
    return Attachment(
        row.component,
        RecordCode(row.record_code),
        row.version,
        MappingProxyType(dict(row.decision)),
        row.by_account,
        row.by_name,
        row.at,
    )


def _demand(row: AnyRow) -> Demand:
    overrides = None if row.overrides is None else RecordCode(row.overrides)
    return Demand(row.component, row.ground, row.reason, overrides, row.by_account, row.by_name, row.at)


class PgDossiers:
    """`ports.Dossiers` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._holders = PgHolders(connection)

    def add(self, dossier: Dossier) -> None:
        """Add a new dossier."""
        self._db.execute(
            insert(t.dossier).values(
                code=dossier.code,
                procedure_code=dossier.procedure_code,
                holder_id=dossier.holder_id,
                holder_role=dossier.holder.role.value,
                agency_code=dossier.agency_code,
                purpose=dossier.purpose,
                opened_by=dossier.opened_by,
                opened_at=dossier.opened_at,
                due_on=dossier.due_on,
            )
        )

    def next_serial(self, agency_code: str, day: date) -> int:
        """The next serial of the day, counted by one row that is locked until the transaction ends."""
        statement = upsert(t.dossier_serial).values(agency_code=agency_code, day=day, last=1)
        counted = statement.on_conflict_do_update(
            index_elements=["agency_code", "day"], set_={"last": t.dossier_serial.c.last + 1}
        ).returning(t.dossier_serial.c.last)
        return int(self._db.execute(counted).scalar_one())

    def get(self, code: DossierCode, *, lock: bool = False) -> Dossier:
        """One dossier."""
        query = select(t.dossier).where(t.dossier.c.code == code)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("DOSSIER")
        return self._dossiers([row])[0]

    def list(self, agency_code: str, *, limit: int) -> tuple[Dossier, ...]:
        """The newest first."""
        rows = self._db.execute(
            select(t.dossier)
            .where(t.dossier.c.agency_code == agency_code)
            .order_by(t.dossier.c.opened_at.desc())
            .limit(limit)
        ).all()
        return self._dossiers(rows)

    def _dossiers(self, rows: Sequence[AnyRow]) -> tuple[Dossier, ...]:
        codes = [row.code for row in rows]
        attached = self._db.execute(
            select(t.attachment).where(t.attachment.c.dossier_code.in_(codes)).order_by(t.attachment.c.at)
        ).all()
        demanded = self._db.execute(
            select(t.demand).where(t.demand.c.dossier_code.in_(codes)).order_by(t.demand.c.id)
        ).all()
        return tuple(
            Dossier(
                code=DossierCode(row.code),
                procedure_code=row.procedure_code,
                holder_id=row.holder_id,
                holder=self._holders.get(row.holder_id),
                agency_code=row.agency_code,
                purpose=row.purpose,
                opened_by=row.opened_by,
                opened_at=row.opened_at,
                due_on=row.due_on,
                attachments=tuple(_attachment(a) for a in attached if a.dossier_code == row.code),
                demands=tuple(_demand(d) for d in demanded if d.dossier_code == row.code),
            )
            for row in rows
        )

    def attach(self, code: DossierCode, attachment: Attachment) -> Attachment:
        """Attach; what a component has already stays, and is given."""
        self._db.execute(
            upsert(t.attachment)
            .values(
                dossier_code=code,
                component=attachment.component,
                record_code=attachment.record,
                version=attachment.version,
                decision=dict(attachment.decision),
                by_account=attachment.by_account,
                by_name=attachment.by_name,
                at=attachment.at,
            )
            .on_conflict_do_nothing()
        )
        row = self._db.execute(
            select(t.attachment).where(
                t.attachment.c.dossier_code == code, t.attachment.c.component == attachment.component
            )
        ).one()
        return _attachment(row)

    def demand(self, code: DossierCode, demand: Demand) -> None:
        """Record a demand."""
        self._db.execute(
            insert(t.demand).values(
                dossier_code=code,
                component=demand.component,
                ground=demand.ground,
                reason=demand.reason,
                overrides=demand.overrides,
                by_account=demand.by_account,
                by_name=demand.by_name,
                at=demand.at,
            )
        )
