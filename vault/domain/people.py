"""Who acts: accounts, roles and what each role may do. Pure; edges look actors up, use cases ask `require`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vault.domain.errors import Forbidden


class Role(StrEnum):
    """Roles of the single-machine service; the words for people live in the message catalogue."""

    OFFICER = "OFFICER"
    CITIZEN = "CITIZEN"
    VERIFIER = "VERIFIER"
    OPERATOR = "OPERATOR"
    SYSTEM = "SYSTEM"
    ANONYMOUS = "ANONYMOUS"


class Action(StrEnum):
    """Every act that leaves an audit event. The same word in code, table and page."""

    SIGN_IN = "SIGN_IN"
    SIGN_OUT = "SIGN_OUT"
    RECEIVE = "RECEIVE"
    READ = "READ"
    CONFIRM = "CONFIRM"
    SEAL = "SEAL"
    RENEW_SEAL = "RENEW_SEAL"
    VIEW_INTAKE = "VIEW_INTAKE"
    OPEN_DOSSIER = "OPEN_DOSSIER"
    LOOKUP = "LOOKUP"
    ATTACH = "ATTACH"
    DEMAND = "DEMAND"
    NOTIFY = "NOTIFY"
    SEARCH = "SEARCH"
    CORRECT = "CORRECT"
    VIEW_RECORD = "VIEW_RECORD"
    DOWNLOAD = "DOWNLOAD"
    LIST_OWN = "LIST_OWN"
    PRESENT = "PRESENT"
    SHARE = "SHARE"
    STOP_SHARE = "STOP_SHARE"
    REDEEM = "REDEEM"
    VERIFY = "VERIFY"
    CHANGE_STATE = "CHANGE_STATE"
    OVERSEE = "OVERSEE"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is signed in, or one of the two that never sign in (the system, a stranger)."""

    account_id: str
    name: str
    role: Role
    agency_code: str | None = None
    holder_id: int | None = None


SYSTEM = Actor("system", "Kho số", Role.SYSTEM)
STRANGER = Actor("anonymous", "", Role.ANONYMOUS)

_DESK = frozenset(
    {
        Action.RECEIVE,
        Action.CONFIRM,
        Action.VIEW_INTAKE,
        Action.OPEN_DOSSIER,
        Action.LOOKUP,
        Action.ATTACH,
        Action.DEMAND,
        Action.NOTIFY,
        Action.SEARCH,
        Action.CORRECT,
        Action.VIEW_RECORD,
        Action.DOWNLOAD,
        Action.CHANGE_STATE,
        Action.OVERSEE,
    }
)
_SHOWING = frozenset({Action.PRESENT, Action.SHARE, Action.STOP_SHARE})
_ANYBODY = frozenset({Action.SIGN_IN, Action.SIGN_OUT, Action.VERIFY, Action.REDEEM})
_MAY: dict[Role, frozenset[Action]] = {
    Role.OFFICER: _DESK | _ANYBODY,
    Role.OPERATOR: _DESK | _ANYBODY,
    Role.CITIZEN: frozenset({Action.LIST_OWN, Action.VIEW_RECORD, Action.DOWNLOAD}) | _SHOWING | _ANYBODY,
    Role.VERIFIER: _ANYBODY,
    Role.ANONYMOUS: _ANYBODY,
    Role.SYSTEM: frozenset({Action.READ, Action.SEAL, Action.RENEW_SEAL}),
}


def may(actor: Actor, action: Action) -> bool:
    """Whether the role alone allows the action; walls between agencies and holders stand where the thing is known."""
    return action in _MAY[actor.role]


def require(actor: Actor, action: Action) -> None:
    """Raise `ROLE_MAY_NOT` unless the role allows the action."""
    if not may(actor, action):
        raise Forbidden("ROLE_MAY_NOT", role=actor.role.value, action=action.value)
