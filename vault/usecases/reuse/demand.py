"""Ask the citizen for a component: only on a legal ground, and not for what the state already holds (once only)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue, DemandForm
from vault.domain.dossiers import Demand
from vault.domain.errors import Conflict, Invalid
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM, DemandCode, DemandDecision, Override
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.reuse.judge import component_of, judge_of


@dataclass(frozen=True, slots=True)
class DemandOf:
    """What is wanted, on what ground, and why; `override` when the officer insists although a record is usable."""

    dossier: DossierCode
    component: str
    ground: str | None
    reason: str
    form: str = DemandForm.COPY.value
    override: bool = False


def demand(
    what: DemandOf, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock
) -> tuple[Demand, DemandDecision]:
    """Record the demand, or refuse with the guard's code (`ONCE_ONLY` first of all). Both are events.

    The same demand again, by the same person, is answered with the one that is kept.

    After the one notice (NĐ 309/2026 Đ17 k2a) a further demand needs `override` with a reason, and is reported.
    """
    require(actor, Action.DEMAND)
    now = clock.now()
    today = now.astimezone(VIET_NAM).date()
    refusal = Event(now, actor, Action.DEMAND, dossier=what.dossier, details={"component": what.component})
    with recorded(uow, refusal), uow.begin() as tx:
        if what.form not in DemandForm.__members__:
            raise Invalid("DEMAND_FORM", form=what.form)
        dossier = own_dossier(tx, what.dossier, actor, lock=True)
        dossier.require_open()
        component = component_of(dossier, what.component, catalogue, now)
        late = bool(dossier.notices)
        if late and not (what.override and what.reason.strip()):
            raise Conflict("NOTICE_SENT", number=len(dossier.notices))
        there = judge_of(tx, dossier, catalogue=catalogue, now=now).judged(component)
        judged = there.guard(
            catalogue.ground(what.ground, today) if what.ground else None,
            Override(what.reason, actor.name) if what.override else None,
            form=DemandForm[what.form],
            reason=what.reason,
        )
        if not judged.allowed:
            record = judged.record[0] if judged.record else None
            raise Conflict(judged.code.value, record=record, article=judged.article, vi=judged.vi, en=judged.en)
        if there.settled and there.attachment is not None:
            # After the guard: whoever asks again for what is attached and usable is told `ONCE_ONLY`, as for any other.
            raise Conflict("COMPONENT_TAKEN", record=there.attachment.record)
        asked = Demand(
            component=what.component,
            ground=judged.ground or "",
            reason=what.reason,
            overrides=RecordCode(judged.record[0]) if judged.report and judged.record else None,
            by_account=actor.account_id,
            by_name=actor.name,
            at=now,
            form=judged.form,
            code=DemandCode.OVERRIDDEN if late else judged.code,
            article=judged.article,
        )
        if (kept := _said_before(there.waiting, asked)) is not None:
            return kept, judged
        tx.dossiers.demand(what.dossier, asked)
        tx.events.add(
            Event(
                now,
                actor,
                Action.DEMAND,
                code=asked.code.value,
                purpose=dossier.procedure_code,
                legal_ground=judged.article,
                record=asked.overrides,
                dossier=what.dossier,
                holder_id=dossier.holder_id,
                details={"component": what.component, "situation": judged.situation.value, "after_notice": late},
            )
        )
        return asked, judged


def _said_before(waiting: tuple[Demand, ...], asked: Demand) -> Demand | None:
    """The last demand that waits for this component, if it is this very one: a lost answer is asked for again.

    Its ground, form, reason and person tell, and whether it came before the notice: a second one would count twice.
    """
    last = waiting[-1] if waiting else None
    return last if last is not None and replace(asked, by_name=last.by_name, at=last.at) == last else None
