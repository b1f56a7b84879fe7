"""Correction cases: say that a record differs from the paper, decide, follow to the end. Citizens see their own."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from vault.domain.corrections import Correction, CorrectionId
from vault.domain.ids import DossierCode, normal_record_code
from vault.domain.intake import NamedHolder
from vault.usecases.correct.decide_case import DecideCase, decide_case
from vault.usecases.correct.follow_cases import list_cases, see_case
from vault.usecases.correct.open_case import OpenCase, open_case
from vault.web.api.models import HolderIn
from vault.web.session import Fresh, SignedIn, TheApp

router = APIRouter(prefix="/corrections", tags=["correct"])


class CaseIn(BaseModel):
    """What a record should say, by field; `dossier` is where it came to light."""

    record: str
    stated: dict[str, str] = Field(min_length=1, max_length=100)
    note: str = ""
    dossier: str | None = None


class CaseDecisionIn(BaseModel):
    """The agency's word: `fields` change, an empty value takes one away; `holders` replace those named, if given."""

    accept: bool
    reason: str
    fields: dict[str, str] = Field(default_factory=dict, max_length=200)
    holders: list[HolderIn] = Field(default_factory=list, max_length=20)
    compared_with_original: bool = False


class FieldDifferenceOut(BaseModel):
    """A field as the record had it and as it was said to be."""

    field: str
    kept: str
    stated: str


class CaseOut(BaseModel):
    """A case with every step it took. `failure` says why an accepted one could not be sealed and is open again."""

    id: str
    state: str
    record: str
    version: int
    new_version: int | None
    agency_code: str
    opened_agency: str
    dossier: str | None
    differences: list[FieldDifferenceOut]
    note: str
    opened_by: str
    opened_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    closed_at: datetime | None
    failure: str | None

    @classmethod
    def of(cls, case: Correction) -> Self:
        """From the domain."""
        decision = case.decision
        return cls(
            id=case.id,
            state=case.state.value,
            record=case.record,
            version=case.version,
            new_version=case.new_version,
            agency_code=case.agency_code,
            opened_agency=case.opened_agency,
            dossier=case.dossier,
            differences=[FieldDifferenceOut.model_validate(one, from_attributes=True) for one in case.differences],
            note=case.note,
            opened_by=case.opened_name,
            opened_at=case.opened_at,
            decided_by=decision.by_name if decision else None,
            decided_at=decision.at if decision else None,
            reason=decision.reason if decision else None,
            closed_at=case.closed_at,
            failure=case.failure,
        )


@router.post("", status_code=201)
def open_one(what: CaseIn, actor: SignedIn, app: TheApp) -> CaseOut:
    """Open a case; the one that is open about the record already is the answer."""
    opening = OpenCase(
        normal_record_code(what.record), what.stated, what.note, DossierCode(what.dossier) if what.dossier else None
    )
    return CaseOut.of(open_case(opening, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids))


@router.get("")
def list_all(actor: SignedIn, app: TheApp, limit: int = 50) -> list[CaseOut]:
    """The agency's cases without what stands on the papers, or the citizen's own, newest first."""
    return [CaseOut.of(one) for one in list_cases(actor=actor, uow=app.uow, clock=app.clock, limit=limit)]


@router.get("/{case_id}")
def see(case_id: str, actor: SignedIn, app: TheApp) -> CaseOut:
    """One case; what stands on the paper for those who have a ground to read it."""
    return CaseOut.of(see_case(CorrectionId(case_id), actor=actor, uow=app.uow, clock=app.clock).case)


@router.post("/{case_id}/decision")
def decide(case_id: str, what: CaseDecisionIn, actor: Fresh, app: TheApp) -> CaseOut:
    """Accept (the new version is sealed by itself) or refuse, with a reason."""
    decided = decide_case(
        DecideCase(
            CorrectionId(case_id),
            what.accept,
            what.reason,
            what.fields,
            tuple(NamedHolder(one.number, one.name, one.role) for one in what.holders),
            what.compared_with_original,
        ),
        actor=actor,
        uow=app.uow,
        clock=app.clock,
        ids=app.ids,
    )
    return CaseOut.of(decided)
