"""Counts of what was done, and the events behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vault.domain.audit import Event
from vault.domain.errors import Forbidden
from vault.domain.ids import RecordCode
from vault.domain.kpi import Figures, Tally, figures
from vault.domain.people import HOLDER_ROLES, Action, Actor, require
from vault.ports import Clock, UnitOfWork


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures since a day, the tallies they are added up from, and the newest events."""

    since: date
    figures: Figures
    tallies: tuple[Tally, ...]
    events: tuple[Event, ...]


def count(since: date, *, actor: Actor, uow: UnitOfWork, clock: Clock, limit: int = 50) -> Overview:
    """The figures of the actor's agency; checks by strangers count for the agency whose paper was checked."""
    require(actor, Action.OVERSEE)
    if actor.agency_code is None:
        raise Forbidden("NO_AGENCY")
    with uow.begin() as tx:
        rows = tx.events.tally(agency_code=actor.agency_code, since=since)
        events = tx.events.list(agency_code=actor.agency_code, limit=limit)
        tx.events.add(Event(clock.now(), actor, Action.OVERSEE))
    return Overview(since, figures(rows), rows, events)


def who_looked(*, actor: Actor, uow: UnitOfWork, record: RecordCode | None = None, limit: int) -> tuple[Event, ...]:
    """Everything that was done with the citizen's papers, newest first."""
    require(actor, Action.LIST_OWN)
    if actor.role not in HOLDER_ROLES or actor.holder_id is None:
        return ()
    with uow.begin() as tx:
        own = tuple(one.code for one in tx.records.of_holder(actor.holder_id))
        return tx.events.list(holder_id=actor.holder_id, about=own, record=record, limit=limit)
