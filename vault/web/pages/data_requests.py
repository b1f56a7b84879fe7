"""Requests of people about their own data: asked and followed; for the data-protection officer the agency's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault import catalogue
from vault.bootstrap import App
from vault.domain.data_requests import LONGEST_NOTE, RequestKind, Step
from vault.domain.errors import Forbidden, Invalid, VaultError
from vault.domain.ids import normal_record_code
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM
from vault.messages import say
from vault.usecases.protect.data_requests import (
    AskAboutData,
    Standings,
    TakeStep,
    ask_about_data,
    own_requests,
    take_step,
    waiting_requests,
)
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.posted import Posted, texts_of
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(include_in_schema=False)
OWN, DESK = "/cua-toi/du-lieu", "/du-lieu"
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request. `days` from today to the nearest day that must be kept; `steps`: what may be done with it now."""

    id: str
    kind: str
    name: str
    number: str | None
    record: str | None
    note: str
    third_party: bool
    asked_at: datetime
    answer_by: date
    due_on: date
    state: str
    standing: str
    days: int
    answered: bool
    extended: bool
    closed_at: datetime | None
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskForm:
    """A new request as it was typed."""

    kind: str = RequestKind.SEE.value
    number: str = ""
    record: str = ""
    note: str = ""
    third_party: bool = False


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """Open ones by their days, those that are closed, and the form. `desk`: for the officer, who asks for others."""

    desk: bool
    address: str
    open: tuple[RequestRow, ...]
    closed: tuple[RequestRow, ...]
    form: AskForm
    kinds: tuple[str, ...]
    longest: int
    verified: bool
    done: bool
    error: str | None


@router.get(OWN)
def own(request: Request, actor: SignedIn, app: TheApp, xong: bool = False) -> Response:  # noqa: FBT001, FBT002 - of the address
    """My requests."""
    return render(request, "data_requests.html", _own_page(actor, app, done=xong), actor=actor)


@router.post(OWN)
def ask(request: Request, actor: SignedIn, app: TheApp, language: TheLanguage, posted: Posted) -> Response:
    """Ask; the days run from today."""
    form = _typed(texts_of(posted))
    try:
        _ask(form, actor, app, number=None)
    except Forbidden:
        raise
    except VaultError as error:
        page = _own_page(actor, app, form=form, error=say(error.code, language, **error.facts))
        return render(request, "data_requests.html", page, actor=actor, status=status_of(error), at=OWN)
    return RedirectResponse(f"{OWN}?xong=true", SEE_OTHER)


@router.get(DESK)
def waiting(request: Request, actor: SignedIn, app: TheApp, xong: bool = False) -> Response:  # noqa: FBT001, FBT002 - of the address
    """The agency's requests, the nearest day first."""
    return render(request, "data_requests.html", _desk_page(actor, app, done=xong), actor=actor)


@router.post(DESK)
def write_down(request: Request, actor: SignedIn, app: TheApp, language: TheLanguage, posted: Posted) -> Response:
    """Write down what somebody asked for on paper."""
    require(actor, Action.ANSWER_DATA)  # people ask for themselves at their own address
    form = _typed(texts_of(posted))
    try:
        _ask(form, actor, app, number=form.number)
    except Forbidden:
        raise
    except VaultError as error:
        page = _desk_page(actor, app, form=form, error=say(error.code, language, **error.facts))
        return render(request, "data_requests.html", page, actor=actor, status=status_of(error), at=DESK)
    return RedirectResponse(f"{DESK}?xong=true", SEE_OTHER)


@router.post(DESK + "/{data_request}")
def step(
    *,
    request: Request,
    data_request: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    step: Annotated[Step, Form()],
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Answer, extend once, close as done, or refuse."""
    try:
        take_step(
            TakeStep(data_request, step, reason),
            terms=catalogue.request_terms(),
            working=app.catalogue.working_time,
            actor=actor,
            uow=app.uow,
            clock=app.clock,
        )
    except Invalid as error:
        page = _desk_page(actor, app, error=say(error.code, language, **error.facts))
        return render(request, "data_requests.html", page, actor=actor, status=status_of(error), at=DESK)
    return RedirectResponse(f"{DESK}?xong=true", SEE_OTHER)


def _ask(form: AskForm, actor: Actor, app: App, *, number: str | None) -> None:
    try:
        kind = RequestKind(form.kind)
    except ValueError as error:
        raise Invalid("INVALID_REQUEST", fields="kind") from error
    record = normal_record_code(form.record) if form.record else None
    ask_about_data(
        AskAboutData(kind, app.settings.agency_code, record, form.note, form.third_party, number),
        terms=catalogue.request_terms(),
        working=app.catalogue.working_time,
        actor=actor,
        uow=app.uow,
        clock=app.clock,
        ids=app.ids,
    )


def _typed(texts: Mapping[str, str]) -> AskForm:
    plain = {name: texts.get(name, "").strip() for name in ("kind", "number", "record", "note")}
    return AskForm(**plain, third_party=texts.get("third_party") == "yes")


def _own_page(
    actor: Actor, app: App, *, form: AskForm | None = None, done: bool = False, error: str | None = None
) -> RequestsPage:
    found = own_requests(actor=actor, uow=app.uow, clock=app.clock)
    return _page(found, app, desk=False, form=form, done=done, error=error)


def _desk_page(
    actor: Actor, app: App, *, form: AskForm | None = None, done: bool = False, error: str | None = None
) -> RequestsPage:
    found = waiting_requests(actor=actor, uow=app.uow, clock=app.clock)
    return _page(found, app, desk=True, form=form, done=done, error=error)


def _page(
    found: tuple[Standings, ...], app: App, *, desk: bool, form: AskForm | None, done: bool, error: str | None
) -> RequestsPage:
    today = app.clock.now().astimezone(VIET_NAM).date()
    rows = tuple(_row(one, today) for one in found)
    return RequestsPage(
        desk=desk,
        address=DESK if desk else OWN,
        open=tuple(one for one in rows if one.closed_at is None),
        closed=tuple(one for one in rows if one.closed_at is not None),
        form=form or AskForm(),
        kinds=tuple(one.value for one in RequestKind),
        longest=LONGEST_NOTE,
        verified=all(one.verified for one in catalogue.request_terms().values()),
        done=done,
        error=error,
    )


def _row(found: Standings, today: date) -> RequestRow:
    one = found.request
    answered = one.answered_at is not None
    nearest = one.due_on if answered else min(one.answer_by, one.due_on)
    steps = (
        *(() if answered else (Step.ANSWER,)),
        Step.DONE,
        *(() if one.extended else (Step.EXTEND,)),
        Step.REFUSE,
    )
    return RequestRow(
        id=one.id,
        kind=one.kind.value,
        name=found.name,
        number=found.number,
        record=one.record,
        note=one.note,
        third_party=one.third_party,
        asked_at=one.asked_at,
        answer_by=one.answer_by,
        due_on=one.due_on,
        state=one.state.value,
        standing=found.standing.value,
        days=(nearest - today).days,
        answered=answered,
        extended=one.extended,
        closed_at=one.closed_at,
        steps=tuple(one.value for one in steps),
    )
