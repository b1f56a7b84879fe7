"""What each role may do, as a table that is written a second time by hand."""

from __future__ import annotations

import pytest

from vault.domain.errors import Forbidden, Kind
from vault.domain.people import STRANGER, SYSTEM, Action, Actor, Role, may, require

A = Action
STRANGERS = {A.SIGN_IN, A.SIGN_OUT, A.VERIFY, A.REDEEM}
EVERYBODY = STRANGERS | {A.MANAGE_SIGN_IN}
DESK = {
    A.RECEIVE,
    A.CONFIRM,
    A.VIEW_INTAKE,
    A.OPEN_DOSSIER,
    A.LOOKUP,
    A.ATTACH,
    A.DEMAND,
    A.NOTIFY,
    A.FILL_FORM,
    A.GIVE_RESULT,
    A.TIE_NUMBER,
    A.CLOSE_DOSSIER,
    A.ASK_OUTSIDE,
    A.FETCH_OUTSIDE,
    A.SEND_AGAIN,
    A.SEARCH,
    A.MANAGE_MANDATES,
}
AFTER = {A.VIEW_RECORD, A.DOWNLOAD, A.CHANGE_STATE, A.CORRECT, A.OVERSEE, A.BREAK_GLASS}
OWN = {A.LIST_OWN, A.PRESENT, A.SHARE, A.STOP_SHARE, A.VIEW_RECORD, A.DOWNLOAD, A.CONSENT, A.HAND_IN, A.CORRECT}
OWN |= {A.ASK_DATA}
LOOK = {A.VIEW_RECORD, A.DOWNLOAD, A.BREAK_GLASS}
MAY = {
    Role.OFFICER: EVERYBODY | DESK | AFTER,
    Role.DIGITISER: EVERYBODY | {A.RECEIVE, A.VIEW_INTAKE, A.VIEW_RECORD},
    Role.CERTIFIER: EVERYBODY | LOOK | {A.RECEIVE, A.VIEW_INTAKE, A.CONFIRM, A.CORRECT},
    Role.AGENCY_HEAD: EVERYBODY | LOOK | {A.LOOKUP, A.SEARCH, A.CHANGE_STATE, A.OVERSEE, A.TIE_NUMBER},
    Role.DATA_PROTECTION: EVERYBODY | {A.OVERSEE, A.REVIEW_ACCESS, A.HOLD, A.ERASE, A.ASK_DATA, A.ANSWER_DATA},
    Role.OPERATOR: EVERYBODY | {A.MANAGE_ACCOUNTS, A.SEND_AGAIN},
    Role.CITIZEN: EVERYBODY | OWN,
    Role.GUARDIAN: EVERYBODY | OWN,
    Role.VERIFIER: EVERYBODY,
    Role.PARTNER: EVERYBODY
    | {A.GIVE_RESULT, A.ISSUE, A.ASK_EVIDENCE, A.MANAGE_WEBHOOKS}
    | {A.OPEN_DOSSIER, A.LOOKUP, A.ATTACH, A.VIEW_RECORD, A.DOWNLOAD, A.TRACK_USAGE},
    Role.ANONYMOUS: STRANGERS,
    Role.SYSTEM: {A.READ, A.SEAL, A.RENEW_SEAL, A.RECONCILE, A.OPEN_DOSSIER},
}


def test_the_table_knows_every_role() -> None:
    assert set(MAY) == set(Role)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_a_role_may_what_the_table_says_and_nothing_else(role: Role, action: Action) -> None:
    actor = Actor("x", "X", role)
    assert may(actor, action) is (action in MAY[role])
    if action in MAY[role]:
        require(actor, action)
    else:
        with pytest.raises(Forbidden) as caught:
            require(actor, action)
        assert (caught.value.code, caught.value.kind) == ("ROLE_MAY_NOT", Kind.FORBIDDEN)


def test_only_the_worker_seals_and_it_does_nothing_else() -> None:
    assert [role for role in Role if may(Actor("x", "X", role), A.SEAL)] == [Role.SYSTEM]


def test_the_two_who_never_sign_in() -> None:
    assert (STRANGER.role, STRANGER.agency_code, STRANGER.holder_id) == (Role.ANONYMOUS, None, None)
    assert (SYSTEM.role, SYSTEM.agency_code) == (Role.SYSTEM, None)


def test_under_a_mandate_a_guardian_does_what_it_is_for_and_without_one_nothing() -> None:
    under = Actor("x", "X", Role.GUARDIAN, holder_id=1, mandate="uq_1", only=frozenset({A.LIST_OWN}))
    assert may(under, A.LIST_OWN)
    assert may(under, A.MANAGE_SIGN_IN), "what is about the account itself is nobody's mandate"
    with pytest.raises(Forbidden, match="MANDATE_NOT_FOR"):
        require(under, A.SHARE)
    without = Actor("x", "X", Role.GUARDIAN, only=frozenset())
    for action in OWN:
        with pytest.raises(Forbidden, match="MANDATE_OVER"):
            require(without, action)
