"""Requests of people about their own data, with their days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from vault import catalogue
from vault.domain.data_requests import LONGEST_NOTE, RequestKind, RequestState, Standing, Step
from vault.domain.ids import normal_record_code
from vault.usecases.protect.data_requests import (
    AskAboutData,
    Standings,
    TakeStep,
    ask_about_data,
    own_requests,
    take_step,
    waiting_requests,
)
from vault.web.session import SignedIn, TheApp

router = APIRouter(tags=["data requests"])


class DataRequestIn(BaseModel):
    """What is asked for; without an agency of the one that runs this vault. `number`: only the officer's."""

    kind: RequestKind
    agency_code: Annotated[str | None, Field(max_length=40)] = None
    record: Annotated[str | None, Field(max_length=40)] = None
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    third_party: bool = False
    number: Annotated[str | None, Field(max_length=40)] = None


class StepIn(BaseModel):
    """A step of the data-protection officer; the person reads the reason."""

    step: Step
    reason: Annotated[str, Field(max_length=1000)] = ""


class DataRequestOut(BaseModel):
    """A request: `answer_by` and `due_on` are the last days in time, `standing` says how it stands today."""

    id: str
    kind: RequestKind
    agency_code: str
    record: str | None
    note: str
    asked_at: datetime
    answer_by: date
    due_on: date
    state: RequestState
    standing: Standing
    answered_at: datetime | None
    extended: bool
    closed_at: datetime | None

    @classmethod
    def of(cls, found: Standings) -> Self:
        """From the use case."""
        one = found.request
        return cls(
            id=one.id,
            kind=one.kind,
            agency_code=one.agency_code,
            record=one.record,
            note=one.note,
            asked_at=one.asked_at,
            answer_by=one.answer_by,
            due_on=one.due_on,
            state=one.state,
            standing=found.standing,
            answered_at=one.answered_at,
            extended=one.extended,
            closed_at=one.closed_at,
        )


@router.post("/data-requests", status_code=201)
def ask(what: DataRequestIn, actor: SignedIn, app: TheApp) -> DataRequestOut:
    """Ask to see, correct, be given, delete, restrict or object, or to withdraw consent; the days run from today."""
    record = None if what.record is None else normal_record_code(what.record)
    asked = AskAboutData(
        what.kind, what.agency_code or app.settings.agency_code, record, what.note, what.third_party, what.number
    )
    found = ask_about_data(
        asked,
        terms=catalogue.request_terms(),
        working=app.catalogue.working_time,
        actor=actor,
        uow=app.uow,
        clock=app.clock,
        ids=app.ids,
    )
    return DataRequestOut.of(found)


@router.get("/me/data-requests")
def own(actor: SignedIn, app: TheApp) -> list[DataRequestOut]:
    """One's own requests, the newest first."""
    return [DataRequestOut.of(one) for one in own_requests(actor=actor, uow=app.uow, clock=app.clock)]


@router.get("/data-requests")
def waiting(actor: SignedIn, app: TheApp) -> list[DataRequestOut]:
    """The agency's requests, for its data-protection officer: the nearest day first."""
    return [DataRequestOut.of(one) for one in waiting_requests(actor=actor, uow=app.uow, clock=app.clock)]


@router.post("/data-requests/{data_request}/steps")
def step(data_request: str, what: StepIn, actor: SignedIn, app: TheApp) -> DataRequestOut:
    """Answer, extend once, close as done, or refuse."""
    found = take_step(
        TakeStep(data_request, what.step, what.reason),
        terms=catalogue.request_terms(),
        working=app.catalogue.working_time,
        actor=actor,
        uow=app.uow,
        clock=app.clock,
    )
    return DataRequestOut.of(found)
