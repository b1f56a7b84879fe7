"""What every way of signing in ends with: a session whose token only its owner ever sees."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from vault.domain.audit import Event
from vault.domain.people import Action, Actor
from vault.domain.sign_in import Strength, agent_digest
from vault.ports import Ids, Tx

AGENT_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Session:
    """A session; only its hash is stored, so a dump of the database opens no session."""

    token: str
    actor: Actor
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks to sign in: address for the brake, agent as the browser calls itself.

    `binds`: the session belongs to this browser, because it lives in a cookie.
    """

    address: str = ""
    agent: str = ""
    binds: bool = False


def session_key(token: str) -> str:
    """Under what a session is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    tx: Tx,
    actor: Actor,
    *,
    caller: Caller,
    strength: Strength,
    way: str,
    ids: Ids,
    now: datetime,
    hours: int,
    proved_at: datetime | None = None,
) -> Session:
    """Open it and leave the event; `way` is how the person showed who they are, `proved_at` when, if not just now."""
    token, expires_at = ids.token(), now + timedelta(hours=hours)
    tx.accounts.open_session(
        session_key(token),
        actor.account_id,
        at=now,
        expires_at=expires_at,
        strength=strength,
        agent=caller.agent[:AGENT_SHOWN],
        bound=agent_digest(caller.agent) if caller.binds else None,
        strong_at=proved_at,
    )
    tx.events.add(Event(now, actor, Action.SIGN_IN, details={"way": way, "strength": int(strength)}))
    return Session(token, actor, expires_at)
