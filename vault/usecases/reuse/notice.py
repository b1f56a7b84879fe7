"""The one notice: all that the citizen still has to bring, with its legal ground, at once (NĐ 309/2026 Đ17 k2a)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue, Component, ComponentForm, DemandForm, Situation
from vault.domain.dossiers import Demand, Dossier, Notice, NoticeItem
from vault.domain.errors import Conflict
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import DemandDecision, Standing
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.reuse.judge import Judged, judge_of

GROUND = "NĐ 309/2026/NĐ-CP Đ17 k2a"


@dataclass(frozen=True, slots=True)
class Undecided:
    """A component that is neither attached nor demanded: what the look-up came to, and the record to attach if any.

    `record` is None for what lies elsewhere: that is fetched first. `standing`: what is attached, and good no more.
    """

    component: Component
    situation: Situation
    record: RecordCode | None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A demand that would not be allowed any more, so the citizen is not asked; it stays in the dossier's history."""

    demand: Demand
    component: Component
    situation: Situation
    record: RecordCode | None


@dataclass(frozen=True, slots=True)
class Draft:
    """What the next notice would say. It can be issued once `undecided` is empty and there is something to ask for."""

    dossier: Dossier
    items: tuple[NoticeItem, ...]
    undecided: tuple[Undecided, ...]
    issued: tuple[Notice, ...]
    dropped: tuple[Dropped, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left that would need a second notice."""
        return not self.undecided


def draft_notice(code: DossierCode, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> Draft:
    """What is demanded and not yet told, what is still undecided, and the notices that went out."""
    require(actor, Action.LOOKUP)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.LOOKUP, dossier=code)), uow.begin() as tx:
        dossier = own_dossier(tx, code, actor)
        tx.events.add(
            Event(
                now,
                actor,
                Action.LOOKUP,
                code="NOTICE",
                purpose=dossier.procedure_code,
                legal_ground=GROUND,
                dossier=code,
                holder_id=dossier.holder_id,
            )
        )
        return _draft(tx, dossier, catalogue=catalogue, now=now)


def issue_notice(code: DossierCode, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> Notice:
    """Issue it. With nothing new to tell, the notice that went out is the answer; `NOTHING_MISSING` without one.

    `NOTICE_INCOMPLETE` while a component the procedure always asks for is neither attached nor demanded: one notice
    tells everything. Each demand is judged again, with all that is there by now: what came in meanwhile is not asked
    of the citizen, unless the officer insisted against a usable record. A further notice is possible only through a
    demand that was overridden with a reason.
    """
    require(actor, Action.DEMAND)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.NOTIFY, dossier=code)), uow.begin() as tx:
        dossier = own_dossier(tx, code, actor, lock=True)
        dossier.require_open()
        draft = _draft(tx, dossier, catalogue=catalogue, now=now)
        if draft.undecided:
            raise Conflict("NOTICE_INCOMPLETE", components=[one.component.code for one in draft.undecided])
        if not draft.items:
            if not draft.issued:
                raise Conflict("NOTHING_MISSING")
            return draft.issued[-1]
        reason = "; ".join(dict.fromkeys(item.reason for item in draft.items)) if draft.issued else ""
        notice = Notice(len(draft.issued) + 1, draft.items, actor.account_id, actor.name, now, reason)
        tx.dossiers.notify(code, notice)
        tx.events.add(
            Event(
                now,
                actor,
                Action.NOTIFY,
                purpose=draft.dossier.procedure_code,
                legal_ground=GROUND,
                dossier=code,
                holder_id=draft.dossier.holder_id,
                details={"number": notice.number, "components": [item.component for item in notice.items]},
            )
        )
        return notice


def _draft(tx: Tx, dossier: Dossier, *, catalogue: Catalogue, now: datetime) -> Draft:
    judge = judge_of(tx, dossier, catalogue=catalogue, now=now)
    there = judge.components()
    items: dict[tuple[str, str, DemandForm], NoticeItem] = {}
    dropped: list[Dropped] = []
    undecided: list[Undecided] = []
    for one in there:
        still = [demand for demand in one.waiting if one.still_asked(demand, judge.ground(demand.ground))]
        for demand in still:
            _ask(items, dossier, demand, one.component.name)
        best = one.guard(None)
        told = Undecided(one.component, best.situation, _of_this_vault(best, one), one.standing)
        if one.waiting and not still:
            dropped.append(Dropped(one.waiting[-1], one.component, told.situation, told.record))
        if _always_asked(one.component) and not one.settled and not still:
            undecided.append(told)
    known = {one.component.code for one in there}
    for demand in dossier.demands:  # of a component that the procedure asks for no more: nobody can judge it
        if demand.component not in known and dossier.attachment(demand.component) is None:
            _ask(items, dossier, demand, demand.component)
    return Draft(dossier, tuple(items.values()), tuple(undecided), dossier.notices, tuple(dropped))


def _ask(
    items: dict[tuple[str, str, DemandForm], NoticeItem], dossier: Dossier, demand: Demand, component_name: str
) -> None:
    """Once for each ground and form, and not what a notice has said since it was demanded."""
    key = (demand.component, demand.ground, demand.form)
    if not any(
        notice.at >= demand.at and key == (item.component, item.ground, item.form)
        for notice in dossier.notices
        for item in notice.items
    ):
        items[key] = NoticeItem(
            demand.component, component_name, demand.form, demand.ground, demand.article, demand.reason
        )


def _of_this_vault(best: DemandDecision, there: Judged) -> RecordCode | None:
    """The record to attach: what took the place of the attached one, else the best one."""
    if there.successor is not None:
        return there.successor
    record = None if best.record is None else best.record[0]
    return RecordCode(record) if record in {one.record_code for one in there.decisions} and record else None


def _always_asked(component: Component) -> bool:
    """Whether everybody must bring it and a record may stand for it.

    Not so a declaration, which is filled in at the counter, what is asked in some cases only, and what is made for this
    very dossier (drawings): the officer sees by themselves whether that was handed in.
    """
    mandatory = not component.optional and not component.when
    return mandatory and component.form is not ComponentForm.FORM and bool(component.accepts)
