"""The one notice: all that the citizen still has to bring, with its legal ground, at once (NĐ 309/2026 Đ17 k2a)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue, Component, ComponentForm, Situation
from vault.domain.dossiers import Dossier, Notice, NoticeItem
from vault.domain.errors import Conflict
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM, may_demand
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import decisions_for, facts_of, offers_for, own_dossier

GROUND = "NĐ 309/2026/NĐ-CP Đ17 k2a"


@dataclass(frozen=True, slots=True)
class Undecided:
    """A component that is neither attached nor demanded: what the look-up came to, and the record to attach if any."""

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
    tells everything. A further notice is possible only through a demand that was overridden with a reason.
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
    components = catalogue.components(dossier.procedure_code, now.astimezone(VIET_NAM).date())
    names = {component.code: component.name for component in components}
    told = {(item.component, item.ground, item.form) for notice in dossier.notices for item in notice.items}
    items = {
        (one.component, one.ground, one.form): NoticeItem(
            one.component, names.get(one.component, one.component), one.form, one.ground, one.article, one.reason
        )
        for one in dossier.demands
        if (one.component, one.ground, one.form) not in told and dossier.attachment(one.component) is None
    }
    open_ones = [
        component
        for component in components
        if _always_asked(component)
        and dossier.attachment(component.code) is None
        and all(one.component != component.code for one in dossier.demands)
    ]
    undecided: tuple[Undecided, ...] = ()
    if open_ones:
        facts, offers = facts_of(dossier), offers_for(tx, dossier)
        judged = (
            (one, may_demand(one, decisions_for(one, facts, offers, catalogue=catalogue, now=now), None))
            for one in open_ones
        )
        undecided = tuple(
            Undecided(one, found.situation, RecordCode(found.record[0]) if found.record else None)
            for one, found in judged
        )
    return Draft(dossier, tuple(items.values()), undecided, dossier.notices)


def _always_asked(component: Component) -> bool:
    """Whether everybody must bring it and a record may stand for it.

    Not so a declaration, which is filled in at the counter, what is asked in some cases only, and what is made for this
    very dossier (drawings): the officer sees by themselves whether that was handed in.
    """
    mandatory = not component.optional and not component.when
    return mandatory and component.form is not ComponentForm.FORM and bool(component.accepts)
