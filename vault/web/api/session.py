"""Sign in, sign out, who am I; one's own sessions, second factor and passkeys."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from vault.domain.errors import Forbidden
from vault.domain.sign_in import SessionFacts, Strength, base32
from vault.ports import Passkey
from vault.usecases.identify import passkey as keys
from vault.usecases.identify.second_factor import confirm_enrolment, drop_factor, enrol, factors_of, prove_again
from vault.usecases.identify.sessions import end_others, end_session, list_sessions
from vault.usecases.identify.sign_in import FinishSignIn, Session, SignIn, finish_sign_in, sign_in
from vault.usecases.identify.sign_out import sign_out
from vault.web.api.models import ActorOut
from vault.web.html import home_of
from vault.web.session import (
    COOKIE,
    Fresh,
    Here,
    TheApp,
    TheWholeApp,
    caller_of,
    place_of,
    session_facts,
    token_of,
)

router = APIRouter(prefix="/session", tags=["session"])
Short = Annotated[str, Field(max_length=200)]


class SignInIn(BaseModel):
    """Name and pass word of a local account; or the step that they opened, and the one-time password."""

    username: str = ""
    password: str = ""
    step: Short = ""
    code: Short = ""


class SessionOut(BaseModel):
    """A session: send the token as `Authorization: Bearer`."""

    token: str
    expires_at: datetime
    actor: ActorOut
    home: str
    """Path of the page where this role begins its work."""

    @classmethod
    def of(cls, session: Session) -> Self:
        """From the use case."""
        actor, home = ActorOut.of(session.actor), home_of(session.actor.role)
        return cls(token=session.token, expires_at=session.expires_at, actor=actor, home=home)


class OwnSessionOut(BaseModel):
    """Where one is signed in. `strength`: 1 pass word, 2 two factors."""

    id: str
    current: bool
    agent: str
    strength: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, one: SessionFacts, current: SessionFacts) -> Self:
        """From the domain."""
        return cls(
            id=one.id,
            current=one.id == current.id,
            agent=one.agent,
            strength=int(one.strength),
            created_at=one.created_at,
            seen_at=one.seen_at,
            expires_at=one.expires_at,
        )


class ProofIn(BaseModel):
    """Who sits there, once more: pass word and one-time password, or a passkey's answer."""

    password: str = ""
    code: Short = ""
    step: Short = ""
    answer: dict[str, Any] | None = None


class EnrolmentOut(BaseModel):
    """For the authenticator app; shown once."""

    secret: str
    uri: str


class CodeIn(BaseModel):
    """A one-time password."""

    code: Short


class RecoveryOut(BaseModel):
    """Recovery codes; shown once."""

    codes: list[str]


class AskedOut(BaseModel):
    """What the browser gives to `navigator.credentials`, and the step to answer with."""

    step: str
    options: dict[str, Any]


class AnswerIn(BaseModel):
    """What `navigator.credentials` gave."""

    step: Short
    answer: dict[str, Any]
    name: Short = ""


class PasskeyOut(BaseModel):
    """A passkey of one's own."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, one: Passkey) -> Self:
        """From the port."""
        name = base64.urlsafe_b64encode(one.credential_id).rstrip(b"=").decode()
        return cls(id=name, name=one.name, created_at=one.created_at, last_used_at=one.last_used_at)


class FactorsOut(BaseModel):
    """What one signs in with besides the pass word."""

    codes: bool
    recovery_codes: int
    passkeys: list[PasskeyOut]


@router.post("", status_code=201)
def open_session(what: SignInIn, request: Request, app: TheWholeApp) -> SessionOut:
    """Open a session. `SECOND_FACTOR` names the step to call this again with, together with the one-time password."""
    caller, hours = caller_of(request, binds=False), app.settings.session_hours
    if what.step:
        finish = FinishSignIn(what.step, what.code)
        return SessionOut.of(
            finish_sign_in(finish, uow=app.uow, clock=app.clock, ids=app.ids, hours=hours, caller=caller)
        )
    asked = SignIn(what.username, what.password)
    return SessionOut.of(sign_in(asked, uow=app.uow, clock=app.clock, ids=app.ids, hours=hours, caller=caller))


@router.get("")
def who_am_i(actor: Here) -> ActorOut:
    """The actor of this session."""
    return ActorOut.of(actor)


@router.delete("", status_code=204)
def end_this_session(request: Request, actor: Here, app: TheApp) -> Response:
    """End this session."""
    sign_out(token_of(request) or "", actor=actor, uow=app.uow, clock=app.clock)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/all")
def my_sessions(request: Request, actor: Here, app: TheApp) -> list[OwnSessionOut]:
    """Where one is signed in."""
    current = session_facts(request)
    return [OwnSessionOut.of(one, current) for one in list_sessions(actor=actor, uow=app.uow, clock=app.clock)]


@router.delete("/all", status_code=204)
def end_my_other_sessions(request: Request, actor: Here, app: TheApp) -> None:
    """End every session but this one."""
    end_others(session_facts(request).id, actor=actor, uow=app.uow, clock=app.clock)


@router.delete("/all/{session}", status_code=204)
def end_my_session(session: str, actor: Here, app: TheApp) -> None:
    """End one of one's sessions."""
    end_session(session, actor=actor, uow=app.uow, clock=app.clock)


