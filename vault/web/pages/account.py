"""Signing in by an identity provider, one's own sign-in (sessions, second factor, passkeys), and proving it again."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import App
from vault.domain.errors import Forbidden, VaultError
from vault.domain.people import Actor
from vault.domain.sign_in import SessionFacts, Strength, base32
from vault.messages import Language, say
from vault.ports import Passkey
from vault.usecases.identify.federate import Again, Leaving, Waiting, come_back, leave
from vault.usecases.identify.passkey import drop, list_passkeys
from vault.usecases.identify.second_factor import (
    Enrolment,
    confirm_enrolment,
    drop_factor,
    enrol,
    factors_of,
    prove_again,
)
from vault.usecases.identify.sessions import end_others, end_session, list_sessions
from vault.web.again import again_page, is_local, unpacked
from vault.web.api.session import put_cookie, require_second
from vault.web.errors import status_of
from vault.web.html import home_of, render
from vault.web.pages.posted import Posted
from vault.web.pages.start import local
from vault.web.session import (
    Fresh,
    Here,
    TheApp,
    TheLanguage,
    TheWholeApp,
    caller_of,
    session_facts,
    token_of,
)

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
STATE_COOKIE = "kho_so_den"
_STATE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class EnteredPage:
    """The way on after coming back from elsewhere."""

    onward: str


@dataclass(frozen=True, slots=True)
class GoOnPage:
    """The form that waited, to be sent now, and the page that it belongs to."""

    waiting: Waiting
    back: str


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """A passkey with its id as it stands in addresses."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One's own sign-in; `secret` and `codes` are shown this once."""

    sessions: tuple[SessionFacts, ...]
    current: str
    has_codes: bool
    recovery_left: int
    passkeys: tuple[PasskeyRow, ...]
    local: bool
    must: bool
    secret: str = ""
    uri: str = ""
    codes: tuple[str, ...] = ()
    error: str | None = None


def redirect_uri(app: App, provider: str) -> str:
    """Where a provider sends the browser back to; registered there, word for word."""
    return f"{app.settings.public_url}/dang-nhap/qua/{provider}/ve"


@router.get("/dang-nhap/qua/{provider}")
def leave_for(provider: str, app: TheWholeApp, tiep: str = "", lai: str = "") -> Response:
    """Leave for the provider. The cookie ties the way back to this browser. `lai`: to prove again who sits here."""
    leaving = _leave(provider, app, local(tiep), Again() if lai else None)
    return _with_state(RedirectResponse(leaving.address, SEE_OTHER), leaving, app)


@router.post("/dang-nhap/qua/{provider}")
def leave_with_form(
    *,
    request: Request,
    provider: str,
    actor: Here,
    app: TheWholeApp,
    posted: Posted,
    tiep: Annotated[str, Form()] = "",
    cho: Annotated[str, Form()] = "",
) -> Response:
    """Leave to prove again who sits here, with a form waiting (`cho`).

    Answered by a page that leads on: `form-action` of our own policy holds for where a form's answer leads, too.
    """
    waiting = unpacked(local(cho), [(name, text) for name, text in posted.multi_items() if isinstance(text, str)])
    leaving = _leave(provider, app, local(tiep), Again(actor.account_id, waiting))
    page = EnteredPage(leaving.address)
    return _with_state(render(request, "entered.html", page, actor=actor, at=local(tiep)), leaving, app)


def _leave(provider: str, app: App, onward: str, again: Again | None) -> Leaving:
    return leave(
        provider,
        onward=onward,
        again=again,
        redirect_uri=redirect_uri(app, provider),
        max_age=app.settings.step_up,
        uow=app.uow,
        desk=app.identities,
        clock=app.clock,
        ids=app.ids,
    )


def _with_state(response: Response, leaving: Leaving, app: App) -> Response:
    # Lax: the way back begins at the provider, where a strict cookie would stay behind.
    response.set_cookie(
        STATE_COOKIE,
        leaving.state,
        max_age=_STATE_SECONDS,
        path="/dang-nhap/qua",
        httponly=True,
        samesite="lax",
        secure=app.settings.secure_cookies,
    )
    return response


@router.get("/dang-nhap/qua/{provider}/ve")
def come_back_from(request: Request, provider: str, app: TheWholeApp) -> Response:
    """Back from the provider: a session, and a page of our own that leads on (a strict cookie needs that)."""
    returned = come_back(
        provider,
        dict(request.query_params),
        state=request.cookies.get(STATE_COOKIE, ""),
        redirect_uri=redirect_uri(app, provider),
        max_age=app.settings.step_up,
        uow=app.uow,
        desk=app.identities,
        clock=app.clock,
        ids=app.ids,
        hours=app.settings.session_hours,
        caller=caller_of(request, binds=True),
    )
    session = returned.session
    if returned.waiting:
        on = GoOnPage(returned.waiting, returned.onward)
        response = render(request, "go_on.html", on, actor=session.actor, at=returned.onward)
    else:
        page = EnteredPage(returned.onward or home_of(session.actor.role))
        response = render(request, "entered.html", page, actor=session.actor)
    put_cookie(response, session, app.settings.session_hours, secure=app.settings.secure_cookies)
    response.delete_cookie(STATE_COOKIE, path="/dang-nhap/qua")
    return response


