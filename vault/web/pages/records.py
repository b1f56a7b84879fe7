"""A record: its facts, its files, its signatures, what was done with it, and the end of its life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import App
from vault.domain.audit import Event
from vault.domain.errors import Invalid, VaultError
from vault.domain.ids import RecordCode, normal_record_code
from vault.domain.people import HOLDER_ROLES, Action, Actor
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM
from vault.domain.states import RecordState
from vault.messages import Language, say
from vault.usecases.oversee.change_state import ChangeState, change
from vault.usecases.oversee.compare_revision import Comparison
from vault.usecases.oversee.trace_record import Trace, trace_record
from vault.usecases.oversee.view_record import Copy, download, view_record
from vault.usecases.oversee.view_revision import Revision, revisions_of
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.desk import type_name
from vault.web.pages.reading import date_fields, labels_of, shown, word_of
from vault.web.pages.signatures import SignaturesView, signatures_view
from vault.web.pages.versions import CaseView, VersionView, cases_view, versions_view
from vault.web.revisions import compared, revision_file, revision_picture
from vault.web.session import Fresh, SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/giay-to", include_in_schema=False)
SEE_OTHER = 303
EVENTS = 200
_LIFE = frozenset({Action.SEAL, Action.RENEW_SEAL, Action.CHANGE_STATE, Action.CORRECT})
"""Acts that change what the record is; every other one used it or looked at it."""
_NEXT = {
    RecordState.ACTIVE: (RecordState.SUSPENDED, RecordState.REVOKED, RecordState.SUPERSEDED),
    RecordState.SUSPENDED: (RecordState.ACTIVE, RecordState.REVOKED),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the paper under the label that the paper prints."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class HolderView:
    """Somebody on the paper."""

    name: str
    number: str | None
    role: str


@dataclass(frozen=True, slots=True)
class EventView:
    """One act."""

    at: datetime
    who: str
    role: str
    agency: str | None
    action: str
    outcome: str
    code: str | None
    purpose: str | None
    record: str | None
    records: tuple[str, ...]
    dossier: str | None


@dataclass(frozen=True, slots=True)
class UseView:
    """A dossier that reuses the record."""

    dossier: str
    component: str
    version: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record as its agency sees it. `next_states` are the changes that its life cycle allows now."""

    code: str
    version: int
    type_name: str
    state: str
    superseded_by: str | None
    number: str | None
    issuer: str | None
    issued_on: date | None
    valid_until: date | None
    holders: tuple[HolderView, ...]
    facts: tuple[Fact, ...]
    trust: str
    signer: str | None
    evidence: str
    compared: bool
    consent: bool
    conversion_mark: bool
    signed_original: bool
    seal_level: str
    sealed_at: datetime
    sha256_original: str
    sha256_sealed: str
    page_count: int
    signatures: SignaturesView | None
    revisions: tuple[Revision, ...]
    evidence_kept: bool
    life: tuple[EventView, ...]
    used: tuple[UseView, ...]
    versions: tuple[VersionView, ...]
    cases: tuple[CaseView, ...]
    looks: tuple[EventView, ...]
    next_states: tuple[str, ...]
    error: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """One signed revision against the file as it is now."""

    code: str
    found: Comparison


@router.get("/{code}")
def record(request: Request, code: str, actor: SignedIn, app: TheApp) -> Response:
    """The record; the look is logged."""
    if actor.role in HOLDER_ROLES:
        return RedirectResponse(f"/cua-toi/{normal_record_code(code)}", SEE_OTHER)
    found = view_record(normal_record_code(code), actor=actor, uow=app.uow, clock=app.clock, purpose=None)
    return render(request, "record.html", _page(found, actor, app), actor=actor)


@router.get("/{code}/anh", response_class=Response)
def picture(code: str, actor: SignedIn, app: TheApp, vi: str | None = None) -> Response:
    """The picture of the first page, kept by the browser for an hour so that one look is one event."""
    file = download(
        normal_record_code(code),
        Copy.PREVIEW,
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        clock=app.clock,
        purpose=vi,
    )
    return Response(file.data, media_type=file.mime, headers={"Cache-Control": "private, max-age=3600"})


@router.get("/{code}/tep/{copy}", response_class=Response)
def file(code: str, copy: Copy, actor: SignedIn, app: TheApp) -> Response:
    """The original as it came, the sealed copy, or the searchable one."""
    found = download(
        normal_record_code(code), copy, actor=actor, uow=app.uow, blobs=app.blobs, clock=app.clock, purpose=None
    )
    headers = {"Content-Disposition": f'inline; filename="{found.name}"'}
    return Response(found.data, media_type=found.mime, headers=headers)


@router.get("/{code}/ban-ky/{number}", response_class=Response)
def revision(code: str, number: int, actor: SignedIn, app: TheApp) -> Response:
    """A paper that came signed, as it was when that signature was made."""
    return revision_file(code, number, actor, app, purpose=None)


@router.get("/{code}/ban-ky/{number}/so-sanh")
def comparison(request: Request, code: str, number: int, actor: SignedIn, app: TheApp) -> Response:
    """What that signer saw beside what the file shows now."""
    found = compared(code, number, actor, app, purpose=None)
    view = ComparisonView(normal_record_code(code), found)
    return render(request, "comparison.html", view, actor=actor)


