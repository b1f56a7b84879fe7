"""Erase a record because the law says so: its keys are destroyed, and what was read from it; that it was, stays proven.

Bytes, text, previews and index give nothing afterwards. The record's row keeps its code, type, agency and dates of
sealing and erasure; its events and their places in the transparency log stay, so the log still proves that the record
was there and who erased it. The status list calls it revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.batches import BatchId, BatchState
from vault.domain.errors import Conflict, Invalid, NotFound
from vault.domain.ids import RecordCode
from vault.domain.intake import IntakeId
from vault.domain.people import Action, Actor, require
from vault.ports import Blobs, Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class Erase:
    """Which record, why, and the article that asks for it."""

    record: RecordCode
    reason: str
    legal_ground: str


@dataclass(frozen=True, slots=True)
class Erased:
    """When it was erased, and how many files nobody can open any more; files of equal papers stay theirs."""

    record: RecordCode
    at: datetime
    files: int


def erase(what: Erase, *, actor: Actor, uow: UnitOfWork, blobs: Blobs, clock: Clock) -> Erased:
    """Erase; a second time is answered with the first. `UNDER_HOLD` while somebody holds the record.

    It reaches every scan of the paper: its own, those that were known again, and the batches that show it
    (`BATCH_SPLITTING` until the other papers of one are cut out). Whoever works on one of them ends with nothing.
    """
    require(actor, Action.ERASE)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.ERASE, record=what.record)), uow.begin() as tx:
        if not what.reason.strip() or not what.legal_ground.strip():
            raise Invalid("REASON_MISSING")
        record = tx.records.get(what.record, lock=True)
        if record.agency_code != actor.agency_code:
            raise NotFound("RECORD")
        before = tx.records.erased_at(what.record)
        if before is not None:
            return Erased(what.record, before, 0)
        if tx.holds.living(what.record):
            raise Conflict("UNDER_HOLD", record=what.record)
        intakes, wholes = _shown_on(what.record, tx)
        papers = (*(intakes or (IntakeId(what.record),)), *wholes)
        files = tx.keys.files_of(papers)
        ended = tx.keys.end_papers(papers)
        for intake in intakes:
            tx.intakes.erase(intake)
        for whole in wholes:
            tx.batches.erase(BatchId(whole))
        tx.forms.forget(record)
        tx.records.erase(what.record, at=now)
        tx.jobs.publish_status()
        tx.events.add(
            Event(
                now,
                actor,
                Action.ERASE,
                purpose=what.reason,
                legal_ground=what.legal_ground,
                record=what.record,
                version=record.version,
                holder_id=tx.records.first_holder(what.record),
                details={"files": len(ended), "papers": len(papers)},
            )
        )
    blobs.discard(ended, clear=files)
    return Erased(what.record, now, len(ended))


def _shown_on(code: RecordCode, tx: Tx) -> tuple[tuple[IntakeId, ...], tuple[IntakeId, ...]]:
    """Every intake that is this paper, and every batch scan that shows one of them.

    The paper itself, scans of it that officers knew again, and batches, which show it beside papers that have bytes of
    their own. Locked here, so that a reader that still works on one finds it blank.
    """
    found = tx.intakes.find(code)
    intakes = ((found.id,) if found else ()) + tx.intakes.known_as(code)
    for intake in sorted(intakes):
        tx.intakes.get(intake, lock=True)
    wholes = tx.keys.wholes_of(intakes)
    if any(tx.batches.get(BatchId(whole)).state is BatchState.RECEIVED for whole in wholes):
        raise Conflict("BATCH_SPLITTING")
    return intakes, wholes
