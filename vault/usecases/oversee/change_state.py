"""Suspend, reinstate, revoke or supersede a record (NĐ 45/2020 Đ15): shown at once to everybody who checks it."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.errors import Invalid, NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record, change_state
from vault.domain.states import RecordState
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class ChangeState:
    """The new state and why; `superseded_by` names the record that takes its place."""

    record: RecordCode
    state: RecordState
    reason: str
    superseded_by: RecordCode | None = None


def _require_successor(old: Record, new: Record) -> None:
    """What takes a paper's place is in force, of the same agency, and about somebody whom the old one names."""
    shared = {link.number for link in old.holders} & {link.number for link in new.holders}
    if new.state is not RecordState.ACTIVE or new.agency_code != old.agency_code or not shared:
        raise Invalid("SUPERSEDED_BY")


def change(what: ChangeState, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Record:
    """Change the state, with its reason in the log."""
    require(actor, Action.CHANGE_STATE)
    now = clock.now()
    refusal = Event(now, actor, Action.CHANGE_STATE, record=what.record)
    with recorded(uow, refusal), uow.begin() as tx:
        if not what.reason.strip():
            raise Invalid("REASON_MISSING")
        record = tx.records.get(what.record, lock=True)
        if record.agency_code != actor.agency_code:
            raise NotFound("RECORD")
        if (what.state is RecordState.SUPERSEDED) != (what.superseded_by is not None):
            raise Invalid("SUPERSEDED_BY")
        if what.superseded_by == what.record:
            raise Invalid("SUPERSEDED_BY_ITSELF")
        if what.superseded_by is not None:
            _require_successor(record, tx.records.get(what.superseded_by))
        tx.records.set_state(
            what.record, change_state(record.state, what.state), superseded_by=what.superseded_by, at=now
        )
        tx.jobs.publish_status()
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
