"""Local accounts made and shut by an operator, and the secrets of one-time passwords that no dump shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.fakes.http import stranger
from tests.fakes.parts import account
from vault.bootstrap import App
from vault.domain.errors import Conflict, Forbidden, Invalid, NotFound
from vault.domain.people import Action, Actor, Role
from vault.ports import SecondFactor
from vault.usecases.identify.manage_accounts import (
    CONSOLE,
    NewAccount,
    add_account,
    first_operator,
    list_accounts,
    set_disabled,
    set_password,
)
from vault.usecases.protect.encrypt_old import encrypt_old
from vault.usecases.protect.sweep import sweep

pytestmark = pytest.mark.service
ROOT = Path(__file__).resolve().parents[2]
GOOD, BETTER = "bốn con ngựa kéo xe", "năm con trâu đi cày"


@pytest.fixture(scope="module")
def operator(parts: App) -> Actor:
    return account(parts, "tk-van-hanh", Role.OPERATOR, agency="H24.964")


def made(app: App, operator: Actor, name: str, role: Role = Role.OFFICER, **more: str) -> None:
    given = {"agency_code": "H24.964"} if role is Role.OFFICER else {}
    what = NewAccount(name, "Người mới", role, GOOD, **{**given, **more})
    add_account(what, actor=operator, uow=app.uow, clock=app.clock, ids=app.ids)


def test_an_account_is_made_changed_shut_and_opened_and_every_step_is_an_event(parts: App, operator: Actor) -> None:
    app, web = parts, stranger(parts)
    common = {"actor": operator, "uow": app.uow, "clock": app.clock}
    made(app, operator, "tk-mot")
    mine = web.signed_in("TK-Mot", GOOD)
    assert mine.get("/api/v1/session").json()["agency_code"] == "H24.964"
    set_password("tk-mot", BETTER, **common, ids=app.ids)
    assert mine.get("/api/v1/session").status_code == 401, "sessions of the old pass word are over"
    mine = web.signed_in("tk-mot", BETTER)
    set_disabled("tk-mot", disabled=True, **common)
    assert mine.get("/api/v1/session").status_code == 401
    refused = web.post("/api/v1/session", json={"username": "tk-mot", "password": BETTER})
    assert (refused.status_code, refused.json()["code"]) == (401, "SIGN_IN_WRONG")
    assert ("tk-mot", True) in [
        (one.account.username, one.disabled) for one in list_accounts(actor=operator, uow=app.uow)
    ]
    set_disabled("tk-mot", disabled=False, **common)
    assert web.signed_in("tk-mot", BETTER)
    with app.uow.begin() as tx:
        told = [
            one
            for one in tx.events.list(action=Action.MANAGE_ACCOUNTS, limit=50)
            if one.details["username"] == "tk-mot"
        ]
    assert [one.code for one in reversed(told)] == ["ADDED", "PASSWORD", "DISABLED", "ENABLED"]
    assert GOOD not in str(told)


def test_what_does_not_fit_is_refused(parts: App, operator: Actor) -> None:
    app = parts
    made(app, operator, "tk-hai")
    with pytest.raises(Conflict, match="ACCOUNT_THERE"):
        made(app, operator, "TK-hai ")
    for bad, code in (
        (NewAccount("a b", "X", Role.OFFICER, GOOD, "H24.964"), "ACCOUNT_NAME"),
        (NewAccount("tk-ba", "X", Role.OFFICER, "ngắn quá", "H24.964"), "PASSWORD_WEAK"),
        (NewAccount("tk-ba-ba-ba-ba", "X", Role.OFFICER, "TK-ba-ba-ba-ba", "H24.964"), "PASSWORD_WEAK"),
        (NewAccount("tk-ba", "X", Role.OFFICER, GOOD), "ACCOUNT_ROLE"),
        (NewAccount("tk-ba", "X", Role.CITIZEN, GOOD), "ACCOUNT_ROLE"),
        (NewAccount("tk-ba", "X", Role.CITIZEN, GOOD, "H24.964", "031090000964"), "ACCOUNT_ROLE"),
        (NewAccount("tk-ba", "X", Role.SYSTEM, GOOD), "ACCOUNT_ROLE"),
    ):
        with pytest.raises(Invalid, match=code):
            add_account(bad, actor=operator, uow=app.uow, clock=app.clock, ids=app.ids)
    with pytest.raises(NotFound, match="ACCOUNT_UNKNOWN"):
        set_disabled("khong-co", disabled=True, actor=operator, uow=app.uow, clock=app.clock)
    officer = account(app, "tk-can-bo", Role.OFFICER, agency="H24.964")
    with pytest.raises(Forbidden, match="ROLE_MAY_NOT"):
        made(app, officer, "tk-bon")
    with pytest.raises(Forbidden, match="OPERATOR_NEEDED"):
        first_operator(uow=app.uow)
    assert CONSOLE.role is Role.OPERATOR


def told(app: App, *words: str, typed: str = "") -> tuple[int, dict[str, Any]]:
    """What the command line says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}  # noqa: TID251 - the command's environment is what is tested
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("vault")), *words, "--json"],
        env=kept | {"VAULT_HOME": str(app.settings.home)},
        cwd=ROOT, input=typed, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    return ran.returncode, json.loads(ran.stdout.splitlines()[-1])


