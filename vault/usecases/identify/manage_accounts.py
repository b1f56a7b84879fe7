"""Local accounts: make one, give it a new pass word, shut it, open it again. Sessions of a changed account end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.agencies import AgencyCode
from vault.domain.audit import Event
from vault.domain.errors import Conflict, Forbidden, Invalid, NotFound
from vault.domain.holders import HolderId
from vault.domain.passwords import hash_password
from vault.domain.people import HOLDER_ROLES, Action, Actor, Role, require
from vault.domain.sign_in import STAFF
from vault.ports import Account, Clock, Ids, KeptAccount, UnitOfWork
from vault.usecases.refusals import recorded

SHORTEST = 12
"""Characters of a pass word: one that a person can say is long before it is odd (NIST SP 800-63B-4 section 3.1.1)."""
CONSOLE = Actor("system:console", "Máy chủ", Role.OPERATOR)
"""Who makes the first operator: whoever sits at the machine, while there is none."""
_NEVER = frozenset({Role.SYSTEM, Role.ANONYMOUS})
_WITH_AGENCY = STAFF | {Role.PARTNER}


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Who it is for. People of an agency have its code, citizens their own number (a guardian the ward's)."""

    username: str
    name: str
    role: Role
    password: str
    agency_code: str | None = None
    number: str | None = None


def first_operator(*, uow: UnitOfWork) -> Actor:
    """The console's actor while no operator can sign in; `OPERATOR_NEEDED` once there is one."""
    with uow.begin() as tx:
        there = any(one.account.actor.role is Role.OPERATOR and not one.disabled for one in tx.accounts.kept())
    if there:
        raise Forbidden("OPERATOR_NEEDED")
    return CONSOLE


def add_account(what: NewAccount, *, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids) -> Account:
    """Make it. `ACCOUNT_NAME`, `ACCOUNT_ROLE`, `PASSWORD_WEAK`, `ACCOUNT_THERE`."""
    require(actor, Action.MANAGE_ACCOUNTS)
    now = clock.now()
    with recorded(uow, _event(actor, now, what.username, "ADDED")):
        username = what.username.strip().lower()
        if not username or not username.isprintable() or any(one.isspace() for one in username):
            raise Invalid("ACCOUNT_NAME")
        if what.role in _NEVER or bool(what.agency_code) != (what.role in _WITH_AGENCY):
            raise Invalid("ACCOUNT_ROLE", role=what.role.value)
        if bool(what.number) != (what.role in HOLDER_ROLES):
            raise Invalid("ACCOUNT_ROLE", role=what.role.value)
        agency = AgencyCode.parse(what.agency_code).qd20 if what.agency_code else None
        password = _hashed(what.password, username, ids)
        with uow.begin() as tx:
            holder_id = None
            if what.number:
                holder_id = tx.holders.ensure(HolderId.parse(what.number), what.name, at=now)
            person = Actor(f"local:{username}", what.name.strip(), what.role, agency, holder_id)
            account = Account(person, username, password)
            if not tx.accounts.add(account):
                raise Conflict("ACCOUNT_THERE", username=username)
            tx.events.add(_event(actor, now, username, "ADDED", role=what.role.value, agency=agency))
    return account


def set_password(username: str, password: str, *, actor: Actor, uow: UnitOfWork, clock: Clock, ids: Ids) -> None:
    """A new pass word; every session of the account ends. `ACCOUNT_UNKNOWN`, `PASSWORD_WEAK`."""
    require(actor, Action.MANAGE_ACCOUNTS)
    now, name = clock.now(), _name(username)
    with recorded(uow, _event(actor, now, name, "PASSWORD")):
        hashed = _hashed(password, name, ids)
        with uow.begin() as tx:
            account_id = tx.accounts.set_password(name, hashed)
            if account_id is None:
                raise NotFound("ACCOUNT_UNKNOWN", username=name)
            tx.accounts.end_sessions(account_id)
            tx.events.add(_event(actor, now, name, "PASSWORD"))


def set_disabled(username: str, *, disabled: bool, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Shut an account, whose sessions end at once, or open it again. Said again, it is answered. `ACCOUNT_UNKNOWN`."""
    require(actor, Action.MANAGE_ACCOUNTS)
    now, name, what = clock.now(), _name(username), "DISABLED" if disabled else "ENABLED"
    with recorded(uow, _event(actor, now, name, what)), uow.begin() as tx:
        account_id = tx.accounts.set_disabled(name, disabled=disabled)
        if account_id is None:
            raise NotFound("ACCOUNT_UNKNOWN", username=name)
        tx.accounts.end_sessions(account_id)
        tx.events.add(_event(actor, now, name, what))


def drop_factors(username: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> None:
    """Forget the app, the recovery codes and the passkeys of somebody who lost them; their sessions end."""
    require(actor, Action.MANAGE_ACCOUNTS)
    now, name = clock.now(), _name(username)
    with recorded(uow, _event(actor, now, name, "FACTORS_DROPPED")), uow.begin() as tx:
        found = next((one for one in tx.accounts.kept() if one.account.username == name), None)
        if found is None:
            raise NotFound("ACCOUNT_UNKNOWN", username=name)
        account_id = found.account.actor.account_id
        tx.sign_ins.set_second_factor(account_id, None)
        for one in tx.sign_ins.passkeys(account_id):
            tx.sign_ins.drop_passkey(account_id, one.credential_id)
        tx.accounts.end_sessions(account_id)
        tx.events.add(_event(actor, now, name, "FACTORS_DROPPED"))


def list_accounts(*, actor: Actor, uow: UnitOfWork) -> tuple[KeptAccount, ...]:
    """Every account, by name, with whether it is shut. No pass word leaves."""
    require(actor, Action.MANAGE_ACCOUNTS)
    with uow.begin() as tx:
        return tx.accounts.kept()


def _name(username: str) -> str:
    """As it is kept: local names are small letters, one of an identity provider is as the provider spells it."""
    name = username.strip()
    return name if name.startswith("idp:") else name.lower()


def _hashed(password: str, username: str, ids: Ids) -> str:
    if len(password) < SHORTEST or password.strip().lower() == username:
        raise Invalid("PASSWORD_WEAK", least=SHORTEST)
    return hash_password(password, salt=ids.token())


def _event(actor: Actor, now: datetime, username: str, code: str, **more: object) -> Event:
    details = {"username": username[:80], **{name: value for name, value in more.items() if value is not None}}
    return Event(now, actor, Action.MANAGE_ACCOUNTS, code=code, details=details)
