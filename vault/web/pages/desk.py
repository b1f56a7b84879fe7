"""The officer's desk: papers on their way in and open dossiers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import App
from vault.domain.dossiers import Dossier
from vault.domain.errors import Invalid
from vault.domain.holders import HolderId
from vault.domain.ids import normal_record_code
from vault.domain.intake import Intake, IntakeState
from vault.domain.people import Actor
from vault.domain.reuse import VIET_NAM
from vault.usecases.digitize.view_intake import view_intakes
from vault.usecases.reuse.list_dossiers import list_dossiers
from vault.web.html import render
from vault.web.session import SignedIn, TheApp

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
SHOWN = 50
LONG_WAIT = timedelta(hours=4)
"""A dossier that nobody has touched for so long is pointed out (issue of the desk: answer within half a day)."""
_DOSSIER = re.compile(r"[0-9A-Z.]+-\d{6}-\d{4,6}")
_WAITING = frozenset({IntakeState.RECEIVED, IntakeState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """A paper on its way in."""

    id: str
    filename: str
    state: str
    failure: str | None
    type_name: str
    received_at: datetime
    pages_read: int
    page_count: int
    record: str | None


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A dossier with how much of it is settled."""

    code: str
    procedure: str
    holder: str
    opened_at: datetime
    due_on: date | None
    late: bool
    waiting_long: bool
    attached: int
    demanded: int
    components: int


@dataclass(frozen=True, slots=True)
class IntakeList:
    """Papers on their way in; `waiting` while the worker still has something to do with one of them."""

    rows: tuple[IntakeRow, ...]
    waiting: bool


@dataclass(frozen=True, slots=True)
class DeskPage:
    """What lies on the desk, and how many papers wait for the officer's word."""

    intakes: IntakeList
    dossiers: tuple[DossierRow, ...]
    to_confirm: int
    waiting_long: int
    not_found: str


def _dossier_code(text: str) -> str:
    if not _DOSSIER.fullmatch(text.upper()):
        raise Invalid("DOSSIER_CODE", dossier=text)
    return text.upper()


_NAMED: tuple[tuple[Callable[[str], str], str], ...] = (
    (_dossier_code, "/ho-so/{}"),
    (normal_record_code, "/giay-to/{}"),
    (lambda text: HolderId.parse(text).number, "/ho-so/moi?chu_the={}"),
)


@router.get("/ban-lam-viec")
def desk(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """The desk."""
    return render(request, "desk.html", _desk(actor, app), actor=actor)


def _desk(actor: Actor, app: App, not_found: str = "") -> DeskPage:
    intakes = _intakes(actor, app)
    now = app.clock.now()
    dossiers = tuple(_dossier(one, app, now) for one in list_dossiers(actor=actor, uow=app.uow, limit=SHOWN))
    return DeskPage(
        intakes=intakes,
        dossiers=dossiers,
        to_confirm=sum(row.state == IntakeState.READ.value for row in intakes.rows),
        waiting_long=sum(row.waiting_long for row in dossiers),
        not_found=not_found,
    )


@router.get("/ban-lam-viec/tim")
def find(request: Request, actor: SignedIn, app: TheApp, ma: str = "") -> Response:
    """Open what a code names: a record, a dossier, or a new dossier for a holder's number."""
    text = ma.strip()
    for read, address in _NAMED:
        try:
            return RedirectResponse(address.format(quote(read(text))), SEE_OTHER)
        except Invalid:
            continue
    return render(request, "desk.html", _desk(actor, app, not_found=text), actor=actor, status=404)


@router.get("/ban-lam-viec/tiep-nhan")
def intakes_part(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """The list of papers alone, fetched again while the worker reads."""
    return render(request, "_intakes.html", _intakes(actor, app), actor=actor)


def _intakes(actor: Actor, app: App) -> IntakeList:
    found = view_intakes(actor=actor, uow=app.uow, limit=SHOWN)
    rows = tuple(_intake(one, app) for one in found)
    return IntakeList(rows, any(one.state in _WAITING for one in found))


def _intake(intake: Intake, app: App) -> IntakeRow:
    proposed = intake.proposal.type_code if intake.proposal else intake.hint_type
    code = intake.confirmation.type_code if intake.confirmation else proposed
    return IntakeRow(
        id=intake.id,
        filename=intake.filename,
        state=intake.state.value,
        failure=intake.failure,
        type_name=type_name(code, app) if code else "",
        received_at=intake.received_at,
        pages_read=intake.pages_read,
        page_count=intake.page_count,
        record=intake.record,
    )


def _dossier(dossier: Dossier, app: App, now: datetime) -> DossierRow:
    today = now.astimezone(VIET_NAM).date()
    procedure = app.catalogue.find_procedure(dossier.procedure_code, today)
    untouched = not dossier.attachments and not dossier.demands
    return DossierRow(
        code=dossier.code,
        procedure=procedure.name if procedure else dossier.procedure_code,
        holder=dossier.holder.name,
        opened_at=dossier.opened_at,
        due_on=dossier.due_on,
        late=dossier.due_on is not None and dossier.due_on < today,
        waiting_long=untouched and now - dossier.opened_at >= LONG_WAIT,
        attached=len(dossier.attachments),
        demanded=len(dossier.demands),
        components=len(procedure.components) if procedure else 0,
    )


def type_name(code: str, app: App) -> str:
    """The name of a document type today; its code when the catalogue does not know it."""
    found = app.catalogue.find_type(code, app.clock.now().astimezone(VIET_NAM).date())
    return found.name if found else code
