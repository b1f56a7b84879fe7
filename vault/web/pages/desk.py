"""The officer's desk: papers on their way in and open dossiers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import App
from vault.domain.dossiers import Dossier
from vault.domain.errors import Invalid
from vault.domain.holders import HolderId
from vault.domain.ids import normal_record_code
from vault.domain.inbox import LONG_WAIT, Pace, standing_of
from vault.domain.intake import Channel, Intake, IntakeState
from vault.domain.people import Actor
from vault.domain.reuse import VIET_NAM
from vault.usecases.digitize.view_intake import open_intakes, view_intakes
from vault.usecases.outside.letters import dead_letters
from vault.usecases.reuse.list_dossiers import open_dossiers
from vault.web.html import render
from vault.web.session import SignedIn, TheApp

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
SHOWN = 100
SEALED_SHOWN = 5
LONG_WAIT_HOURS = int(LONG_WAIT.total_seconds() // 3600)
_DOSSIER = re.compile(r"[0-9A-Z.]+-\d{6}-\d{4,6}")
_ORDER = tuple(
    one.value
    for one in (
        IntakeState.READ,
        IntakeState.FAILED,
        IntakeState.CONFIRMED,
        IntakeState.RECEIVED,
        IntakeState.SEALED,
        IntakeState.KNOWN,
        IntakeState.DISCARDED,
    )
)
"""What waits for the officer stands first."""
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
    from_citizen: bool


@dataclass(frozen=True, slots=True)
class DossierRow:
    """A dossier: how it stands against its due day, whose turn it is since when, and how much of it is settled."""

    code: str
    procedure: str
    holder: str
    opened_at: datetime
    due_on: date | None
    pace: str
    days: int | None
    turn: str
    since: datetime
    waited_long: bool
    settled: int
    components: int


@dataclass(frozen=True, slots=True)
class IntakeList:
    """Papers on their way in, and the last that were sealed; `waiting` while the worker has to do with one of them."""

    rows: tuple[IntakeRow, ...]
    sealed: tuple[IntakeRow, ...]
    to_confirm: int
    waiting: bool
    more: bool


@dataclass(frozen=True, slots=True)
class DossierList:
    """Open dossiers, the most urgent first, and how many of them are pressing."""

    rows: tuple[DossierRow, ...]
    late: int
    near: int
    waited_long: int
    hours: int
    more: bool


@dataclass(frozen=True, slots=True)
class DeskPage:
    """What lies on the desk."""

    intakes: IntakeList
    dossiers: DossierList
    refused_letters: int
    """How many letters to the national store somebody has to look at."""
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
    refused = dead_letters(actor=actor, uow=app.uow)
    return DeskPage(_intakes(actor, app), _dossiers(actor, app), refused, not_found)


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
    found = open_intakes(actor=actor, uow=app.uow, limit=SHOWN + 1)
    rows = [intake_row(one, app) for one in found[:SHOWN]]
    lately = view_intakes(actor=actor, uow=app.uow, limit=SHOWN)
    sealed = [intake_row(one, app) for one in lately if one.state is IntakeState.SEALED]
    return IntakeList(
        rows=tuple(sorted(rows, key=lambda row: _ORDER.index(row.state))),
        sealed=tuple(sealed[:SEALED_SHOWN]),
        to_confirm=sum(row.state == IntakeState.READ.value for row in rows),
        waiting=any(one.state in _WAITING for one in found),
        more=len(found) > SHOWN,
    )


def intake_row(intake: Intake, app: App) -> IntakeRow:
    """A paper on its way in, as lists show it."""
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
        from_citizen=intake.channel is Channel.CITIZEN,
    )


@router.get("/ban-lam-viec/ho-so")
def dossiers_part(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """The list of dossiers alone, fetched again so that one that has waited too long is seen without a reload."""
    return render(request, "_dossiers.html", _dossiers(actor, app), actor=actor)


def _dossiers(actor: Actor, app: App) -> DossierList:
    now = app.clock.now()
    found = open_dossiers(actor=actor, uow=app.uow, limit=SHOWN + 1)
    rows = [_dossier(one, app, now) for one in found[:SHOWN]]
    return DossierList(
        # Late ones first, then who has waited too long, then by due day as the store gives them.
        rows=tuple(sorted(rows, key=lambda row: (row.pace != Pace.LATE.value, not row.waited_long))),
        late=sum(row.pace == Pace.LATE.value for row in rows),
        near=sum(row.pace == Pace.NEAR.value for row in rows),
        waited_long=sum(row.waited_long for row in rows),
        hours=LONG_WAIT_HOURS,
        more=len(found) > SHOWN,
    )


def _dossier(dossier: Dossier, app: App, now: datetime) -> DossierRow:
    today = now.astimezone(VIET_NAM).date()
    procedure = app.catalogue.find_procedure(dossier.procedure_code, today)
    standing = standing_of(dossier, now=now, today=today, working=app.catalogue.working_time)
    settled = {one.component for one in dossier.attachments} | {one.component for one in dossier.demands}
    return DossierRow(
        code=dossier.code,
        procedure=procedure.name if procedure else dossier.procedure_code,
        holder=dossier.holder.name,
        opened_at=dossier.opened_at,
        due_on=dossier.due_on,
        pace=standing.pace.value,
        days=standing.days,
        turn=standing.turn.value,
        since=standing.since,
        waited_long=standing.waited_long,
        settled=len(settled),
        components=len(procedure.components) if procedure else 0,
    )


def agency_name(code: str, app: App) -> str:
    """Our own agency by its name, others by the catalogue's; the code where neither knows it."""
    if code == app.settings.agency_code:
        return app.settings.agency_name
    found = app.catalogue.directory.find(code)
    return found.name if found and found.code == code else code


def type_name(code: str, app: App) -> str:
    """The name of a document type today; its code when the catalogue does not know it."""
    found = app.catalogue.find_type(code, app.clock.now().astimezone(VIET_NAM).date())
    return found.name if found else code
