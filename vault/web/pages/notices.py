"""The one notice of a dossier: all that the citizen still has to bring, with its grounds, on one sheet to print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import App
from vault.domain.dossiers import NoticeItem
from vault.domain.errors import Conflict
from vault.domain.ids import DossierCode
from vault.domain.people import Actor
from vault.domain.reuse import VIET_NAM
from vault.messages import Language, say
from vault.usecases.reuse.notice import draft_notice, issue_notice
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/ho-so", include_in_schema=False)
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class ItemView:
    """One thing to bring."""

    name: str
    form: str
    ground: str
    article: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice that went out."""

    number: int
    by: str
    at: datetime
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class OpenView:
    """A component that must be decided before the notice: attach its record, or ask for it."""

    code: str
    name: str
    situation: str
    record: str | None


@dataclass(frozen=True, slots=True)
class NoticePage:
    """What the notice would say, what is still open, and what went out."""

    code: str
    procedure: str
    holder: str
    agency: str
    items: tuple[ItemView, ...]
    undecided: tuple[OpenView, ...]
    dropped: tuple[OpenView, ...]
    issued: tuple[NoticeView, ...]
    error: str | None

    @property
    def others(self) -> tuple[OpenView, ...]:
        """What is undecided beside what is told to be dropped: each component stands on the page once."""
        return tuple(one for one in self.undecided if one.code not in {dropped.code for dropped in self.dropped})

    @property
    def ready(self) -> bool:
        """Whether it can go out now."""
        return bool(self.items) and not self.undecided


@router.get("/{code}/phieu")
def notice(request: Request, code: str, actor: SignedIn, app: TheApp, language: TheLanguage) -> Response:
    """The notice, to issue or to print."""
    return render(request, "notice.html", _page(code, actor, app, language), actor=actor)


@router.post("/{code}/phieu")
def issue(request: Request, code: str, actor: SignedIn, app: TheApp, language: TheLanguage) -> Response:
    """Issue it; refused while something is undecided, because the citizen is told everything at once."""
    try:
        issue_notice(DossierCode(code), actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    except Conflict as error:
        page = _page(code, actor, app, language, error=say(error.code, language, **error.facts))
        return render(request, "notice.html", page, actor=actor, status=status_of(error))
    return RedirectResponse(f"/ho-so/{code}/phieu", SEE_OTHER)


def _page(code: str, actor: Actor, app: App, language: Language, *, error: str | None = None) -> NoticePage:
    draft = draft_notice(DossierCode(code), actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    found = draft.dossier
    procedure = app.catalogue.find_procedure(found.procedure_code, found.opened_at.astimezone(VIET_NAM).date())
    return NoticePage(
        code=found.code,
        procedure=procedure.name if procedure else found.procedure_code,
        holder=found.holder.name,
        agency=app.settings.agency_name,
        items=_items(draft.items, app.clock.now(), app, language),
        undecided=tuple(
            OpenView(one.component.code, one.component.name, one.situation.value, one.record) for one in draft.undecided
        ),
        dropped=tuple(
            OpenView(one.component.code, one.component.name, one.situation.value, one.record) for one in draft.dropped
        ),
        issued=tuple(
            NoticeView(one.number, one.by_name, one.at, _items(one.items, one.at, app, language))
            for one in draft.issued
        ),
        error=error,
    )


def _items(items: tuple[NoticeItem, ...], at: datetime, app: App, language: Language) -> tuple[ItemView, ...]:
    day = at.astimezone(VIET_NAM).date()
    views = []
    for item in items:
        ground = app.catalogue.ground(item.ground, day)
        sentence = ground.en if language is Language.EN else ground.vi
        views.append(ItemView(item.name, item.form, sentence, item.article, item.reason))
    return tuple(views)
