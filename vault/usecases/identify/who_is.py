"""Whose session is this."""

from __future__ import annotations

from vault.domain.people import Actor
from vault.ports import Clock, UnitOfWork
from vault.usecases.identify.sign_in import session_key


def who_is(token: str, *, uow: UnitOfWork, clock: Clock) -> Actor | None:
    """The actor behind a session token, or None when it is unknown, ended or run out."""
    with uow.begin() as tx:
        return tx.accounts.actor_of(session_key(token), at=clock.now())
