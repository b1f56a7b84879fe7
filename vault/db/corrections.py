"""Correction cases; what they say about a paper is sealed under a key of the case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow, from_json, to_json
from vault.db.keys import OF_CASE
from vault.db.texts import PgTexts
from vault.domain.corrections import CaseDecision, CaseState, Correction, CorrectionId, FieldDifference
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.intake import IntakeId

_OPEN = (CaseState.OPEN.value, CaseState.ACCEPTED.value)
_c = t.correction.c


def _owner(case_id: str) -> IntakeId:
    return IntakeId(f"{OF_CASE}{case_id}")


class PgCorrections:
    """`ports.Corrections` on PostgreSQL."""

    def __init__(self, connection: Connection, texts: PgTexts) -> None:
        self._db = connection
        self._texts = texts

    def open(self, case: Correction) -> Correction:
        """Add, or give the open one: the partial unique key decides between two officers.

        What it says is sealed once it is there, under a key that goes with the record.
        """
        made = self._db.execute(
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
                differences=[],
                note="",
                opened_by=case.opened_by,
                opened_name=case.opened_name,
                opened_at=case.opened_at,
            )
            .on_conflict_do_nothing()
            .returning(_c.id)
        ).one_or_none()
        if made is not None:
            self._say(case.id, case.agency_code, [to_json(one) for one in case.differences], case.note)
        there = (_c.record_code == case.record) & _c.state.in_(_OPEN)
        return self._case(self._db.execute(select(t.correction).where(there)).one())

    def get(self, case_id: CorrectionId, *, lock: bool = False) -> Correction:
        """One case."""
        query = select(t.correction).where(_c.id == case_id)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("CORRECTION")
        return self._case(row)

    def set(self, case: Correction) -> None:
        """Keep a step."""
        self._db.execute(
            update(t.correction)
            .where(_c.id == case.id)
            .values(
                state=case.state.value,
                decision=null() if case.decision is None else self._decision(case.id, case.agency_code, case.decision),
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
        return self._cases(select(t.correction).where(which).order_by(_c.opened_at.desc()).limit(limit))

    def of_holder(self, holder_id: int, *, limit: int) -> tuple[Correction, ...]:
        """The newest first."""
        return self._some(_c.holder_id == holder_id, limit)

    def of_dossier(self, code: DossierCode) -> tuple[Correction, ...]:
        """The oldest first."""
        return self._cases(select(t.correction).where(_c.dossier_code == code).order_by(_c.opened_at, _c.id))

    def seal_old(self, *, limit: int) -> int:
        """Seal what lies in clear; a case that says nothing (its record was erased) is none of them."""
        said = _c.differences != [], _c.note != "", _c.decision.is_not(None)
        clear = (func.jsonb_typeof(_c.differences) == "array") & or_(*said)
        rows = self._db.execute(select(t.correction).where(clear).limit(limit).with_for_update()).all()
        for row in rows:
            self._say(row.id, row.agency_code, row.differences, row.note)
            if row.decision is not None:
                decision = self._sealed(row.id, row.agency_code, row.decision, "decision")
                self._db.execute(update(t.correction).where(_c.id == row.id).values(decision=decision))
        return len(rows)

    def _say(self, case_id: str, agency: str, differences: object, note: str) -> None:
        sealed = self._sealed(case_id, agency, differences, "differences")
        note = self._texts.seal(note, paper=_owner(case_id), agency=agency, place="note")
        self._db.execute(update(t.correction).where(_c.id == case_id).values(differences=sealed, note=note))

    def _decision(self, case_id: str, agency: str, decision: CaseDecision) -> object:
        return self._sealed(case_id, agency, to_json(decision), "decision")

    def _sealed(self, case_id: str, agency: str, value: object, place: str) -> object:
        return self._texts.seal_json(value, paper=_owner(case_id), agency=agency, place=place)

    def _opened(self, row: AnyRow, place: str) -> Any:
        return self._texts.open_json(getattr(row, place), paper=_owner(row.id), place=place)

    def _cases(self, query: Select[Any]) -> tuple[Correction, ...]:
        rows = self._db.execute(query).all()
        self._texts.expect(_owner(row.id) for row in rows)
        return tuple(self._case(row) for row in rows)

    def _case(self, row: AnyRow) -> Correction:
        decision = self._opened(row, "decision")
        return Correction(
            id=CorrectionId(row.id),
            state=CaseState(row.state),
            record=RecordCode(row.record_code),
            version=row.version,
            holder_id=row.holder_id,
            agency_code=row.agency_code,
            opened_agency=row.opened_agency,
            dossier=None if row.dossier_code is None else DossierCode(row.dossier_code),
            differences=tuple(from_json(one, FieldDifference) for one in self._opened(row, "differences")),
            note=self._texts.open(row.note, paper=_owner(row.id), place="note"),
            opened_by=row.opened_by,
            opened_name=row.opened_name,
            opened_at=row.opened_at,
            decision=None if decision is None else from_json(decision, CaseDecision),
            new_version=row.new_version,
            closed_at=row.closed_at,
            failure=row.failure,
        )
