"""A dossier's form: filled from the attached papers, each value with the paper it comes from.

What is stated otherwise than a paper has it is told before the form goes in, with both values; from there the value is
put back, a reason is given, or one button asks the agency that keeps the paper to correct it. Whatever happens, what
was typed stays on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from vault.bootstrap import App
from vault.domain.corrections import CaseState, Correction
from vault.domain.errors import VaultError
from vault.domain.forms import FieldKind, FilledField, FormDifference, differences, kind_of
from vault.domain.ids import DossierCode, RecordCode, normal_record_code
from vault.domain.people import Actor
from vault.messages import Language, known, say
from vault.usecases.correct.open_case import OpenCase, open_case
from vault.usecases.reuse.fill_form import LONGEST, FormView, SubmitForm, submit_form, view_form
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.desk import type_name
from vault.web.pages.oversight import procedure_name
from vault.web.pages.posted import Posted, fields_of_paper, texts_of
from vault.web.pages.reading import labels_of, shown, stored, word_of
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/ho-so", include_in_schema=False)
SEE_OTHER = 303
_HOLDER = {"holder.name": "holder_name", "holder.id": "holder_id"}
_UNDECIDED = frozenset({CaseState.OPEN, CaseState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class SourceView:
    """A paper that says a value. `case` is the correction case about it that waits; `differs` from what is stated."""

    record: str
    version: int
    type_name: str
    value: str
    differs: bool
    case: str | None


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the form: its key, the label that the paper prints, and what stands in it now.

    `agrees`: every paper says the same. `first`: the first line that differs, where the eye is led.
    """

    key: str
    label: str
    value: str
    kind: str
    is_date: bool
    agrees: bool
    sources: tuple[SourceView, ...]
    first: bool

    @property
    def differs(self) -> bool:
        """Whether what is stated is not what a paper says."""
        return any(one.differs for one in self.sources)


@dataclass(frozen=True, slots=True)
class Group:
    """The lines about one person of the dossier, or about one paper."""

    title: str
    entries: tuple[EntryView, ...]


