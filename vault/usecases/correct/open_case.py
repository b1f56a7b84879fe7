"""Say that a record differs from the paper: an officer over a dossier, its agency, or the person whose record it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.corrections import CaseState, Correction, CorrectionId, FieldDifference
from vault.domain.errors import Conflict, Invalid, NotFound
from vault.domain.forms import kind_of, same_value
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import HOLDER_ROLES, Action, Actor, require
from vault.domain.records import Record, may_correct
from vault.domain.text import nfc
from vault.ports import Clock, Ids, Tx, UnitOfWork
from vault.usecases.oversee.view_record import visible
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier

LONGEST = 500
"""Letters of a note or a value: what stands on one line of a paper."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Which record, what its fields should say (`stated`, by field), and why; `dossier` is where it came to light."""

    record: RecordCode
    stated: Mapping[str, str]
    note: str = ""
    dossier: DossierCode | None = None


def open_case(what: OpenCase, *, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids) -> Correction:
    """Open the case at the agency that keeps the record. One that is open already and says the same is the answer.

    `CORRECTION_OPEN` while a case is open that says something else: it is decided first, then this can be stated.
    `CORRECTION_EMPTY` when nothing is stated otherwise than the record has it; `RECORD_STATE` for a record that was
    revoked or replaced; `DOSSIER_CLOSED` for a dossier that is over. An agency that does not keep the record is told
    what it stated itself, not what the record says.
    """
    require(actor, Action.CORRECT)
    now = clock.now()
    refusal = Event(now, actor, Action.CORRECT, record=what.record, dossier=what.dossier)
    with recorded(uow, refusal), uow.begin() as tx:
        record = _seen(tx, what, actor, now)
        may_correct(record, record.version)
        found, fresh = _differences(record, what.stated), CorrectionId(ids.token())
        case = tx.corrections.open(
            Correction(
                id=fresh,
                state=CaseState.OPEN,
                record=record.code,
                version=record.version,
                holder_id=tx.records.first_holder(record.code) or 0,
                agency_code=record.agency_code,
                opened_agency=actor.agency_code or "",
                dossier=what.dossier,
                differences=found,
                note=nfc(what.note).strip()[:LONGEST],
                opened_by=actor.account_id,
                opened_name=actor.name,
                opened_at=now,
            )
        )
        if case.id != fresh and not set(found) <= set(case.differences):
            raise Conflict("CORRECTION_OPEN")  # nobody's words are dropped without a word
        tx.events.add(
            Event(
                now,
                actor,
                Action.CORRECT,
                code=CaseState.OPEN.value,
                legal_ground="Luật GDĐT 20/2023/QH15 Đ41 k3",
                record=record.code,
                version=record.version,
                dossier=what.dossier,
                holder_id=case.holder_id,
                agency_code=record.agency_code,
                details={"case": case.id, "fields": [one.field for one in found]},
            )
        )
        return case if actor.role in HOLDER_ROLES else case.for_agency(actor.agency_code)


def _seen(tx: Tx, what: OpenCase, actor: Actor, now: datetime) -> Record:
    """The record, if the actor may look at it: their own, on a ground of their agency's, or out of their dossier."""
    if what.dossier is None:
        return visible(tx, what.record, actor, now=now)[0]
    dossier = own_dossier(tx, what.dossier, actor)
    dossier.require_open()
    attached = any(one.record == what.record for one in dossier.attachments)
    named = set(dossier.people) & set(tx.records.holder_ids(what.record))
    if not attached and not named:
        raise NotFound("RECORD")
    return tx.records.get(what.record)


def _differences(record: Record, stated: Mapping[str, str]) -> tuple[FieldDifference, ...]:
    found = tuple(
        FieldDifference(field[:64], record.fields.get(field, ""), nfc(value).strip()[:LONGEST])
        for field, value in sorted(stated.items())
        if not same_value(kind_of(field), record.fields.get(field, ""), value)
    )
    if not found:
        raise Invalid("CORRECTION_EMPTY")
    return found
