"""The citizen says that a paper in the vault differs from the one in their hand, and follows what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import App
from vault.domain.corrections import Correction
from vault.domain.errors import VaultError
from vault.domain.ids import normal_record_code
from vault.domain.people import Actor
from vault.domain.records import Record
from vault.messages import say
from vault.usecases.correct.follow_cases import own_cases
from vault.usecases.correct.open_case import LONGEST, OpenCase, open_case
from vault.usecases.oversee.view_record import view_record
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.desk import type_name
from vault.web.pages.posted import Posted, fields_of_paper, texts_of
from vault.web.pages.reading import date_fields, labels_of, shown, stored, word_of
from vault.web.session import SignedIn, TheApp, language_of

router = APIRouter(prefix="/cua-toi", include_in_schema=False)
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field as the vault has it, and as the citizen says it is."""

    name: str
    label: str
    kept: str
    stated: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case about this paper."""

    state: str
    opened_at: datetime
    differences: tuple[FieldRow, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """The form and the cases so far."""

    code: str
    type_name: str
    fields: tuple[FieldRow, ...]
    note: str
    cases: tuple[CaseRow, ...]
    error: str | None
    most: int = LONGEST


@router.get("/{code}/dinh-chinh")
def correction_form(request: Request, code: str, actor: SignedIn, app: TheApp) -> Response:
    """What the vault has, to be compared with the paper in the hand."""
    record = _own(code, actor, app)
    return render(request, "my_correction.html", _page(record, {}, "", actor, app), actor=actor)


@router.post("/{code}/dinh-chinh")
def ask(request: Request, code: str, actor: SignedIn, app: TheApp, form: Posted) -> Response:
    """Open a case with what differs."""
    record = _own(code, actor, app)
    dates = date_fields(record.type_code, app)
    typed = {name: value.strip() for name, value in fields_of_paper(texts_of(form)).items() if value.strip()}
    stated = {name: stored(value, is_date=name in dates) for name, value in typed.items() if name in record.fields}
    note = str(form.get("note") or "").strip()
    try:
        open_case(OpenCase(record.code, stated, note), actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)
    except VaultError as error:
        page = _page(record, typed, note, actor, app, error=say(error.code, language_of(request), **error.facts))
        at = f"/cua-toi/{record.code}/dinh-chinh"
        return render(request, "my_correction.html", page, actor=actor, status=status_of(error), at=at)
    return RedirectResponse(f"/cua-toi/{record.code}/dinh-chinh#cases", SEE_OTHER)


def _own(code: str, actor: Actor, app: App) -> Record:
    return view_record(normal_record_code(code), actor=actor, uow=app.uow, clock=app.clock, purpose=None)


def _page(
    record: Record, typed: dict[str, str], note: str, actor: Actor, app: App, *, error: str | None = None
) -> CorrectionPage:
    labels, dates = labels_of(record.type_code, app), date_fields(record.type_code, app)

    def row(name: str, kept: str, stated: str) -> FieldRow:
        label = labels[name][0] if name in labels else word_of(name)
        return FieldRow(name, label, shown(kept, is_date=name in dates), shown(stated, is_date=name in dates))

    def case(one: Correction) -> CaseRow:
        rows = tuple(row(diff.field, diff.kept, diff.stated) for diff in one.differences)
        return CaseRow(one.state.value, one.opened_at, rows, one.decision.reason if one.decision else None)

    order = {name: place for place, name in enumerate(labels)}
    names = sorted(record.fields, key=lambda name: (order.get(name, len(order)), name))
    cases = own_cases(record.code, actor=actor, uow=app.uow)
    return CorrectionPage(
        code=record.code,
        type_name=type_name(record.type_code, app),
        fields=tuple(row(name, record.fields[name], typed.get(name, "")) for name in names),
        note=note,
        cases=tuple(case(one) for one in cases),
        error=error,
    )
