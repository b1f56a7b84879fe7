"""The end of a dossier: the answer went out, it was refused, or the citizen took it back. It can be opened again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue
from vault.domain.dossiers import Attachment, Closing, Dossier, Ending
from vault.domain.errors import Conflict, Invalid
from vault.domain.ids import DossierCode
from vault.domain.inbox import Pace, pace_of
from vault.domain.kpi import LATE, REOPENED
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM, Standing
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.reuse.judge import judge_of
from vault.usecases.tell import tell_dossier


@dataclass(frozen=True, slots=True)
class CloseDossier:
    """How it ended; None opens it again, with the reason why. `override`: answered although a paper is good no more."""

    dossier: DossierCode
    ending: str | None
    reason: str = ""
    override: bool = False


def close_dossier(what: CloseDossier, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> Dossier:
    """Close or reopen. Closing twice the same way is answered, another way is `DOSSIER_CLOSED`.

    `ATTACHED_NOT_GOOD`: a result would rest on an attached paper that may not stand for its component any more
    (revoked, superseded, run out, …), and nothing else was asked for. The officer replaces it, or insists with
    `override` and a reason, which the event names: whether it is enough that a paper was good when the dossier came in
    is a question of each procedure's law. A dossier that is refused or withdrawn rests on nothing.
    """
    require(actor, Action.CLOSE_DOSSIER)
    now = clock.now()
    closing: Closing | None
    code: str | None
    against: dict[str, object] = {}
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
            bad = _bad(tx, dossier, catalogue, now) if what.ending == Ending.ANSWERED else ()
            if bad and not (what.override and what.reason.strip()):
                raise Conflict("ATTACHED_NOT_GOOD", record=", ".join(one.record for one in bad), dossier=what.dossier)
            if bad:
                against = {"against": [one.record for one in bad]}
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
                details={"ending": what.ending or REOPENED} | against,
            )
        )
        return tx.dossiers.get(what.dossier)


def _bad(tx: Tx, dossier: Dossier, catalogue: Catalogue, now: datetime) -> tuple[Attachment, ...]:
    """What is attached and not usable any more, where nobody asked for something else since."""
    if not dossier.attachments:
        return ()
    judged = judge_of(tx, dossier, catalogue=catalogue, now=now).components()
    return tuple(
        one.attachment
        for one in judged
        if one.attachment is not None and one.standing is Standing.NOT_USABLE and not one.waiting
    )
