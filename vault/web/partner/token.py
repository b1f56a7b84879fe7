"""Sign-in of partner systems: OAuth 2.0 client credentials (RFC 6749 section 4.4) over a partner's account."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from vault.domain.errors import Forbidden, Kind, VaultError
from vault.domain.people import Role
from vault.usecases.identify.sign_in import SignIn, sign_in
from vault.usecases.identify.sign_out import sign_out
from vault.web.partner.models import TokenOut
from vault.web.session import TheWholeApp, caller_of

router = APIRouter()
GRANT = "client_credentials"
_HEADERS = {"Cache-Control": "no-store"}


@router.post(
    "/token",
    response_model=TokenOut,
    responses={400: {"description": "RFC 6749 section 5.2"}, 401: {"description": "-"}},
)
def token(
    request: Request,
    app: TheWholeApp,
    grant_type: Annotated[str, Form(max_length=100)] = "",
    client_id: Annotated[str, Form(max_length=200)] = "",
    client_secret: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Exchange client id and secret (in the form, or as HTTP Basic) for a bearer token. Errors as RFC 6749 has them."""
    if grant_type != GRANT:
        return _error("unsupported_grant_type", 400)
    basic = _basic(request.headers.get("authorization", ""))
    name, secret = basic or (client_id, client_secret)
    try:
        session = sign_in(
            SignIn(name, secret),
            uow=app.uow,
            clock=app.clock,
            ids=app.ids,
            hours=app.settings.session_hours,
            caller=caller_of(request, binds=False),
        )
    except VaultError as error:
        if error.kind is Kind.UNAVAILABLE:
            raise
        busy = isinstance(error, Forbidden) and error.code == "TOO_MANY_SIGN_INS"
        return _error("temporarily_unavailable" if busy else "invalid_client", 429 if busy else 401)
    if session.actor.role is not Role.PARTNER:  # people sign in on their own page, with their second factor
        sign_out(session.token, actor=session.actor, uow=app.uow, clock=app.clock)
        return _error("unauthorized_client", 400)
    seconds = int((session.expires_at - app.clock.now()).total_seconds())
    answer = TokenOut(access_token=session.token, expires_in=seconds)
    return JSONResponse(answer.model_dump(), headers=_HEADERS)


def _error(code: str, status: int) -> Response:
    headers = _HEADERS | ({"WWW-Authenticate": "Basic"} if status == 401 else {})  # noqa: PLR2004 - unauthorized
    return JSONResponse({"error": code}, status, headers)


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)
