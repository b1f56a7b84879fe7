"""Judge the signatures of a paper that came signed again, as of now, with the evidence that was kept at intake."""

from __future__ import annotations

import signing
from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.ports import Blobs, Clock, Engines, SealingDesk, UnitOfWork
from vault.usecases.oversee.view_record import look, visible
from vault.usecases.refusals import recorded


def check_original(
    code: RecordCode,
    *,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    clock: Clock,
    purpose: str | None,
) -> tuple[signing.Report, signing.Evidence]:
    """The report as of now, and what it rests on. `NOT_SIGNED` for a paper that came without any signature."""
    require(actor, Action.VIEW_RECORD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.VIEW_RECORD, record=code, purpose=purpose)), uow.begin() as tx:
        record, basis = visible(tx, code, actor, now=now)
        intake = tx.intakes.find(code)
        if intake is None or intake.signatures is None or not intake.signatures.present:
            raise NotFound("NOT_SIGNED")
        details = {"signatures": True}
        tx.events.add(look(Action.VIEW_RECORD, record, tx, actor, basis, now=now, purpose=purpose, details=details))
    kept = intake.signatures.evidence
    evidence = signing.Evidence.from_bytes(blobs.get(kept)) if kept is not None else signing.Evidence()
    data = blobs.get(record.original)
    return engines.inspect(data, trust=sealing.trust, now=now, evidence=evidence), evidence
