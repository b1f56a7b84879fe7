"""Sign in through an identity provider (OpenID Connect): leave for it, and come back as somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vault.domain.audit import Event, Outcome
from vault.domain.errors import Forbidden, Invalid
from vault.domain.holders import HolderId, HolderKind
from vault.domain.people import STRANGER, Action, Actor
from vault.ports import Account, Clock, Identity, IdentityDesk, Ids, Tx, UnitOfWork
from vault.usecases.identify.opening import Caller, Session, open_session, session_key

_KIND = "OIDC"
_FOR = timedelta(minutes=10)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When somebody proved who they are of whom the provider does not say it: not recently."""
NO_PASSWORD = "none"  # noqa: S105 - what no pass word is ever hashed to
"""An account of an identity provider has no pass word here."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where the browser goes, and the state that it must bring back in a cookie of its own."""

    address: str
    state: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A session, and where the person wanted to be."""

    session: Session
    onward: str


def leave(
    provider: str,
    *,
    onward: str,
    redirect_uri: str,
    max_age: timedelta,
    again: bool = False,
    uow: UnitOfWork,
    desk: IdentityDesk,
    clock: Clock,
    ids: Ids,
) -> Leaving:
    """Begin: state, nonce and PKCE verifier are made here and kept here; the browser gets the state only.

    `again`: a person who is signed in proves once more who sits there (step-up); the provider asks them in any case.
    """
    now, state, nonce, verifier = clock.now(), ids.token(), ids.token(), ids.token() + ids.token()
    address = desk.address(
        provider,
        state=state,
        nonce=nonce,
        verifier=verifier,
        redirect_uri=redirect_uri,
        max_age=max_age,
        again=again,
    )
    data = {"provider": provider, "nonce": nonce, "verifier": verifier, "onward": onward}
    with uow.begin() as tx:
        tx.sign_ins.begin_step(session_key(state), _KIND, account_id=None, data=data, expires_at=now + _FOR, at=now)
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
        kept = _begun(provider, state, uow, now)
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
    return Returned(session, kept["onward"])


def _begun(provider: str, state: str, uow: UnitOfWork, now: datetime) -> Mapping[str, str]:
    """What was kept when the browser left; used up, whatever comes of it."""
    with uow.begin() as tx:
        begun = tx.sign_ins.step(session_key(state), _KIND, at=now, take=True)
    if begun is None or begun[1]["provider"] != provider:
        raise Forbidden("SIGN_IN_STALE")
    return begun[1]


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
