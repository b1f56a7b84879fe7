"""A dossier's form: filled from the attached papers, compared with what is stated, kept as submitted."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from vault.domain.forms import FilledField, FormEntry
from vault.domain.ids import DossierCode
from vault.usecases.reuse.fill_form import FormView, SubmitForm, submit_form, view_form
from vault.web.api.corrections import CaseOut
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/dossiers", tags=["reuse"])


class SourceOut(BaseModel):
    """Where a value stands."""

    record: str
    version: int
    field: str
    value: str


class FilledFieldOut(BaseModel):
    """A field of the form; `agrees` when every attached paper says the same."""

    key: str
    kind: str
    value: str
    agrees: bool
    sources: list[SourceOut]

    @classmethod
    def of(cls, field: FilledField) -> Self:
        """From the domain."""
        sources = [SourceOut.model_validate(one, from_attributes=True) for one in field.sources]
        return cls(key=field.key, kind=field.kind.value, value=field.value, agrees=field.agrees, sources=sources)


class FormDifferenceOut(BaseModel):
    """What is stated against what a record says."""

    key: str
    field: str
    kept: str
    stated: str
    record: str
    version: int


class FormEntryOut(BaseModel):
    """A form as it was submitted."""

    number: int
    entries: dict[str, str]
    differences: list[FormDifferenceOut]
    reason: str
    by: str
    at: datetime

    @classmethod
    def of(cls, entry: FormEntry) -> Self:
        """From the domain."""
        return cls(
            number=entry.number,
            entries=dict(entry.entries),
            differences=[FormDifferenceOut.model_validate(one, from_attributes=True) for one in entry.differences],
            reason=entry.reason,
            by=entry.by_name,
            at=entry.at,
        )


class FormOut(BaseModel):
    """The form of a dossier."""

    dossier: str
    fields: list[FilledFieldOut]
    submitted: list[FormEntryOut]
    corrections: list[CaseOut]

    @classmethod
    def of(cls, view: FormView) -> Self:
        """From the use case."""
        return cls(
            dossier=view.dossier.code,
            fields=[FilledFieldOut.of(one) for one in view.fields],
            submitted=[FormEntryOut.of(one) for one in view.submitted],
            corrections=[CaseOut.of(one) for one in view.cases],
        )


class FormIn(BaseModel):
    """What is stated, by the form's keys; `reason` for what differs from a record."""

    entries: dict[str, str] = Field(default_factory=dict, max_length=300)
    reason: str = ""


@router.get("/{code}/form")
def form(code: str, actor: SignedIn, app: TheApp) -> FormOut:
    """The form, filled from the attached papers."""
    return FormOut.of(view_form(DossierCode(code), actor=actor, uow=app.uow, clock=app.clock))


@router.post("/{code}/form", status_code=201)
def submit(code: str, what: FormIn, actor: SignedIn, app: TheApp) -> FormEntryOut:
    """Submit the form; 409 `FORM_DIFFERS` names what differs from a record and has no reason."""
    entry = submit_form(
        SubmitForm(DossierCode(code), what.entries, what.reason), actor=actor, uow=app.uow, clock=app.clock
    )
    return FormEntryOut.of(entry)
