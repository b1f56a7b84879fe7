"""Old numbers on cards, on the page of a dossier: one person or two. The same acts as over the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.domain.errors import VaultError
from vault.domain.ids import DossierCode
from vault.messages import say
from vault.usecases.reuse.tie_number import DecideTie, confirm_tie, take_back_tie
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.dossiers import dossier_page
from vault.web.session import Fresh, TheApp, TheLanguage

router = APIRouter(prefix="/ho-so", include_in_schema=False)
SEE_OTHER = 303


@router.post("/{code}/so-cu")
def decide(
    *,
    request: Request,
    code: str,
    actor: Fresh,
    app: TheApp,
    language: TheLanguage,
    tie: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """Confirm that the number is this person's, or (`back`) that it is not."""
    act = take_back_tie if back == "yes" else confirm_tie
    try:
        act(DecideTie(DossierCode(code), tie, reason), actor=actor, uow=app.uow, clock=app.clock)
    except VaultError as error:
        page = dossier_page(code, actor, app, language, error=say(error.code, language, **error.facts))
        return render(request, "dossier.html", page, actor=actor, status=status_of(error), at=f"/ho-so/{code}")
    return RedirectResponse(f"/ho-so/{code}#so-cu", SEE_OTHER)
