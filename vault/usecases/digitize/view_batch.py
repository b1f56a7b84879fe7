"""Look at batches of the officer's own agency."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.batches import Batch, BatchId
from vault.domain.errors import NotFound
from vault.domain.intake import Intake, IntakeId
from vault.domain.people import Action, Actor, require
from vault.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class SeenBatch:
    """A batch and the papers that were cut from it, by their ids."""

    batch: Batch
    intakes: dict[IntakeId, Intake]


def view_batches(*, actor: Actor, uow: UnitOfWork, limit: int) -> tuple[Batch, ...]:
    """The newest first."""
    require(actor, Action.VIEW_INTAKE)
    with uow.begin() as tx:
        return tx.batches.list(actor.agency_code or "", limit=limit)


def view_batch(batch_id: BatchId, *, actor: Actor, uow: UnitOfWork) -> SeenBatch:
    """One batch with its papers; what they say is looked at, and logged, one by one."""
    require(actor, Action.VIEW_INTAKE)
    with uow.begin() as tx:
        batch = tx.batches.get(batch_id)
        if batch.agency_code != actor.agency_code:
            raise NotFound("BATCH")
        ids = [part.intake for part in batch.parts if part.intake is not None]
        return SeenBatch(batch, {one.id: one for one in tx.intakes.get_all(ids)})