@dataclass(frozen=True, slots=True)
class SubmittedView:
    """A form that was submitted."""

    number: int
    by: str
    at: datetime
    differences: int
    reason: str


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A correction case that this dossier opened."""

    id: str
    record: str
    state: str


@dataclass(frozen=True, slots=True)
class FormPage:
    """The form as it stands, or as it was left. `warned` once a difference was told and waits for a reason."""

    code: str
    procedure: str
    holder: str
    groups: tuple[Group, ...]
    submitted: tuple[SubmittedView, ...]
    cases: tuple[CaseLink, ...]
    reason: str
    warned: bool
    opened: str | None
    error: str | None
    most: int = LONGEST


@dataclass(frozen=True, slots=True)
class _Left:
    """The form as somebody left it: what they typed, by key, and the reason."""

    typed: Mapping[str, str]
    reason: str = ""


@router.get("/{code}/to-khai")
def form(request: Request, code: str, actor: SignedIn, app: TheApp, language: TheLanguage) -> Response:
    """The form, filled from the papers that are attached."""
    page = _page(_view(code, actor, app), app, language)
    return render(request, "form.html", page, actor=actor)


@router.post("/{code}/to-khai")
def submit(
    *, request: Request, code: str, actor: SignedIn, app: TheApp, language: TheLanguage, posted: Posted
) -> Response:
    """Submit it; what differs from a paper and has no reason comes back with both values."""
    left = _left(posted)
    try:
        submit_form(
            SubmitForm(DossierCode(code), _stated(left), left.reason),
            actor=actor,
            uow=app.uow,
            clock=app.clock,
        )
    except VaultError as error:
        told = say(error.code, language, **error.facts)
        page = _page(_view(code, actor, app), app, language, left=left, error=told)
        return render(request, "form.html", page, actor=actor, status=status_of(error), at=f"/ho-so/{code}/to-khai")
    return RedirectResponse(f"/ho-so/{code}/to-khai#submitted", SEE_OTHER)


@router.post("/{code}/to-khai/nhu-giay/{record}")
def as_the_paper_says(
    *,
    request: Request,
    code: str,
    record: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    posted: Posted,
) -> Response:
    """Put the value of the line `key` back to what a paper says; everything else stays as it was typed."""
    left, seen, key = _left(posted), _view(code, actor, app), posted.get("key")
    kept = {
        one.key: shown(source.value, is_date=one.kind is FieldKind.DATE)
        for one in seen.fields
        for source in one.sources
        if (one.key, source.record) == (key, record)
    }
    page = _page(seen, app, language, left=_Left({**left.typed, **kept}, left.reason))
    return render(request, "form.html", page, actor=actor, at=f"/ho-so/{code}/to-khai")


@router.post("/{code}/to-khai/dinh-chinh/{record}")
def correct(
    *,
    request: Request,
    code: str,
    record: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    posted: Posted,
) -> Response:
    """Say that the paper is wrong: a correction case with everything that is stated otherwise; the form goes on."""
    left, seen = _left(posted), _view(code, actor, app)
    error, opened = None, None
    status = 200
    try:
        what = _case(code, record, differences(seen.fields, _stated(left)), left.reason)
        opened = open_case(what, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)
    except VaultError as refusal:
        error, status = say(refusal.code, language, **refusal.facts), status_of(refusal)
    else:
        seen = _view(code, actor, app)
        left = _Left(left.typed, left.reason or say("ui.filling.reason_case", language, record=opened.record))
    page = _page(seen, app, language, left=left, opened=opened, error=error)
    return render(request, "form.html", page, actor=actor, status=status, at=f"/ho-so/{code}/to-khai")


def _view(code: str, actor: Actor, app: App) -> FormView:
    return view_form(DossierCode(code), actor=actor, uow=app.uow, clock=app.clock)


def _left(posted: FormData) -> _Left:
    texts = texts_of(posted)
    typed = fields_of_paper(texts)
    return _Left(typed, texts.get("reason", ""))


def _stated(left: _Left) -> Mapping[str, str]:
    def is_date(key: str) -> bool:
        return kind_of(key.partition(".")[2]) is FieldKind.DATE

    return {key: stored(value, is_date=is_date(key)) for key, value in left.typed.items()}


def _case(code: str, record: str, found: Iterable[FormDifference], reason: str) -> OpenCase:
    own = normal_record_code(record)
    stated = {one.field: one.stated for one in found if one.record == own}
    return OpenCase(own, stated, reason, DossierCode(code))


def _page(
    seen: FormView,
    app: App,
    language: Language,
    *,
    left: _Left | None = None,
    opened: Correction | None = None,
    error: str | None = None,
) -> FormPage:
    found = differences(seen.fields, _stated(left)) if left else ()
    waiting = {one.record: one.id for one in seen.cases if one.state in _UNDECIDED}
    return FormPage(
        code=seen.dossier.code,
        procedure=procedure_name(seen.dossier.procedure_code, app),
        holder=seen.dossier.holder.name,
        groups=_groups(seen, left, found, waiting, app, language=language),
        submitted=tuple(
            SubmittedView(one.number, one.by_name, one.at, len(one.differences), one.reason) for one in seen.submitted
        ),
        cases=tuple(CaseLink(one.id, one.record, one.state.value) for one in seen.cases),
        reason=left.reason if left else "",
        warned=bool(found) or bool(left and left.reason),
        opened=opened.id if opened else None,
        error=error,
    )


def _groups(
    seen: FormView,
    left: _Left | None,
    found: tuple[FormDifference, ...],
    waiting: Mapping[RecordCode, str],
    app: App,
    *,
    language: Language,
) -> tuple[Group, ...]:
    last = seen.submitted[-1].entries if seen.submitted else {}
    differing = {(one.key, one.record) for one in found}
    first = found[0].key if found else None
    groups: dict[str, list[EntryView]] = {}
    for one in seen.fields:
        is_date = one.kind is FieldKind.DATE
        value = shown(last.get(one.key, one.value), is_date=is_date)
        sources = tuple(
            SourceView(
                record=source.record,
                version=source.version,
                type_name=type_name(source.type_code, app),
                value=shown(source.value, is_date=is_date),
                differs=(one.key, source.record) in differing,
                case=waiting.get(source.record),
            )
            for source in one.sources
        )
        entry = EntryView(
            key=one.key,
            label=_label(one, app),
            value=left.typed.get(one.key, value) if left else value,
            kind=one.kind.value,
            is_date=is_date,
            agrees=one.agrees,
            sources=sources,
            first=one.key == first,
        )
        groups.setdefault(one.key.partition(".")[0], []).append(entry)
    return tuple(Group(_who(who, app, language), tuple(entries)) for who, entries in groups.items())


def _label(one: FilledField, app: App) -> str:
    """What the paper prints before the value; for what no paper says, the word of the catalogue."""
    for source in one.sources:
        labels = labels_of(source.type_code, app)
        if source.field in labels:
            return labels[source.field][0]
    return word_of(_HOLDER.get(one.key, one.key.partition(".")[2]))


def _who(who: str, app: App, language: Language) -> str:
    if who == "holder":
        return say("ui.filling.holder", language)
    role, _, number = who.partition("-")
    if known(f"ui.holder.{role.upper()}"):
        return f"{say(f'ui.holder.{role.upper()}', language)} {number}".strip()
    return type_name(who, app)
