"""On a dossier's page: look for its papers elsewhere, and fetch one to look at it. Nothing is attached from here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.domain.errors import VaultError
from vault.domain.ids import DossierCode
from vault.messages import say
from vault.usecases.outside.ask import AskOutside, ask_outside
from vault.usecases.outside.fetch import FetchOutside, fetch_outside
from vault.web.api.outside import FETCH_SECONDS
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.dossiers import dossier_page
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/ho-so", include_in_schema=False)
SEE_OTHER = 303


@router.post("/{code}/ngoai")
def ask(
    *,
    request: Request,
    code: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    source: Annotated[str, Form()],
    consent: Annotated[str, Form()] = "",
    ask_person: Annotated[str, Form()] = "",
) -> Response:
    """Ask a source; the page then shows what was found, or that the answer is still to come."""
    try:
        ask_outside(
            AskOutside(DossierCode(code), source, consent == "yes", ask_person == "yes"),
            actor=actor,
            uow=app.uow,
            sources=app.sources,
            catalogue=app.catalogue,
            clock=app.clock,
        )
    except VaultError as error:
        page = dossier_page(code, actor, app, language, error=say(error.code, language, **error.facts))
        return render(request, "dossier.html", page, actor=actor, status=status_of(error), at=f"/ho-so/{code}")
    return RedirectResponse(f"/ho-so/{code}#noi-khac", SEE_OTHER)


@router.post("/{code}/ngoai/{paper}")
def fetch(*, request: Request, code: str, paper: str, actor: SignedIn, app: TheApp, language: TheLanguage) -> Response:
    """Fetch a paper and go to it; back to the dossier while it is still under way."""
    try:
        found = fetch_outside(
            FetchOutside(DossierCode(code), paper),
            actor=actor,
            uow=app.uow,
            blobs=app.blobs,
            engines=app.engines,
            sources=app.sources,
            catalogue=app.catalogue,
            clock=app.clock,
            ids=app.ids,
            max_bytes=app.settings.max_upload_bytes,
            seconds=FETCH_SECONDS,
        )
    except VaultError as error:
        page = dossier_page(code, actor, app, language, error=say(error.code, language, **error.facts))
        return render(request, "dossier.html", page, actor=actor, status=status_of(error), at=f"/ho-so/{code}")
    if found.code is not None:
        page = dossier_page(code, actor, app, language, error=say(found.code, language))
        return render(request, "dossier.html", page, actor=actor, status=409, at=f"/ho-so/{code}")
    onward = f"/so-hoa/{found.intake}" if found.intake else f"/ho-so/{code}#noi-khac"
    return RedirectResponse(onward, SEE_OTHER)
