"""Who may act for whom: an officer records a mandate from its document; agency and principal see it and end it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from vault.bootstrap import App
from vault.domain.errors import Forbidden, Invalid, VaultError
from vault.domain.mandates import LONGEST_GROUND, MandateKind, Scope
from vault.domain.people import HOLDER_ROLES, Action, Actor, Role, may
from vault.domain.reuse import VIET_NAM
from vault.messages import say
from vault.usecases.identify.mandates import (
    GrantMandate,
    MandateBetween,
    grant_mandate,
    revoke_mandate,
    view_mandates,
)
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.posted import Posted, texts_of
from vault.web.pages.reading import stored
from vault.web.session import Fresh, SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/uy-quyen", include_in_schema=False)
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class MandateRow:
    """One of them. `state`: LIVING, COMING, OVER or REVOKED; `ends`: whether this person may end it."""

    id: str
    acting: str
    holder: str
    kind: str
    ground: str
    valid_from: date
    valid_until: date
    scope: tuple[str, ...]
    state: str
    reason: str | None
    ends: bool


@dataclass(frozen=True, slots=True)
class MandateForm:
    """A new mandate as it was typed."""

    username: str = ""
    kind: str = MandateKind.GUARDIAN.value
    ground: str = ""
    valid_from: str = ""
    valid_until: str = ""
    scope: tuple[str, ...] = (Scope.SEE.value,)


@dataclass(frozen=True, slots=True)
class MandatesPage:
    """What lives or will, what is over, and the form for whoever records them. `done`: GRANTED or REVOKED."""

    living: tuple[MandateRow, ...]
    over: tuple[MandateRow, ...]
    records: bool
    own: bool
    form: MandateForm
    kinds: tuple[str, ...]
    scopes: tuple[str, ...]
    longest: int
    done: str
    error: str | None


@router.get("")
def mandates(request: Request, actor: SignedIn, app: TheApp, xong: str = "") -> Response:
    """The lists."""
    done = {"ghi": "GRANTED", "thoi": "REVOKED"}.get(xong, "")
    return render(request, "mandates.html", _page(actor, app, done=done), actor=actor)


@router.post("")
def grant(request: Request, actor: Fresh, app: TheApp, language: TheLanguage, posted: Posted) -> Response:
    """Record one from its document."""
    form = _typed(posted)
    try:
        grant_mandate(_asked(form), actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)
    except Forbidden:
        raise
    except VaultError as error:
        page = _page(actor, app, form=form, error=say(error.code, language, **error.facts))
        return render(request, "mandates.html", page, actor=actor, status=status_of(error), at="/uy-quyen")
    return RedirectResponse("/uy-quyen?xong=ghi", SEE_OTHER)


@router.post("/{mandate}")
def revoke(mandate: str, actor: SignedIn, app: TheApp, reason: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """End it at once."""
    revoke_mandate(mandate, reason, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse("/uy-quyen?xong=thoi", SEE_OTHER)


def _typed(posted: FormData) -> MandateForm:
    texts = texts_of(posted)
    plain = {name: texts.get(name, "") for name in ("username", "kind", "ground", "valid_from", "valid_until")}
    return MandateForm(**plain, scope=tuple(str(one) for one in posted.getlist("scope")))


def _asked(form: MandateForm) -> GrantMandate:
    try:
        kind, scope = MandateKind(form.kind), frozenset(map(Scope, form.scope))
    except ValueError as error:
        raise Invalid("INVALID_REQUEST", fields="kind, scope") from error
    return GrantMandate(form.username, kind, form.ground, _day(form.valid_from), _day(form.valid_until), scope)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(stored(typed, is_date=True))
    except ValueError as error:
        raise Invalid("MANDATE_DAYS") from error


def _page(
    actor: Actor, app: App, *, form: MandateForm | None = None, done: str = "", error: str | None = None
) -> MandatesPage:
    today = app.clock.now().astimezone(VIET_NAM).date()
    found = view_mandates(actor=actor, uow=app.uow, clock=app.clock)
    rows = tuple(_rows(found, actor, today))
    return MandatesPage(
        living=tuple(one for one in rows if one.state in {"LIVING", "COMING"}),
        over=tuple(one for one in rows if one.state not in {"LIVING", "COMING"}),
        records=may(actor, Action.MANAGE_MANDATES),
        own=actor.role in HOLDER_ROLES,
        form=form or MandateForm(valid_from=f"{today:%d/%m/%Y}"),
        kinds=tuple(one.value for one in MandateKind),
        scopes=tuple(one.value for one in Scope),
        longest=LONGEST_GROUND,
        done=done,
        error=error,
    )


def _rows(found: Iterable[MandateBetween], actor: Actor, today: date) -> Iterable[MandateRow]:
    for between in found:
        one = between.mandate
        in_person = actor.role is Role.CITIZEN and one.kind is MandateKind.AUTHORISED
        state = "REVOKED" if one.revoked_at else "OVER" if today > one.valid_until else "LIVING"
        yield MandateRow(
            id=one.id,
            acting=between.acting,
            holder=between.holder,
            kind=one.kind.value,
            ground=one.ground,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            scope=tuple(sorted(scope.value for scope in one.scope)),
            state="COMING" if state == "LIVING" and today < one.valid_from else state,
            reason=one.reason,
            ends=in_person or may(actor, Action.MANAGE_MANDATES),
        )