@router.get("/tai-khoan")
def account(request: Request, actor: Here, app: TheApp) -> Response:
    """Where I am signed in, and with what."""
    return render(request, "account.html", _page(request, actor, app), actor=actor)


@router.post("/tai-khoan/phien")
def end(request: Request, actor: Here, app: TheApp, phien: Annotated[str, Form()] = "") -> Response:
    """End one session, or all others."""
    if phien:
        end_session(phien, actor=actor, uow=app.uow, clock=app.clock)
    else:
        end_others(session_facts(request).id, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse("/tai-khoan", SEE_OTHER)


@router.post("/tai-khoan/ma")
def begin(request: Request, actor: Here, app: TheApp) -> Response:
    """Show the secret for the authenticator app."""
    require_second(request, app)
    begun = enrol(issuer=app.settings.system_name, actor=actor, uow=app.uow, ids=app.ids)
    return render(request, "account.html", _page(request, actor, app, begun=begun), actor=actor, at="/tai-khoan")


@router.post("/tai-khoan/ma/xac-nhan")
def confirm(
    request: Request, actor: Here, app: TheApp, language: TheLanguage, code: Annotated[str, Form()] = ""
) -> Response:
    """The app works; show the recovery codes."""
    require_second(request, app)
    token = token_of(request) or ""
    try:
        codes = confirm_enrolment(code, token=token, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)
    except VaultError as error:
        page = _page(request, actor, app, error=_sentence(error, language))
        return render(request, "account.html", page, actor=actor, status=status_of(error), at="/tai-khoan")
    page = _page(request, actor, app, codes=codes)
    return render(request, "account.html", page, actor=actor, at="/tai-khoan")


@router.post("/tai-khoan/ma/bo")
def drop_codes(actor: Fresh, app: TheApp) -> Response:
    """Give the app up."""
    drop_factor(actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse("/tai-khoan", SEE_OTHER)


@router.post("/tai-khoan/khoa/bo")
def drop_key(actor: Fresh, app: TheApp, khoa: Annotated[str, Form()] = "") -> Response:
    """Give a passkey up."""
    drop(khoa, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse("/tai-khoan", SEE_OTHER)


@router.get("/xac-nhan-lai")
def again(request: Request, actor: Here, app: TheApp, tiep: str = "") -> Response:
    """Prove again who sits here."""
    return render(request, "again.html", again_page(actor, app, local(tiep)), actor=actor)


@router.post("/xac-nhan-lai")
def prove(
    *,
    request: Request,
    actor: Here,
    app: TheApp,
    language: TheLanguage,
    posted: Posted,
    password: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
    tiep: Annotated[str, Form()] = "",
    cho: Annotated[str, Form()] = "",
) -> Response:
    """With pass word and code; a passkey proves by script. A form that waits (`cho`) is offered to be sent on."""
    waiting = unpacked(local(cho), [(name, text) for name, text in posted.multi_items() if isinstance(text, str)])
    try:
        prove_again(password, code, token=token_of(request) or "", actor=actor, uow=app.uow, clock=app.clock)
    except Forbidden as error:
        page = again_page(actor, app, local(tiep), error=_sentence(error, language), waiting=waiting)
        return render(request, "again.html", page, actor=actor, status=status_of(error))
    if waiting:
        return render(request, "go_on.html", GoOnPage(waiting, local(tiep)), actor=actor, at=local(tiep))
    return RedirectResponse(local(tiep) or home_of(actor.role), SEE_OTHER)


def _page(
    request: Request,
    actor: Actor,
    app: App,
    *,
    begun: Enrolment | None = None,
    codes: tuple[str, ...] = (),
    error: str | None = None,
) -> AccountPage:
    current = session_facts(request)
    factors = factors_of(actor=actor, uow=app.uow)
    production = app.settings.environment == "production"
    return AccountPage(
        sessions=list_sessions(actor=actor, uow=app.uow, clock=app.clock),
        current=current.id,
        has_codes=factors.codes,
        recovery_left=factors.recovery_codes,
        passkeys=tuple(_row(one) for one in list_passkeys(actor=actor, uow=app.uow)),
        local=is_local(actor),
        must=production and current.strength < Strength.TWO_FACTORS and not codes,
        secret=base32(begun.secret) if begun else "",
        uri=begun.uri if begun else "",
        codes=codes,
        error=error,
    )


def _row(one: Passkey) -> PasskeyRow:
    name = base64.urlsafe_b64encode(one.credential_id).rstrip(b"=").decode()
    return PasskeyRow(name, one.name, one.created_at, one.last_used_at)


def _sentence(error: VaultError, language: Language) -> str:
    return say(error.code, language, **error.facts)
