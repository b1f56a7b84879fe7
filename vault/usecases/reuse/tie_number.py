"""Confirm that an old number on a card is one of the holder's, although papers lie under it, or take that back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from vault.domain.audit import PARTY, Event
from vault.domain.dossiers import Dossier
from vault.domain.errors import Conflict, Invalid, NotFound
from vault.domain.ids import DossierCode
from vault.domain.people import Action, Actor, require
from vault.domain.ties import GROUND, LEAST_REASON, LONGEST_REASON, Tie, TieState, confirm, take_back
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier


@dataclass(frozen=True, slots=True)
class DecideTie:
    """Which one of a dossier, and on what it rests: the card that was looked at, what the population database said."""

    dossier: DossierCode
    tie: str
    reason: str


def confirm_tie(what: DecideTie, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Tie:
    """Unite them: papers under the old number, of every agency, are the holder's from now on. Said again, answered.

    `REASON_SHORT`; `TIE_STATE` for one that was taken back, or whose number is the holder's by another dossier;
    `HOLDER_NUMBER_TAKEN`: whoever bears it has other numbers or signs in, so they are somebody else. Two events, one to
    each, so that either of them sees who did it and why.
    """
    require(actor, Action.TIE_NUMBER)
    with recorded(uow, Event(clock.now(), actor, Action.TIE_NUMBER, dossier=what.dossier)), uow.begin() as tx:
        dossier, tie = _of(tx, what, actor)
        dossier.require_open()
        if tie.state is TieState.CONFIRMED:
            return tie
        state = confirm(tie.state)
        if tx.holders.find(tie.alias.id) != tie.other_id:
            raise Conflict("TIE_STATE", state=TieState.CONFIRMED.value)
        return _decided(tx, replace(tie, state=state), what.reason, tx.ties.unite(tie), actor=actor, now=clock.now())


def take_back_tie(what: DecideTie, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Tie:
    """Part them: number and papers go back to whose they were; one that was only proposed is refused for good.

    Also in a dossier that has ended: a mistake is found later. `REASON_SHORT`. Said again, it is answered.
    """
    require(actor, Action.TIE_NUMBER)
    with recorded(uow, Event(clock.now(), actor, Action.TIE_NUMBER, dossier=what.dossier)), uow.begin() as tx:
        _, tie = _of(tx, what, actor)
        if tie.state is TieState.TAKEN_BACK:
            return tie
        papers = tx.ties.part(tie) if tie.state is TieState.CONFIRMED else 0
        ended = replace(tie, state=take_back(tie.state))
        return _decided(tx, ended, what.reason, papers, actor=actor, now=clock.now())


def _of(tx: Tx, what: DecideTie, actor: Actor) -> tuple[Dossier, Tie]:
    if not LEAST_REASON <= len(what.reason.strip()) <= LONGEST_REASON:
        raise Invalid("REASON_SHORT", least=LEAST_REASON, most=LONGEST_REASON)
    dossier = own_dossier(tx, what.dossier, actor, lock=True)
    tie = tx.ties.get(what.tie, lock=True)
    if tie.dossier != dossier.code:
        raise NotFound("TIE")
    return dossier, tie


def _decided(tx: Tx, tie: Tie, said: str, papers: int, *, actor: Actor, now: datetime) -> Tie:
    reason = said.strip()
    tx.ties.decide(tie.id, tie.state, by=actor.account_id, named=actor.name, reason=reason, at=now)
    act = Event(
        now,
        actor,
        Action.TIE_NUMBER,
        code=tie.state.value,
        purpose=reason,
        legal_ground=GROUND,
        dossier=tie.dossier,
        holder_id=tie.holder_id,
        details={"number": tie.alias.id.masked, "state": tie.state.value, "papers": papers},
    )
    tx.events.add(act, replace(act, code=PARTY, holder_id=tie.other_id))
    return tx.ties.get(tie.id)
