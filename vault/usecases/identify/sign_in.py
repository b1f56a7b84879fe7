"""Sign in with a local account (of a small office, of `vault up`): pass word, then the second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from vault.domain.audit import Event, Outcome
from vault.domain.errors import Forbidden
from vault.domain.passwords import NOBODY, password_fits
from vault.domain.people import STRANGER, Action, Actor
from vault.domain.sign_in import (
    SECOND_FACTOR,
    SIGN_IN_ADDRESS,
    SIGN_IN_NAME,
    SIGN_IN_PAIR,
    Limit,
    Strength,
    recovery_digest,
    totp_step,
)
from vault.ports import Clock, Ids, Tx, UnitOfWork
from vault.usecases.identify.opening import Caller, Session, open_session, session_key
from vault.usecases.refusals import already_told

__all__ = ["FinishSignIn", "Session", "SignIn", "finish_sign_in", "session_key", "sign_in"]
STEP = "SECOND_FACTOR"
Limits = list[tuple[Limit, str]]
STEP_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the person typed."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class FinishSignIn:
    """The step that the pass word opened, and the one-time password or a recovery code."""

    step: str
    code: str


def sign_in(
    what: SignIn, *, uow: UnitOfWork, clock: Clock, ids: Ids, hours: int, caller: Caller | None = None
) -> Session:
    """Open a session, or refuse with `SIGN_IN_WRONG` without saying which of the two was wrong.

    `SECOND_FACTOR` (with the fact `step` for `finish_sign_in`) when the account has one; `TOO_MANY_SIGN_INS` when this
    name or this address was wrong too often: then no pass word is looked at, not even the right one.
    """
    now, caller = clock.now(), caller or Caller()
    name = what.username.strip().lower()
    limits = _limits(name, caller.address)
    with uow.begin() as tx:
        count_first(tx, limits, now)
        account = tx.accounts.by_username(name)
    fits = password_fits(what.password, account.password_hash if account else NOBODY)
    if account is None or not fits:
        with uow.begin() as tx:
            tx.events.add(Event(now, STRANGER, Action.SIGN_IN, Outcome.REFUSED, "SIGN_IN_WRONG"))
        raise already_told(Forbidden("SIGN_IN_WRONG"))
    with uow.begin() as tx:
        uncount(tx, limits, now)
        factor = tx.sign_ins.second_factor(account.actor.account_id)
        if factor is None or factor.confirmed_at is None:
            return open_session(
                tx,
                account.actor,
                caller=caller,
                strength=Strength.PASSWORD,
                way="password",
                ids=ids,
                now=now,
                hours=hours,
            )
        step = ids.token()
        tx.sign_ins.begin_step(
            session_key(step), STEP, account_id=account.actor.account_id, data={}, expires_at=now + STEP_FOR, at=now
        )
    raise Forbidden("SECOND_FACTOR", step=step)


def finish_sign_in(
    what: FinishSignIn, *, uow: UnitOfWork, clock: Clock, ids: Ids, hours: int, caller: Caller | None = None
) -> Session:
    """The second half. `SECOND_FACTOR_WRONG`; `SIGN_IN_STALE` when the step is over; `TOO_MANY_SIGN_INS`."""
    now = clock.now()
    session: Session | None = None
    with uow.begin() as tx:
        found = tx.sign_ins.step(session_key(what.step), STEP, at=now, take=False)
        account = tx.accounts.by_id(found[0]) if found and found[0] else None
        if account is None:
            raise Forbidden("SIGN_IN_STALE")
        actor = account.actor
        if second_factor_fits(tx, actor, what.code, now=now):
            tx.sign_ins.step(session_key(what.step), STEP, at=now, take=True)
            session = open_session(
                tx,
                actor,
                caller=caller or Caller(),
                strength=Strength.TWO_FACTORS,
                way="password+code",
                ids=ids,
                now=now,
                hours=hours,
            )
        else:
            tx.events.add(Event(now, actor, Action.SIGN_IN, Outcome.REFUSED, "SECOND_FACTOR_WRONG"))
    if session is None:
        raise already_told(Forbidden("SECOND_FACTOR_WRONG"))
    return session


def second_factor_fits(tx: Tx, actor: Actor, typed: str, *, now: datetime) -> bool:
    """Whether it is the one-time password of now, used for the first time, or a recovery code, which is then used up.

    A wrong one is counted in this very transaction, which must therefore commit. `TOO_MANY_SIGN_INS` after too many.
    """
    account_id = actor.account_id
    # Locked before it is counted: of many guesses at once each sees the ones before it.
    factor = tx.sign_ins.second_factor(account_id, lock=True)
    brake(tx, [(SECOND_FACTOR, account_id)], now)
    if factor is None or factor.confirmed_at is None:
        return False
    step = totp_step(factor.secret, typed, now, after=factor.last_step)
    if step is not None:
        tx.sign_ins.used_step(account_id, step)
        return True
    if tx.sign_ins.use_recovery_code(account_id, recovery_digest(typed)):
        return True
    tx.sign_ins.tried(SECOND_FACTOR, account_id, at=now)
    return False


def _limits(name: str, address: str) -> Limits:
    return [(SIGN_IN_PAIR, f"{name}\n{address}"), (SIGN_IN_NAME, name), (SIGN_IN_ADDRESS, address)]


def brake(tx: Tx, limits: Limits, now: datetime) -> None:
    """`TOO_MANY_SIGN_INS` when one of the limits is reached."""
    for limit, counted in limits:
        if tx.sign_ins.tries(limit, counted, at=now) >= limit.most:
            raise Forbidden("TOO_MANY_SIGN_INS", minutes=int(limit.window.total_seconds() // 60))


def count_first(tx: Tx, limits: Limits, now: datetime) -> None:
    """Count a try before it is judged, in a transaction that ends before: of any number at once few are judged.

    A right one is taken off again (`uncount`). `TOO_MANY_SIGN_INS`, which then counts nothing.
    """
    brake(tx, limits, now)
    for limit, counted in limits:
        if tx.sign_ins.tried(limit, counted, at=now) > limit.most:
            raise Forbidden("TOO_MANY_SIGN_INS", minutes=int(limit.window.total_seconds() // 60))


def uncount(tx: Tx, limits: Limits, now: datetime) -> None:
    """Take a try that was right off the counts."""
    for limit, counted in limits:
        tx.sign_ins.forgiven(limit, counted, at=now)
