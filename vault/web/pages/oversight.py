"""Oversight: figures over time, by procedure and by agency; each number opens the acts behind it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from vault.bootstrap import App
from vault.domain.errors import Invalid
from vault.domain.inbox import DueDay, Pace, pace_of
from vault.domain.kpi import Figure, Tally, counts, series
from vault.domain.reuse import VIET_NAM
from vault.domain.working_time import WorkingTime
from vault.messages import Language, say
from vault.usecases.oversee.count import Overview, Span, copies_of, count
from vault.web import sheets
from vault.web.html import render
from vault.web.pages.charts import Chart, chart_of
from vault.web.pages.desk import agency_name
from vault.web.pages.records import EventView, event_view
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/giam-sat", include_in_schema=False)
SPANS = (7, 30, 90, 365)
"""Days that the page offers to look back."""
ACTS_SHOWN = 20
DRAWN = (Figure.DIGITISED, Figure.REUSED, Figure.COPIES_AVOIDED)
_TILES = (
    Figure.DIGITISED,
    Figure.REUSED,
    Figure.COPIES_AVOIDED,
    Figure.ONCE_ONLY_REFUSED,
    Figure.ASKED_AGAIN,
    Figure.DOSSIERS,
    Figure.CLOSED,
    Figure.CLOSED_LATE,
    Figure.PRESENTED,
    Figure.VERIFIED,
)
_BY_PROCEDURE = (Figure.DOSSIERS, Figure.REUSED, Figure.COPIES_AVOIDED, Figure.ASKED_AGAIN, Figure.ONCE_ONLY_REFUSED)
_BY_AGENCY = (Figure.DIGITISED, Figure.DOSSIERS, Figure.REUSED, Figure.COPIES_AVOIDED, Figure.ASKED_AGAIN)


@dataclass(frozen=True, slots=True)
class FigureView:
    """One number and what it counts."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class RowView:
    """One procedure or agency with its numbers; `share` is the first number's part of the largest, 0 to 100."""

    code: str
    name: str
    values: tuple[FigureView, ...]
    late: int
    near: int
    share: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose in the filter."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class OversightPage:
    """Figures of a span. `query` names the span in links to what is behind a number."""

    since: date
    until: date
    span: int
    spans: tuple[int, ...]
    agency: str
    procedure: str
    agencies: tuple[Choice, ...]
    procedures: tuple[Choice, ...]
    figures: tuple[FigureView, ...]
    late: int
    near: int
    chart: Chart
    by_procedure: tuple[RowView, ...]
    by_agency: tuple[RowView, ...]
    events: tuple[EventView, ...]
    query: str

    def to(self, *, since: date | None = None, until: date | None = None, **other: str) -> str:
        """The query of this span, narrowed."""
        return query_of(
            since or self.since, until or self.until, {"co_quan": self.agency, "thu_tuc": self.procedure} | other
        )


def query_of(since: date, until: date, other: dict[str, str]) -> str:
    """A span as the query of an address."""
    return urlencode({"tu": since.isoformat(), "den": until.isoformat()} | {k: v for k, v in other.items() if v})


def span_of(app: App, *, ngay: int, tu: str, den: str, co_quan: str, thu_tuc: str) -> Span:
    """The span that an address names: two days, or so many days back; `SPAN` when they make no sense."""
    today = app.clock.now().astimezone(VIET_NAM).date()
    try:
        until = date.fromisoformat(den) if den else today
        days = ngay if ngay in SPANS else SPANS[1]
        since = date.fromisoformat(tu) if tu else until - timedelta(days=days - 1)
    except (ValueError, OverflowError) as error:
        raise Invalid("SPAN", since=tu, until=den) from error
    return Span(since, until, co_quan or None, thu_tuc or None)


@router.get("")
def oversight(
    *,
    request: Request,
    actor: SignedIn,
    app: TheApp,
    ngay: int = SPANS[1],
    tu: str = "",
    den: str = "",
    co_quan: str = "",
    thu_tuc: str = "",
) -> Response:
    """The figures of the actor's agency and of those under it."""
    span = span_of(app, ngay=ngay, tu=tu, den=den, co_quan=co_quan, thu_tuc=thu_tuc)
    seen = count(span, actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock, limit=ACTS_SHOWN)
    return render(request, "oversight.html", _page(seen, span, app), actor=actor)


@router.get("/bang.{form}", response_class=Response)
def table(
    *,
    form: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    ngay: int = SPANS[1],
    tu: str = "",
    den: str = "",
    co_quan: str = "",
    thu_tuc: str = "",
) -> Response:
    """The figures as a file: CSV (one row a day, agency and procedure) or a workbook with the page's tables."""
    if form not in {sheets.CSV, sheets.XLSX}:
        raise Invalid("TABLE_FORM", form=form)
    span = span_of(app, ngay=ngay, tu=tu, den=den, co_quan=co_quan, thu_tuc=thu_tuc)
    seen = count(span, actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock, limit=0)
    page = _page(seen, span, app)

    def word(figure: str) -> str:
        return say(f"ui.figure.{figure}", language)

    long = _long(seen, app, language)
    if form == sheets.CSV:
        return sheets.download([long], form, name=_name(span))
    head = (say("ui.oversight.since_day", language), say("ui.oversight.until_day", language))
    over_time = sheets.Sheet(
        say("ui.oversight.chart", language),
        (*head, *map(word, page.chart.series)),
        [(row.since, row.until, *row.values) for row in page.chart.rows],
    )
    total = sheets.Sheet(
        say("ui.oversight.total", language),
        (say("ui.oversight.figure", language), say("ui.oversight.value", language)),
        [(word(one.name), one.value) for one in page.figures],
    )
    tables = [
        sheets.Sheet(
            say(key, language),
            (
                say("ui.oversight.code", language),
                say(name, language),
                *(word(figure.value) for figure in figures),
                word("late"),
                word("near"),
            ),
            [(row.code, row.name, *(one.value for one in row.values), row.late, row.near) for row in rows],
        )
        for key, name, figures, rows in (
            ("ui.oversight.by_procedure", "ui.dossier.procedure", _BY_PROCEDURE, page.by_procedure),
            ("ui.oversight.by_agency", "ui.oversight.agency", _BY_AGENCY, page.by_agency),
        )
    ]
    return sheets.download([total, over_time, *tables, long], form, name=_name(span))


