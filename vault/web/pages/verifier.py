"""The verifier's scanner `/q`: no sign-in, the same page for everybody, works without network after a first visit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from vault.bootstrap import App
from vault.domain.people import STRANGER
from vault.domain.reuse import VIET_NAM
from vault.messages import Language, keys, say
from vault.usecases.digitize.confirm import PHONE_LIST
from vault.usecases.verify.publish_status import status_lists
from vault.web.html import render
from vault.web.kept import STATIC, kept_files, release_name
from vault.web.session import TheApp, TheLanguage

router = APIRouter(include_in_schema=False)
_FILLED_BY_SCRIPTS = ("at", "record", "count", "label")
_SCRIPT_WORDS = ("ui.scan.", "ui.verdict.", "ui.reason.", "ui.claim.", "ui.pdf.", "ui.state.", "ui.kind.")


@dataclass(frozen=True, slots=True)
class Pins:
    """What the page is pinned to: hosts of genuine credentials, the root of the trust list, and names for codes."""

    hosts: tuple[str, ...]
    root: str
    status_lists: tuple[str, ...]
    types: dict[str, str]
    issuers: dict[str, str]
    log_key: str

    def as_dict(self) -> dict[str, object]:
        """JSON-ready values."""
        return {
            "hosts": list(self.hosts),
            "root": self.root,
            "statusLists": list(self.status_lists),
            "logKey": self.log_key,
            "types": self.types,
            "issuers": self.issuers,
        }


@dataclass(frozen=True, slots=True)
class ScannerPage:
    """The pins and the words of the scripts."""

    pins: Pins
    words: dict[str, str]


@router.get("/q")
def scanner(request: Request, app: TheApp, language: TheLanguage) -> Response:
    """The scanner. Nothing on it depends on who asks, so it may be kept for use without network."""
    page = ScannerPage(_pins(app, language), _words(language))
    return render(request, "scanner.html", page, actor=STRANGER)


@router.get("/q-worker.js", response_class=Response)
def worker() -> Response:
    """The service worker, with the list of what it keeps; another release makes it fetch everything anew."""
    release = json.dumps({"name": _release(), "files": _files()})
    text = f"const RELEASE = {release};\n" + (STATIC / "js" / "q-worker.js").read_text(encoding="utf-8")
    return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _pins(app: App, language: Language) -> Pins:
    today = app.clock.now().astimezone(VIET_NAM).date()
    english = language is Language.EN
    return Pins(
        hosts=(app.credentials.host,),
        root=app.credentials.root_pem().decode("ascii"),
        status_lists=tuple(f"/s/{one}" for one in status_lists(uow=app.uow) if one != PHONE_LIST),
        types={
            one.code: one.name_en if english and one.name_en else one.name
            for one in app.catalogue.types
            if one.period.covers(today) and one.is_paper
        },
        issuers={app.settings.agency_code: app.settings.agency_name},
        log_key=app.log.verifier_key,
    )


def _words(language: Language) -> dict[str, str]:
    """The sentences with their places for facts left open: the scripts fill them in."""
    open_places = {name: f"{{{name}}}" for name in _FILLED_BY_SCRIPTS}
    return {
        key.removeprefix("ui."): say(key, language, **open_places) for key in keys() if key.startswith(_SCRIPT_WORDS)
    }


@cache
def _kept() -> tuple[tuple[str, Path], ...]:
    return kept_files(
        (
            "app.css",
            "icon.svg",
            "icons/scanner-192.png",
            "scanner.webmanifest",
            "js/scanner.js",
            "js/check.js",
            "js/show.js",
            "js/camera.js",
            "js/screen.js",
            "js/present-check.js",
            "js/present-consent.js",
            "js/present-store.js",
            "js/present-symbol.js",
            "js/present-used.js",
        )
    )


def _files() -> list[str]:
    return [address for address, _ in _kept()]


@cache
def _release() -> str:
    return release_name((*_kept(), ("/q-worker.js", STATIC / "js" / "q-worker.js")))
