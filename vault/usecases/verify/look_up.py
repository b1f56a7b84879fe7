"""Look up the code printed on a paper: whoever holds the paper may know whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM
from vault.domain.states import RecordState
from vault.domain.text import mask_name
from vault.ports import Clock, Reach, UnitOfWork
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class Found:
    """The record, its holder's masked name, and its state at a time: `ACTIVE`, `EXPIRED` or another record state."""

    record: Record
    holder_masked: str
    state: str
    at: datetime


def look_up(code: RecordCode, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Found:
    """The record behind a code; 64 random bits make guessing one hopeless."""
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.VERIFY, details={"kind": "code"})), uow.begin(Reach.SHOWN) as tx:
        record = tx.records.get(code)
        state = record.state.value
        if record.state is RecordState.ACTIVE and record.expired(now.astimezone(VIET_NAM).date()):
            state = "EXPIRED"
        tx.events.add(
            Event(
                now,
                actor,
                Action.VERIFY,
                code=state,
                record=record.code,
                version=record.version,
                holder_id=tx.records.first_holder(code),
                agency_code=record.agency_code,
                details={"kind": "code"},
            )
        )
    return Found(record, mask_name(record.holders[0].name), state, now)
