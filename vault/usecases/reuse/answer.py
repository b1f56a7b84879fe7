"""Answer a whole dossier: for every component what is already there, whether it may be used, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vault.domain.audit import Event, of_each
from vault.domain.catalogue import Catalogue
from vault.domain.dossiers import Dossier
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode
from vault.domain.outside import Ask
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.domain.reuse import Verdict
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.judge import Judged, judge_of


@dataclass(frozen=True, slots=True)
class DossierAnswer:
    """A dossier with the answer for every component and the records that the decisions name."""

    dossier: Dossier
    components: tuple[Judged, ...]
    records: dict[str, Record]
    asks: tuple[Ask, ...] = ()
    """Where else was asked, and what came of it."""


def answer(code: DossierCode, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> DossierAnswer:
    """Decide every component against every record of the dossier's people, in one transaction, leaving one act.

    The answer shows only the records that could stand for a component: the others are nobody's business here.
    Everybody on them is told, in the dossier or not (`audit.of_each`). A dossier that has ended shows what is attached
    to it and no more: it gives no purpose to look at other papers.
    """
    require(actor, Action.LOOKUP)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.LOOKUP, dossier=code)), uow.begin() as tx:
        dossier = own_dossier(tx, code, actor)
        judge = judge_of(tx, dossier, catalogue=catalogue, now=now)
        if dossier.closed is not None:
            judge = judge.only({one.record for one in dossier.attachments})
        answers = judge.components()
        named = {decision.record_code for one in answers for decision in one.decisions}
        shown: dict[str, Record] = {one.record.code: one.record for one in judge.offers if one.record.code in named}
        usable = sum(one.decisions[:1] != () and one.decisions[0].verdict is Verdict.USABLE for one in answers)
        act = Event(
            now,
            actor,
            Action.LOOKUP,
            purpose=dossier.procedure_code,
            legal_ground="NĐ 309/2026/NĐ-CP Đ4 k2a",
            dossier=code,
            holder_id=dossier.holder_id,
            details={"components": len(answers), "usable": usable} | _order(answers),
        )
        tx.events.add(*of_each(act, {one.code: one.people for one in shown.values()}))
    return DossierAnswer(dossier, answers, shown, judge.others.asks)


def _order(answers: Sequence[Judged]) -> dict[str, object]:
    """The order of resolution as it was gone through: the steps whose source was asked, and which one settled what."""
    return {
        "asked": sorted({step.step for one in answers for step in one.resolution.steps if step.asked}),
        "settled": {
            one.component.code.rpartition(".")[2]: int(one.resolution.settled_by)
            for one in answers
            if one.resolution.settled_by is not None
        },
    }


def own_dossier(tx: Tx, code: DossierCode, actor: Actor, *, lock: bool = False) -> Dossier:
    """The dossier, if the actor's agency holds it; another agency's answers like one that is not there."""
    dossier = tx.dossiers.get(code, lock=lock)
    if dossier.agency_code != actor.agency_code:
        raise NotFound("DOSSIER")
    return dossier
