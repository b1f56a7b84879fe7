"""Urgent access: the form on a paper that may not be opened yet, and the data-protection officer's list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.domain.access import SHORTEST_REASON
from vault.domain.audit import Searched
from vault.domain.errors import Forbidden, VaultError
from vault.domain.ids import normal_record_code
from vault.domain.people import Action, require
from vault.messages import say
from vault.ports import BrokenGlass
from vault.usecases.oversee.break_glass import SEARCHES_OF, BreakGlass, break_glass, list_broken, review
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class UrgentPage:
    """The form as it was left, and why it was refused."""

    code: str
    reason: str
    least: int
    error: str | None


@dataclass(frozen=True, slots=True)
class GlassPage:
    """The agency's cases."""

    waiting: tuple[BrokenGlass, ...]
    judged: tuple[BrokenGlass, ...]
    searches: tuple[Searched, ...]
    days: int


@router.get("/giay-to/{code}/mo-khan")
def urgent_form(request: Request, code: str, actor: SignedIn) -> Response:
    """Say why the paper cannot wait."""
    require(actor, Action.BREAK_GLASS)
    page = UrgentPage(normal_record_code(code), "", SHORTEST_REASON, None)
    return render(request, "urgent.html", page, actor=actor)


@router.post("/giay-to/{code}/mo-khan")
def urgent_open(
    *,
    request: Request,
    code: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Open it, and tell."""
    own = normal_record_code(code)
    try:
        break_glass(BreakGlass(own, reason), actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)
    except Forbidden:
        raise
    except VaultError as error:
        page = UrgentPage(own, reason, SHORTEST_REASON, say(error.code, language, **error.facts))
        return render(request, "urgent.html", page, actor=actor, status=status_of(error))
    return RedirectResponse(f"/giay-to/{own}", SEE_OTHER)


@router.get("/truy-cap")
def glass(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """What was opened for an urgent reason."""
    found = list_broken(actor=actor, uow=app.uow, clock=app.clock)
    page = GlassPage(
        waiting=tuple(one for one in found.broken if one.finding is None),
        judged=tuple(one for one in found.broken if one.finding is not None),
        searches=found.searches,
        days=SEARCHES_OF.days,
    )
    return render(request, "glass.html", page, actor=actor)


@router.post("/truy-cap/{glass_id}")
def find(glass_id: str, actor: SignedIn, app: TheApp, finding: Annotated[str, Form()] = "") -> Response:
    """Keep the finding."""
    review(glass_id, finding, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse("/truy-cap", SEE_OTHER)
