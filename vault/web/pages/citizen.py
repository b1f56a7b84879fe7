"""The citizen's phone: my papers, show one, who looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from markupsafe import Markup

from vault.bootstrap import App
from vault.domain.ids import normal_record_code
from vault.domain.people import Actor, Role
from vault.domain.records import Record
from vault.ports import BrokenGlass
from vault.usecases.oversee.break_glass import told_holder
from vault.usecases.oversee.count import who_looked
from vault.usecases.oversee.view_record import view_record
from vault.usecases.present.list_own import list_own
from vault.usecases.present.present import Present, present
from vault.web.html import render
from vault.web.pages.desk import type_name
from vault.web.pages.records import EventView, Fact, event_view, facts_of, state_of
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/cua-toi", include_in_schema=False)
LOOKS = 200
TOLD_FOR = timedelta(days=30)
"""How long an urgent access stands on top of the citizen's papers; it stays in the log for ever."""


@dataclass(frozen=True, slots=True)
class PaperCard:
    """One of the citizen's papers."""

    code: str
    type_name: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    valid_until: date | None
    state: str


@dataclass(frozen=True, slots=True)
class MinePage:
    """All of them; `urgent` is what was read for an urgent reason in the last month."""

    urgent: tuple[BrokenGlass, ...]
    papers: tuple[PaperCard, ...]


@dataclass(frozen=True, slots=True)
class PaperPage:
    """One paper with what it says; `svg` once it is being shown."""

    paper: PaperCard
    facts: tuple[Fact, ...]
    sealed_at: datetime
    superseded_by: str | None
    purpose: str
    svg: Markup | None
    shown_at: datetime | None

    @property
    def may_show(self) -> bool:
        """Whether the paper is in force."""
        return self.paper.state == "ACTIVE"


@dataclass(frozen=True, slots=True)
class LooksPage:
    """Who did what with the citizen's papers; the citizen's own acts stand apart."""

    urgent: tuple[BrokenGlass, ...]
    others: tuple[EventView, ...]
    own: tuple[EventView, ...]


@router.get("")
def mine(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """My papers."""
    papers = tuple(_card(one, app) for one in list_own(actor=actor, uow=app.uow, clock=app.clock))
    recent = app.clock.now() - TOLD_FOR
    urgent = tuple(one for one in told_holder(actor=actor, uow=app.uow) if one.at > recent)
    return render(request, "mine.html", MinePage(urgent, papers), actor=actor)


@router.get("/nhat-ky")
def looks(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """Who looked at my papers, and what for."""
    events = [event_view(one, app) for one in who_looked(actor=actor, uow=app.uow, limit=LOOKS)]
    urgent = told_holder(actor=actor, uow=app.uow)
    own = tuple(one for one in events if one.role is Role.CITIZEN)
    others = tuple(one for one in events if one.role is not Role.CITIZEN)
    return render(request, "looks.html", LooksPage(urgent, others, own), actor=actor)


@router.get("/{code}")
def paper(request: Request, code: str, actor: SignedIn, app: TheApp) -> Response:
    """One paper, before it is shown."""
    found = _own(code, actor, app)
    return render(request, "my_paper.html", _page(found, app), actor=actor)


@router.post("/{code}")
def show(request: Request, code: str, actor: SignedIn, app: TheApp, purpose: Annotated[str, Form()] = "") -> Response:
    """Show the paper as a QR; the purpose goes into the citizen's own log."""
    said = purpose.strip()[:200]
    shown = present(Present(normal_record_code(code), said or None), actor=actor, uow=app.uow, clock=app.clock)
    # The symbol is drawn by our own engine from base32 text; nothing a person typed is in it.
    svg = Markup(shown.svg)  # noqa: S704 - see above
    page = _page(shown.record, app, purpose=said, svg=svg, shown_at=app.clock.now())
    return render(request, "my_paper.html", page, actor=actor)


def _own(code: str, actor: Actor, app: App) -> Record:
    return view_record(normal_record_code(code), actor=actor, uow=app.uow, clock=app.clock, purpose=None)


def _card(record: Record, app: App) -> PaperCard:
    return PaperCard(
        code=record.code,
        type_name=type_name(record.type_code, app),
        number=record.number,
        issuer=record.issuer_as_printed,
        issued_on=record.issued_on,
        valid_until=record.valid_until,
        state=state_of(record, app),
    )


def _page(
    record: Record, app: App, *, purpose: str = "", svg: Markup | None = None, shown_at: datetime | None = None
) -> PaperPage:
    return PaperPage(
        paper=_card(record, app),
        facts=facts_of(record, app),
        sealed_at=record.sealed_at,
        superseded_by=record.superseded_by,
        purpose=purpose,
        svg=svg,
        shown_at=shown_at,
    )
