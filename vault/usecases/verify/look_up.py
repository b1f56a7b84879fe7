"""Look up the code printed on a paper: whoever holds the paper may know whether it still holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.errors import Forbidden, NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, Role
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM
from vault.domain.sign_in import LOOK_UP_CALLER, LOOK_UP_MISSES
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


def look_up(code: RecordCode, *, actor: Actor, uow: UnitOfWork, clock: Clock, caller: str = "") -> Found:
    """The record behind a code; 64 random bits make guessing one hopeless.

    `caller` (an address) or the account is counted: `TOO_MANY_LOOK_UPS` for whoever asks like a program.
    """
    now = clock.now()
    counted = caller if actor.role is Role.ANONYMOUS else actor.account_id
    if counted:
        with uow.begin() as tx:
            braked = tx.sign_ins.tried(LOOK_UP_CALLER, counted, at=now) > LOOK_UP_CALLER.most
            braked = braked or tx.sign_ins.tries(LOOK_UP_MISSES, counted, at=now) >= LOOK_UP_MISSES.most
        if braked:
            raise Forbidden("TOO_MANY_LOOK_UPS")
    refusal = Event(now, actor, Action.VERIFY, details={"kind": "code"})
    with recorded(uow, refusal), _misses_counted(counted, uow, now), uow.begin(Reach.SHOWN) as tx:
        record = tx.records.find(code)
        if record is None:
            raise NotFound("RECORD")
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


@contextmanager
def _misses_counted(counted: str, uow: UnitOfWork, now: datetime) -> Iterator[None]:
    """In a transaction of its own, once the look-up's has rolled back and given its connection back."""
    try:
        yield
    except NotFound:
        if counted:
            with uow.begin() as tx:
                tx.sign_ins.tried(LOOK_UP_MISSES, counted, at=now)
        raise
