"""Sign in with a local account (the accounts of a small office and of `vault up`)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from vault.domain.audit import Event, Outcome
from vault.domain.errors import Forbidden
from vault.domain.passwords import NOBODY, password_fits
from vault.domain.people import STRANGER, Action, Actor
from vault.ports import Clock, Ids, UnitOfWork


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the person typed."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session; only its hash is stored, so a dump of the database opens no session."""

    token: str
    actor: Actor
    expires_at: datetime


def session_key(token: str) -> str:
    """Under what a session is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(what: SignIn, *, uow: UnitOfWork, clock: Clock, ids: Ids, hours: int) -> Session:
    """Open a session, or refuse with `SIGN_IN_WRONG` without saying which of the two was wrong."""
    now = clock.now()
    with uow.begin() as tx:
        account = tx.accounts.by_username(what.username.strip().lower())
    fits = password_fits(what.password, account.password_hash if account else NOBODY)
    if account is None or not fits:
        with uow.begin() as tx:
            tx.events.add(Event(now, STRANGER, Action.SIGN_IN, Outcome.REFUSED, "SIGN_IN_WRONG"))
        raise Forbidden("SIGN_IN_WRONG")
    token, expires_at = ids.token(), now + timedelta(hours=hours)
    with uow.begin() as tx:
        tx.accounts.open_session(session_key(token), account.actor.account_id, at=now, expires_at=expires_at)
        tx.events.add(Event(now, account.actor, Action.SIGN_IN))
    return Session(token, account.actor, expires_at)
