"""What stands behind a number of oversight: the acts it counts, or the dossiers that are late; as a page or a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from vault.bootstrap import App
from vault.domain.errors import Invalid, NotFound
from vault.domain.inbox import Pace, pace_of
from vault.domain.kpi import Figure
from vault.domain.people import Actor
from vault.domain.reuse import VIET_NAM
from vault.messages import Language, say
from vault.ports import Counted
from vault.usecases.oversee.count import Span, behind, due_dossiers
from vault.web import sheets
from vault.web.html import render
from vault.web.pages.desk import agency_name, type_name
from vault.web.pages.oversight import SPANS, procedure_name, query_of, span_of
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/giam-sat", include_in_schema=False)
SHOWN = 100
EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class ActView:
    """One act that is counted."""

    at: datetime
    who: str
    agency: str
    dossier: str | None
    record: str | None
    procedure: str
    detail: str
    own: bool


@dataclass(frozen=True, slots=True)
class BehindPage:
    """The acts behind a figure, a page of them at a time."""

    figure: str
    since: date
    until: date
    agency: str
    procedure: str
    rows: tuple[ActView, ...]
    number: int
    more: bool
    query: str


@dataclass(frozen=True, slots=True)
class DueView:
    """A dossier that is late or nearly so."""

    code: str
    procedure: str
    holder: str
    opened_at: datetime
    due_on: date
    days: int
    pace: str


@dataclass(frozen=True, slots=True)
class DuePage:
    """Open dossiers against their due day."""

    rows: tuple[DueView, ...]
    pace: str


@router.get("/so/{figure}")
def acts(
    *,
    request: Request,
    figure: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    ngay: int = SPANS[1],
    tu: str = "",
    den: str = "",
    co_quan: str = "",
    thu_tuc: str = "",
    trang: int = 1,
) -> Response:
    """The acts that a figure counts; with `.csv` or `.xlsx` at its end, all of them as a file."""
    name, _, form = figure.partition(".")
    if name not in set(Figure) or form not in {"", sheets.CSV, sheets.XLSX}:
        raise NotFound("NOT_FOUND")
    span = span_of(app, ngay=ngay, tu=tu, den=den, co_quan=co_quan, thu_tuc=thu_tuc)
    number = max(trang, 1)
    limit, offset = (EXPORTED, 0) if form else (SHOWN + 1, (number - 1) * SHOWN)
    found = behind(
        Figure(name),
        span,
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
        limit=limit,
        offset=offset,
    )
    rows = tuple(_act(one, actor, app) for one in found)
    if form:
        return sheets.download([_sheet(name, rows, language)], form, name=f"{name}-{span.since}-{span.until}")
    page = BehindPage(
        figure=name,
        since=span.since,
        until=span.until,
        agency=agency_name(span.agency, app) if span.agency else "",
        procedure=procedure_name(span.procedure, app) if span.procedure else "",
        rows=rows[:SHOWN],
        number=number,
        more=len(rows) > SHOWN,
        query=_query(span),
    )
    return render(request, "behind.html", page, actor=actor)


@router.get("/han")
def due(request: Request, actor: SignedIn, app: TheApp, muc: str = "") -> Response:
    """Open dossiers that are late or nearly so."""
    if muc not in {"", Pace.LATE.value, Pace.NEAR.value}:
        raise Invalid("INVALID_REQUEST", fields="muc")
    return render(request, "due.html", DuePage(_due(actor, app, muc), muc), actor=actor)


@router.get("/han.{form}", response_class=Response)
def due_file(form: str, actor: SignedIn, app: TheApp, language: TheLanguage, muc: str = "") -> Response:
    """The same as a file."""
    if form not in {sheets.CSV, sheets.XLSX}:
        raise Invalid("TABLE_FORM", form=form)
    head = ("ui.oversight.code", "ui.dossier.procedure", "ui.dossier.owner", "ui.oversight.opened", "ui.dossier.due_on")
    rows = [(one.code, one.procedure, one.holder, one.opened_at, one.due_on, one.days) for one in _due(actor, app, muc)]
    sheet = sheets.Sheet(
        say("ui.oversight.due", language),
        (*(say(one, language) for one in head), say("ui.oversight.days_left", language)),
        rows,
    )
    return sheets.download([sheet], form, name="han-tra")


def _due(actor: Actor, app: App, pace: str) -> tuple[DueView, ...]:
    today = app.clock.now().astimezone(VIET_NAM).date()
    rows = [
        DueView(
            one.code,
            procedure_name(one.procedure_code, app),
            one.holder.name,
            one.opened_at,
            one.due_on,
            (one.due_on - today).days,
            pace_of(one.due_on, today=today, working=app.catalogue.working_time).value,
        )
        for one in due_dossiers(actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock, limit=EXPORTED)
        if one.due_on is not None
    ]
    return tuple(one for one in rows if pace in {"", one.pace})


def _query(span: Span) -> str:
    return query_of(span.since, span.until, {"co_quan": span.agency or "", "thu_tuc": span.procedure or ""})


def _act(counted: Counted, actor: Actor, app: App) -> ActView:
    event = counted.event
    agency = event.agency_code or event.actor.agency_code or ""
    kind = event.details.get("type")
    return ActView(
        at=event.at,
        who=event.actor.name,
        agency=agency_name(agency, app),
        dossier=event.dossier,
        record=event.record,
        procedure=procedure_name(counted.procedure, app) if counted.procedure else "",
        detail=type_name(str(kind), app) if kind else "",
        own=agency == actor.agency_code,
    )


def _sheet(name: str, rows: tuple[ActView, ...], language: Language) -> sheets.Sheet:
    head = (
        "ui.events.at",
        "ui.events.who",
        "ui.oversight.agency",
        "ui.oversight.dossier",
        "ui.dossier.procedure",
        "ui.oversight.record",
        "ui.oversight.detail",
    )
    return sheets.Sheet(
        say(f"ui.figure.{name}", language),
        tuple(say(one, language) for one in head),
        [(one.at, one.who, one.agency, one.dossier, one.procedure, one.record, one.detail) for one in rows],
    )
