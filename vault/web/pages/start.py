"""The front door: what this is, three doors, sign in and sign out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import SEED_ACCOUNTS
from vault.domain.errors import Forbidden
from vault.messages import say
from vault.usecases.identify.sign_in import FinishSignIn, SignIn, finish_sign_in, sign_in
from vault.usecases.identify.sign_out import sign_out
from vault.web.api.session import put_cookie
from vault.web.errors import status_of
from vault.web.html import home_of, render
from vault.web.session import (
    COOKIE,
    Anybody,
    Here,
    TheApp,
    TheLanguage,
    TheWholeApp,
    caller_of,
    refuse_cross_site,
    token_of,
)

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class StartPage:
    """The agency whose service this is, and where the signed-in person works."""

    agency: str
    system: str
    home: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A sign-in of the development service, shown so that people can try it."""

    role: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The form as it was left, what was wrong with it, and where the person wanted to go."""

    username: str
    onward: str
    error: str | None
    samples: tuple[Sample, ...]
    step: str
    """After the pass word: under which step the one-time password is asked for."""
    providers: tuple[tuple[str, str], ...]


@router.get("/")
def start(request: Request, actor: Anybody, app: TheApp) -> Response:
    """What this is, and the way in."""
    page = StartPage(app.settings.agency_name, app.settings.system_name, home_of(actor.role))
    return render(request, "start.html", page, actor=actor)


@router.get("/dang-nhap")
def sign_in_form(request: Request, actor: Anybody, app: TheApp, tiep: str = "") -> Response:
    """The sign-in form."""
    return render(request, "sign_in.html", _form(app, onward=local(tiep)), actor=actor)


@router.post("/dang-nhap")
def sign_in_post(
    *,
    request: Request,
    app: TheWholeApp,
    language: TheLanguage,
    actor: Anybody,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    step: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
    tiep: Annotated[str, Form()] = "",
) -> Response:
    """Open a session and go on to where the person wanted to be; with a second factor in two steps."""
    refuse_cross_site(request)
    onward, hours, caller = local(tiep), app.settings.session_hours, caller_of(request, binds=True)
    try:
        if step:
            finish = FinishSignIn(step, code)
            session = finish_sign_in(finish, uow=app.uow, clock=app.clock, ids=app.ids, hours=hours, caller=caller)
        else:
            asked = SignIn(username, password)
            session = sign_in(asked, uow=app.uow, clock=app.clock, ids=app.ids, hours=hours, caller=caller)
    except Forbidden as error:
        page = _form(app, onward=onward, username=username)
        if error.code == "SECOND_FACTOR":
            page = replace(page, step=str(error.facts["step"]))
            return render(request, "sign_in.html", page, actor=actor)
        kept = step if error.code == "SECOND_FACTOR_WRONG" else ""
        page = replace(page, step=kept, error=say(error.code, language, **error.facts))
        return render(request, "sign_in.html", page, actor=actor, status=status_of(error))
    response = RedirectResponse(onward or home_of(session.actor.role), SEE_OTHER)
    put_cookie(response, session, hours, secure=app.settings.secure_cookies)
    return response


def _form(app: TheApp, *, onward: str, username: str = "") -> SignInPage:
    return SignInPage(username, onward, None, _samples(app), "", tuple(app.identities.names().items()))


@router.post("/dang-xuat")
def sign_out_post(request: Request, actor: Here, app: TheApp) -> Response:
    """End the session."""
    sign_out(token_of(request) or "", actor=actor, uow=app.uow, clock=app.clock)
    response = RedirectResponse("/", SEE_OTHER)
    response.delete_cookie(COOKIE, path="/")
    # Pictures of papers lie in the cache of a shared browser; the next person at the counter must not find them.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def local(path: str) -> str:
    """A path on this very site, or nothing: a sign-in never leads elsewhere."""
    # Browsers drop tabs and line ends inside an address and take a backslash for a slash.
    plain = path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else ""


def _samples(app: TheApp) -> tuple[Sample, ...]:
    if app.settings.environment != "development":
        return ()
    return tuple(Sample(one.role.value, one.username, one.password) for one in SEED_ACCOUNTS[:3])
