"""Who asks: a session cookie of a page or a bearer token of a program; and in which language."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from vault.bootstrap import App, acting
from vault.domain.errors import Forbidden
from vault.domain.people import STRANGER, Actor, Role
from vault.domain.sign_in import SessionFacts, Strength, may_seal, needs_second_factor
from vault.messages import Language
from vault.usecases.identify.opening import Caller
from vault.usecases.identify.passkey import Place
from vault.usecases.identify.who_is import session_of

COOKIE = "kho_so_phien"
LANGUAGE_COOKIE = "kho_so_ngon_ngu"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def app_of(request: Request) -> App:
    """The app behind this request."""
    app: App = request.app.state.vault
    return app


async def _whole_app(request: Request) -> App:
    """`app_of` as a dependency: a coroutine, because every other one costs a change of threads a request."""
    return app_of(request)


def token_of(request: Request) -> str | None:
    """The session token: bearer first, then the cookie. A cookie counts for changes only from our own pages."""
    header = request.headers.get("authorization", "")
    if header.lower().startswith("bearer "):
        return header[7:].strip()
    token = request.cookies.get(COOKIE)
    if token and request.method not in _SAFE:
        refuse_cross_site(request)
    return token


def refuse_cross_site(request: Request) -> None:
    """Browsers say where a request comes from (Fetch Metadata, Origin); another site may not use our cookie."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = site not in {"same-origin", "none"} if site else origin is not None and not _same(origin, request)
    if foreign:
        raise Forbidden("CROSS_SITE")


def _same(origin: str, request: Request) -> bool:
    return origin.split("://", 1)[-1] == request.headers.get("host", "")


def actor_or_stranger(request: Request, app: Annotated[App, Depends(_whole_app)]) -> Actor:
    """The actor of the session, or a stranger. The session itself is kept with the request."""
    token = token_of(request)
    found = None
    if token:
        idle = timedelta(minutes=app.settings.session_idle_minutes)
        agent = request.headers.get("user-agent", "")
        found = session_of(token, agent=agent, idle=idle, uow=app.uow, clock=app.clock)
    request.state.session = found
    return found.actor if found else STRANGER


def session_facts(request: Request) -> SessionFacts:
    """The session that this request came with; `SIGN_IN_FIRST`."""
    found: SessionFacts | None = getattr(request.state, "session", None)
    if found is None:
        raise Forbidden("SIGN_IN_FIRST")
    return found


def caller_of(request: Request, *, binds: bool) -> Caller:
    """Who asks to sign in; a session in a cookie belongs to its browser."""
    return Caller(address_of(request), request.headers.get("user-agent", ""), binds)


def address_of(request: Request) -> str:
    """The caller's address, as uvicorn knows it (behind a proxy: --proxy-headers)."""
    return request.client.host if request.client else ""


def place_of(request: Request) -> Place:
    """Relying party and origin of passkeys. Only our public host, and `localhost` in development, are places."""
    settings = app_of(request).settings
    host = request.headers.get("host", "")
    if settings.environment == "development" and host.partition(":")[0] == "localhost":
        return Place("localhost", f"http://{host}")
    return Place(settings.qr_host.partition(":")[0], settings.public_url)


async def _the_app(
    app: Annotated[App, Depends(_whole_app)], actor: Annotated[Actor, Depends(actor_or_stranger)]
) -> App:
    """The app as this actor may see it: every transaction of the request stands behind the actor's walls."""
    return acting(app, actor)


async def here(actor: Annotated[Actor, Depends(actor_or_stranger)]) -> Actor:
    """Whoever is signed in, second factor or not; `SIGN_IN_FIRST` for a stranger."""
    if actor.role is Role.ANONYMOUS:
        raise Forbidden("SIGN_IN_FIRST")
    return actor


async def signed_in(request: Request, actor: Annotated[Actor, Depends(here)]) -> Actor:
    """The actor; `SECOND_FACTOR_FIRST` for an agency's person who has none yet outside development."""
    production = app_of(request).settings.environment == "production"
    if needs_second_factor(session_facts(request), production=production):
        raise Forbidden("SECOND_FACTOR_FIRST")
    return actor


async def fresh(
    request: Request, app: Annotated[App, Depends(_whole_app)], actor: Annotated[Actor, Depends(signed_in)]
) -> Actor:
    """The actor, if they proved recently who sits there: for what seals, corrects or revokes. `STEP_UP`."""
    settings = app.settings
    strength = Strength.TWO_FACTORS if settings.environment == "production" else Strength.PASSWORD
    if not may_seal(session_facts(request), app.clock.now(), within=settings.step_up, strength=strength):
        await _put_aside(request)
        raise Forbidden("STEP_UP")
    return actor


async def _put_aside(request: Request) -> None:
    """Keep what a page's form sent, so that proving who sits there costs nobody what they typed (`web.again`).

    A form with files is not kept, and a pass word or code never comes in one: the forms of one's own sign-in send them.
    """
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return
    sent = (await request.form()).multi_items()
    request.state.put_aside = [(name, value) for name, value in sent if isinstance(value, str)]


def language_of(request: Request) -> Language:
    """`?lang=`, then the cookie, then the browser's preference if it is not Vietnamese but English, else Vietnamese."""
    for wish in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in set(Language):
            return Language(wish)
    preferred = request.headers.get("accept-language", "").lower()
    return Language.EN if preferred.startswith("en") and "vi" not in preferred else Language.VI


async def _the_language(request: Request) -> Language:
    return language_of(request)


TheApp = Annotated[App, Depends(_the_app)]
TheWholeApp = Annotated[App, Depends(_whole_app)]
"""Without walls: for signing in, before anybody knows on which side a person stands, and for putting a paper into an
agency's tray from outside (a citizen, an officer's phone by its token)."""
Anybody = Annotated[Actor, Depends(actor_or_stranger)]
SignedIn = Annotated[Actor, Depends(signed_in)]
Here = Annotated[Actor, Depends(here)]
"""Signed in, perhaps without the second factor that is still to be set up: for one's own sign-in only."""
Fresh = Annotated[Actor, Depends(fresh)]
"""Signed in and proved recently: for acts that seal, correct or revoke, and for changing one's own factors."""
TheLanguage = Annotated[Language, Depends(_the_language)]