@router.post("/step-up", status_code=204)
def step_up(what: ProofIn, request: Request, actor: Here, app: TheApp) -> None:
    """Prove again who sits there, before sealing or revoking."""
    token = token_of(request) or ""
    if what.answer is None:
        prove_again(what.password, what.code, token=token, actor=actor, uow=app.uow, clock=app.clock)
        return
    keys.use(
        what.step,
        what.answer,
        place=place_of(request),
        uow=app.uow,
        desk=app.passkeys,
        clock=app.clock,
        ids=app.ids,
        hours=0,
        caller=caller_of(request, binds=False),
        again=(token, actor),
    )


@router.get("/factors")
def my_factors(actor: Here, app: TheApp) -> FactorsOut:
    """One's second factors."""
    found = factors_of(actor=actor, uow=app.uow)
    own = [PasskeyOut.of(one) for one in keys.list_passkeys(actor=actor, uow=app.uow)]
    return FactorsOut(codes=found.codes, recovery_codes=found.recovery_codes, passkeys=own)


@router.post("/factors/codes", status_code=201)
def begin_codes(request: Request, actor: Here, app: TheApp) -> EnrolmentOut:
    """A secret for the authenticator app. It counts once `…/confirm` has seen a password of it."""
    require_second(request, app)
    begun = enrol(issuer=app.settings.system_name, actor=actor, uow=app.uow, ids=app.ids)
    return EnrolmentOut(secret=base32(begun.secret), uri=begun.uri)


@router.post("/factors/codes/confirm")
def confirm_codes(what: CodeIn, request: Request, actor: Here, app: TheApp) -> RecoveryOut:
    """The app works; gives the recovery codes, once."""
    require_second(request, app)
    token = token_of(request) or ""
    codes = confirm_enrolment(what.code, token=token, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)
    return RecoveryOut(codes=list(codes))


@router.delete("/factors/codes", status_code=204)
def drop_codes(actor: Fresh, app: TheApp) -> None:
    """Give the app and its recovery codes up."""
    drop_factor(actor=actor, uow=app.uow, clock=app.clock)


@router.post("/factors/passkeys/ask", status_code=201)
def ask_for_passkey(request: Request, actor: Here, app: TheApp) -> AskedOut:
    """Options for a new passkey."""
    require_second(request, app)
    asked = keys.ask_to_add(
        place=place_of(request), actor=actor, uow=app.uow, desk=app.passkeys, clock=app.clock, ids=app.ids
    )
    return AskedOut(step=asked.step, options=dict(asked.options))


@router.post("/factors/passkeys", status_code=201)
def add_passkey(what: AnswerIn, request: Request, actor: Here, app: TheApp) -> PasskeyOut:
    """Keep it."""
    require_second(request, app)
    made = keys.add(
        what.step,
        what.answer,
        what.name,
        place=place_of(request),
        token=token_of(request) or "",
        actor=actor,
        uow=app.uow,
        desk=app.passkeys,
        clock=app.clock,
    )
    return PasskeyOut.of(made)


@router.delete("/factors/passkeys/{passkey}", status_code=204)
def drop_passkey(passkey: str, actor: Fresh, app: TheApp) -> None:
    """Give one up."""
    keys.drop(passkey, actor=actor, uow=app.uow, clock=app.clock)


@router.post("/passkey/ask", status_code=201)
def ask_passkey(request: Request, app: TheWholeApp) -> AskedOut:
    """Options for signing in with a passkey; the same for everybody."""
    asked = keys.ask_to_use(place=place_of(request), uow=app.uow, desk=app.passkeys, clock=app.clock, ids=app.ids)
    return AskedOut(step=asked.step, options=dict(asked.options))


@router.post("/passkey", status_code=201)
def open_by_passkey(what: AnswerIn, request: Request, response: Response, app: TheWholeApp) -> SessionOut:
    """Sign in with a passkey. From a page the session is also put into its cookie."""
    from_page = request.headers.get("sec-fetch-site") == "same-origin"
    session = keys.use(
        what.step,
        what.answer,
        place=place_of(request),
        uow=app.uow,
        desk=app.passkeys,
        clock=app.clock,
        ids=app.ids,
        hours=app.settings.session_hours,
        caller=caller_of(request, binds=from_page),
    )
    if session is None:
        raise Forbidden("PASSKEY_WRONG")
    if from_page:
        put_cookie(response, session, app.settings.session_hours, secure=app.settings.secure_cookies)
    return SessionOut.of(session)


def put_cookie(response: Response, session: Session, hours: int, *, secure: bool) -> None:
    """The session in a cookie that no script reads and no other site sends."""
    response.set_cookie(
        COOKIE, session.token, max_age=hours * 3600, path="/", httponly=True, samesite="strict", secure=secure
    )


def require_second(request: Request, app: TheApp) -> None:
    """Whoever has a second factor adds another only with it: a stolen pass word adds nothing."""
    session = session_facts(request)
    has = factors_of(actor=session.actor, uow=app.uow).codes or keys.list_passkeys(actor=session.actor, uow=app.uow)
    if has and session.strength < Strength.TWO_FACTORS:
        raise Forbidden("STEP_UP")
