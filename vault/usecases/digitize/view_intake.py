"""Look at papers on their way in, within the officer's own agency."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode
from vault.domain.intake import Channel, Intake, IntakeId, IntakeState, Page
from vault.domain.outside import OutsidePaper
from vault.domain.people import Action, Actor, require
from vault.domain.states import RecordState
from vault.ports import Blobs, Clock, Tx, UnitOfWork
from vault.usecases.digitize.know_again import offered
from vault.usecases.oversee.view_record import visible
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class OfferedRecord:
    """A record that the paper may be: as much of it as the paper in the hand prints too, and no person's name."""

    code: RecordCode
    type_code: str
    number: str | None
    state: RecordState
    score: float | None
    """How alike they are (0 to 1); None for the record whose code is printed on the paper."""


@dataclass(frozen=True, slots=True)
class SeenIntake:
    """An intake with its pages, and the records that it may be while nobody has said what it is."""

    intake: Intake
    pages: tuple[Page, ...]
    offered: tuple[OfferedRecord, ...] = ()
    origin: OutsidePaper | None = None
    """Where it was fetched from, with what is told of it there."""


def view_intakes(*, actor: Actor, uow: UnitOfWork, limit: int) -> tuple[Intake, ...]:
    """The agency's newest intakes, without what was read on them: a list is no look at a paper."""
    require(actor, Action.VIEW_INTAKE)
    with uow.begin() as tx:
        return tuple(_listed(one) for one in tx.intakes.list(actor.agency_code or "", limit=limit))


def _listed(intake: Intake) -> Intake:
    if intake.proposal is None:
        return intake
    return replace(intake, proposal=replace(intake.proposal, fields={}))


def open_intakes(*, actor: Actor, uow: UnitOfWork, limit: int) -> tuple[Intake, ...]:
    """The agency's papers that still need something, the oldest first; without what was read on them."""
    require(actor, Action.VIEW_INTAKE)
    with uow.begin() as tx:
        return tuple(_listed(one) for one in tx.intakes.open_ones(actor.agency_code or "", limit=limit))


def view_intake(intake_id: IntakeId, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> SeenIntake:
    """One intake with its pages. Looking at what was read is an event; waiting for the reader is none.

    Once it is sealed it is a citizen's paper and needs the same ground as the record (`PURPOSE_NEEDED`).
    """
    require(actor, Action.VIEW_INTAKE)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.VIEW_INTAKE, details={"intake": intake_id})), uow.begin() as tx:
        intake = _own(tx, intake_id, actor, now=now)
        pages = tx.intakes.pages(intake_id)
        alike = _offered(tx, intake) if intake.state is IntakeState.READ else ()
        origin = tx.outside.of_intake(intake_id) if intake.channel is Channel.OUTSIDE else None
        if intake.state is not IntakeState.RECEIVED:
            details: dict[str, object] = {"intake": intake_id}
            if alike:
                details["offered"] = [one.code for one in alike]
            paper = _paper(intake)
            holder_id = tx.records.first_holder(paper) if paper else None
            tx.events.add(
                Event(
                    now,
                    actor,
                    Action.VIEW_INTAKE,
                    record=paper,
                    holder_id=holder_id,
                    details=details,
                )
            )
    return SeenIntake(intake, pages, alike, origin)


def _offered(tx: Tx, intake: Intake) -> tuple[OfferedRecord, ...]:
    """Records of the same agency only. A record in force whose code the paper carries leaves no other choice."""
    own = intake.proposal.own_record if intake.proposal else None
    scores = {one.record: one.shown for one in intake.rescan_of}
    found = (tx.records.find(code) for code in offered(intake))
    alike = tuple(
        OfferedRecord(one.code, one.type_code, one.number, one.state, None if one.code == own else scores.get(one.code))
        for one in found
        if one is not None and one.agency_code == intake.agency_code
    )
    in_force = tuple(one for one in alike if one.code == own and one.state is not RecordState.REVOKED)
    return in_force or alike


def preview_of(intake_id: IntakeId, index: int, *, actor: Actor, uow: UnitOfWork, blobs: Blobs, clock: Clock) -> bytes:
    """The picture of one page; each is a look."""
    require(actor, Action.VIEW_INTAKE)
    now, details = clock.now(), {"intake": intake_id, "page": index}
    with recorded(uow, Event(now, actor, Action.VIEW_INTAKE, details=details)), uow.begin() as tx:
        paper = _paper(_own(tx, intake_id, actor, now=now))
        page = next((one for one in tx.intakes.pages(intake_id) if one.index == index), None)
        if page is None:
            raise NotFound("PAGE")
        holder_id = tx.records.first_holder(paper) if paper else None
        tx.events.add(Event(now, actor, Action.VIEW_INTAKE, record=paper, holder_id=holder_id, details=details))
    return blobs.get(page.preview)


def _own(tx: Tx, intake_id: IntakeId, actor: Actor, *, now: datetime) -> Intake:
    intake = tx.intakes.get(intake_id)
    if intake.agency_code != actor.agency_code:
        raise NotFound("INTAKE")
    paper = _paper(intake)
    if paper is not None and intake.state in {IntakeState.SEALED, IntakeState.KNOWN}:
        visible(tx, paper, actor, now=now)
    return intake


def _paper(intake: Intake) -> RecordCode | None:
    """The record that it became, or that an officer knew it to be."""
    return intake.record or intake.same_as
