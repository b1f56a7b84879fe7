"""Whose session is this."""

from __future__ import annotations

import hmac
from datetime import timedelta

from vault.domain.people import Actor
from vault.domain.sign_in import SessionFacts, agent_digest
from vault.ports import Clock, UnitOfWork
from vault.usecases.identify.opening import session_key

SEEN_EVERY = timedelta(minutes=1)
"""A session in use is marked so at most this often: a look costs no write."""


def who_is(token: str, *, uow: UnitOfWork, clock: Clock) -> Actor | None:
    """The actor behind a session token, or None when it is unknown, ended or run out."""
    with uow.begin() as tx:
        return tx.accounts.actor_of(session_key(token), at=clock.now())


def session_of(token: str, *, agent: str, idle: timedelta, uow: UnitOfWork, clock: Clock) -> SessionFacts | None:
    """The living session behind a token. One that lay idle too long, or that another browser brings, is ended."""
    now, key = clock.now(), session_key(token)
    with uow.glance() as tx:
        found = tx.accounts.session_of(key, at=now)
    if found is None:
        return None
    strange = found.bound is not None and not hmac.compare_digest(found.bound, agent_digest(agent))
    if strange or now >= found.seen_at + idle:
        with uow.begin() as tx:
            tx.accounts.end_session(key)
        return None
    if now >= found.seen_at + SEEN_EVERY:
        with uow.begin() as tx:
            tx.accounts.seen(key, at=now)
    return found
