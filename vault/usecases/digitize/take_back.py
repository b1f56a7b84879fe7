"""Undo a confirmation while the paper is not sealed yet; what was typed stays in the form."""

from __future__ import annotations

from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.intake import Intake, IntakeId, IntakeState, step
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded

CODE = "TAKEN_BACK"


def take_back(intake_id: IntakeId, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Intake:
    """Bring a confirmed paper back to READ. `INTAKE_STATE` once it is sealed; one never confirmed is answered.

    The seal and this lock the same row: whichever comes first wins, and a seal under way finds that the word it was
    given does not stand any more and leaves nothing behind.
    """
    require(actor, Action.CONFIRM)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.CONFIRM, details={"intake": intake_id})), uow.begin() as tx:
        intake = tx.intakes.get(intake_id, lock=True)
        if intake.agency_code != actor.agency_code:
            raise NotFound("INTAKE")
        if intake.state is IntakeState.READ:
            return intake
        tx.intakes.set_state(intake_id, step(intake.state, IntakeState.READ))
        tx.intakes.set_confirmation(intake_id, None)
        tx.events.add(Event(now, actor, Action.CONFIRM, code=CODE, details={"intake": intake_id}))
        return tx.intakes.get(intake_id)
