"""The citizen's phone beyond showing: photograph and send, work without network, consents, take everything away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.domain.consents import ConsentPurpose
from vault.domain.ids import normal_record_code
from vault.domain.people import Actor, Role
from vault.messages import Language, keys, say
from vault.usecases.present.set_consent import consents_of, set_consent
from vault.usecases.present.take_away import take_away
from vault.usecases.verify.publish_status import published_status
from vault.web.html import render
from vault.web.kept import STATIC, kept_files, release_name
from vault.web.pages.presenting import OFFLINE_WORDS, ScriptPage, scripts_for
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
SHELL = Actor("phone", "", Role.CITIZEN)
"""Whoever holds the phone: the pages that are kept for use without network say nothing about anybody."""
PAGES = ("/cua-toi/chup", "/cua-toi/ngoai-mang", "/c")
_CAPTURE_WORDS = ("ui.capture.", "ui.warning.", "ui.paper.page", "ui.paper.pages")
_FILLED = ("number", "count", "name", "about")


@dataclass(frozen=True, slots=True)
class CapturePage:
    """The words of the camera page's scripts."""

    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class Switch:
    """One consent switch. `at` is when it was turned last."""

    purpose: str
    on: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentsPage:
    """All of them."""

    switches: tuple[Switch, ...]


@router.get("/cua-toi/chup")
def capture(request: Request, language: TheLanguage) -> Response:
    """Photograph a paper and send it. The same for everybody; sending asks for a sign-in."""
    open_places = {name: f"{{{name}}}" for name in _FILLED}
    words = {
        key.removeprefix("ui."): say(key, language, **open_places) for key in keys() if key.startswith(_CAPTURE_WORDS)
    }
    return render(request, "capture.html", CapturePage(words), actor=SHELL)


@router.get("/cua-toi/ngoai-mang")
def offline(request: Request, app: TheApp, language: TheLanguage) -> Response:
    """What this phone can do without network: show the papers on it, photograph others."""
    page: ScriptPage = scripts_for(app, language, OFFLINE_WORDS)
    return render(request, "present_offline.html", page, actor=SHELL)


@router.get("/cua-toi/dong-y")
def consents(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """The consent switches."""
    turned = consents_of(actor=actor, uow=app.uow)
    switches = tuple(
        Switch(one.value, on=one in turned and turned[one].on, at=turned[one].at if one in turned else None)
        for one in ConsentPurpose
    )
    return render(request, "consents.html", ConsentsPage(switches), actor=actor)


@router.post("/cua-toi/dong-y")
def turn(
    actor: SignedIn, app: TheApp, purpose: Annotated[ConsentPurpose, Form()], on: Annotated[bool, Form()]
) -> Response:
    """Turn one of them."""
    set_consent(purpose, on=on, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse("/cua-toi/dong-y", SEE_OTHER)


@router.get("/cua-toi/{code}/tron-bo")
def everything(code: str, actor: SignedIn, app: TheApp, language: TheLanguage) -> Response:
    """One paper with all its proofs, as a ZIP."""
    english = language is Language.EN
    made = take_away(
        normal_record_code(code),
        readme=lambda facts: say("ui.take_away.readme", Language.EN if english else Language.VI, **facts),
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sealing=app.sealing,
        status_of=lambda list_id: published_status(
            list_id, uow=app.uow, files=app.published, credentials=app.credentials, clock=app.clock
        ),
        lists={
            "danh-sach-tin-cay.cose": app.credentials.trust_list(),
            "goc-tin-cay.pem": app.credentials.root_pem(),
        },
        log=app.log,
        clock=app.clock,
    )
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return Response(made.data, media_type=made.mime, headers=headers)


@router.get("/c-worker.js", response_class=Response)
def worker() -> Response:
    """The service worker of the citizen's pages; its scope `/c` covers `/c` and `/cua-toi`."""
    text = (STATIC / "js" / "c-worker.js").read_text(encoding="utf-8")
    return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/c-release.js", response_class=Response)
def release() -> Response:
    """What that worker keeps; another release makes it fetch everything anew."""
    what = {"name": _release(), "files": [address for address, _ in _kept()], "pages": list(PAGES)}
    text = f"export const RELEASE = {json.dumps(what)};\n"
    return Response(text, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@cache
def _kept() -> tuple[tuple[str, Path], ...]:
    scripts = sorted(
        [
            *(file.name for file in (STATIC / "js").glob("capture*.js")),
            *(file.name for file in (STATIC / "js").glob("page-*.js")),
            "camera.js",
            "onepdf.js",
            "present-answer.js",
            "present-consent.js",
            "present-offline.js",
            "present-store.js",
            "present-symbol.js",
            "screen.js",
        ]
    )
    icons = ("icon.svg", "icons/citizen-192.png", "citizen.webmanifest")
    return kept_files(("app.css", *icons, *(f"js/{name}" for name in scripts)))


@cache
def _release() -> str:
    return release_name((*_kept(), ("/c-worker.js", STATIC / "js" / "c-worker.js")))
