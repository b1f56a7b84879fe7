"""Indicators of QĐ 766 and the city's shares."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel

from vault.domain.errors import NotFound
from vault.domain.indicators import NUMBERS, Indicator, Share, Unit, points
from vault.domain.people import Action, require
from vault.domain.reuse import VIET_NAM
from vault.usecases.oversee.count import Span
from vault.usecases.oversee.measure import evidence, indicators
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/indicators", tags=["oversee"])
MOST = 1000


class ShareOut(BaseModel):
    """An indicator. `percent` and `points` null: nothing to divide by, or no formula for points."""

    number: str | None
    name: str
    counted: int
    of: int
    percent: Decimal | None
    points: Decimal | None

    @classmethod
    def of_share(cls, indicator: Indicator, share: Share) -> Self:
        """From the domain."""
        return cls(
            number=NUMBERS.get(indicator),
            name=indicator.value,
            counted=share.counted,
            of=share.all,
            percent=share.percent,
            points=points(indicator, share),
        )


class IndicatorsOut(BaseModel):
    """All indicators of a span, of all agencies together and of each."""

    since: date
    until: date
    dossiers: int
    unreceived: int
    total: list[ShareOut]
    by_agency: dict[str, list[ShareOut]]


class UnitOut(BaseModel):
    """One dossier, component or procedure that an indicator divides; `events` are numbers of acts in the log."""

    unit: str
    dossier: str
    agency: str
    procedure: str
    received_at: datetime | None
    counted: bool
    events: list[int]

    @classmethod
    def of(cls, unit: Unit) -> Self:
        """From the domain."""
        return cls(
            unit=unit.key,
            dossier=unit.dossier,
            agency=unit.agency,
            procedure=unit.procedure,
            received_at=unit.received_at,
            counted=unit.counted,
            events=list(unit.events),
        )


def _span(app: TheApp, since: date | None, until: date | None, agency: str | None) -> Span:
    today = app.clock.now().astimezone(VIET_NAM).date()
    last = until or today
    return Span(since or last, last, agency)


@router.get("")
def measured(
    actor: SignedIn, app: TheApp, since: date | None = None, until: date | None = None, agency: str | None = None
) -> IndicatorsOut:
    """The indicators from a day to another (default: today)."""
    span = _span(app, since, until, agency)
    found = indicators(span, actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock).measured
    return IndicatorsOut(
        since=span.since,
        until=span.until,
        dossiers=found.dossiers,
        unreceived=found.unreceived,
        total=[ShareOut.of_share(one, share) for one, share in found.total.items()],
        by_agency={
            code: [ShareOut.of_share(one, share) for one, share in shares.items()]
            for code, shares in found.by_agency.items()
        },
    )


@router.get("/{indicator}")
def behind(
    *,
    indicator: str,
    actor: SignedIn,
    app: TheApp,
    since: date | None = None,
    until: date | None = None,
    agency: str | None = None,
    offset: int = 0,
    limit: int = 100,
) -> list[UnitOut]:
    """What an indicator divides, with the acts behind it."""
    require(actor, Action.OVERSEE)
    if indicator not in set(Indicator):
        raise NotFound("NOT_FOUND")
    found = evidence(
        Indicator(indicator),
        _span(app, since, until, agency),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
        limit=min(max(limit, 1), MOST),
        offset=max(offset, 0),
    )
    return [UnitOut.of(one) for one in found]
