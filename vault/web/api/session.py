"""Sign in, sign out, who am I."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from vault.usecases.identify.sign_in import SignIn, sign_in
from vault.usecases.identify.sign_out import sign_out
from vault.web.api.models import ActorOut
from vault.web.session import COOKIE, SignedIn, TheApp, token_of

router = APIRouter(prefix="/session", tags=["session"])


class SignInIn(BaseModel):
    """Name and pass word of a local account."""

    username: str
    password: str


class SessionOut(BaseModel):
    """A session: send the token as `Authorization: Bearer`."""

    token: str
    expires_at: datetime
    actor: ActorOut


@router.post("", status_code=201)
def open_session(what: SignInIn, app: TheApp) -> SessionOut:
    """Open a session."""
    session = sign_in(
        SignIn(what.username, what.password),
        uow=app.uow,
        clock=app.clock,
        ids=app.ids,
        hours=app.settings.session_hours,
    )
    return SessionOut(token=session.token, expires_at=session.expires_at, actor=ActorOut.of(session.actor))


@router.get("")
def who_am_i(actor: SignedIn) -> ActorOut:
    """The actor of this session."""
    return ActorOut.of(actor)


@router.delete("", status_code=204)
def end_session(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """End this session."""
    sign_out(token_of(request) or "", actor=actor, uow=app.uow, clock=app.clock)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response
