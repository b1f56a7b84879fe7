"""Seal the version that an accepted correction asks for. Run by the worker; safe to run again.

The older version keeps what it said, its sealed copy and its credential; whoever checks that paper is told that a newer
one took its place. The version's number and status place were fixed with the decision.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import qr
import signing
from vault.domain.audit import Event, Outcome
from vault.domain.catalogue import Catalogue
from vault.domain.corrections import CaseState, Correction, CorrectionId, next_state
from vault.domain.errors import Conflict, Invalid, NotFound
from vault.domain.holders import HolderId
from vault.domain.ids import digest_of
from vault.domain.intake import Confirmation
from vault.domain.outside import converts, tempered
from vault.domain.people import SYSTEM, Action
from vault.domain.records import Record, may_correct
from vault.ports import Blobs, Clock, CredentialDesk, Engines, SealingDesk, Tx, UnitOfWork
from vault.usecases.announce import announce_sealed
from vault.usecases.digitize.paper import make_record
from vault.usecases.digitize.seal import origin_of
from vault.usecases.tell import tell_record


def seal_version(
    case_id: CorrectionId,
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    credentials: CredentialDesk,
    catalogue: Catalogue,
    clock: Clock,
) -> int | None:
    """The number of the new version; None when the case does not wait for one (any more).

    What cannot be sealed so goes back to the officer: the case is open again, and says why.
    """
    with uow.begin() as tx:
        case = tx.corrections.get(case_id)
    if case.state is not CaseState.ACCEPTED:
        return case.new_version
    try:
        return _seal(
            case,
            uow=uow,
            blobs=blobs,
            engines=engines,
            sealing=sealing,
            credentials=credentials,
            catalogue=catalogue,
            clock=clock,
        )
    except (Invalid, NotFound, Conflict, qr.QrError, signing.SigningError) as error:
        give_back(case.id, error.code, uow=uow, clock=clock)
        return None


def _seal(
    case: Correction,
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    credentials: CredentialDesk,
    catalogue: Catalogue,
    clock: Clock,
) -> int | None:
    with uow.begin() as tx:
        record, intake = tx.records.get(case.record), tx.intakes.find(case.record)
        version = may_correct(record, case.version)
        slot = tx.records.status_of(record.id, version)
        origin = origin_of(intake, tx) if intake is not None else None
    if intake is None or slot is None:
        raise Invalid("CORRECTION_SOURCE", record=case.record)
    made = make_record(
        intake,
        _word(case, record),
        slot=slot,
        preview=record.preview,
        version=version,
        blobs=blobs,
        engines=engines,
        sealing=sealing,
        credentials=credentials,
        catalogue=catalogue,
        clock=clock,
        converted=converts(origin),
    )
    made = made if origin is None else tempered(made, origin)
    now = made.sealed_at
    with uow.begin() as tx:
        current = tx.corrections.get(case.id, lock=True)
        if current != case:
            return current.new_version
        held = tx.records.get(case.record, lock=True)
        may_correct(held, case.version)
        people = tuple(
            tx.holders.ensure(HolderId(one.kind, one.number or ""), one.name, at=now) for one in made.holders
        )
        tx.records.add_version(made, holder_ids=people)
        done = next_state(current.state, CaseState.CORRECTED)
        tx.corrections.set(replace(current, state=done, new_version=version, closed_at=now))
        tx.jobs.publish_status()
        tell_record(tx, made.code, now)
        announce_sealed(tx, made.code, made.version, now)
        _tell(case, made, tx, now)
    return version


def _word(case: Correction, record: Record) -> Confirmation:
    decision = case.decision
    if decision is None:
        raise Invalid("CORRECTION_SOURCE", record=case.record)
    return Confirmation(
        type_code=record.type_code,
        holders=decision.holders,
        fields=decision.fields,
        compared_with_original=True,
        consent=record.consent,
        by_account=decision.by_account,
        by_name=decision.by_name,
        at=decision.at,
        record_id=record.id,
    )


def _tell(case: Correction, made: Record, tx: Tx, now: datetime) -> None:
    """Two events: the seal, by whose credential the log holds up the new paper, and the end of the case."""
    sealer = replace(SYSTEM, agency_code=case.agency_code)
    common = {"case": case.id, "type": made.type_code, "level": made.seal_level}
    credential = digest_of(made.credential.encode())
    for action, code, details in (
        (Action.SEAL, None, common | {"credential": credential}),
        (Action.CORRECT, CaseState.CORRECTED.value, common),
    ):
        tx.events.add(
            Event(
                now,
                sealer,
                action,
                code=code,
                legal_ground="Luật GDĐT 20/2023/QH15 Đ41 k3",
                record=case.record,
                version=made.version,
                dossier=case.dossier if action is Action.CORRECT else None,
                holder_id=case.holder_id,
                details=details,
            )
        )


def give_back(case_id: CorrectionId, code: str, *, uow: UnitOfWork, clock: Clock) -> None:
    """Open an accepted case again with the reason why its version could not be sealed."""
    with uow.begin() as tx:
        case = tx.corrections.get(case_id, lock=True)
        if case.state is not CaseState.ACCEPTED:
            return
        tx.corrections.set(replace(case, state=next_state(case.state, CaseState.OPEN), decision=None, failure=code))
        sealer = replace(SYSTEM, agency_code=case.agency_code)
        tx.events.add(
            Event(
                clock.now(),
                sealer,
                Action.CORRECT,
                Outcome.REFUSED,
                code,
                record=case.record,
                holder_id=case.holder_id,
                details={"case": case.id},
            )
        )
