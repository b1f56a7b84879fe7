"""Correction cases at the desk: those that wait for the agency's word, one case beside its paper, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from vault.bootstrap import App
from vault.domain.corrections import CaseState, Correction, CorrectionId, FieldDifference
from vault.domain.errors import VaultError
from vault.domain.holders import HolderRole
from vault.domain.intake import NamedHolder
from vault.domain.people import HOLDER_ROLES, Actor
from vault.domain.records import Record
from vault.domain.text import spelling_key
from vault.messages import Language, say
from vault.usecases.correct.decide_case import DecideCase, decide_case
from vault.usecases.correct.follow_cases import list_cases, see_case
from vault.usecases.correct.open_case import LONGEST
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.desk import agency_name, type_name
from vault.web.pages.posted import Posted, fields_of_paper, people_of_paper, texts_of
from vault.web.pages.reading import date_fields, label_anywhere, labels_of, shown, stored, word_of
from vault.web.session import Fresh, SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/dinh-chinh", include_in_schema=False)
SEE_OTHER = 303
SHOWN = 200


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list: what it is about, without a value."""

    id: str
    state: str
    record: str
    fields: tuple[str, ...]
    """Labels, as texts of the paper or keys of the catalogue."""
    opened_by: str
    opened_agency: str
    opened_at: datetime
    failed: bool


