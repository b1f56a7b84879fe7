"""Dossiers: open one, see what is already there for it, attach, demand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel

from vault.domain.dossiers import Notice
from vault.domain.ids import DossierCode, normal_record_code
from vault.domain.reuse import VIET_NAM
from vault.usecases.reuse.answer import answer
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.close_dossier import CloseDossier, close_dossier
from vault.usecases.reuse.demand import DemandOf, demand
from vault.usecases.reuse.give_result import GiveResult, give_result
from vault.usecases.reuse.list_dossiers import list_dossiers
from vault.usecases.reuse.notice import Draft, draft_notice, issue_notice
from vault.usecases.reuse.open_dossier import LONGEST_KEY, OpenDossier, Person, open_dossier
from vault.usecases.reuse.overrides import Report, report_overrides
from vault.usecases.reuse.tie_number import DecideTie, confirm_tie, take_back_tie
from vault.web.api.dossier_models import (
    AttachIn,
    AttachmentOut,
    DemandIn,
    DemandOut,
    DossierAnswerOut,
    DossierIn,
    DossierOut,
    PersonIn,
    TieOut,
)
from vault.web.session import Fresh, SignedIn, TheApp

router = APIRouter(prefix="/dossiers", tags=["reuse"])
reports = APIRouter(prefix="/reports", tags=["oversee"])


class CloseIn(BaseModel):
    """How it ended (ANSWERED, REFUSED, WITHDRAWN); null opens it again, which needs a reason.

    `override`, with a reason: ANSWERED although an attached paper is good no more (409 `ATTACHED_NOT_GOOD`).
    """

    ending: str | None
    reason: str = ""
    override: bool = False


class ClosedOut(BaseModel):
    """The dossier's end; nulls when it is open."""

    code: str
    ending: str | None
    at: datetime | None


class NoticeItemOut(BaseModel):
    """One thing that is asked for, with its legal ground."""

    component: str
    name: str
    form: str
    ground: str
    article: str
    reason: str


class NoticeOut(BaseModel):
    """A notice that went out."""

    number: int
    items: list[NoticeItemOut]
    reason: str
    by: str
    at: datetime

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """From the domain."""
        items = [NoticeItemOut.model_validate(one, from_attributes=True) for one in notice.items]
        return cls(number=notice.number, items=items, reason=notice.reason, by=notice.by_name, at=notice.at)


class UndecidedOut(BaseModel):
    """A component nobody decided on yet: attach `record` if there is one, else demand it on a ground.

    `standing`: what is attached to it is good no more.
    """

    component: str
    name: str
    situation: str
    record: str | None
    standing: str | None


class DroppedOut(BaseModel):
    """A demand that the guard would refuse by now, so the citizen is not asked: attach `record` instead, if named."""

    component: str
    name: str
    situation: str
    record: str | None
    demand: DemandOut


class DraftOut(BaseModel):
    """What the next notice would say, and the notices that went out. `complete`: it can be issued."""

    dossier: DossierOut
    procedure_name: str
    complete: bool
    items: list[NoticeItemOut]
    undecided: list[UndecidedOut]
    dropped: list[DroppedOut]
    issued: list[NoticeOut]

    @classmethod
    def of(cls, draft: Draft, procedure_name: str) -> Self:
        """From the use case."""
        return cls(
            dossier=DossierOut.of(draft.dossier),
            procedure_name=procedure_name,
            complete=draft.complete,
            items=[NoticeItemOut.model_validate(one, from_attributes=True) for one in draft.items],
            undecided=[
                UndecidedOut(
                    component=one.component.code,
                    name=one.component.name,
                    situation=one.situation.value,
                    record=one.record,
                    standing=one.standing.value if one.standing else None,
                )
                for one in draft.undecided
            ],
            dropped=[
                DroppedOut(
                    component=one.component.code,
                    name=one.component.name,
                    situation=one.situation.value,
                    record=one.record,
                    demand=DemandOut.of(one.demand),
                )
                for one in draft.dropped
            ],
            issued=[NoticeOut.of(one) for one in draft.issued],
        )


class OverrideOut(BaseModel):
    """A demand that needed an override: against `demand.overrides`, or (None there) after the one notice."""

    dossier: str
    demand: DemandOut


class SearchedOut(BaseModel):
    """Who searched outside any dossier: how often, and how many outlines of papers that showed."""

    by: str
    searches: int
    records: int


class OverridesOut(BaseModel):
    """The daily report."""

    day: date
    agency_code: str
    overrides: list[OverrideOut]
    searches: list[SearchedOut]

    @classmethod
    def of(cls, report: Report) -> Self:
        """From the use case."""
        rows = [OverrideOut(dossier=one.dossier, demand=DemandOut.of(one.demand)) for one in report.overrides]
        searches = [SearchedOut(by=one.by, searches=one.searches, records=one.records) for one in report.searches]
        return cls(day=report.day, agency_code=report.agency_code, overrides=rows, searches=searches)


