"""What a phone showed by itself, as the citizen's own page tells it afterwards: kept in the citizen's log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vault.domain.audit import Event
from vault.domain.errors import Forbidden, Invalid
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, UnitOfWork
from vault.usecases.present.own_paper import own_paper, said


class Way(StrEnum):
    """How it was shown."""

    CHALLENGE = "CHALLENGE"
    ONE_WAY = "ONE_WAY"


@dataclass(frozen=True, slots=True)
class Showing:
    """Which fields of which paper, to whom and what for."""

    record: RecordCode
    way: Way
    fields: tuple[str, ...]
    audience: str
    purpose: str


def note_showing(what: Showing, *, known: frozenset[str], actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Keep it. `known` are the names that a field may have."""
    require(actor, Action.PRESENT)
    now = clock.now()
    audience, purpose = said(what.audience, what.purpose)
    if not what.fields or not known.issuperset(what.fields):
        raise Invalid("SHARE_FIELDS")
    if actor.holder_id is None:
        raise Forbidden("NO_HOLDER")
    with uow.begin() as tx:
        record = own_paper(tx, actor, what.record, now=now)
        tx.events.add(
            Event(
                now,
                actor,
                Action.PRESENT,
                code=what.way.value,
                purpose=f"{audience} – {purpose}",
                record=record.code,
                version=record.version,
                holder_id=actor.holder_id,
                agency_code=record.agency_code,
                details={"fields": sorted(set(what.fields))},
            )
        )
