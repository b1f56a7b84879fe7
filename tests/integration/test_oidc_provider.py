"""Sign-in against the certified provider `oidc-provider` (npm, locked in deploy/web), over real HTTP on loopback."""

from __future__ import annotations

import html
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text

from tests.fakes.http import BASE, Client
from tests.fakes.parts import with_other
from tests.fakes.ports import apart
from vault.bootstrap import App
from vault.config import IdentityProvider
from vault.web.main import create
from vault.web.pages.account import STATE_COOKIE
from vault.web.session import COOKIE

pytestmark = pytest.mark.service
ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "deploy" / "web" / "node_modules" / "oidc-provider" / "lib" / "index.js"
NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
HTML = {"Accept": "text/html", "User-Agent": "Mozilla/5.0 (mau)"}


@dataclass
class World:
    app: App
    web: Client
    issuer: str


@pytest.fixture(scope="module")
def world(parts: App) -> Iterator[World]:
    assert NODE is not None, "deploy/setup brings Node"
    assert MODULE.is_file(), "deploy/setup --test brings oidc-provider"
    port = next(apart())
    issuer = f"http://127.0.0.1:{port}"
    back = f"{BASE}/dang-nhap/qua"
    script = Path(__file__).with_name("oidc_provider.mjs")
    redirects = f"{back}/tinh/ve,{back}/vneid/ve"
    started = subprocess.Popen(
        [NODE, str(script), str(MODULE), str(port), redirects, "secret-of-a-test"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # `node` may be a small program that starts the real one: both end together
    )
    try:
        assert started.stdout is not None
        deadline = time.monotonic() + 60
        while "ready" not in started.stdout.readline():
            assert time.monotonic() < deadline
            assert started.poll() is None
        common = {"issuer": issuer, "client_id": "kho-so", "client_secret": "secret-of-a-test"}
        providers = (
            IdentityProvider(name="tinh", label="Tỉnh Mẫu", kind="STAFF", roles={"can-bo": "OFFICER"}, **common),  # type: ignore[arg-type]
            IdentityProvider(name="vneid", label="VNeID", kind="CITIZEN", level_claim="vneid_level", **common),  # type: ignore[arg-type]
        )
        app = with_other(parts, settings=parts.settings.model_copy(update={"identity_providers": providers}))
        yield World(app, Client(create(app)), issuer)
        app.identities.close()
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(10)
        if started.stdout is not None:
            started.stdout.close()


def leave(world: World, provider: str, onward: str = "") -> tuple[str, str]:
    """What our site answers: the provider's address, and the cookie that stays here."""
    left = world.web.get(f"/dang-nhap/qua/{provider}", params={"tiep": onward}, headers=HTML)
    assert left.status_code == 303
    cookie = left.headers["set-cookie"]
    assert "samesite=lax" in cookie.lower()
    assert "httponly" in cookie.lower()
    return left.headers["location"], cookie.partition(";")[0]


def at_the_provider(address: str, login: str) -> str:
    """Sign in there and consent, as a person with a browser does; gives the address that leads back to us."""
    with httpx.Client(timeout=30) as browser:
        answer = browser.get(address)
        for _ in range(12):
            if answer.is_redirect:
                onward = answer.headers["location"]
                if onward.startswith(BASE):
                    return onward
                answer = browser.get(str(answer.url.join(onward)))
                continue
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            action = re.search(r'action="([^"]+)"', answer.text)
            assert prompt is not None, answer.text[:500]
            assert action is not None
            form = {"prompt": prompt.group(1), "login": login, "password": "x"}
            answer = browser.post(str(answer.url.join(action.group(1))), data=form)
    raise AssertionError("the provider never led back")


def back(world: World, address: str, cookie: str) -> httpx.Response:
    parts = urlsplit(address)
    return world.web.get(f"{parts.path}?{parts.query}", headers={**HTML, "Cookie": cookie})


def sign_in(world: World, provider: str, login: str, onward: str = "") -> httpx.Response:
    address, cookie = leave(world, provider, onward)
    return back(world, at_the_provider(address, login), cookie)


def session_cookie(answer: httpx.Response) -> str:
    found = [
        one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{COOKIE}=") and "Max-Age=0" not in one
    ]
    assert len(found) == 1
    assert "samesite=strict" in found[0].lower()
    assert "httponly" in found[0].lower()
    return found[0].partition(";")[0]


def test_an_officer_comes_in_by_the_province_s_provider(world: World) -> None:
    answer = sign_in(world, "tinh", "can-bo", "/ban-lam-viec")
    assert answer.status_code == 200
    assert 'http-equiv="refresh" content="0;url=/ban-lam-viec"' in answer.text
    cookie = session_cookie(answer)
    who = world.web.get("/api/v1/session", headers={"Cookie": cookie, "User-Agent": HTML["User-Agent"]}).json()
    assert (who["role"], who["agency_code"], who["name"]) == ("OFFICER", "H24.900", "Trần Thị Tỉnh")
    stolen = world.web.get("/api/v1/session", headers={"Cookie": cookie, "User-Agent": "curl/8"})
    assert stolen.status_code == 401, "the session belongs to the browser that opened it"
    ended = world.web.get("/api/v1/session", headers={"Cookie": cookie, "User-Agent": HTML["User-Agent"]})
    assert ended.status_code == 401, "and is over once another brought it"


@pytest.mark.parametrize(("login", "strength"), [("muc-2", 1), ("muc-3", 2)])
def test_a_citizen_comes_in_by_the_level_of_the_electronic_identity(world: World, login: str, strength: int) -> None:
    cookie = session_cookie(sign_in(world, "vneid", login))
    headers = {"Cookie": cookie, "User-Agent": HTML["User-Agent"]}
    assert world.web.get("/api/v1/session", headers=headers).json()["role"] == "CITIZEN"
    assert world.web.get("/api/v1/me/records", headers=headers).json() == []
    assert [one["strength"] for one in world.web.get("/api/v1/session/all", headers=headers).json()] == [strength]


def test_the_same_person_is_the_same_account_the_next_time(world: World) -> None:
    for _ in range(2):
        sign_in(world, "vneid", "muc-2")
    with world.app.uow.begin() as tx:
        assert tx.accounts.by_id("idp:vneid:muc-2") is not None


@pytest.mark.parametrize(
    ("provider", "login", "code"), [("vneid", "muc-1", "LEVEL_TOO_LOW"), ("tinh", "khong-vai-tro", "IDP_NO_ROLE")]
)
def test_who_is_not_let_in_is_told_why_and_gets_no_session(world: World, provider: str, login: str, code: str) -> None:
    answer = sign_in(world, provider, login)
    assert answer.status_code == 403
    assert code in answer.text
    assert not any(one.startswith(f"{COOKIE}=") for one in answer.headers.get_list("set-cookie"))


def test_an_answer_works_once_in_the_browser_that_left_and_at_its_own_provider(world: World) -> None:
    address, cookie = leave(world, "tinh")
    returned = at_the_provider(address, "can-bo")
    other = back(world, returned, f"{STATE_COOKIE}=khac")
    assert other.status_code == 401, "another browser"
    wrong = back(world, returned.replace("/tinh/", "/vneid/"), cookie)
    assert wrong.status_code == 401, "another provider; that used the step up"
    assert back(world, returned, cookie).status_code == 401, "never twice"
    address, cookie = leave(world, "tinh")
    returned = at_the_provider(address, "can-bo")
    assert back(world, returned, cookie).status_code == 200
    assert back(world, returned, cookie).status_code == 401


def test_a_code_without_our_verifier_is_refused_by_the_provider(world: World) -> None:
    """PKCE: whoever steals the code from the address cannot exchange it, the secret of the client notwithstanding."""
    address, _ = leave(world, "tinh")
    code = parse_qs(urlsplit(at_the_provider(address, "can-bo")).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": f"{BASE}/dang-nhap/qua/tinh/ve"}
    with httpx.Client(auth=("kho-so", "secret-of-a-test")) as thief:
        token = f"{world.issuer}/token"
        for verifier in ({}, {"code_verifier": "x" * 43}):
            answer = thief.post(token, data={**form, **verifier})
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), verifier


def test_a_changed_state_is_refused(world: World) -> None:
    address, cookie = leave(world, "tinh")
    returned = at_the_provider(address, "can-bo")
    changed = re.sub(r"state=[^&]+", "state=khac", returned)
    answer = back(world, changed, cookie)
    assert answer.status_code == 401
    assert "IDP_TOKEN" in answer.text


def test_the_sign_in_page_offers_the_providers_and_an_unknown_one_is_not_there(world: World) -> None:
    page = world.web.get("/dang-nhap?tiep=/ho-so/moi", headers=HTML)
    assert 'href="/dang-nhap/qua/tinh?tiep=/ho-so/moi"' in page.text
    assert "VNeID" in page.text
    assert world.web.get("/dang-nhap/qua/khac", headers=HTML).status_code == 404


PATH, SENT = "/giay-to/028T-5CY4-TQKF-F4/trang-thai", {"state": "REVOKED", "reason": 'cấp "sai" cho bà Thỏ Trắng'}


def held(answer: httpx.Response) -> dict[str, str]:
    """The fields that a page keeps."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text)
    return {name: html.unescape(value) for name, value in found}


def put_aside(world: World, cookie: str) -> tuple[str, str, dict[str, str]]:
    """Ask for an act long after the last proof, and go to the provider; its address, the state's cookie, the fields."""
    with world.app.uow.begin() as tx:
        long_ago = "UPDATE session SET strong_at = strong_at - interval '1 day' WHERE account_id = 'idp:tinh:can-bo'"
        tx.sign_ins._db.execute(text(long_ago))
    headers = {**HTML, "Cookie": cookie}
    asked = world.web.post(PATH, data=SENT, headers=headers)
    assert asked.status_code == 403
    kept = held(asked)
    assert (kept["cho"], kept["k.reason"]) == (PATH, SENT["reason"])
    left = world.web.post("/dang-nhap/qua/tinh", data=kept, headers=headers)
    assert left.status_code == 200, "no redirect: the policy forbids forms to lead to another site"
    onward = re.search('content="0;url=([^"]+)"', left.text)
    assert onward is not None
    return html.unescape(onward.group(1)), left.headers["set-cookie"].partition(";")[0], kept


def test_what_was_typed_waits_while_the_provider_asks_again(world: World) -> None:
    address, cookie, _ = put_aside(world, session_cookie(sign_in(world, "tinh", "can-bo")))
    assert parse_qs(urlsplit(address).query)["prompt"] == ["login"], "asked in any case"
    with world.app.uow.begin() as tx:
        rows = tx.sign_ins._db.execute(text("SELECT data::text FROM sign_in_step")).scalars().all()
    assert rows
    assert not any("Thỏ" in row for row in rows), "it lies sealed meanwhile"
    returned = back(world, at_the_provider(address, "can-bo"), cookie)
    assert (returned.status_code, held(returned)) == (200, SENT)
    assert f'action="{PATH}"' in returned.text
    again = {**HTML, "Cookie": session_cookie(returned)}
    sent = world.web.post(PATH, data=held(returned), headers=again)
    assert sent.headers["location"].endswith("/mo-khan"), (
        "the proof is fresh: now the paper is asked for, of which none is"
    )


def test_what_one_typed_is_not_shown_to_another_who_comes_back(world: World) -> None:
    address, cookie, _ = put_aside(world, session_cookie(sign_in(world, "tinh", "can-bo")))
    other = back(world, at_the_provider(address, "can-bo-hai"), cookie)
    assert (other.status_code, held(other)) == (200, {})
    assert "Thỏ" not in other.text


def test_a_form_that_nobody_types_is_not_kept(world: World) -> None:
    cookie = session_cookie(sign_in(world, "tinh", "can-bo"))
    large = {"cho": PATH, "k.reason": "x" * 200_001}
    refused = world.web.post("/dang-nhap/qua/tinh", data=large, headers={**HTML, "Cookie": cookie})
    assert refused.status_code == 422
