"""An officer says that a file is no paper for the vault: it leaves the desk. The bytes that came in stay."""

from __future__ import annotations

from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.intake import Intake, IntakeId, IntakeState, step
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded

CODE = "DISCARDED"


def discard(intake_id: IntakeId, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Intake:
    """Take it off the desk. `INTAKE_STATE` while it is being read or once it is confirmed; twice is answered."""
    require(actor, Action.CONFIRM)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.CONFIRM, details={"intake": intake_id})), uow.begin() as tx:
        intake = tx.intakes.get(intake_id, lock=True)
        if intake.agency_code != actor.agency_code:
            raise NotFound("INTAKE")
        if intake.state is IntakeState.DISCARDED:
            return intake
        tx.intakes.set_state(intake_id, step(intake.state, IntakeState.DISCARDED))
        tx.events.add(Event(now, actor, Action.CONFIRM, code=CODE, details={"intake": intake_id}))
        return tx.intakes.get(intake_id)
