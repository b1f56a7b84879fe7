"""Show one paper as a QR on the phone."""

from __future__ import annotations

from dataclasses import dataclass

import qr
from vault.domain.audit import Event
from vault.domain.errors import Conflict, NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.domain.states import RecordState
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class Present:
    """Which paper, to whom and what for: the citizen's own words, kept in the log of the paper."""

    record: RecordCode
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Presentation:
    """The record, its credential and the symbol as SVG."""

    record: Record
    credential: str
    svg: str


def present(what: Present, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Presentation:
    """The symbol of an own paper that is in force. Another's paper answers like one that is not there."""
    require(actor, Action.PRESENT)
    now = clock.now()
    refusal = Event(now, actor, Action.PRESENT, record=what.record, holder_id=actor.holder_id, purpose=what.purpose)
    with recorded(uow, refusal), uow.begin() as tx:
        if actor.holder_id is None:
            raise NotFound("RECORD")
        record = next((one for one in tx.records.of_holder(actor.holder_id) if one.code == what.record), None)
        if record is None:
            raise NotFound("RECORD")
        if record.state is not RecordState.ACTIVE:
            raise Conflict("RECORD_NOT_ACTIVE", state=record.state.value)
        tx.events.add(
            Event(
                now,
                actor,
                Action.PRESENT,
                purpose=what.purpose,
                record=record.code,
                version=record.version,
                holder_id=actor.holder_id,
                agency_code=record.agency_code,
            )
        )
    return Presentation(record, record.credential, qr.render_svg(record.credential))
