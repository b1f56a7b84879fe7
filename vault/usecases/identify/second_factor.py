"""Set up one-time passwords and recovery codes, give them up, and prove again who sits there (step-up)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event, Outcome
from vault.domain.errors import Conflict, Forbidden
from vault.domain.passwords import NOBODY, password_fits
from vault.domain.people import Action, Actor, require
from vault.domain.sign_in import (
    RECOVERY_CODES,
    SECOND_FACTOR,
    STEP_UP,
    Strength,
    otpauth_uri,
    recovery_code,
    recovery_digest,
    totp_step,
)
from vault.ports import Clock, Ids, SecondFactor, Tx, UnitOfWork
from vault.usecases.identify.opening import session_key
from vault.usecases.identify.sign_in import brake, count_first, second_factor_fits, uncount
from vault.usecases.refusals import already_told

_SECRET_BYTES, _CODE_BYTES = 20, 10


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the authenticator app needs; shown once."""

    secret: bytes
    uri: str


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account signs in with besides its pass word."""

    codes: bool
    recovery_codes: int


def factors_of(*, actor: Actor, uow: UnitOfWork) -> Factors:
    """The actor's own."""
    require(actor, Action.MANAGE_SIGN_IN)
    with uow.begin() as tx:
        factor = tx.sign_ins.second_factor(actor.account_id)
        left = tx.sign_ins.recovery_codes_left(actor.account_id)
    return Factors(factor is not None and factor.confirmed_at is not None, left)


def enrol(*, issuer: str, actor: Actor, uow: UnitOfWork, ids: Ids) -> Enrolment:
    """A fresh secret, which counts once `confirm_enrolment` has seen a password of it. `FACTOR_THERE`."""
    require(actor, Action.MANAGE_SIGN_IN)
    secret = ids.random(_SECRET_BYTES)
    with uow.begin() as tx:
        known = tx.sign_ins.second_factor(actor.account_id, lock=True)
        if known is not None and known.confirmed_at is not None:
            raise Conflict("FACTOR_THERE")
        tx.sign_ins.set_second_factor(actor.account_id, SecondFactor(secret, None, None))
    account = actor.account_id.partition(":")[2] or actor.account_id
    return Enrolment(secret, otpauth_uri(secret, account=account, issuer=issuer))


def confirm_enrolment(
    code: str, *, token: str, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids
) -> tuple[str, ...]:
    """The app works: from now on it is asked for. Gives the recovery codes, once; other sessions end."""
    require(actor, Action.MANAGE_SIGN_IN)
    now = clock.now()
    codes = tuple(recovery_code(ids.random(_CODE_BYTES)) for _ in range(RECOVERY_CODES))
    with uow.begin() as tx:
        factor = tx.sign_ins.second_factor(actor.account_id, lock=True)
        brake(tx, [(SECOND_FACTOR, actor.account_id)], now)
        if factor is None:
            raise Conflict("FACTOR_NOT_BEGUN")
        if factor.confirmed_at is not None:
            raise Conflict("FACTOR_THERE")
        step = totp_step(factor.secret, code, now, after=None)
        if step is None:
            tx.sign_ins.tried(SECOND_FACTOR, actor.account_id, at=now)
        else:
            tx.sign_ins.set_second_factor(actor.account_id, SecondFactor(factor.secret, now, step))
            tx.sign_ins.set_recovery_codes(actor.account_id, [recovery_digest(one) for one in codes])
            _strengthen(tx, token, actor, now, "code")
    if step is None:
        raise Forbidden("SECOND_FACTOR_WRONG")
    return codes


def drop_factor(*, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Give the app up. The caller has just proved who sits there (step-up); other sessions end."""
    require(actor, Action.MANAGE_SIGN_IN)
    with uow.begin() as tx:
        tx.sign_ins.set_second_factor(actor.account_id, None)
        tx.events.add(Event(clock.now(), actor, Action.MANAGE_SIGN_IN, code="FACTOR_DROPPED"))


def prove_again(password: str, code: str, *, token: str, actor: Actor, uow: UnitOfWork, clock: Clock) -> Strength:
    """Step-up of a local account: pass word, and the one-time password when there is one.

    `SIGN_IN_WRONG`, `SECOND_FACTOR_WRONG`, `TOO_MANY_SIGN_INS`.
    """
    require(actor, Action.MANAGE_SIGN_IN)
    now = clock.now()
    limits = [(STEP_UP, actor.account_id)]
    with uow.begin() as tx:
        count_first(tx, limits, now)
        brake(tx, [(SECOND_FACTOR, actor.account_id)], now)
        account = tx.accounts.by_id(actor.account_id)
        factor = tx.sign_ins.second_factor(actor.account_id)
        keys = tx.sign_ins.passkeys(actor.account_id)
    fits = password_fits(password, account.password_hash if account else NOBODY)
    second = factor is not None and factor.confirmed_at is not None
    refusal = None if fits and account else "SIGN_IN_WRONG"
    if refusal is None and keys and not second:
        with uow.begin() as tx:
            uncount(tx, limits, now)
        raise Forbidden("PASSKEY_FIRST")  # a pass word alone is less than what this account signs in with
    strength = Strength.TWO_FACTORS if second else Strength.PASSWORD
    with uow.begin() as tx:
        if refusal is None and second and not second_factor_fits(tx, actor, code, now=now):
            refusal = "SECOND_FACTOR_WRONG"
        if refusal is None:
            uncount(tx, limits, now)
            tx.accounts.strengthen(session_key(token), strength, at=now)
            tx.events.add(Event(now, actor, Action.SIGN_IN, code="STEP_UP", details={"strength": int(strength)}))
        else:
            tx.events.add(Event(now, actor, Action.SIGN_IN, Outcome.REFUSED, refusal))
    if refusal is not None:
        raise already_told(Forbidden(refusal))
    return strength


def _strengthen(tx: Tx, token: str, actor: Actor, now: datetime, way: str) -> None:
    tx.accounts.strengthen(session_key(token), Strength.TWO_FACTORS, at=now)
    session = tx.accounts.session_of(session_key(token), at=now)
    tx.accounts.end_sessions(actor.account_id, but=session.id if session else None)
    tx.events.add(Event(now, actor, Action.MANAGE_SIGN_IN, code="FACTOR_ADDED", details={"way": way}))
