"""What a phone showed by itself, as the citizen's own page tells it afterwards: kept in the citizen's log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from vault.domain.audit import Event
from vault.domain.errors import Forbidden, Invalid
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, UnitOfWork
from vault.usecases.present.own_paper import own_paper, paper_of, said

KEPT = timedelta(days=30)
"""How long a showing may wait on a phone without network: the credential itself ends after three days."""
CLOCK_TOLERANCE = timedelta(minutes=5)
LOOKED_AT = 200


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
    id: str | None = None
    """Names a showing that waited on the phone; the same again is the same."""
    shown_at: datetime | None = None


def note_showing(what: Showing, *, known: frozenset[str], actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Keep it. `known` are the names that a field may have.

    A paper that nobody may show is refused as by `own_paper`; a showing that is told later is kept all the same.
    """
    require(actor, Action.PRESENT)
    now = clock.now()
    audience, purpose = said(what.audience, what.purpose)
    if not what.fields or not known.issuperset(what.fields):
        raise Invalid("SHARE_FIELDS")
    if actor.holder_id is None:
        raise Forbidden("NO_HOLDER")
    if what.shown_at is not None and not now - KEPT <= what.shown_at <= now + CLOCK_TOLERANCE:
        raise Invalid("SHOWING_TIME")
    with uow.begin() as tx:
        if what.shown_at is None:
            record = own_paper(tx, actor, what.record, now=now)
        else:  # it happened: what became of the paper since does not undo it
            record = paper_of(tx, actor, what.record)
        if what.id is not None:
            before = tx.events.list(record=record.code, action=Action.PRESENT, limit=LOOKED_AT)
            if any(one.details.get("showing") == what.id for one in before):
                return
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
                details=_details(what),
            )
        )


def _details(what: Showing) -> dict[str, object]:
    told: dict[str, object] = {"fields": sorted(set(what.fields))}
    if what.id is not None:
        told["showing"] = what.id
    if what.shown_at is not None:
        told["shown_at"] = what.shown_at.astimezone(UTC).isoformat(timespec="seconds")
    return told
