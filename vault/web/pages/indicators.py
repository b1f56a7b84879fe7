"""Indicators of QĐ 766 and the city's shares: as a page, as PDF and CSV by agency, and what is behind each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from vault.bootstrap import App
from vault.domain.errors import Invalid, NotFound
from vault.domain.indicators import NUMBERS, Indicator, Share, Unit, points
from vault.messages import Language, say
from vault.usecases.oversee.count import Span
from vault.usecases.oversee.measure import Report, evidence, indicators
from vault.web import sheets
from vault.web.html import day, moment, render
from vault.web.pages.desk import agency_name
from vault.web.pages.oversight import Choice, procedure_name, query_of, span_of
from vault.web.report_pdf import PdfReport, PdfTable, render_pdf
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/giam-sat/chi-so", include_in_schema=False)
PDF = "pdf"
SHOWN = 100
EXPORTED = 100_000


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """One indicator as it is read: in percent with a comma, or nothing to divide by."""

    name: str
    number: str
    share: Share
    points: str


@dataclass(frozen=True, slots=True)
class AgencyView:
    """An agency with its percentages, in the order of the indicators."""

    code: str
    name: str
    percents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndicatorsPage:
    """What was measured in a span."""

    since: date
    until: date
    agency: str
    agencies: tuple[Choice, ...]
    dossiers: int
    unreceived: int
    decision: tuple[IndicatorView, ...]
    others: tuple[IndicatorView, ...]
    by_agency: tuple[AgencyView, ...]
    query: str


@dataclass(frozen=True, slots=True)
class UnitView:
    """One row behind an indicator."""

    unit: str
    dossier: str
    own: bool
    procedure: str
    agency: str
    received_at: datetime | None
    counted: bool
    events: str


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """The rows behind an indicator, a page of them at a time."""

    name: str
    number: str
    since: date
    until: date
    rows: tuple[UnitView, ...]
    page: int
    more: bool
    query: str


def percent(share: Share) -> str:
    """As people here write it: 83,76; N/A when there is nothing to divide by."""
    return written(share.percent)


def written(value: Decimal | None) -> str:
    """A number with a comma, or N/A."""
    return "N/A" if value is None else f"{value}".replace(".", ",")


@router.get("")
def page(
    *, request: Request, actor: SignedIn, app: TheApp, ngay: int = 30, tu: str = "", den: str = "", co_quan: str = ""
) -> Response:
    """The indicators of the actor's agency and of those under it."""
    span = span_of(app, ngay=ngay, tu=tu, den=den, co_quan=co_quan, thu_tuc="")
    found = indicators(span, actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    return render(request, "indicators.html", _page(found, app), actor=actor)


@router.get("/bao-cao.{form}", response_class=Response)
def report(
    *,
    form: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    ngay: int = 30,
    tu: str = "",
    den: str = "",
    co_quan: str = "",
) -> Response:
    """The report by agency: CSV (one row an agency and indicator) or PDF. One day is the daily report."""
    if form not in {sheets.CSV, PDF}:
        raise Invalid("TABLE_FORM", form=form)
    span = span_of(app, ngay=ngay, tu=tu, den=den, co_quan=co_quan, thu_tuc="")
    found = indicators(span, actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    name = f"chi-so-{span.since}-{span.until}"
    if form == sheets.CSV:
        return sheets.download([table_of(found, app, language)], form, name=name)
    data = render_pdf(_pdf(found, app, language), language=language.value)
    return Response(
        data, media_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    )


@router.get("/{indicator}")
def behind(
    *,
    request: Request,
    indicator: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    ngay: int = 30,
    tu: str = "",
    den: str = "",
    co_quan: str = "",
    trang: int = 1,
) -> Response:
    """What an indicator divides, row by row; with `.csv` at its end, all of it as a file."""
    wanted, _, form = indicator.partition(".")
    if wanted not in set(Indicator) or form not in {"", sheets.CSV}:
        raise NotFound("NOT_FOUND")
    span = span_of(app, ngay=ngay, tu=tu, den=den, co_quan=co_quan, thu_tuc="")
    number = max(trang, 1)
    found = evidence(
        Indicator(wanted),
        span,
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
        limit=EXPORTED if form else SHOWN + 1,
        offset=0 if form else (number - 1) * SHOWN,
    )
    rows = tuple(_unit(one, actor.agency_code, app) for one in found)
    if form:
        return sheets.download([_evidence_sheet(wanted, rows, language)], form, name=f"{wanted}-{span.since}")
    shown = EvidencePage(
        name=wanted,
        number=NUMBERS.get(Indicator(wanted), ""),
        since=span.since,
        until=span.until,
        rows=rows[:SHOWN],
        page=number,
        more=len(rows) > SHOWN,
        query=_query(span),
    )
    return render(request, "evidence.html", shown, actor=actor)


def _query(span: Span) -> str:
    return query_of(span.since, span.until, {"co_quan": span.agency or ""})


def _page(found: Report, app: App) -> IndicatorsPage:
    span, measured = found.span, found.measured
    views = [
        IndicatorView(one.value, NUMBERS.get(one, ""), share, written(points(one, share)))
        for one, share in measured.total.items()
    ]
    return IndicatorsPage(
        since=span.since,
        until=span.until,
        agency=span.agency or "",
        agencies=tuple(Choice(code, agency_name(code, app)) for code in found.agencies),
        dossiers=measured.dossiers,
        unreceived=measured.unreceived,
        decision=tuple(one for one in views if one.number),
        others=tuple(one for one in views if not one.number),
        by_agency=tuple(
            AgencyView(code, agency_name(code, app), tuple(percent(share) for share in shares.values()))
            for code, shares in measured.by_agency.items()
        ),
        query=_query(span),
    )


def table_of(found: Report, app: App, language: Language) -> sheets.Sheet:
    """One row an agency and indicator; the sum of all agencies comes first."""
    head = ("number", "name", "percent", "counted", "all", "points")
    sides: list[tuple[str, str, Mapping[Indicator, Share]]] = [
        ("", say("ui.indicators.total", language), found.measured.total),
        *((code, agency_name(code, app), shares) for code, shares in found.measured.by_agency.items()),
    ]
    return sheets.Sheet(
        say("ui.indicators.title", language),
        (
            say("ui.oversight.since_day", language),
            say("ui.oversight.until_day", language),
            say("ui.oversight.code", language),
            say("ui.oversight.agency", language),
            *(say(f"ui.indicators.{one}", language) for one in head),
        ),
        [
            (
                found.span.since,
                found.span.until,
                code,
                name,
                NUMBERS.get(one, ""),
                say(f"ui.indicator.{one.value}", language),
                "N/A" if share.percent is None else share.percent,
                share.counted,
                share.all,
                points(one, share),
            )
            for code, name, shares in sides
            for one, share in shares.items()
        ],
    )


def _pdf(found: Report, app: App, language: Language) -> PdfReport:
    def word(key: str, **facts: object) -> str:
        return say(f"ui.indicators.{key}", language, **facts)

    span, measured = found.span, found.measured
    total = PdfTable(
        word("total"),
        (word("number"), word("name"), word("percent"), word("counted"), word("all"), word("points")),
        [
            (
                NUMBERS.get(one, ""),
                f"{say(f'ui.indicator.{one.value}', language)}: {say(f'ui.indicator_of.{one.value}', language)}",
                percent(share),
                str(share.counted),
                str(share.all),
                "" if points(one, share) is None else written(points(one, share)),
            )
            for one, share in measured.total.items()
        ],
        (6, 46, 12, 10, 10, 9),
        2,
    )
    asked = tuple(Indicator)[:6], tuple(Indicator)[6:]
    by_agency = tuple(
        PdfTable(
            word("by_agency"),
            (
                say("ui.oversight.agency", language),
                *(f"{NUMBERS.get(one, '')} {say(f'ui.indicator.{one.value}', language)}".strip() for one in some),
            ),
            [
                (agency_name(code, app), *(percent(shares[one]) for one in some))
                for code, shares in measured.by_agency.items()
            ],
            (24, *(13 for _ in some)),
            1,
        )
        for some in asked
        if measured.by_agency
    )
    notes = [
        word("about_paper", day=day(span.since), until=day(span.until)),
        word("dossiers", count=measured.dossiers),
        word("none_help"),
    ]
    if measured.unreceived:
        notes.insert(2, word("unreceived", count=measured.unreceived))
    return PdfReport(
        title=word("day") + f" {day(span.since)}" if span.since == span.until else word("title"),
        agency=agency_name(span.agency or found.agencies[0], app),
        notes=tuple(notes),
        tables=(total, *by_agency),
        foot=f"{app.settings.system_name} · {word('made', at=moment(found.at))}",
    )


def _unit(unit: Unit, own: str | None, app: App) -> UnitView:
    return UnitView(
        unit=unit.key,
        dossier=unit.dossier,
        own=unit.agency == own,
        procedure=procedure_name(unit.procedure, app),
        agency=agency_name(unit.agency, app),
        received_at=unit.received_at,
        counted=unit.counted,
        events=", ".join(map(str, unit.events)),
    )


def _evidence_sheet(name: str, rows: tuple[UnitView, ...], language: Language) -> sheets.Sheet:
    keys = ("ui.indicators.unit", "ui.oversight.dossier", "ui.dossier.procedure", "ui.oversight.agency")
    more = ("ui.indicators.received", "ui.indicators.is_counted", "ui.indicators.acts")
    return sheets.Sheet(
        say(f"ui.indicator.{name}", language),
        tuple(say(one, language) for one in (*keys, *more)),
        [
            (
                one.unit,
                one.dossier,
                one.procedure,
                one.agency,
                one.received_at,
                say("ui.yes" if one.counted else "ui.no", language),
                one.events,
            )
            for one in rows
        ],
    )
