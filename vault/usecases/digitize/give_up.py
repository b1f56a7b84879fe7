"""A paper that broke the program itself is marked, so that nobody waits for it; sending it again tries again."""

from __future__ import annotations

from dataclasses import replace

from vault.domain.audit import Event, Outcome
from vault.domain.intake import IntakeId, IntakeState, step
from vault.domain.people import SYSTEM, Action
from vault.ports import Clock, UnitOfWork

CODE = "INTERNAL_ERROR"


def give_up(intake_id: IntakeId, *, uow: UnitOfWork, clock: Clock) -> None:
    """Mark a received paper as failed; one further on keeps its state and shows the failure beside it."""
    with uow.begin() as tx:
        intake = tx.intakes.get(intake_id, lock=True)
        if intake.state is IntakeState.RECEIVED:
            tx.intakes.set_state(intake_id, step(intake.state, IntakeState.FAILED), failure=CODE)
        elif intake.state is IntakeState.CONFIRMED:
            tx.intakes.set_confirmation(intake_id, None)
            tx.intakes.set_state(intake_id, step(intake.state, IntakeState.READ), failure=CODE)
        else:
            return
        action = Action.READ if intake.state is IntakeState.RECEIVED else Action.SEAL
        worker = replace(SYSTEM, agency_code=intake.agency_code)
        tx.events.add(Event(clock.now(), worker, action, Outcome.REFUSED, CODE, details={"intake": intake_id}))
