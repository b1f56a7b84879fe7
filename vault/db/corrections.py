"""Correction cases, and the forms of dossiers."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, insert, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow, from_json, to_json
from vault.domain.corrections import CaseDecision, CaseState, Correction, CorrectionId, FieldDifference
from vault.domain.errors import NotFound
from vault.domain.forms import FormDifference, FormEntry
from vault.domain.ids import DossierCode, RecordCode

_OPEN = (CaseState.OPEN.value, CaseState.ACCEPTED.value)
_c = t.correction.c


def _case(row: AnyRow) -> Correction:
    return Correction(
        id=CorrectionId(row.id),
        state=CaseState(row.state),
        record=RecordCode(row.record_code),
        version=row.version,
        holder_id=row.holder_id,
        agency_code=row.agency_code,
        opened_agency=row.opened_agency,
        dossier=None if row.dossier_code is None else DossierCode(row.dossier_code),
        differences=tuple(from_json(one, FieldDifference) for one in row.differences),
        note=row.note,
        opened_by=row.opened_by,
        opened_name=row.opened_name,
        opened_at=row.opened_at,
        decision=None if row.decision is None else from_json(row.decision, CaseDecision),
        new_version=row.new_version,
        closed_at=row.closed_at,
        failure=row.failure,
    )


class PgCorrections:
    """`ports.Corrections` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def open(self, case: Correction) -> Correction:
        """Add, or give the open one: the partial unique key decides between two officers."""
        self._db.execute(
            upsert(t.correction)
            .values(
                id=case.id,
                state=case.state.value,
                record_code=case.record,
                version=case.version,
                holder_id=case.holder_id,
                agency_code=case.agency_code,
                opened_agency=case.opened_agency,
                dossier_code=case.dossier,
                differences=[to_json(one) for one in case.differences],
                note=case.note,
                opened_by=case.opened_by,
                opened_name=case.opened_name,
                opened_at=case.opened_at,
            )
            .on_conflict_do_nothing()
        )
        there = (_c.record_code == case.record) & _c.state.in_(_OPEN)
        return _case(self._db.execute(select(t.correction).where(there)).one())

    def get(self, case_id: CorrectionId, *, lock: bool = False) -> Correction:
        """One case."""
        query = select(t.correction).where(_c.id == case_id)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("CORRECTION")
        return _case(row)

    def set(self, case: Correction) -> None:
        """Keep a step."""
        self._db.execute(
            update(t.correction)
            .where(_c.id == case.id)
            .values(
                state=case.state.value,
                decision=null() if case.decision is None else to_json(case.decision),
                new_version=case.new_version,
                closed_at=case.closed_at,
                failure=case.failure,
            )
        )

    def list(self, agency_code: str, *, limit: int) -> tuple[Correction, ...]:
        """The newest first, by one index each: an OR would read them all."""
        found = {
            case.id: case
            for column in (_c.agency_code, _c.opened_agency)
            for case in self._some(column == agency_code, limit)
        }
        return tuple(sorted(found.values(), key=lambda case: (case.opened_at, case.id), reverse=True)[:limit])

    def _some(self, which: ColumnElement[bool], limit: int) -> tuple[Correction, ...]:
        rows = self._db.execute(select(t.correction).where(which).order_by(_c.opened_at.desc()).limit(limit))
        return tuple(_case(row) for row in rows)

    def of_holder(self, holder_id: int, *, limit: int) -> tuple[Correction, ...]:
        """The newest first."""
        return self._some(_c.holder_id == holder_id, limit)

    def of_dossier(self, code: DossierCode) -> tuple[Correction, ...]:
        """The oldest first."""
        rows = self._db.execute(select(t.correction).where(_c.dossier_code == code).order_by(_c.opened_at, _c.id))
        return tuple(_case(row) for row in rows)


class PgForms:
    """`ports.Forms` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, code: DossierCode, entry: FormEntry) -> None:
        """Append."""
        self._db.execute(
            insert(t.form_entry).values(
                dossier_code=code,
                number=entry.number,
                entries=dict(entry.entries),
                differences=[to_json(one) for one in entry.differences],
                reason=entry.reason,
                by_account=entry.by_account,
                by_name=entry.by_name,
                at=entry.at,
            )
        )

    def of_dossier(self, code: DossierCode) -> tuple[FormEntry, ...]:
        """The oldest first."""
        mine = t.form_entry.c.dossier_code == code
        rows = self._db.execute(select(t.form_entry).where(mine).order_by(t.form_entry.c.number))
        return tuple(
            FormEntry(
                number=row.number,
                entries=dict(row.entries),
                differences=tuple(from_json(one, FormDifference) for one in row.differences),
                reason=row.reason,
                by_account=row.by_account,
                by_name=row.by_name,
                at=row.at,
            )
            for row in rows
        )
