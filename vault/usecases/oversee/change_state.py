"""Suspend, reinstate, revoke or supersede a record (NĐ 45/2020 Đ15): shown at once to everybody who checks it."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event, Outcome
from vault.domain.errors import Invalid, NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record, change_state, supersede
from vault.domain.states import RecordState
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.announce import announce_state
from vault.usecases.refusals import recorded
from vault.usecases.tell import tell_record


@dataclass(frozen=True, slots=True)
class ChangeState:
    """The new state and why; `superseded_by` names the record that takes its place."""

    record: RecordCode
    state: RecordState
    reason: str
    superseded_by: RecordCode | None = None


def _pair(tx: Tx, what: ChangeState) -> tuple[Record, Record | None]:
    """The record and its successor, both locked, always in the same order: two that replace each other cannot both."""
    if what.superseded_by is None:
        return tx.records.get(what.record, lock=True), None
    locked = {code: tx.records.get(code, lock=True) for code in sorted({what.record, what.superseded_by})}
    return locked[what.record], locked[what.superseded_by]


def _again(tx: Tx, what: ChangeState, record: Record, actor: Actor) -> bool:
    """Whether this very word was the last one: the officer says it again because the answer never came."""
    if (record.state, record.superseded_by) != (what.state, what.superseded_by):
        return False
    said = tx.events.list(record=what.record, action=Action.CHANGE_STATE, outcome=Outcome.DONE, limit=1)
    return [(one.actor.account_id, one.purpose) for one in said] == [(actor.account_id, what.reason)]


def change(what: ChangeState, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Record:
    """Change the state, with its reason in the log. The same word of the same officer again is answered, once told."""
    require(actor, Action.CHANGE_STATE)
    now = clock.now()
    refusal = Event(now, actor, Action.CHANGE_STATE, record=what.record)
    with recorded(uow, refusal), uow.begin() as tx:
        if not what.reason.strip():
            raise Invalid("REASON_MISSING")
        record, successor = _pair(tx, what)
        if record.agency_code != actor.agency_code:
            raise NotFound("RECORD")
        if (what.state is RecordState.SUPERSEDED) != (what.superseded_by is not None):
            raise Invalid("SUPERSEDED_BY")
        if _again(tx, what, record, actor):
            return record
        then = change_state(record.state, what.state) if successor is None else supersede(record, successor)
        tx.records.set_state(what.record, then, superseded_by=what.superseded_by, at=now)
        tx.jobs.publish_status()
        tell_record(tx, what.record, now)
        announce_state(tx, what.record, then, now)
        tx.events.add(
            Event(
                now,
                actor,
                Action.CHANGE_STATE,
                code=what.state.value,
                purpose=what.reason,
                legal_ground="NĐ 45/2020/NĐ-CP Đ15",
                record=what.record,
                version=record.version,
                holder_id=tx.records.first_holder(what.record),
                details={"from": record.state.value},
            )
        )
        return tx.records.get(what.record)