@router.get("/{code}/ban-ky/{number}/trang/{page}", response_class=Response)
def revision_page(code: str, number: int, page: int, actor: SignedIn, app: TheApp) -> Response:
    """A page of a signed revision as a picture; number 0 is the file as it is now."""
    return revision_picture(code, number, page, actor, app, purpose=None)


@router.post("/{code}/trang-thai")
def change_state(
    *,
    request: Request,
    code: str,
    actor: Fresh,
    app: TheApp,
    language: TheLanguage,
    state: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    superseded_by: Annotated[str, Form()] = "",
) -> Response:
    """Suspend, reinstate, revoke or supersede, with a reason."""
    own = normal_record_code(code)
    try:
        if state not in RecordState.__members__:
            raise Invalid("RECORD_STATE", state="?", wanted=state)
        replaced = normal_record_code(superseded_by) if superseded_by.strip() else None
        change(
            ChangeState(own, RecordState[state], reason, replaced),
            actor=actor,
            uow=app.uow,
            clock=app.clock,
        )
    except VaultError as error:
        found = view_record(own, actor=actor, uow=app.uow, clock=app.clock, purpose=None)
        page = _page(found, actor, app, error=_sentence(error, language), reason=reason)
        return render(request, "record.html", page, actor=actor, status=status_of(error), at=f"/giay-to/{own}")
    return RedirectResponse(f"/giay-to/{own}", SEE_OTHER)


def _sentence(error: VaultError, language: Language) -> str:
    facts = dict(error.facts)
    for name in ("state", "wanted"):
        if name in facts:
            facts[name] = say(f"ui.state.{facts[name]}", language)
    return say(error.code, language, **facts)


def _page(found: Record, actor: Actor, app: App, *, error: str | None = None, reason: str = "") -> RecordPage:
    trace = trace_record(RecordCode(found.code), actor=actor, uow=app.uow, limit=EVENTS)
    return RecordPage(
        code=found.code,
        version=found.version,
        type_name=type_name(found.type_code, app),
        state=state_of(found, app),
        superseded_by=found.superseded_by,
        number=found.number,
        issuer=found.issuer_as_printed,
        issued_on=found.issued_on,
        valid_until=found.valid_until,
        holders=tuple(HolderView(one.name, one.number, one.role.value) for one in found.holders),
        facts=facts_of(found, app),
        trust=found.trust.name,
        signer=found.signer.value if found.signer else None,
        evidence=found.evidence.value,
        compared=found.compared_with_original,
        consent=found.consent,
        conversion_mark=found.conversion_mark,
        signed_original=found.signed_original,
        seal_level=found.seal_level,
        sealed_at=found.sealed_at,
        sha256_original=found.original,
        sha256_sealed=found.sealed,
        page_count=found.page_count,
        signatures=_signatures(trace),
        revisions=revisions_of(trace.intake),
        evidence_kept=bool(trace.intake and trace.intake.signatures and trace.intake.signatures.evidence),
        life=tuple(event_view(one, app) for one in trace.events if one.action in _LIFE),
        used=tuple(UseView(code, one.component, one.version, one.by_name, one.at) for code, one in trace.used),
        versions=versions_view(trace.versions, trace.cases, app),
        cases=cases_view(trace.cases, found.type_code, app),
        looks=tuple(event_view(one, app) for one in trace.events if one.action not in _LIFE),
        next_states=tuple(one.value for one in _NEXT.get(found.state, ())),
        error=error,
        reason=reason,
    )


def _signatures(trace: Trace) -> SignaturesView | None:
    return signatures_view(trace.intake.signatures) if trace.intake else None


def state_of(found: Record, app: App) -> str:
    """The state a person is told: EXPIRED when the last day is past, else the record's own."""
    today = app.clock.now().astimezone(VIET_NAM).date()
    if found.state is RecordState.ACTIVE and found.expired(today):
        return "EXPIRED"
    return found.state.value


def facts_of(found: Record, app: App) -> tuple[Fact, ...]:
    """What the paper says, in the order in which its kind of paper says it."""
    labels, dates = labels_of(found.type_code, app), date_fields(found.type_code, app)
    order = {name: place for place, name in enumerate(labels)}
    names = sorted(found.fields, key=lambda name: (order.get(name, len(order)), name))
    return tuple(
        Fact(labels[name][0] if name in labels else word_of(name), shown(found.fields[name], is_date=name in dates))
        for name in names
    )


def event_view(event: Event, app: App) -> EventView:
    """An event as a table shows it: a procedure and our own agency by name."""
    agency = event.agency_code or event.actor.agency_code
    return EventView(
        at=event.at,
        who=event.actor.name,
        role=event.actor.role.value,
        agency=app.settings.agency_name if agency == app.settings.agency_code else agency,
        action=event.action.value,
        outcome=event.outcome.value,
        code=event.code,
        purpose=_purpose(event, app),
        record=event.record,
        records=event.records,
        dossier=event.dossier,
    )


def _purpose(event: Event, app: App) -> str | None:
    day = event.at.astimezone(VIET_NAM).date()
    procedure = app.catalogue.find_procedure(event.purpose, day) if event.purpose else None
    return f"{procedure.name} ({procedure.code})" if procedure else event.purpose
