"""Oversight: counts of acts and the acts behind them."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter
from pydantic import BaseModel

from vault.domain.reuse import VIET_NAM
from vault.usecases.oversee.count import Span, count
from vault.web.api.models import EventOut
from vault.web.session import SignedIn, TheApp

router = APIRouter(tags=["oversee"])
DAYS = 30


class DayOut(BaseModel):
    """How often an act ended in an outcome on a day, by agency, procedure and component."""

    day: date
    agency: str | None
    procedure: str | None
    component: str | None
    action: str
    outcome: str
    code: str | None
    count: int


class OverviewOut(BaseModel):
    """Figures since a day, all of them added up from events."""

    since: date
    digitised: int
    reused: int
    asked_again: int
    once_only_refused: int
    presented: int
    verified: int
    dossiers: int
    copies_avoided: int
    closed: int
    closed_late: int
    days: list[DayOut]
    events: list[EventOut]


@router.get("/overview")
def overview(actor: SignedIn, app: TheApp, since: date | None = None, until: date | None = None) -> OverviewOut:
    """The figures of the actor's agency and those under it, from a day (default: 30 days ago) to another (today)."""
    start = since or app.clock.now().astimezone(VIET_NAM).date() - timedelta(days=DAYS)
    span = Span(start, until or app.clock.now().astimezone(VIET_NAM).date())
    seen = count(span, actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    figures = seen.figures
    return OverviewOut(
        since=start,
        digitised=figures.digitised,
        reused=figures.reused,
        asked_again=figures.asked_again,
        once_only_refused=figures.once_only_refused,
        presented=figures.presented,
        verified=figures.verified,
        dossiers=figures.dossiers,
        copies_avoided=figures.copies_avoided,
        closed=figures.closed,
        closed_late=figures.closed_late,
        days=[
            DayOut(
                day=row.day,
                agency=row.agency,
                procedure=row.procedure,
                component=row.component,
                action=row.action.value,
                outcome=row.outcome.value,
                code=row.code,
                count=row.count,
            )
            for row in seen.tallies
        ],
        events=[EventOut.of(one) for one in seen.events],
    )
