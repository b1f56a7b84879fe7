"""One's own sessions: where one is signed in, and ending that."""

from __future__ import annotations

from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.people import Action, Actor, require
from vault.domain.sign_in import SessionFacts
from vault.ports import Clock, UnitOfWork


def list_sessions(*, actor: Actor, uow: UnitOfWork, clock: Clock) -> tuple[SessionFacts, ...]:
    """The living ones, newest first."""
    require(actor, Action.MANAGE_SIGN_IN)
    with uow.begin() as tx:
        return tx.accounts.sessions_of(actor.account_id, at=clock.now())


def end_session(session: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """End one by its id. `SESSION_UNKNOWN` for another's, or one that is over."""
    require(actor, Action.MANAGE_SIGN_IN)
    with uow.begin() as tx:
        if not tx.accounts.end_sessions(actor.account_id, only=session):
            raise NotFound("SESSION_UNKNOWN")
        tx.events.add(Event(clock.now(), actor, Action.SIGN_OUT, details={"sessions": 1}))


def end_others(current: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> int:
    """End all but the one that asks; how many."""
    require(actor, Action.MANAGE_SIGN_IN)
    with uow.begin() as tx:
        ended = tx.accounts.end_sessions(actor.account_id, but=current)
        if ended:
            tx.events.add(Event(clock.now(), actor, Action.SIGN_OUT, details={"sessions": ended}))
    return ended
