"""The word of the agency that keeps the record: it is corrected, or it stays as it is, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.corrections import CaseDecision, CaseState, Correction, CorrectionId, next_state
from vault.domain.errors import Invalid, NotFound
from vault.domain.holders import HolderId, HolderRole
from vault.domain.intake import NamedHolder, check_confirmation
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record, may_correct
from vault.domain.reuse import VIET_NAM
from vault.domain.text import nfc
from vault.ports import Clock, Ids, Tx, UnitOfWork
from vault.usecases.digitize.confirm import reserve_place
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class DecideCase:
    """`fields` are the fields that change (an empty value takes one away); `holders`, when given, replace those named.

    To accept, the officer has compared with the original anew: the version is sealed with their name on it.
    """

    case: CorrectionId
    accept: bool
    reason: str
    fields: Mapping[str, str]
    holders: tuple[NamedHolder, ...] = ()
    compared_with_original: bool = False


def decide_case(what: DecideCase, *, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids) -> Correction:
    """Accept, and queue the seal of the new version, or refuse. A case that is closed is refused (`CORRECTION_STATE`).

    `REASON_MISSING`; `COMPARE_FIRST`; `CORRECTION_EMPTY` when the new version would say what the old one says;
    `RECORD_VERSION` when the record was corrected meanwhile.
    """
    require(actor, Action.CORRECT)
    now = clock.now()
    refusal = Event(now, actor, Action.CORRECT, details={"case": what.case})
    with recorded(uow, refusal), uow.begin() as tx:
        case = tx.corrections.get(what.case, lock=True)
        if actor.agency_code is None or case.agency_code != actor.agency_code:
            raise NotFound("CORRECTION")
        if not what.reason.strip():
            raise Invalid("REASON_MISSING")
        then = next_state(case.state, CaseState.ACCEPTED if what.accept else CaseState.REFUSED)
        record = tx.records.get(case.record, lock=True)
        decision = _decision(what, record, actor, now)
        if what.accept:
            version = may_correct(record, case.version)
            _reserve(tx, record.id, version, ids)
            tx.jobs.correct(case.id)
        decided = replace(case, state=then, decision=decision, failure=None, closed_at=None if what.accept else now)
        tx.corrections.set(decided)
        tx.events.add(
            Event(
                now,
                actor,
                Action.CORRECT,
                code=then.value,
                purpose=what.reason.strip(),
                legal_ground="Luật GDĐT 20/2023/QH15 Đ41 k3",
                record=case.record,
                version=record.version,
                dossier=case.dossier,
                holder_id=case.holder_id,
                details={"case": case.id},
            )
        )
        return decided


def _decision(what: DecideCase, record: Record, actor: Actor, now: datetime) -> CaseDecision:
    if not what.accept:
        return CaseDecision(what.reason.strip(), {}, (), actor.account_id, actor.name, now)
    if not what.compared_with_original:
        raise Invalid("COMPARE_FIRST")
    changed = {name: nfc(value).strip() for name, value in what.fields.items()}
    fields = {name: value for name, value in {**record.fields, **changed}.items() if value}
    kept = tuple(NamedHolder(link.number or "", link.name, link.role.value) for link in record.holders)
    holders = tuple(_holder(one) for one in what.holders) or kept
    if fields == dict(record.fields) and holders == kept:
        raise Invalid("CORRECTION_EMPTY")
    check_confirmation(holders, fields, today=now.astimezone(VIET_NAM).date())
    return CaseDecision(what.reason.strip(), fields, holders, actor.account_id, actor.name, now)


def _holder(one: NamedHolder) -> NamedHolder:
    role = one.role.upper()
    if role not in HolderRole.__members__:
        raise Invalid("HOLDER_ROLE", role=one.role)
    name = nfc(one.name).strip()
    if not name:
        raise Invalid("HOLDER_NAME")
    return NamedHolder(HolderId.parse(one.number).number, name, role)


def _reserve(tx: Tx, record_id: bytes, version: int, ids: Ids) -> None:
    """The version's place in the status list, fixed now so that a seal tried again seals the same version."""
    if tx.records.status_of(record_id, version) is not None:
        return
    reserve_place(tx, record_id, ids, version=version)
