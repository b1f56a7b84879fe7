"""The daily report: who was asked for a paper although the rules spoke against it, on what ground, and why.

It also tells who searched for papers outside any dossier, and how much that showed: each had a purpose of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from vault.domain.audit import Event, Searched
from vault.domain.dossiers import Demand
from vault.domain.errors import Forbidden
from vault.domain.ids import DossierCode
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM
from vault.ports import Clock, UnitOfWork


@dataclass(frozen=True, slots=True)
class Overridden:
    """A demand against a usable record (`demand.overrides` names it), or after the one notice had gone out."""

    dossier: DossierCode
    demand: Demand


@dataclass(frozen=True, slots=True)
class Report:
    """The overrides of an agency on one day of Viet Nam."""

    day: date
    agency_code: str
    overrides: tuple[Overridden, ...]
    searches: tuple[Searched, ...] = ()


def report_overrides(day: date | None, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Report:
    """The report of a day; of today without one. Reading it is an event."""
    require(actor, Action.OVERSEE)
    now = clock.now()
    if actor.agency_code is None:
        raise Forbidden("NO_AGENCY")
    today = now.astimezone(VIET_NAM).date()
    wanted = min(day or today, today)
    start = datetime.combine(wanted, time(), VIET_NAM)
    end = start + timedelta(days=1)
    with uow.begin() as tx:
        rows = tx.dossiers.reported(actor.agency_code, since=start, until=end)
        searches = tx.events.searched(actor.agency_code, since=start, until=end)
        tx.events.add(Event(now, actor, Action.OVERSEE, code="OVERRIDES", details={"day": wanted.isoformat()}))
    return Report(wanted, actor.agency_code, tuple(Overridden(dossier, one) for dossier, one in rows), searches)
