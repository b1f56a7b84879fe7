"""Look at papers on their way in, within the officer's own agency."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.intake import Intake, IntakeId, IntakeState, Page
from vault.domain.people import Action, Actor, require
from vault.ports import Blobs, Clock, Tx, UnitOfWork


@dataclass(frozen=True, slots=True)
class SeenIntake:
    """An intake with its pages."""

    intake: Intake
    pages: tuple[Page, ...]


def view_intakes(*, actor: Actor, uow: UnitOfWork, limit: int) -> tuple[Intake, ...]:
    """The agency's newest intakes."""
    require(actor, Action.VIEW_INTAKE)
    with uow.begin() as tx:
        return tx.intakes.list(actor.agency_code or "", limit=limit)


def view_intake(intake_id: IntakeId, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> SeenIntake:
    """One intake with its pages. Looking at what was read is an event; waiting for the reader is none."""
    require(actor, Action.VIEW_INTAKE)
    with uow.begin() as tx:
        intake = _own(tx, intake_id, actor)
        pages = tx.intakes.pages(intake_id)
        if intake.state is not IntakeState.RECEIVED:
            details = {"intake": intake_id}
            holder_id = tx.records.first_holder(intake.record) if intake.record else None
            tx.events.add(
                Event(
                    clock.now(),
                    actor,
                    Action.VIEW_INTAKE,
                    record=intake.record,
                    holder_id=holder_id,
                    details=details,
                )
            )
    return SeenIntake(intake, pages)


def preview_of(intake_id: IntakeId, index: int, *, actor: Actor, uow: UnitOfWork, blobs: Blobs) -> bytes:
    """The picture of one page; part of looking at the intake, which was logged."""
    require(actor, Action.VIEW_INTAKE)
    with uow.begin() as tx:
        _own(tx, intake_id, actor)
        page = next((one for one in tx.intakes.pages(intake_id) if one.index == index), None)
    if page is None:
        raise NotFound("PAGE")
    return blobs.get(page.preview)


def _own(tx: Tx, intake_id: IntakeId, actor: Actor) -> Intake:
    intake = tx.intakes.get(intake_id)
    if intake.agency_code != actor.agency_code:
        raise NotFound("INTAKE")
    return intake
