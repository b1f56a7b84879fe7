"""Passkeys in Chromium with its virtual authenticator: add one, sign in with one, and those that open nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import WIDTHS, Visits
from vault.domain.people import Role

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
STEP_UP = """async () => {
  const post = (path, body) => fetch(path, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body ?? {})
  });
  const asked = await (await post("/api/v1/session/passkey/ask")).json();
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.options);
  const shown = await navigator.credentials.get({publicKey});
  const answer = await post("/api/v1/session/step-up", {step: asked.step, answer: shown.toJSON()});
  return [answer.status, answer.status === 204 ? "" : (await answer.json()).code];
}"""
"""What the page of the step-up does, for somebody whose page offers no passkey."""
WRONG = "Khóa truy cập không dùng được ở đây"


def test_a_passkey_is_added_signs_in_and_opens_nothing_once_removed(service: Service, visit: Visits) -> None:
    # A passkey belongs to a name; 127.0.0.1, where the tests call, is none.
    found = visit(url=f"http://localhost:{urlsplit(service.url).port}")
    page = found.page
    device = found.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    name = {"authenticatorId": made["authenticatorId"]}
    use, problem = page.locator("[data-passkey=use]"), page.locator("#passkey-error")

    found.sign_in(Role.OFFICER)
    found.go("/tai-khoan")
    page.click("[data-passkey=add]")
    drop = page.locator("form[action='/tai-khoan/khoa/bo'] button")
    drop.wait_for()
    assert len(device.send("WebAuthn.getCredentials", name)["credentials"]) == 1
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert found.overflow() <= 0, width
    assert found.findings() == []
    found.shoot("account-passkey")
    page.click("[data-passkey=add]")  # the device says that it has one for this account already
    problem.wait_for()
    assert WRONG in problem.inner_text()

    found.context.clear_cookies()
    found.go("/dang-nhap")
    use.click()
    page.wait_for_url("**/ban-lam-viec")  # where the role begins its work, as after the pass word
    found.go("/xac-nhan-lai?tiep=/tai-khoan")
    page.click("[data-passkey=again]")
    page.wait_for_url("**/tai-khoan")

    found.context.clear_cookies()
    found.sign_in(Role.CITIZEN)
    assert page.evaluate(STEP_UP) == [401, "PASSKEY_WRONG"], "the officer's passkey proves nothing about the citizen"

    found.context.clear_cookies()
    found.go("/dang-nhap?tiep=/tai-khoan")
    device.send("WebAuthn.setUserVerified", {**name, "isUserVerified": False})
    use.click()
    problem.wait_for()
    assert WRONG in problem.inner_text(), "a device that did not ask its person signs nobody in"
    device.send("WebAuthn.setUserVerified", {**name, "isUserVerified": True})
    use.click()
    page.wait_for_url("**/tai-khoan")
    drop.click()
    drop.wait_for(state="detached")

    found.context.clear_cookies()
    found.go("/dang-nhap")
    use.click()  # the device still has it
    problem.wait_for()
    assert WRONG in problem.inner_text()
    assert "/dang-nhap" in page.url
    found.shoot("sign-in-passkey-refused", 360)


def test_at_a_bare_address_no_passkey_is_offered(visit: Visits) -> None:
    found = visit()
    found.go("/dang-nhap")
    found.page.wait_for_load_state("networkidle")
    assert found.page.evaluate("'PublicKeyCredential' in window"), "the browser could"
    assert found.page.locator("[data-passkey=use]").is_hidden()
