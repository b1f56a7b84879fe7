"""Passkeys: add one, sign in with one, prove again with one, give one up (WebAuthn Level 3)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from vault.domain.audit import Event, Outcome
from vault.domain.errors import Forbidden, NotFound
from vault.domain.people import STRANGER, Action, Actor, require
from vault.domain.sign_in import SIGN_IN_ADDRESS, Strength
from vault.ports import Clock, Ids, Passkey, PasskeyDesk, Tx, UnitOfWork
from vault.usecases.identify.opening import Caller, Session, open_session, session_key

_ADD, _USE = "PASSKEY_ADD", "PASSKEY_USE"
_FOR = timedelta(minutes=5)
_CHALLENGE_BYTES = 32
_NAME = 80


@dataclass(frozen=True, slots=True)
class Place:
    """Where the browser is: the relying party's id and the origin, both by our own settings, never by its word."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser is asked, and the step under which its answer is expected."""

    step: str
    options: Mapping[str, Any]


def ask_to_add(*, place: Place, actor: Actor, uow: UnitOfWork, desk: PasskeyDesk, clock: Clock, ids: Ids) -> Asked:
    """Options for a new passkey of the actor."""
    require(actor, Action.MANAGE_SIGN_IN)
    now, step, challenge = clock.now(), ids.token(), ids.random(_CHALLENGE_BYTES)
    with uow.begin() as tx:
        known = [one.credential_id for one in tx.sign_ins.passkeys(actor.account_id)]
        tx.sign_ins.begin_step(
            session_key(step), _ADD, account_id=actor.account_id, data=_kept(challenge), expires_at=now + _FOR, at=now
        )
    options = desk.registration(
        challenge=challenge, host=place.host, account_id=actor.account_id, name=actor.name, known=known
    )
    return Asked(step, options)


def add(
    step: str,
    answer: Mapping[str, Any],
    name: str,
    *,
    place: Place,
    token: str,
    actor: Actor,
    uow: UnitOfWork,
    desk: PasskeyDesk,
    clock: Clock,
) -> Passkey:
    """Keep the passkey. `SIGN_IN_STALE`, `PASSKEY_WRONG`."""
    require(actor, Action.MANAGE_SIGN_IN)
    now = clock.now()
    with uow.begin() as tx:
        begun = tx.sign_ins.step(session_key(step), _ADD, at=now, take=True)
    if begun is None or begun[0] != actor.account_id:
        raise Forbidden("SIGN_IN_STALE")
    proof = desk.registered(answer, challenge=_challenge(begun[1]), host=place.host, origin=place.origin)
    words = " ".join(name.split())[:_NAME] or "Passkey"
    made = Passkey(proof.credential_id, actor.account_id, proof.public_key, proof.sign_count, words, now)
    with uow.begin() as tx:
        if not tx.sign_ins.add_passkey(made):
            raise Forbidden("PASSKEY_WRONG")
        tx.accounts.strengthen(session_key(token), Strength.TWO_FACTORS, at=now)
        tx.events.add(Event(now, actor, Action.MANAGE_SIGN_IN, code="FACTOR_ADDED", details={"way": "passkey"}))
    return made


def ask_to_use(*, place: Place, uow: UnitOfWork, desk: PasskeyDesk, clock: Clock, ids: Ids) -> Asked:
    """Options for a sign-in: the same for everybody, so nobody learns who has an account or a passkey."""
    now, step, challenge = clock.now(), ids.token(), ids.random(_CHALLENGE_BYTES)
    with uow.begin() as tx:
        tx.sign_ins.begin_step(
            session_key(step), _USE, account_id=None, data=_kept(challenge), expires_at=now + _FOR, at=now
        )
    return Asked(step, desk.authentication(challenge=challenge, host=place.host, known=()))


def use(
    step: str,
    answer: Mapping[str, Any],
    *,
    place: Place,
    uow: UnitOfWork,
    desk: PasskeyDesk,
    clock: Clock,
    ids: Ids,
    hours: int,
    caller: Caller,
    again: tuple[str, Actor] | None = None,
) -> Session | None:
    """Sign in. With `again` (token and actor of a living session) it is a step-up: that session grows stronger instead.

    `SIGN_IN_STALE`, `PASSKEY_WRONG`, `TOO_MANY_SIGN_INS`.
    """
    now = clock.now()
    credential_id = _id_of(answer)
    with uow.begin() as tx:
        if tx.sign_ins.tries(SIGN_IN_ADDRESS, caller.address, at=now) >= SIGN_IN_ADDRESS.most:
            raise Forbidden("TOO_MANY_SIGN_INS", minutes=15)
        begun = tx.sign_ins.step(session_key(step), _USE, at=now, take=True)
    if begun is None:
        raise Forbidden("SIGN_IN_STALE")
    try:
        with uow.begin() as tx:
            passkey, owner = _known(tx, credential_id, again[1] if again else None)
            proof = desk.authenticated(
                answer, passkey, challenge=_challenge(begun[1]), host=place.host, origin=place.origin
            )
            tx.sign_ins.used_passkey(passkey.credential_id, sign_count=proof.sign_count, at=now)
            if again is not None:
                tx.accounts.strengthen(session_key(again[0]), Strength.TWO_FACTORS, at=now)
                tx.events.add(Event(now, again[1], Action.SIGN_IN, code="STEP_UP", details={"way": "passkey"}))
                return None
            strength = Strength.TWO_FACTORS
            return open_session(
                tx, owner, caller=caller, strength=strength, way="passkey", ids=ids, now=now, hours=hours
            )
    except Forbidden as refusal:
        with uow.begin() as tx:
            tx.sign_ins.tried(SIGN_IN_ADDRESS, caller.address, at=now)
            who = again[1] if again else STRANGER
            tx.events.add(Event(now, who, Action.SIGN_IN, Outcome.REFUSED, refusal.code))
        refusal.told = True
        raise


def _known(tx: Tx, credential_id: bytes, again: Actor | None) -> tuple[Passkey, Actor]:
    """The passkey and whose it is; in a step-up it must be the actor's own."""
    passkey = tx.sign_ins.passkey(credential_id)
    account = tx.accounts.by_id(passkey.account_id) if passkey else None
    if passkey is None or account is None or (again is not None and again.account_id != passkey.account_id):
        raise Forbidden("PASSKEY_WRONG")
    return passkey, account.actor


def list_passkeys(*, actor: Actor, uow: UnitOfWork) -> tuple[Passkey, ...]:
    """The actor's own."""
    require(actor, Action.MANAGE_SIGN_IN)
    with uow.begin() as tx:
        return tx.sign_ins.passkeys(actor.account_id)


def drop(credential: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Give one up (`credential`: its id in base64url). `PASSKEY_UNKNOWN`."""
    require(actor, Action.MANAGE_SIGN_IN)
    with uow.begin() as tx:
        if not tx.sign_ins.drop_passkey(actor.account_id, _decoded(credential)):
            raise NotFound("PASSKEY_UNKNOWN")
        tx.events.add(Event(clock.now(), actor, Action.MANAGE_SIGN_IN, code="FACTOR_DROPPED"))


def _kept(challenge: bytes) -> Mapping[str, str]:
    return {"challenge": challenge.hex()}


def _challenge(data: Mapping[str, Any]) -> bytes:
    return bytes.fromhex(data["challenge"])


def _id_of(answer: Mapping[str, Any]) -> bytes:
    found = answer.get("rawId", answer.get("id"))
    return _decoded(found) if isinstance(found, str) else b""


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text[:2000] + "=" * (-len(text[:2000]) % 4))
    except (binascii.Error, ValueError):
        return b""