def _name(span: Span) -> str:
    return f"giam-sat-{span.since.isoformat()}-{span.until.isoformat()}"


def _long(seen: Overview, app: App, language: Language) -> sheets.Sheet:
    """One row a day, agency and procedure: what a pivot table is made of."""
    copies = copies_of(app.catalogue)
    keys = sorted({(row.day, row.agency or "", row.procedure or "") for row in seen.tallies})
    grouped: dict[tuple[date, str, str], list[Tally]] = {key: [] for key in keys}
    for row in seen.tallies:
        grouped[row.day, row.agency or "", row.procedure or ""].append(row)
    head = ("ui.oversight.day", "ui.oversight.agency", "ui.oversight.code", "ui.dossier.procedure")
    return sheets.Sheet(
        say("ui.oversight.by_day", language),
        (*(say(one, language) for one in head), *(say(f"ui.figure.{figure.value}", language) for figure in Figure)),
        [
            (
                day,
                agency_name(agency, app),
                procedure,
                procedure_name(procedure, app) if procedure else "",
                *(sum(row.count for row in rows if counts(figure, row, copies)) for figure in Figure),
            )
            for (day, agency, procedure), rows in grouped.items()
        ],
    )


def procedure_name(code: str, app: App) -> str:
    """The procedure's name today, or its code when the catalogue does not know it (any more)."""
    found = app.catalogue.find_procedure(code, app.clock.now().astimezone(VIET_NAM).date())
    return found.name if found else code


def _page(seen: Overview, span: Span, app: App) -> OversightPage:
    today = app.clock.now().astimezone(VIET_NAM).date()
    copies = copies_of(app.catalogue)
    behind = _behind(today, app.catalogue.working_time)
    days = (span.until - span.since).days + 1
    return OversightPage(
        since=span.since,
        until=span.until,
        span=days if span.until == today and days in SPANS else 0,
        spans=SPANS,
        agency=span.agency or "",
        procedure=span.procedure or "",
        agencies=tuple(Choice(code, agency_name(code, app)) for code in seen.agencies),
        procedures=_procedures(seen.tallies, app),
        figures=tuple(FigureView(one.value, getattr(seen.figures, one.value)) for one in _TILES),
        late=behind(seen.due, Pace.LATE),
        near=behind(seen.due, Pace.NEAR),
        chart=chart_of(series(seen.tallies, DRAWN, since=span.since, until=span.until, copies=copies), DRAWN),
        by_procedure=_rows(
            seen, copies, behind, _Grouping(_BY_PROCEDURE, "procedure"), lambda code: procedure_name(code, app)
        ),
        by_agency=_rows(seen, copies, behind, _Grouping(_BY_AGENCY, "agency"), lambda code: agency_name(code, app)),
        events=tuple(event_view(one, app) for one in seen.events),
        query=query_of(span.since, span.until, {"co_quan": span.agency or "", "thu_tuc": span.procedure or ""}),
    )


def _procedures(tallies: Iterable[Tally], app: App) -> tuple[Choice, ...]:
    codes = sorted({row.procedure for row in tallies if row.procedure})
    return tuple(Choice(code, procedure_name(code, app)) for code in codes)


_Behind = Callable[[Iterable[DueDay], Pace], int]


def _behind(today: date, working: WorkingTime) -> _Behind:
    """How many of some due dossiers stand so today."""

    def behind(due: Iterable[DueDay], pace: Pace) -> int:
        return sum(one.count for one in due if pace_of(one.due_on, today=today, working=working) is pace)

    return behind


@dataclass(frozen=True, slots=True)
class _Grouping:
    """Which figures a table shows, and by which attribute of tallies and due days it groups them."""

    figures: tuple[Figure, ...]
    by: str

    def of(self, one: Tally | DueDay) -> str | None:
        found: str | None = getattr(one, self.by)
        return found


def _rows(
    seen: Overview, copies: Collection[str], behind: _Behind, grouping: _Grouping, name: Callable[[str], str]
) -> tuple[RowView, ...]:
    grouped: dict[str, list[Tally]] = {}
    for row in seen.tallies:
        if code := grouping.of(row):
            grouped.setdefault(code, []).append(row)
    for one in seen.due:
        grouped.setdefault(grouping.of(one) or "", [])
    values = {
        code: tuple(
            FigureView(figure.value, sum(row.count for row in rows if counts(figure, row, copies)))
            for figure in grouping.figures
        )
        for code, rows in grouped.items()
    }
    most = max((found[0].value for found in values.values()), default=0) or 1
    due = {code: [one for one in seen.due if grouping.of(one) == code] for code in values}
    rows = [
        RowView(
            code,
            name(code),
            found,
            late=behind(due[code], Pace.LATE),
            near=behind(due[code], Pace.NEAR),
            share=round(100 * found[0].value / most),
        )
        for code, found in values.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.values[0].value, -row.late, row.code)))
