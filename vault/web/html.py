"""HTML of the pages: one frame around every page, the words from the catalogue, values escaped by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from vault.domain.devices import device_of
from vault.domain.people import Actor, Role
from vault.domain.reuse import VIET_NAM
from vault.messages import Language, known, say
from vault.web.session import LANGUAGE_COOKIE, app_of, language_of
from vault.web.told import note_shown

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_YEAR_SECONDS = 365 * 24 * 3600
_KIB = 1024
_DESK = (
    ("/ban-lam-viec", "ui.nav.desk"),
    ("/so-hoa", "ui.nav.digitise"),
    ("/ho-so/moi", "ui.nav.new_dossier"),
    ("/dinh-chinh", "ui.nav.corrections"),
    ("/giam-sat", "ui.nav.oversight"),
    ("/q", "ui.nav.verify"),
)
_MINE = (("/cua-toi", "ui.nav.mine"), ("/cua-toi/nhat-ky", "ui.nav.who_looked"), ("/q", "ui.nav.verify"))
_NAVIGATION: Mapping[Role, tuple[tuple[str, str], ...]] = {
    Role.OFFICER: _DESK,
    Role.PARTNER: (_DESK[2], _DESK[5]),
    Role.DIGITISER: (_DESK[1], _DESK[5]),
    Role.CERTIFIER: (_DESK[1], _DESK[3], _DESK[5]),
    Role.AGENCY_HEAD: (_DESK[4], ("/truy-cap", "ui.nav.glass"), _DESK[5]),
    Role.DATA_PROTECTION: (
        ("/truy-cap", "ui.nav.glass"),
        ("/du-lieu", "ui.nav.requests"),
        _DESK[4],
        _DESK[5],
    ),
    Role.OPERATOR: (("/dong-bo", "ui.nav.letters"), _DESK[5]),
    Role.CITIZEN: _MINE,
    Role.GUARDIAN: _MINE,
}
_EVERYBODY = (("/q", "ui.nav.verify"),)


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    href: str
    key: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page: who is signed in, the way around, and the same page in the other language."""

    language: Language
    actor: Actor
    links: tuple[Link, ...]
    address: str
    other_language: str
    development: bool

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.actor.role is not Role.ANONYMOUS


def home_of(role: Role) -> str:
    """Where a role begins its work."""
    return _NAVIGATION.get(role, _EVERYBODY)[0][0]


def render(
    request: Request, template: str, page: DataclassInstance, *, actor: Actor, status: int = 200, at: str = ""
) -> HTMLResponse:
    """A whole page (or a part of one, when `template` is a fragment) with `page`, always a dataclass, as its context.

    `at` is where the page can be asked for again, when it answers a form that was sent to another address. A page that
    answers with a refusal writes its event, if no use case has.
    """
    note_shown(request)
    language = language_of(request)
    frame = Frame(
        language=language,
        actor=actor,
        links=_links(request.url.path, actor.role),
        address=at,
        other_language=at + _other(request, language),
        development=app_of(request).settings.environment == "development",
    )
    words = _Words(language)
    text = _environment().get_template(template).render(page=page, frame=frame, t=words.say, known=words.word)
    response = HTMLResponse(text, status, {"Content-Language": language.value, "Vary": "Cookie, Accept-Language"})
    if request.query_params.get("lang") == language.value:
        secure = app_of(request).settings.secure_cookies
        response.set_cookie(
            LANGUAGE_COOKIE, language.value, max_age=_YEAR_SECONDS, samesite="lax", httponly=True, secure=secure
        )
    return response


@dataclass(frozen=True, slots=True)
class _Words:
    language: Language

    def say(self, key: str, **facts: object) -> str:
        """The sentence of the catalogue in the page's language."""
        return say(key, self.language, **facts)

    def word(self, sets: str, code: str) -> str:
        """The word for a code in the first of the closed sets that has it, e.g. `ui.state`; else the code itself."""
        key = next((f"{one}.{code}" for one in sets.split() if known(f"{one}.{code}")), None)
        return say(key, self.language) if key else code


def _links(path: str, role: Role) -> tuple[Link, ...]:
    entries = _NAVIGATION.get(role, _EVERYBODY)
    fitting = [href for href, _ in entries if path == href or path.startswith(href + "/")]
    here = max(fitting, key=len, default="")
    return tuple(Link(href, key, href == here) for href, key in entries)


def _other(request: Request, language: Language) -> str:
    other = Language.EN if language is Language.VI else Language.VI
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"?{urlencode([*kept, ('lang', other.value)])}"


def day(value: date | str | None) -> str:
    """A day as people here write it: 22/11/2026."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return str(value)
    return f"{value:%d/%m/%Y}" if value else "–"


def moment(value: datetime | None) -> str:
    """A time by the clock of Viet Nam: 22/11/2026 09:05."""
    return f"{value.astimezone(VIET_NAM):%d/%m/%Y %H:%M}" if value else "–"


def size(value: int) -> str:
    """A size in bytes, rounded: 1,4 MB."""
    if value < _KIB:
        return f"{value} B"
    if value < _KIB * _KIB:
        return f"{value / _KIB:.0f} kB"
    return f"{value / _KIB / _KIB:.1f} MB".replace(".", ",")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(device=device_of, day=day, moment=moment, size=size, translated=lambda key, t: t(key))
    return environment
