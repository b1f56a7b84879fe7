"""Oversight: the figures, a chart over days drawn here, and the acts behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from vault.domain.audit import Outcome
from vault.domain.kpi import Tally
from vault.domain.people import Action
from vault.domain.reuse import VIET_NAM
from vault.usecases.oversee.count import count
from vault.web.html import render
from vault.web.pages.records import EventView, event_view
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/giam-sat", include_in_schema=False)
SPANS = (7, 30, 90)
"""Days that the page can look back."""
_DRAWN = ((Action.SEAL, "digitised"), (Action.ATTACH, "reused"), (Action.DEMAND, "asked_again"))
_HEIGHT, _FLOOR, _LEFT, _RIGHT = 180, 20, 34, 16
_WIDTH = 720


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and what it counts."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the chart, in its coordinates."""

    series: str
    day: date
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A label of an axis."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars by day, and the same numbers as rows for those who cannot see them."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    lines: tuple[Mark, ...]
    days: tuple[Mark, ...]
    rows: tuple[tuple[date, tuple[int, ...]], ...]
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OversightPage:
    """Figures since a day."""

    since: date
    span: int
    spans: tuple[int, ...]
    figures: tuple[Figure, ...]
    chart: Chart
    events: tuple[EventView, ...]


@router.get("")
def oversight(request: Request, actor: SignedIn, app: TheApp, ngay: int = SPANS[1]) -> Response:
    """The figures of the actor's agency."""
    span = ngay if ngay in SPANS else SPANS[1]
    today = app.clock.now().astimezone(VIET_NAM).date()
    since = today - timedelta(days=span - 1)
    seen = count(since, actor=actor, uow=app.uow, clock=app.clock)
    names = ("digitised", "reused", "once_only_refused", "asked_again", "dossiers", "presented", "verified")
    page = OversightPage(
        since=since,
        span=span,
        spans=SPANS,
        figures=tuple(Figure(name, getattr(seen.figures, name)) for name in names),
        chart=chart_of(seen.tallies, since, today),
        events=tuple(event_view(one, app) for one in seen.events),
    )
    return render(request, "oversight.html", page, actor=actor)


def chart_of(tallies: Iterable[Tally], since: date, today: date) -> Chart:
    """Three bars a day, scaled to the highest, with a round number at the top of the scale."""
    counted: Counter[tuple[date, str]] = Counter()
    for row in tallies:
        for action, name in _DRAWN:
            if row.action is action and row.outcome is Outcome.DONE:
                counted[row.day, name] += row.count
    days = [since + timedelta(days=number) for number in range((today - since).days + 1)]
    top = _round_up(max(counted.values(), default=0))
    step = (_WIDTH - _LEFT - _RIGHT) / len(days)
    thick = min(step * 0.8 / len(_DRAWN), 16)
    high = _HEIGHT - 2 * _FLOOR
    bars = [
        Bar(
            name,
            day,
            counted[day, name],
            x=round(_LEFT + number * step + (step - thick * len(_DRAWN)) / 2 + place * thick, 1),
            y=round(_HEIGHT - _FLOOR - high * counted[day, name] / top, 1),
            width=round(max(thick - 1, 1), 1),
            height=round(high * counted[day, name] / top, 1),
        )
        for number, day in enumerate(days)
        for place, (_, name) in enumerate(_DRAWN)
        if counted[day, name]
    ]
    every = max(1, -(-len(days) // 8))
    return Chart(
        width=_WIDTH,
        height=_HEIGHT,
        bars=tuple(bars),
        lines=tuple(
            Mark(str(value), _LEFT, round(_HEIGHT - _FLOOR - high * value / top, 1)) for value in (0, top // 2, top)
        ),
        days=tuple(
            Mark(f"{day:%d/%m}", round(_LEFT + (number + 0.5) * step, 1), _HEIGHT - 5)
            for number, day in enumerate(days)
            if (len(days) - 1 - number) % every == 0
        ),
        rows=tuple(
            (day, tuple(counted[day, name] for _, name in _DRAWN))
            for day in reversed(days)
            if any(counted[day, name] for _, name in _DRAWN)
        ),
        series=tuple(name for _, name in _DRAWN),
    )


def _round_up(value: int) -> int:
    """The next even number of one leading digit: the top of a scale that people read."""
    if value <= 2:  # noqa: PLR2004 - the smallest scale with a middle
        return 2
    unit: int = 10 ** (len(str(value)) - 1)
    top = -(-value // unit) * unit
    return top if top % 2 == 0 else top + 1
