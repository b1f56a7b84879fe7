"""Who acts: accounts, roles and what each role may do. Pure; edges look actors up, use cases ask `require`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vault.domain.errors import Forbidden


class Role(StrEnum):
    """Roles; the words for people live in the message catalogue."""

    OFFICER = "OFFICER"
    DIGITISER = "DIGITISER"
    """Scans and reads papers; the word that they are right is somebody else's."""
    CERTIFIER = "CERTIFIER"
    """The person given the right to sign copies (người được giao ký sao, NĐ 30/2020): confirms and corrects."""
    AGENCY_HEAD = "AGENCY_HEAD"
    DATA_PROTECTION = "DATA_PROTECTION"
    """The data-protection officer: sees who looked and why, never a paper."""
    OPERATOR = "OPERATOR"
    """Runs the machines and the accounts, and reads no paper."""
    CITIZEN = "CITIZEN"
    GUARDIAN = "GUARDIAN"
    """A citizen who acts for a ward: the holder of this actor is the ward."""
    VERIFIER = "VERIFIER"
    PARTNER = "PARTNER"
    """Another agency's dossier system, acting in that agency's dossiers."""
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
    GIVE_RESULT = "GIVE_RESULT"
    ISSUE = "ISSUE"
    """A partner's system hands over what its agency issued."""
    MANAGE_WEBHOOKS = "MANAGE_WEBHOOKS"
    ASK_EVIDENCE = "ASK_EVIDENCE"
    """A partner's system asks a person for a paper, whoever keeps it."""
    TIE_NUMBER = "TIE_NUMBER"
    """An old number on a card is, or is not, one of a holder's: papers follow."""
    CLOSE_DOSSIER = "CLOSE_DOSSIER"
    SEARCH = "SEARCH"
    CORRECT = "CORRECT"
    FILL_FORM = "FILL_FORM"
    VIEW_RECORD = "VIEW_RECORD"
    DOWNLOAD = "DOWNLOAD"
    LIST_OWN = "LIST_OWN"
    PRESENT = "PRESENT"
    SHARE = "SHARE"
    STOP_SHARE = "STOP_SHARE"
    CONSENT = "CONSENT"
    HAND_IN = "HAND_IN"
    REDEEM = "REDEEM"
    VERIFY = "VERIFY"
    CHANGE_STATE = "CHANGE_STATE"
    OVERSEE = "OVERSEE"
    BREAK_GLASS = "BREAK_GLASS"
    REVIEW_ACCESS = "REVIEW_ACCESS"
    MANAGE_ACCOUNTS = "MANAGE_ACCOUNTS"
    MANAGE_SIGN_IN = "MANAGE_SIGN_IN"
    MANAGE_MANDATES = "MANAGE_MANDATES"
    HOLD = "HOLD"
    TRACK_USAGE = "TRACK_USAGE"
    REQUEST = "REQUEST"
    ASK_DATA = "ASK_DATA"
    """Somebody asks to see, correct, delete or restrict what is kept about them."""
    ANSWER_DATA = "ANSWER_DATA"
    ERASE = "ERASE"
    TELL_NATIONAL = "TELL_NATIONAL"
    SEND_AGAIN = "SEND_AGAIN"
    """Lets what the national store refused be told again, after its cause was mended."""
    RECONCILE = "RECONCILE"
    ASK_OUTSIDE = "ASK_OUTSIDE"
    FETCH_OUTSIDE = "FETCH_OUTSIDE"
    ANSWER_PEER = "ANSWER_PEER"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who is signed in, or one of the two that never sign in (the system, a stranger)."""

    account_id: str
    name: str
    role: Role
    agency_code: str | None = None
    holder_id: int | None = None
    mandate: str | None = None
    """Under which a guardian acts (several parted by commas); every event of theirs names it."""
    only: frozenset[Action] | None = None
    """Of what is about a holder's own papers, only this; None: all that the role may."""


SYSTEM = Actor("system", "Kho số", Role.SYSTEM)
STRANGER = Actor("anonymous", "", Role.ANONYMOUS)

