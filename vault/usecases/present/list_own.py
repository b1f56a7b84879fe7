"""The citizen's own papers."""

from __future__ import annotations

from vault.domain.audit import Event
from vault.domain.errors import Forbidden
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.ports import Clock, UnitOfWork


def list_own(*, actor: Actor, uow: UnitOfWork, clock: Clock) -> tuple[Record, ...]:
    """Every record that names the citizen, newest first."""
    require(actor, Action.LIST_OWN)
    if actor.holder_id is None:
        raise Forbidden("NO_HOLDER")
    with uow.begin() as tx:
        records = tx.records.of_holder(actor.holder_id)
        details = {"records": len(records)}
        tx.events.add(Event(clock.now(), actor, Action.LIST_OWN, holder_id=actor.holder_id, details=details))
    return records
