"""A phone takes pictures for the desk: a QR on the desk's screen lets it in for some minutes, without a sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import JSONResponse, RedirectResponse, Response
from markupsafe import Markup

import qr
from vault.domain.errors import VaultError
from vault.domain.people import STRANGER
from vault.messages import say
from vault.usecases.digitize.hand_over import (
    close_hand_over,
    open_hand_over,
    receive_from_phone,
    received_by,
    sender_of,
)
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.desk import IntakeRow, intake_row
from vault.web.session import SignedIn, TheApp, TheLanguage, TheWholeApp

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
SCREEN_MM = 70
_VERSION = 12
"""Larger symbols than on paper may be used: a screen shows them as large as it likes."""


@dataclass(frozen=True, slots=True)
class HandOverPage:
    """The QR for the phone, and what has come by it so far."""

    token: str
    address: str
    symbol: Markup
    expires_at: datetime
    came: CamePart


@dataclass(frozen=True, slots=True)
class CamePart:
    """What the phone has sent."""

    token: str
    rows: tuple[IntakeRow, ...]


@dataclass(frozen=True, slots=True)
class PhonePage:
    """What the phone shows: who asked for the pictures, and what became of the last one sent without scripts."""

    token: str
    officer: str
    max_bytes: int
    sent: str | None
    error: str | None


@router.post("/so-hoa/dien-thoai")
def let_in(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """Let a phone in; the secret stands in this answer alone and is not kept."""
    opened = open_hand_over(
        actor=actor, uow=app.uow, clock=app.clock, ids=app.ids, minutes=app.settings.hand_over_minutes
    )
    address = str(request.url_for("phone", token=opened.token))
    symbol = qr.render_svg(address, mm=SCREEN_MM, max_version=_VERSION)
    page = HandOverPage(
        opened.token,
        address,
        Markup(symbol),  # noqa: S704 - drawn here, of one path
        opened.expires_at,
        CamePart(opened.token, ()),
    )
    return render(request, "hand_over.html", page, actor=actor, at="/so-hoa")


@router.get("/so-hoa/dien-thoai/{token}")
def came(request: Request, token: str, actor: SignedIn, app: TheApp) -> Response:
    """What the phone has sent so far."""
    rows = tuple(intake_row(one, app) for one in received_by(token, actor=actor, uow=app.uow))
    return render(request, "_came.html", CamePart(token, rows), actor=actor)


@router.post("/so-hoa/dien-thoai/{token}/dung")
def stop(token: str, actor: SignedIn, app: TheApp) -> Response:
    """Let it in no more."""
    close_hand_over(token, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse("/so-hoa", SEE_OTHER)


@router.get("/chup/{token}")
def phone(request: Request, token: str, app: TheWholeApp) -> Response:
    """The page on the phone."""
    officer = sender_of(token, uow=app.uow, clock=app.clock)
    page = PhonePage(token, officer.name, app.settings.max_upload_bytes, None, None)
    return render(request, "phone_camera.html", page, actor=STRANGER)


@router.post("/chup/{token}")
def take(
    request: Request, token: str, app: TheWholeApp, language: TheLanguage, file: Annotated[list[UploadFile], File()]
) -> Response:
    """Pictures from the phone; a script sends one at a time and is answered in JSON."""
    plain = "text/html" not in request.headers.get("accept", "")
    sent = 0
    try:
        officer = sender_of(token, uow=app.uow, clock=app.clock)
        for one in file:
            receive_from_phone(
                token,
                one.file.read(app.settings.max_upload_bytes + 1),
                one.filename or "",
                uow=app.uow,
                blobs=app.blobs,
                engines=app.engines,
                clock=app.clock,
                ids=app.ids,
                max_bytes=app.settings.max_upload_bytes,
            )
            sent += 1
    except VaultError as error:
        if plain or error.code == "HAND_OVER_OVER":
            raise
        told = say(error.code, language, **error.facts)
        page = PhonePage(token, officer.name, app.settings.max_upload_bytes, str(sent) if sent else None, told)
        return render(request, "phone_camera.html", page, actor=STRANGER, status=status_of(error))
    if plain:
        return JSONResponse({"sent": sent})
    page = PhonePage(token, officer.name, app.settings.max_upload_bytes, str(sent), None)
    return render(request, "phone_camera.html", page, actor=STRANGER)
