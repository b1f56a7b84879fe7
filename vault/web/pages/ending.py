"""The end of a dossier on its page: the paper that answers it, and how it was closed. The same acts as over the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.domain.errors import VaultError
from vault.domain.ids import DossierCode, normal_record_code
from vault.messages import say
from vault.usecases.reuse.close_dossier import CloseDossier, close_dossier
from vault.usecases.reuse.give_result import GiveResult, give_result
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.dossiers import dossier_page
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/ho-so", include_in_schema=False)
SEE_OTHER = 303


@router.post("/{code}/ket-qua")
def give(
    *,
    request: Request,
    code: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    record: Annotated[str, Form()] = "",
) -> Response:
    """Record which paper answers the dossier; a refusal is a paper too."""
    try:
        what = GiveResult(DossierCode(code), normal_record_code(record))
        give_result(what, actor=actor, uow=app.uow, clock=app.clock)
    except VaultError as error:
        page = dossier_page(code, actor, app, language, result_error=say(error.code, language, **error.facts))
        return render(request, "dossier.html", page, actor=actor, status=status_of(error), at=f"/ho-so/{code}")
    return RedirectResponse(f"/ho-so/{code}#ket-qua", SEE_OTHER)


@router.post("/{code}/ket-thuc")
def close(
    *,
    request: Request,
    code: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    ending: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    override: Annotated[str, Form()] = "",
) -> Response:
    """End the dossier, or with no ending open it again."""
    try:
        close_dossier(
            CloseDossier(DossierCode(code), ending or None, reason, override == "yes"),
            actor=actor,
            uow=app.uow,
            catalogue=app.catalogue,
            clock=app.clock,
        )
    except VaultError as error:
        page = dossier_page(code, actor, app, language, error=say(error.code, language, **error.facts))
        return render(request, "dossier.html", page, actor=actor, status=status_of(error), at=f"/ho-so/{code}")
    return RedirectResponse("/ban-lam-viec" if ending else f"/ho-so/{code}", SEE_OTHER)