@dataclass(frozen=True, slots=True)
class CasesPage:
    """The agency's cases: to decide, sent to another agency, ended."""

    to_decide: tuple[CaseRow, ...]
    sent: tuple[CaseRow, ...]
    ended: tuple[CaseRow, ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A field as the record has it and as it is said to be."""

    label: str
    kept: str
    stated: str


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field that the decision may change: what the vault has, and what the new version would say."""

    name: str
    label: str
    kept: str
    value: str
    is_date: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """The record as it is now, beside the form of the decision; `asked` are the fields that the case is about."""

    type_name: str
    asked: tuple[FieldRow, ...]
    others: tuple[FieldRow, ...]
    holders: tuple[NamedHolder, ...]
    roles: tuple[str, ...]
    compared: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case. `paper` when the actor may decide it now; `hidden` says why it cannot be shown beside the case."""

    id: str
    state: str
    record: str
    version: int
    new_version: int | None
    changes: tuple[ChangeRow, ...]
    note: str
    opened_by: str
    opened_agency: str
    opened_at: datetime
    decides: str
    dossier: str | None
    reason: str | None
    decided_by: str
    decided_at: datetime | None
    closed_at: datetime | None
    failure: str | None
    own: bool
    paper: Paper | None
    hidden: str | None
    error: str | None
    most: int = LONGEST


@dataclass(frozen=True, slots=True)
class _Typed:
    """The decision as it was sent."""

    accept: bool
    fields: Mapping[str, str]
    holders: tuple[NamedHolder, ...]
    compared: bool
    reason: str


@router.get("")
def cases(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """The agency's cases; what waits for its word stands first, the oldest on top. Citizens follow theirs at home."""
    if actor.role in HOLDER_ROLES:
        return RedirectResponse("/cua-toi", SEE_OTHER)
    found = [(one, _row(one, app)) for one in list_cases(actor=actor, uow=app.uow, clock=app.clock, limit=SHOWN)]
    waiting = [(case, row) for case, row in found if case.closed_at is None]
    page = CasesPage(
        to_decide=tuple(row for case, row in reversed(waiting) if case.agency_code == actor.agency_code),
        sent=tuple(row for case, row in waiting if case.agency_code != actor.agency_code),
        ended=tuple(row for case, row in found if case.closed_at is not None),
    )
    return render(request, "cases.html", page, actor=actor)


@router.get("/{case_id}")
def case(request: Request, case_id: str, actor: SignedIn, app: TheApp, language: TheLanguage) -> Response:
    """One case; who may decide it sees its paper beside it, which is a look at the paper."""
    return render(request, "case.html", _page(case_id, actor, app, language), actor=actor)


@router.post("/{case_id}/quyet-dinh")
def decide(
    *, request: Request, case_id: str, actor: Fresh, app: TheApp, language: TheLanguage, posted: Posted
) -> Response:
    """Accept or refuse; a refusal of the decision itself comes back with everything that was typed."""
    typed = _typed(posted)
    try:
        decide_case(
            DecideCase(CorrectionId(case_id), typed.accept, typed.reason, typed.fields, typed.holders, typed.compared),
            actor=actor,
            uow=app.uow,
            clock=app.clock,
            ids=app.ids,
        )
    except VaultError as error:
        page = _page(case_id, actor, app, language, typed=typed, error=_sentence(error, language))
        return render(request, "case.html", page, actor=actor, status=status_of(error), at=f"/dinh-chinh/{case_id}")
    return RedirectResponse(f"/dinh-chinh/{case_id}", SEE_OTHER)


def _sentence(error: VaultError, language: Language) -> str:
    facts = dict(error.facts)
    for name in ("state", "wanted"):
        if facts.get(name) in set(CaseState):
            facts[name] = say(f"ui.case.{facts[name]}", language)
    return say(error.code, language, **facts)


def _typed(form: FormData) -> _Typed:
    texts = texts_of(form)
    kept = {name.removeprefix("d."): value == "yes" for name, value in texts.items() if name.startswith("d.")}
    return _Typed(
        accept=texts.get("decision") == "accept",
        fields={name: stored(value, is_date=kept.get(name, False)) for name, value in fields_of_paper(texts).items()},
        holders=people_of_paper(texts),
        compared=texts.get("compared") == "yes",
        reason=texts.get("reason", ""),
    )


def _row(one: Correction, app: App) -> CaseRow:
    return CaseRow(
        id=one.id,
        state=one.state.value,
        record=one.record,
        fields=tuple(label_anywhere(diff.field, app) for diff in one.differences),
        opened_by=one.opened_name,
        opened_agency=agency_name(one.opened_agency, app) if one.opened_agency else "",
        opened_at=one.opened_at,
        failed=one.failure is not None and one.state is CaseState.OPEN,
    )


def _page(
    case_id: str, actor: Actor, app: App, language: Language, *, typed: _Typed | None = None, error: str | None = None
) -> CasePage:
    seen = see_case(CorrectionId(case_id), actor=actor, uow=app.uow, clock=app.clock)
    found = seen.case
    own = found.agency_code == actor.agency_code
    record = seen.record if own and found.state is CaseState.OPEN else None
    hidden = say(seen.hidden, language) if seen.hidden else None
    decision = found.decision
    return CasePage(
        id=found.id,
        state=found.state.value,
        record=found.record,
        version=found.version,
        new_version=found.new_version,
        changes=_changes(found.differences, record, app),
        note=found.note,
        opened_by=found.opened_name,
        opened_agency=agency_name(found.opened_agency, app) if found.opened_agency else "",
        opened_at=found.opened_at,
        decides=agency_name(found.agency_code, app),
        dossier=found.dossier if found.opened_agency == actor.agency_code else None,
        reason=decision.reason if decision else None,
        decided_by=decision.by_name if decision else "",
        decided_at=decision.at if decision else None,
        closed_at=found.closed_at,
        failure=found.failure,
        own=own,
        paper=_paper(found, record, typed, app) if record else None,
        hidden=hidden,
        error=error,
    )


def _changes(found: Sequence[FieldDifference], record: Record | None, app: App) -> tuple[ChangeRow, ...]:
    dates = date_fields(record.type_code if record else "", app)
    labels = labels_of(record.type_code, app) if record else {}

    def row(one: FieldDifference) -> ChangeRow:
        label = labels[one.field][0] if one.field in labels else label_anywhere(one.field, app)
        is_date = one.field in dates
        return ChangeRow(label, shown(one.kept, is_date=is_date), shown(one.stated, is_date=is_date))

    return tuple(row(one) for one in found)


def _paper(case: Correction, record: Record, typed: _Typed | None, app: App) -> Paper:
    labels, dates = labels_of(record.type_code, app), date_fields(record.type_code, app)
    asked = {one.field: one.stated for one in case.differences}
    said = typed.fields if typed else asked

    def row(name: str) -> FieldRow:
        kept, is_date = record.fields.get(name, ""), name in dates
        label = labels[name][0] if name in labels else word_of(name)
        value = shown(said.get(name, kept), is_date=is_date)
        return FieldRow(name, label, shown(kept, is_date=is_date), value, is_date)

    order = {name: place for place, name in enumerate(labels)}
    names = sorted(record.fields.keys() | asked.keys(), key=lambda name: (order.get(name, len(order)), name))
    return Paper(
        type_name=type_name(record.type_code, app),
        asked=tuple(row(name) for name in names if name in asked),
        others=tuple(row(name) for name in names if name not in asked),
        holders=typed.holders if typed and typed.holders else _holders(case, record),
        roles=tuple(one.value for one in HolderRole),
        compared=typed.compared if typed else False,
        reason=typed.reason if typed else "",
    )


def _holders(case: Correction, record: Record) -> tuple[NamedHolder, ...]:
    """The people on the paper; where the case says that a name is another one, under that name."""
    renamed = {spelling_key(one.kept): one.stated for one in case.differences if one.kept and one.stated}
    return tuple(
        NamedHolder(link.number or "", renamed.get(spelling_key(link.name), link.name), link.role.value)
        for link in record.holders
    )
