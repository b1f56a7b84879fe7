"""Showing without being copied: the citizen's page, the answer to a question, the verifier's page, live shares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import App
from vault.domain.ids import normal_record_code
from vault.domain.people import STRANGER
from vault.domain.reuse import VIET_NAM
from vault.domain.shares import SHARE_WORDS, Share
from vault.messages import Language, keys, say
from vault.usecases.oversee.view_record import view_record
from vault.usecases.present.live_shares import live_shares, stop_share
from vault.usecases.verify.publish_status import status_lists
from vault.web.html import render
from vault.web.pages.desk import type_name
from vault.web.pages.records import state_of
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
_OPEN_PLACES = ("at", "record", "count", "label", "seconds", "audience", "purpose", "name")
_SHOW_WORDS = ("ui.present.", "ui.shown.")
OFFLINE_WORDS = (*_SHOW_WORDS, "ui.offline.")
_CHECK_WORDS = (*_SHOW_WORDS, "ui.scan.", "ui.verdict.", "ui.reason.", "ui.claim.")


@dataclass(frozen=True, slots=True)
class ScriptPage:
    """What a page hands to its scripts: pins and words, both as JSON."""

    pins: dict[str, object]
    words: dict[str, str]
    most: int = SHARE_WORDS


@dataclass(frozen=True, slots=True)
class ShowPage(ScriptPage):
    """The same for one paper."""

    code: str = ""
    type_name: str = ""
    state: str = ""

    @property
    def may_show(self) -> bool:
        """Whether the paper is in force."""
        return self.state == "ACTIVE"


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A living share in words."""

    id: str
    kind: str
    record: str
    type_name: str
    words: str
    fields: tuple[str, ...]
    created_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SharesPage:
    """What is being shared now."""

    shares: tuple[ShareRow, ...]


# --- addresses that a phone's own camera opens; the fragment goes along and never reaches the service
@router.get("/p")
@router.get("/k")
def opened_by_camera() -> Response:
    """A shown token, or a short code: to the verifier's page."""
    return RedirectResponse("/q/trinh", SEE_OTHER)


@router.get("/c")
def answer(request: Request, app: TheApp, language: TheLanguage) -> Response:
    """A verifier's question, opened on the citizen's phone. Asks for no sign-in: the papers lie on the phone."""
    return render(request, "present_answer.html", scripts_for(app, language, _SHOW_WORDS), actor=STRANGER)


@router.get("/q/trinh")
def check(request: Request, app: TheApp, language: TheLanguage) -> Response:
    """The verifier's page: ask a citizen, see what is shown, redeem a code. The same for everybody, kept off line."""
    return render(request, "present_check.html", scripts_for(app, language, _CHECK_WORDS), actor=STRANGER)


@router.get("/cua-toi/chia-se")
def shares(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """What I am sharing now."""
    rows = tuple(_row(one, app) for one in live_shares(actor=actor, uow=app.uow, clock=app.clock))
    return render(request, "present_shares.html", SharesPage(rows), actor=actor)


@router.post("/cua-toi/chia-se/{share}")
def stop(share: str, actor: SignedIn, app: TheApp) -> Response:
    """Stop one of them."""
    stop_share(share, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse("/cua-toi/chia-se", SEE_OTHER)


@router.get("/cua-toi/{code}/trinh")
def show(request: Request, code: str, actor: SignedIn, app: TheApp, language: TheLanguage) -> Response:
    """Show one paper in a way that nobody can copy."""
    record = view_record(normal_record_code(code), actor=actor, uow=app.uow, clock=app.clock, purpose=None)
    scripts = scripts_for(app, language, _SHOW_WORDS)
    page = ShowPage(
        pins=scripts.pins,
        words=scripts.words,
        code=record.code,
        type_name=type_name(record.type_code, app),
        state=state_of(record, app),
    )
    return render(request, "present_show.html", page, actor=actor)


def scripts_for(app: App, language: Language, prefixes: tuple[str, ...]) -> ScriptPage:
    """The pins and the words with these prefixes."""
    today = app.clock.now().astimezone(VIET_NAM).date()
    english = language is Language.EN
    pins: dict[str, object] = {
        "hosts": [app.credentials.host],
        "root": app.credentials.root_pem().decode("ascii"),
        "statusLists": [f"/s/{list_id}" for list_id in status_lists(uow=app.uow)],
        "types": {
            one.code: one.name_en if english and one.name_en else one.name
            for one in app.catalogue.types
            if one.period.covers(today) and one.is_paper
        },
        "issuers": {app.settings.agency_code: app.settings.agency_name},
    }
    open_places = {name: f"{{{name}}}" for name in _OPEN_PLACES}
    words = {key.removeprefix("ui."): say(key, language, **open_places) for key in keys() if key.startswith(prefixes)}
    return ScriptPage(pins, words)


def _row(share: Share, app: App) -> ShareRow:
    with app.uow.begin() as tx:
        record = tx.records.get(share.record)
    return ShareRow(
        id=share.id,
        kind=share.kind.value,
        record=share.record,
        type_name=type_name(record.type_code, app),
        words=share.words,
        fields=share.fields if share.audience else (),
        created_at=share.created_at,
        ends_at=share.ends_at,
    )
