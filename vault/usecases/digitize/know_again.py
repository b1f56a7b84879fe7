"""The officer says: this paper is that record. Offered for a print of our own and for a rescan; nothing is merged."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.errors import Conflict, NotFound
from vault.domain.ids import RecordCode
from vault.domain.intake import Intake, IntakeId, IntakeState, step
from vault.domain.people import Action, Actor, require
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class KnowAgain:
    """The paper and the record that was offered for it."""

    intake_id: IntakeId
    record: RecordCode


def know_again(what: KnowAgain, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Intake:
    """End the intake as that record: no second one is made, the file and what was read of it stay.

    `NOT_OFFERED` for a record that neither the paper's own code nor its likeness names. Said again, it is answered.
    """
    require(actor, Action.CONFIRM)
    now = clock.now()
    refusal = Event(now, actor, Action.CONFIRM, record=what.record, details={"intake": what.intake_id})
    with recorded(uow, refusal), uow.begin() as tx:
        intake = tx.intakes.get(what.intake_id, lock=True)
        if intake.agency_code != actor.agency_code:
            raise NotFound("INTAKE")
        if intake.state is IntakeState.KNOWN and intake.same_as == what.record:
            return intake
        step(intake.state, IntakeState.KNOWN)
        if what.record not in offered(intake):
            raise Conflict("NOT_OFFERED", record=what.record)
        record = tx.records.get(what.record, lock=True)  # an erasure of it reaches this scan or has ended before
        if record.erased:
            raise NotFound("RECORD_ERASED", record=record.code)
        tx.intakes.set_known(intake.id, record.code)
        tx.events.add(
            Event(
                now,
                actor,
                Action.CONFIRM,
                code=IntakeState.KNOWN.value,
                record=record.code,
                version=record.version,
                holder_id=tx.records.first_holder(record.code),
                details={"intake": intake.id},
            )
        )
        return tx.intakes.get(intake.id)


def offered(intake: Intake) -> tuple[RecordCode, ...]:
    """Records that the paper may be: the one whose code is printed on it first, then its likenesses."""
    own = intake.proposal.own_record if intake.proposal else None
    return tuple(dict.fromkeys((*(() if own is None else (own,)), *(one.record for one in intake.rescan_of))))