def test_the_command_line_makes_one_and_lists_it(parts: App, operator: Actor) -> None:
    by = ("--as", "tk-van-hanh")
    new = ("accounts", "add", "tk-dong-lenh", "--name", "X", "--role", "VERIFIER", *by)
    status, said = told(parts, *new, typed=f"{GOOD}\n")
    assert (status, said["done"]) == (0, "added")
    assert stranger(parts).signed_in("tk-dong-lenh", GOOD).get("/api/v1/session").json()["role"] == "VERIFIER"
    status, said = told(parts, "accounts", "list", *by)
    assert {"username": "tk-dong-lenh", "name": "X", "role": "VERIFIER", "agency": None, "disabled": False} in said[
        "accounts"
    ]
    assert told(parts, "accounts", "disable", "khong-co", *by)[1]["code"] == "ACCOUNT_UNKNOWN"
    assert operator.role is Role.OPERATOR


def test_a_partner_s_account_is_made_by_the_same_use_case(parts: App, operator: Actor) -> None:
    new = ("partner", "add", "TK-Doi-Tac", "--agency", "H24.902")
    assert told(parts, *new)[1]["code"] == "OPERATOR_NEEDED", "nobody makes accounts in nobody's name"
    status, said = told(parts, *new, "--as", "tk-van-hanh")
    assert (status, said["client_id"], said["agency"]) == (0, "tk-doi-tac", "H24.902")
    with parts.uow.begin() as tx:
        acts = tx.events.list(action=Action.MANAGE_ACCOUNTS, limit=20)
    (act,) = (one for one in acts if one.details["username"] == "tk-doi-tac")
    assert (act.actor.account_id, act.code, act.details["role"]) == (operator.account_id, "ADDED", "PARTNER")
    form = {"grant_type": "client_credentials", "client_id": "tk-doi-tac", "client_secret": said["client_secret"]}
    assert stranger(parts).post("/partner/v1/token", data=form).status_code == 200


def test_secrets_of_one_time_passwords_lie_sealed_and_old_ones_are_sealed_later(parts: App, operator: Actor) -> None:
    app, secret = parts, b"mot bi mat 20 byte!!"
    url = app.settings.owner_database_url
    assert url is not None
    made(app, operator, "tk-ma")
    made(app, operator, "tk-ma-cu")
    with app.uow.begin() as tx:
        tx.sign_ins.set_second_factor("local:tk-ma", SecondFactor(secret, app.clock.now(), None))
        tx.sign_ins.set_second_factor("local:tk-ma-cu", SecondFactor(b"x", app.clock.now(), None))
        assert tx.sign_ins.second_factor("local:tk-ma").secret == secret  # type: ignore[union-attr]
    with psycopg.connect(url.get_secret_value(), autocommit=True) as db:
        db.execute("UPDATE second_factor SET secret = %s WHERE account_id = 'local:tk-ma-cu'", (secret,))

        def lying() -> list[bytes]:
            return [
                bytes(row[0])
                for row in db.execute("SELECT secret FROM second_factor WHERE account_id LIKE 'local:tk-ma%'")
            ]

        assert sum(secret in one for one in lying()) == 1
        encrypt_old(uow=app.uow, blobs=app.blobs)
        assert not any(secret in one for one in lying())
        # One account's secret is none of another's.
        db.execute(
            "UPDATE second_factor a SET secret = b.secret FROM second_factor b"
            " WHERE a.account_id = 'local:tk-ma-cu' AND b.account_id = 'local:tk-ma'"
        )
        with pytest.raises(Exception, match="KEY_UNWRAP"), app.uow.begin() as tx:
            tx.sign_ins.second_factor("local:tk-ma-cu")
        db.execute("UPDATE blob_key SET created_at = created_at - interval '25 hours' WHERE paper LIKE 'account:%'")
    sweep(uow=app.uow, blobs=app.blobs, clock=app.clock)
    with app.uow.begin() as tx:
        assert tx.sign_ins.second_factor("local:tk-ma").secret == secret, "its key is no stray"  # type: ignore[union-attr]
    assert told(app, "accounts", "drop-factors", "tk-ma", "--as", "tk-van-hanh")[0] == 0
    with app.uow.begin() as tx:
        assert tx.sign_ins.second_factor("local:tk-ma") is None
