"""Who asks: a session cookie of a page or a bearer token of a program; and in which language."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from vault.bootstrap import App
from vault.domain.errors import Forbidden
from vault.domain.people import STRANGER, Actor, Role
from vault.messages import Language
from vault.usecases.identify.who_is import who_is

COOKIE = "kho_so_phien"
LANGUAGE_COOKIE = "kho_so_ngon_ngu"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def app_of(request: Request) -> App:
    """The app behind this request."""
    app: App = request.app.state.vault
    return app


async def _the_app(request: Request) -> App:
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


def actor_or_stranger(request: Request, app: Annotated[App, Depends(_the_app)]) -> Actor:
    """The actor of the session, or a stranger."""
    token = token_of(request)
    found = who_is(token, uow=app.uow, clock=app.clock) if token else None
    return found or STRANGER


async def signed_in(actor: Annotated[Actor, Depends(actor_or_stranger)]) -> Actor:
    """The actor; `SIGN_IN_FIRST` for a stranger."""
    if actor.role is Role.ANONYMOUS:
        raise Forbidden("SIGN_IN_FIRST")
    return actor


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
Anybody = Annotated[Actor, Depends(actor_or_stranger)]
SignedIn = Annotated[Actor, Depends(signed_in)]
TheLanguage = Annotated[Language, Depends(_the_language)]
