"""Ask the citizen for a component: only on a legal ground, and not for what the state already holds (once only)."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue, DemandForm
from vault.domain.dossiers import Demand
from vault.domain.errors import Conflict, Invalid
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM, DemandDecision, Override, may_demand
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import decisions_for, own_dossier


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
    """Record the demand, or refuse with the guard's code (`ONCE_ONLY` first of all). Both are events."""
    require(actor, Action.DEMAND)
    now = clock.now()
    today = now.astimezone(VIET_NAM).date()
    refusal = Event(now, actor, Action.DEMAND, dossier=what.dossier, details={"component": what.component})
    with recorded(uow, refusal), uow.begin() as tx:
        if what.form not in DemandForm.__members__:
            raise Invalid("DEMAND_FORM", form=what.form)
        dossier = own_dossier(tx, what.dossier, actor, lock=True)
        component = catalogue.component(what.component, today)
        found = decisions_for(component, dossier, tx.records.of_holder(dossier.holder_id), catalogue=catalogue, now=now)
        judged = may_demand(
            component,
            found,
            catalogue.ground(what.ground, today) if what.ground else None,
            Override(what.reason, actor.name) if what.override else None,
            form=DemandForm[what.form],
        )
        if not judged.allowed:
            record = judged.record[0] if judged.record else None
            raise Conflict(judged.code.value, record=record, article=judged.article, vi=judged.vi, en=judged.en)
        asked = Demand(
            component=what.component,
            ground=judged.ground or "",
            reason=what.reason,
            overrides=RecordCode(judged.record[0]) if judged.report and judged.record else None,
            by_account=actor.account_id,
            by_name=actor.name,
            at=now,
        )
        tx.dossiers.demand(what.dossier, asked)
        tx.events.add(
            Event(
                now,
                actor,
                Action.DEMAND,
                code=judged.code.value,
                purpose=dossier.procedure_code,
                legal_ground=judged.article,
                record=asked.overrides,
                dossier=what.dossier,
                holder_id=dossier.holder_id,
                details={"component": what.component, "situation": judged.situation.value},
            )
        )
        return asked, judged
