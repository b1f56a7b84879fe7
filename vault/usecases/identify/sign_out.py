"""End a session."""

from __future__ import annotations

from vault.domain.audit import Event
from vault.domain.people import Action, Actor
from vault.ports import Clock, UnitOfWork
from vault.usecases.identify.sign_in import session_key


def sign_out(token: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """End the session; ending one that is gone succeeds."""
    with uow.begin() as tx:
        tx.accounts.end_session(session_key(token))
        tx.events.add(Event(clock.now(), actor, Action.SIGN_OUT))
