"""Other vaults' questions that wait for me: see them, and say yes or no."""

from __future__ import annotations

from vault.domain.audit import Event
from vault.domain.errors import Forbidden, NotFound
from vault.domain.peers import PeerQuestion, decided_by_person
from vault.domain.people import HOLDER_ROLES, Action, Actor, require
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded

SHOWN = 50


def peer_questions(*, actor: Actor, uow: UnitOfWork, clock: Clock) -> tuple[PeerQuestion, ...]:
    """Those that still wait, the newest first."""
    require(actor, Action.LIST_OWN)
    with uow.begin() as tx:
        found = tx.peer_questions.waiting(_holder(actor), limit=SHOWN)
    return tuple(one for one in found if not one.ended(clock.now()))


def decide_peer(name: str, *, agreed: bool, actor: Actor, uow: UnitOfWork, clock: Clock) -> PeerQuestion:
    """The person's word on one question; it opens their papers of the kinds asked for, for that dossier and a day.

    `PEER_QUESTION` for one that is not about them; the first answer stays (`PEER_DECIDED`). Said again, it is answered.
    """
    require(actor, Action.SHARE)
    now, holder_id = clock.now(), _holder(actor)
    with recorded(uow, Event(now, actor, Action.SHARE, holder_id=holder_id)), uow.begin() as tx:
        kept = tx.peer_questions.get(name, lock=True)
        if kept is None or kept.holder_id != holder_id:
            raise NotFound("PEER_QUESTION")
        told = decided_by_person(kept, agreed=agreed, now=now)
        if told is kept:
            return kept
        tx.peer_questions.save(told)
        tx.events.add(
            Event(
                now,
                actor,
                Action.SHARE,
                code="APPROVED" if agreed else "REFUSED",
                purpose=f"{kept.purpose} ({kept.dossier})",
                holder_id=holder_id,
                details={"request": kept.id, "peer": kept.peer, "officer": kept.officer},
            )
        )
    return told


def _holder(actor: Actor) -> int:
    if actor.role not in HOLDER_ROLES or actor.holder_id is None:
        raise Forbidden("NO_HOLDER")
    return actor.holder_id
