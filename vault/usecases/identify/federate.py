"""Sign in through an identity provider (OpenID Connect): leave for it, and come back as somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vault.domain.audit import Event, Outcome
from vault.domain.errors import Forbidden, Invalid
from vault.domain.holders import HolderId, HolderKind
from vault.domain.people import STRANGER, Action, Actor
from vault.ports import Account, Clock, Identity, IdentityDesk, Ids, Tx, UnitOfWork
from vault.ports.sign_in import TYPED
from vault.usecases.identify.opening import Caller, Session, open_session, session_key

_KIND = "OIDC"
_FOR = timedelta(minutes=10)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When somebody proved who they are of whom the provider does not say it: not recently."""
NO_PASSWORD = "none"  # noqa: S105 - what no pass word is ever hashed to
"""An account of an identity provider has no pass word here."""


MOST_TYPED = 200_000
"""Characters of a form that wait with us while its sender is at the provider."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A form that was sent too late after the last proof: where it goes, and its fields."""

    path: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Again:
    """A person who is signed in proves once more who sits there (step-up), perhaps with a form waiting meanwhile."""

    account_id: str | None = None
    waiting: Waiting | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where the browser goes, and the state that it must bring back in a cookie of its own."""

    address: str
    state: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A session, where the person wanted to be, and the form that waited for them, if it is theirs."""

    session: Session
    onward: str
    waiting: Waiting | None = None


def leave(
    provider: str,
    *,
    onward: str,
    redirect_uri: str,
    max_age: timedelta,
    again: Again | None = None,
    uow: UnitOfWork,
    desk: IdentityDesk,
    clock: Clock,
    ids: Ids,
) -> Leaving:
    """Begin: state, nonce and PKCE verifier are made here and kept here; the browser gets the state only.

    `again`: the provider asks in any case. What waits lies sealed until they are back, or ten minutes are over.
    `INVALID_REQUEST` for a form that is larger than anybody types.
    """
    now, state, nonce, verifier = clock.now(), ids.token(), ids.token(), ids.token() + ids.token()
    address = desk.address(
        provider,
        state=state,
        nonce=nonce,
        verifier=verifier,
        redirect_uri=redirect_uri,
        max_age=max_age,
        again=again is not None,
    )
    data: dict[str, object] = {"provider": provider, "nonce": nonce, "verifier": verifier, "onward": onward}
    account_id = again.account_id if again else None
    if again and again.waiting and account_id:
        if sum(len(name) + len(value) for name, value in again.waiting.fields) > MOST_TYPED:
            raise Invalid("INVALID_REQUEST", fields=again.waiting.path)
        data[TYPED] = {"path": again.waiting.path, "fields": list(again.waiting.fields)}
    with uow.begin() as tx:
        tx.sign_ins.begin_step(
            session_key(state), _KIND, account_id=account_id, data=data, expires_at=now + _FOR, at=now
        )
    return Leaving(address, state)


def come_back(
    provider: str,
    answer: Mapping[str, str],
    *,
    state: str,
    redirect_uri: str,
    max_age: timedelta,
    uow: UnitOfWork,
    desk: IdentityDesk,
    clock: Clock,
    ids: Ids,
    hours: int,
    caller: Caller,
) -> Returned:
    """Open the session of whoever the provider vouches for. `state` is the browser's cookie, the answer brings its own.

    `SIGN_IN_STALE`: no such sign-in is under way in this browser; `ACCOUNT_DISABLED`; and the refusals of the desk.
    """
    now = clock.now()
    try:
        left, kept = _begun(provider, state, uow, now)
        who = desk.identity(
            provider,
            answer,
            state=state,
            nonce=kept["nonce"],
            verifier=kept["verifier"],
            redirect_uri=redirect_uri,
            max_age=max_age,
            now=now,
        )
        with uow.begin() as tx:
            actor = _actor(tx, who, now)
            session = open_session(
                tx,
                actor,
                caller=caller,
                strength=who.strength,
                way=f"oidc:{provider}",
                ids=ids,
                now=now,
                hours=hours,
                proved_at=who.proved_at or _LONG_AGO,
            )
    except (Forbidden, Invalid) as refusal:
        with uow.begin() as tx:
            details = {"way": f"oidc:{provider[:40]}"}
            tx.events.add(Event(now, STRANGER, Action.SIGN_IN, Outcome.REFUSED, refusal.code, details=details))
        refusal.told = True
        raise
    # Whoever else came back in this browser gets neither to see nor to send what another one typed.
    typed = kept.get(TYPED) if left == session.actor.account_id else None
    waiting = Waiting(typed["path"], tuple((name, text) for name, text in typed["fields"])) if typed else None
    return Returned(session, kept["onward"], waiting)


def _begun(provider: str, state: str, uow: UnitOfWork, now: datetime) -> tuple[str | None, Mapping[str, Any]]:
    """Who left, and what was kept then; used up, whatever comes of it."""
    with uow.begin() as tx:
        begun = tx.sign_ins.step(session_key(state), _KIND, at=now, take=True)
    if begun is None or begun[1]["provider"] != provider:
        raise Forbidden("SIGN_IN_STALE")
    return begun


def _actor(tx: Tx, who: Identity, now: datetime) -> Actor:
    """The account of this subject, as the provider says it is today."""
    holder_id = None
    if who.number is not None:
        number = HolderId.parse(who.number)
        if number.kind is not HolderKind.PERSONAL:
            raise Forbidden("IDP_TOKEN", what="number")
        holder_id = tx.holders.ensure(number, who.name, at=now)
    account_id = f"idp:{who.provider}:{who.subject}"  # never the name of a local account
    actor = Actor(account_id, who.name, who.role, who.agency_code, holder_id)
    account = tx.accounts.keep(Account(actor, account_id, NO_PASSWORD))
    if account is None:
        raise Forbidden("ACCOUNT_DISABLED")
    return account.actor
