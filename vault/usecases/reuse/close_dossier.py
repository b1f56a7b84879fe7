"""The end of a dossier: the answer went out, it was refused, or the citizen took it back. It can be opened again."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue
from vault.domain.dossiers import Closing, Dossier, Ending
from vault.domain.errors import Conflict, Invalid
from vault.domain.ids import DossierCode
from vault.domain.inbox import Pace, pace_of
from vault.domain.kpi import LATE, REOPENED
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.tell import tell_dossier


@dataclass(frozen=True, slots=True)
class CloseDossier:
    """How it ended; None opens it again, with the reason why."""

    dossier: DossierCode
    ending: str | None
    reason: str = ""


def close_dossier(what: CloseDossier, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> Dossier:
    """Close or reopen. Closing twice the same way is answered, another way is `DOSSIER_CLOSED`."""
    require(actor, Action.CLOSE_DOSSIER)
    now = clock.now()
    closing: Closing | None
    code: str | None
    with recorded(uow, Event(now, actor, Action.CLOSE_DOSSIER, dossier=what.dossier)), uow.begin() as tx:
        if what.ending is not None and what.ending not in Ending.__members__:
            raise Invalid("DOSSIER_ENDING", ending=what.ending)
        dossier = own_dossier(tx, what.dossier, actor, lock=True)
        if what.ending is None:
            if dossier.closed is None:
                return dossier
            if not what.reason.strip():
                raise Invalid("REASON_MISSING")
            closing, code = None, REOPENED
        else:
            if dossier.closed is not None:
                if dossier.closed.ending.value == what.ending:
                    return dossier
                raise Conflict("DOSSIER_CLOSED", dossier=what.dossier)
            closing = Closing(Ending(what.ending), actor.account_id, actor.name, now)
            today = now.astimezone(VIET_NAM).date()
            late = pace_of(dossier.due_on, today=today, working=catalogue.working_time) is Pace.LATE
            code = LATE if late else None
        tx.dossiers.close(what.dossier, closing)
        tell_dossier(tx, dossier, now)
        tx.events.add(
            Event(
                now,
                actor,
                Action.CLOSE_DOSSIER,
                code=code,
                purpose=what.reason.strip() or dossier.procedure_code,
                dossier=what.dossier,
                holder_id=dossier.holder_id,
                details={"ending": what.ending or REOPENED},
            )
        )
        return tx.dossiers.get(what.dossier)