HOLDER_ROLES = frozenset({Role.CITIZEN, Role.GUARDIAN})
"""Roles whose wall is a holder; everybody else who signs in stands inside an agency or nowhere."""

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
        Action.GIVE_RESULT,
        Action.TIE_NUMBER,
        Action.CLOSE_DOSSIER,
        Action.ASK_OUTSIDE,
        Action.FETCH_OUTSIDE,
        Action.SEND_AGAIN,
        Action.SEARCH,
        Action.CORRECT,
        Action.FILL_FORM,
        Action.VIEW_RECORD,
        Action.DOWNLOAD,
        Action.CHANGE_STATE,
        Action.OVERSEE,
        Action.BREAK_GLASS,
        Action.MANAGE_MANDATES,
    }
)
_LOOKING = frozenset({Action.VIEW_RECORD, Action.DOWNLOAD, Action.BREAK_GLASS})
_COPYING = frozenset({Action.RECEIVE, Action.VIEW_INTAKE, Action.CONFIRM, Action.CORRECT})
_OWN = frozenset(
    {
        Action.LIST_OWN,
        Action.VIEW_RECORD,
        Action.DOWNLOAD,
        Action.PRESENT,
        Action.SHARE,
        Action.STOP_SHARE,
        Action.CONSENT,
        Action.HAND_IN,
        Action.CORRECT,
        Action.ASK_DATA,
    }
)
_JUDGING = frozenset(
    {Action.OVERSEE, Action.REVIEW_ACCESS, Action.HOLD, Action.ERASE, Action.ASK_DATA, Action.ANSWER_DATA}
)
_ANYBODY = frozenset({Action.SIGN_IN, Action.SIGN_OUT, Action.VERIFY, Action.REDEEM})
_SIGNED_IN = _ANYBODY | {Action.MANAGE_SIGN_IN}
_MAY: dict[Role, frozenset[Action]] = {
    Role.OFFICER: _DESK | _SIGNED_IN,
    Role.DIGITISER: frozenset({Action.RECEIVE, Action.VIEW_INTAKE, Action.VIEW_RECORD}) | _SIGNED_IN,
    Role.CERTIFIER: _COPYING | _LOOKING | _SIGNED_IN,
    Role.AGENCY_HEAD: frozenset({Action.LOOKUP, Action.SEARCH, Action.CHANGE_STATE, Action.OVERSEE, Action.TIE_NUMBER})
    | _LOOKING
    | _SIGNED_IN,
    Role.DATA_PROTECTION: _JUDGING | _SIGNED_IN,
    Role.OPERATOR: frozenset({Action.MANAGE_ACCOUNTS, Action.SEND_AGAIN}) | _SIGNED_IN,
    Role.CITIZEN: _OWN | _SIGNED_IN,
    Role.GUARDIAN: _OWN | _SIGNED_IN,
    Role.VERIFIER: _SIGNED_IN,
    Role.PARTNER: frozenset({Action.OPEN_DOSSIER, Action.LOOKUP, Action.ATTACH, Action.VIEW_RECORD, Action.DOWNLOAD})
    | frozenset({Action.TRACK_USAGE, Action.GIVE_RESULT, Action.ISSUE, Action.ASK_EVIDENCE, Action.MANAGE_WEBHOOKS})
    | _SIGNED_IN,
    Role.ANONYMOUS: _ANYBODY,
    Role.SYSTEM: frozenset({Action.READ, Action.SEAL, Action.RENEW_SEAL, Action.RECONCILE, Action.OPEN_DOSSIER}),
}


def may(actor: Actor, action: Action) -> bool:
    """Whether the role alone allows the action; walls between agencies and holders stand where the thing is known."""
    if actor.only is not None and action in _OWN and action not in actor.only:
        return False
    return action in _MAY[actor.role]


def require(actor: Actor, action: Action) -> None:
    """Raise `ROLE_MAY_NOT` unless the role allows the action."""
    if not may(actor, action):
        if actor.only is not None and action in _OWN:
            if actor.mandate is None:
                raise Forbidden("MANDATE_OVER")
            raise Forbidden("MANDATE_NOT_FOR")
        raise Forbidden("ROLE_MAY_NOT", role=actor.role.value, action=action.value)
