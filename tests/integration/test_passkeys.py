"""Passkeys over HTTP with a security key in this process: whose they are, where they count, and what is refused."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.fakes.authenticator import SecurityKey, b64
from tests.fakes.http import BASE, Client
from tests.fakes.parts import HOST, PASSWORD
from tests.integration.test_sign_in import World, _as_in_production, at
from vault.bootstrap import App
from vault.domain.sign_in import Strength, step_of, totp
from vault.usecases.identify.opening import session_key

pytestmark = pytest.mark.service
FACTORS = "/api/v1/session/factors"


@pytest.fixture
def world(parts: App) -> World:
    return at(parts)


@pytest.fixture
def key() -> SecurityKey:
    return SecurityKey(BASE, HOST)


def ask(client: Client, path: str = "/api/v1/session/passkey/ask") -> dict[str, Any]:
    return dict(client.post(path).raise_for_status().json())


def add(client: Client, key: SecurityKey) -> tuple[int, dict[str, Any]]:
    asked = ask(client, f"{FACTORS}/passkeys/ask")
    body = {"step": asked["step"], "answer": key.make(asked["options"]), "name": " Điện  thoại "}
    answer = client.post(f"{FACTORS}/passkeys", json=body)
    return answer.status_code, answer.json()


def use(client: Client, key: SecurityKey, path: str = "/api/v1/session/passkey") -> tuple[int, str]:
    asked = ask(client)
    answer = client.post(path, json={"step": asked["step"], "answer": key.sign(asked["options"])})
    return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else ""


def person(world: World, key: SecurityKey) -> tuple[str, Client]:
    """Somebody with a passkey on this device."""
    name = world.person()
    mine = world.web.signed_in(name, PASSWORD)
    status, made = add(mine, key)
    assert (status, made["name"]) == (201, "Điện thoại")
    return name, mine


def test_a_passkey_signs_in_with_two_factors_and_each_answer_counts_once(world: World, key: SecurityKey) -> None:
    name, _ = person(world, key)
    asked = ask(world.web)
    body = {"step": asked["step"], "answer": key.sign(asked["options"])}
    opened = world.web.post("/api/v1/session/passkey", json=body).raise_for_status().json()
    assert (opened["actor"]["name"], opened["home"]) == (f"Người {name}", "/ban-lam-viec")
    with world.app.uow.begin() as tx:
        session = tx.accounts.session_of(session_key(opened["token"]), at=world.clock.now())
    assert session is not None
    assert (session.actor.account_id, session.strength) == (f"local:{name}", Strength.TWO_FACTORS)
    again = world.web.post("/api/v1/session/passkey", json=body)
    assert (again.status_code, again.json()["code"]) == (401, "SIGN_IN_STALE")


def test_a_removed_passkey_opens_nothing_and_only_its_owner_removes_it(world: World, key: SecurityKey) -> None:
    _, mine = person(world, key)
    other = world.web.signed_in(world.person(), PASSWORD)
    path = f"{FACTORS}/passkeys/{b64(key.credential_id)}"
    refused = other.request("DELETE", path)
    assert (refused.status_code, refused.json()["code"]) == (404, "PASSKEY_UNKNOWN")
    assert use(world.web, key) == (201, "")
    assert mine.request("DELETE", path).status_code == 204
    assert use(world.web, key) == (401, "PASSKEY_WRONG")
    assert use(mine, key, "/api/v1/session/step-up") == (401, "PASSKEY_WRONG")


def test_the_passkey_of_another_account_proves_nothing_about_me(world: World, key: SecurityKey) -> None:
    _, mine = person(world, key)
    other = world.web.signed_in(world.person(), PASSWORD)
    assert use(other, key, "/api/v1/session/step-up") == (401, "PASSKEY_WRONG")
    assert use(mine, key, "/api/v1/session/step-up") == (204, "")


def test_a_credential_belongs_to_one_account(world: World, key: SecurityKey) -> None:
    """Whoever brings the id of a known credential takes nothing over."""
    name, _ = person(world, key)
    thief = SecurityKey(BASE, HOST, credential_id=key.credential_id)
    assert add(world.web.signed_in(world.person(), PASSWORD), thief)[1]["code"] == "PASSKEY_WRONG"
    asked = ask(world.web)
    opened = world.web.post(
        "/api/v1/session/passkey", json={"step": asked["step"], "answer": key.sign(asked["options"])}
    )
    assert opened.json()["actor"]["name"] == f"Người {name}"


def test_the_step_of_somebody_else_adds_nothing(world: World, key: SecurityKey) -> None:
    asked = ask(world.web.signed_in(world.person(), PASSWORD), f"{FACTORS}/passkeys/ask")
    other = world.web.signed_in(world.person(), PASSWORD)
    body = {"step": asked["step"], "answer": key.make(asked["options"])}
    assert other.post(f"{FACTORS}/passkeys", json=body).json()["code"] == "SIGN_IN_STALE"


def test_a_stolen_pass_word_adds_no_factor_to_an_account_with_a_passkey(world: World, key: SecurityKey) -> None:
    """Neither a second passkey nor an authenticator app, not even one begun before the passkey was there."""
    name = world.person()
    thief = world.web.signed_in(name, PASSWORD)
    begun = thief.post(f"{FACTORS}/codes").json()
    assert add(world.web.signed_in(name, PASSWORD), key)[0] == 201
    secret = base64.b32decode(begun["secret"] + "=" * (-len(begun["secret"]) % 8))
    confirm = {"code": totp(secret, step_of(world.clock.now()))}
    for path, body in (
        (f"{FACTORS}/codes/confirm", confirm),
        (f"{FACTORS}/codes", {}),
        (f"{FACTORS}/passkeys/ask", {}),
        (f"{FACTORS}/passkeys", {"step": "x", "answer": {}}),
    ):
        answer = thief.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "STEP_UP"), path
    for path, form in (("/tai-khoan/ma", {}), ("/tai-khoan/ma/xac-nhan", confirm)):
        led = thief.post(path, data=form, headers={"Accept": "text/html"})
        assert (led.status_code, led.headers["location"]) == (303, "/xac-nhan-lai?tiep=%2Ftai-khoan"), path
    again = thief.post("/api/v1/session/step-up", json={"password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (403, "PASSKEY_FIRST")
    assert use(thief, key, "/api/v1/session/step-up") == (204, "")
    assert thief.post(f"{FACTORS}/codes").status_code == 201, "whoever has the passkey goes on"


def test_localhost_is_a_place_in_development_only(world: World) -> None:
    """Else the place is the public host of the settings, whatever the request says about itself."""
    production = Client(_as_in_production(world.app))
    for host, development in (
        ("localhost:8080", "localhost"),
        ("evil.example", HOST),
        ("localhost.evil.example", HOST),
    ):
        told = {"Host": host, "Origin": f"http://{host}", "X-Forwarded-Host": host}
        for web, wanted in ((world.web, development), (production, HOST)):
            asked = web.post("/api/v1/session/passkey/ask", headers=told).raise_for_status().json()
            assert asked["options"]["rpId"] == wanted, host
    local = SecurityKey("http://localhost:9999", "localhost")
    mine, headers = world.web.signed_in(world.person(), PASSWORD), {"Host": "localhost:8080"}
    asked = mine.post(f"{FACTORS}/passkeys/ask", headers=headers).json()
    body = {"step": asked["step"], "answer": local.make(asked["options"])}
    refused = mine.post(f"{FACTORS}/passkeys", json=body, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "PASSKEY_WRONG"), "another port is another origin"
