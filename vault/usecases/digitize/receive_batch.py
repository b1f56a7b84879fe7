"""Take in a batch of papers that separator sheets part; the worker splits it."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.batches import Batch, BatchId, BatchState
from vault.domain.errors import Forbidden, Invalid
from vault.domain.ids import digest_of
from vault.domain.intake import IntakeId
from vault.domain.people import Action, Actor, require
from vault.ports import Blobs, Clock, Engines, Ids, UnitOfWork
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class ReceiveBatch:
    """The scan of many papers as one PDF."""

    data: bytes
    filename: str


@dataclass(frozen=True, slots=True)
class ReceivedBatch:
    """The batch; `duplicate` when this agency has these very bytes already."""

    batch: Batch
    duplicate: bool


def receive_batch(
    what: ReceiveBatch,
    *,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    clock: Clock,
    ids: Ids,
    max_bytes: int,
) -> ReceivedBatch:
    """Store the bytes as they came and queue the splitting. The same bytes again give the batch that is there.

    One that failed is tried again from where it stopped.
    """
    require(actor, Action.RECEIVE)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.RECEIVE)):
        if actor.agency_code is None:
            raise Forbidden("NO_AGENCY")
        if len(what.data) > max_bytes:
            raise Invalid("FILE_TOO_LARGE", limit=max_bytes)
        seen = engines.probe_batch(what.data)
    batch = Batch(
        id=BatchId(ids.token()),
        state=BatchState.RECEIVED,
        original=digest_of(what.data),
        filename=what.filename[-200:],
        size=len(what.data),
        page_count=seen.pages,
        agency_code=actor.agency_code,
        received_by=actor.account_id,
        by_name=actor.name,
        received_at=now,
    )
    own = IntakeId(batch.id)
    blobs.put(what.data, mime="application/pdf", paper=own, agency=batch.agency_code)
    with uow.begin() as tx:
        kept = tx.batches.add(batch)
        duplicate = kept.id != batch.id
        if kept.state is BatchState.FAILED:
            tx.batches.set_state(kept.id, BatchState.RECEIVED)
            kept = tx.batches.get(kept.id)
        if kept.state is BatchState.RECEIVED:
            tx.jobs.split(kept.id)
        details = {"batch": kept.id, "pages": kept.page_count}
        tx.events.add(Event(now, actor, Action.RECEIVE, code="DUPLICATE" if duplicate else None, details=details))
    if duplicate:  # the bytes go over to the batch that is there
        blobs.put(what.data, mime="application/pdf", paper=IntakeId(kept.id), agency=kept.agency_code)
        blobs.let_go(batch.original, paper=own)
    return ReceivedBatch(kept, duplicate)
