"""Where papers are dropped, and what became of them in a browser without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import App
from vault.domain.errors import VaultError
from vault.domain.intake import Channel
from vault.domain.people import Actor
from vault.messages import Language, say
from vault.usecases.digitize.receive import Receive, receive
from vault.web.html import render
from vault.web.session import SignedIn, TheApp, TheLanguage
from vault.web.told import note

router = APIRouter(prefix="/so-hoa", include_in_schema=False)
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one file of an upload."""

    filename: str
    intake_id: str | None
    duplicate: bool
    error: str | None
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UploadPage:
    """The upload form, and after an upload without scripts what became of each file."""

    sent: tuple[Sent, ...]
    max_bytes: int


@router.get("")
def upload_form(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """Where papers are dropped."""
    return render(request, "upload.html", UploadPage((), app.settings.max_upload_bytes), actor=actor)


@router.post("")
def upload(
    request: Request, actor: SignedIn, app: TheApp, language: TheLanguage, file: Annotated[list[UploadFile], File()]
) -> Response:
    """Take files in from a browser without scripts; one file leads straight to its page."""
    sent = tuple(_receive(request, one, actor, app, language) for one in file)
    if len(sent) == 1 and sent[0].intake_id and not sent[0].advice:
        return RedirectResponse(f"/so-hoa/{sent[0].intake_id}", SEE_OTHER)
    status = 422 if all(one.error for one in sent) else 200
    return render(request, "upload.html", UploadPage(sent, app.settings.max_upload_bytes), actor=actor, status=status)


def _receive(request: Request, file: UploadFile, actor: Actor, app: App, language: Language) -> Sent:
    name = file.filename or ""
    try:
        received = receive(
            Receive(file.file.read(app.settings.max_upload_bytes + 1), name, Channel.PAGE),
            actor=actor,
            uow=app.uow,
            blobs=app.blobs,
            engines=app.engines,
            clock=app.clock,
            ids=app.ids,
            max_bytes=app.settings.max_upload_bytes,
        )
    except VaultError as error:
        note(request, error)
        return Sent(name, None, duplicate=False, error=say(error.code, language, **error.facts))
    return Sent(name, received.intake.id, received.duplicate, None, received.advice)
