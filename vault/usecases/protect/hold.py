"""Hold a record: nobody erases it until the hold is lifted."""

from __future__ import annotations

from vault.domain.audit import Event
from vault.domain.errors import Invalid, NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded


def hold(code: RecordCode, reason: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Put a hold on a record of the own agency, with its reason."""
    require(actor, Action.HOLD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.HOLD, record=code)), uow.begin() as tx:
        if not reason.strip():
            raise Invalid("REASON_MISSING")
        _own(tx, code, actor)
        tx.holds.put(code, reason, by=actor.account_id, at=now)
        holder_id = tx.records.first_holder(code)
        tx.events.add(Event(now, actor, Action.HOLD, purpose=reason, record=code, holder_id=holder_id))


def lift(code: RecordCode, reason: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> int:
    """Lift every hold of a record, with the reason; how many there were."""
    require(actor, Action.HOLD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.HOLD, record=code)), uow.begin() as tx:
        if not reason.strip():
            raise Invalid("REASON_MISSING")
        _own(tx, code, actor)
        lifted = tx.holds.lift(code, at=now)
        holder_id = tx.records.first_holder(code)
        tx.events.add(Event(now, actor, Action.HOLD, code="LIFTED", purpose=reason, record=code, holder_id=holder_id))
    return lifted


def _own(tx: Tx, code: RecordCode, actor: Actor) -> None:
    if tx.records.get(code, lock=True).agency_code != actor.agency_code:
        raise NotFound("RECORD")