@router.get("/{code}/components", response_model=DossierAnswerOut)
def components(code: str, actor: SignedIn, app: TheApp) -> Response:
    """Every component with what is already there for it, its verdict and reasons."""
    answered = answer(DossierCode(code), actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    # Written out here: FastAPI would check a shape again that was checked as it was made, and this is asked most.
    return Response(DossierAnswerOut.of(answered).model_dump_json(), media_type="application/json")


@router.post("", status_code=201)
def open_one(
    what: DossierIn,
    actor: SignedIn,
    app: TheApp,
    idempotency_key: Annotated[str | None, Header(max_length=LONGEST_KEY)] = None,
) -> DossierOut:
    """Open a dossier. Send it again under the same `Idempotency-Key` after a lost answer: it is the same dossier."""
    opened = open_dossier(
        OpenDossier(
            what.procedure,
            what.holder,
            what.holder_name,
            what.due_on,
            what.purpose,
            what.holder_role,
            tuple(_person(one) for one in what.parties),
            _person(what.submitted_by) if what.submitted_by else None,
            what.authority,
            key=idempotency_key,
        ),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
    )
    return DossierOut.of(opened)


def _person(one: PersonIn) -> Person:
    return Person(one.number, one.name, one.role)


@router.get("")
def list_all(actor: SignedIn, app: TheApp, limit: int = 50) -> list[DossierOut]:
    """The agency's dossiers, newest first."""
    return [DossierOut.of(one) for one in list_dossiers(actor=actor, uow=app.uow, limit=min(max(limit, 1), 200))]


@router.post("/{code}/attach")
def attach_record(code: str, what: AttachIn, actor: SignedIn, app: TheApp) -> AttachmentOut:
    """Attach a record to a component; NOT_USABLE is refused. What is good no more gives way, and is kept."""
    attached = attach(
        Attach(DossierCode(code), what.component, normal_record_code(what.record), what.checked, what.reason),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
    )
    return AttachmentOut.of(attached)


@router.post("/{code}/demand", status_code=201)
def demand_component(code: str, what: DemandIn, actor: SignedIn, app: TheApp) -> DemandOut:
    """Ask the citizen, on a legal ground; 409 `ONCE_ONLY` when a record is usable."""
    asked, _ = demand(
        DemandOf(DossierCode(code), what.component, what.ground, what.reason, what.form, what.override),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
    )
    return DemandOut.of(asked)


@router.get("/{code}/notice")
def notice(code: str, actor: SignedIn, app: TheApp) -> DraftOut:
    """Everything the citizen still has to bring, with its legal ground, and what nobody decided on yet."""
    draft = draft_notice(DossierCode(code), actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    day = draft.dossier.opened_at.astimezone(VIET_NAM).date()
    procedure = app.catalogue.find_procedure(draft.dossier.procedure_code, day)
    return DraftOut.of(draft, procedure.name if procedure else draft.dossier.procedure_code)


@router.post("/{code}/notice", status_code=201)
def issue(code: str, actor: SignedIn, app: TheApp) -> NoticeOut:
    """Issue the one notice; 409 `NOTICE_INCOMPLETE` while something is undecided."""
    return NoticeOut.of(
        issue_notice(DossierCode(code), actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    )


class TieIn(BaseModel):
    """What it rests on: the card that was compared, what the population database said; 8 to 1,000 characters."""

    reason: str


@router.post("/{code}/old-numbers/{tie}/confirm")
def confirm_number(code: str, tie: str, what: TieIn, actor: Fresh, app: TheApp) -> TieOut:
    """The old number is this person's: papers under it, of every agency, are theirs from now on."""
    asked = DecideTie(DossierCode(code), tie, what.reason)
    return TieOut.of(confirm_tie(asked, actor=actor, uow=app.uow, clock=app.clock))


@router.post("/{code}/old-numbers/{tie}/take-back")
def take_back_number(code: str, tie: str, what: TieIn, actor: Fresh, app: TheApp) -> TieOut:
    """It is not: number and papers go back to whose they were."""
    asked = DecideTie(DossierCode(code), tie, what.reason)
    return TieOut.of(take_back_tie(asked, actor=actor, uow=app.uow, clock=app.clock))


class ResultIn(BaseModel):
    """The record that answers the dossier."""

    record: str


class ResultOut(BaseModel):
    """The result; `code` is the national code, `<dossier>-KQ<n>`."""

    code: str
    dossier: str
    record: str


@router.post("/{code}/results", status_code=201)
def give(code: str, what: ResultIn, actor: SignedIn, app: TheApp) -> ResultOut:
    """Give the dossier its result: a record sealed since it was opened, about somebody in it."""
    given = give_result(
        GiveResult(DossierCode(code), normal_record_code(what.record)), actor=actor, uow=app.uow, clock=app.clock
    )
    return ResultOut(code=given.code, dossier=given.dossier, record=given.record)


@router.post("/{code}/close")
def close(code: str, what: CloseIn, actor: SignedIn, app: TheApp) -> ClosedOut:
    """End the dossier, or with no ending open it again; an ended one takes nothing more."""
    closed = close_dossier(
        CloseDossier(DossierCode(code), what.ending, what.reason, what.override),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
    )
    return ClosedOut(
        code=closed.code,
        ending=closed.closed.ending.value if closed.closed else None,
        at=closed.closed.at if closed.closed else None,
    )


@reports.get("/overrides")
def overrides(actor: SignedIn, app: TheApp, day: date | None = None) -> OverridesOut:
    """The daily report of demands that were overridden; today's without `day`."""
    return OverridesOut.of(report_overrides(day, actor=actor, uow=app.uow, clock=app.clock))
