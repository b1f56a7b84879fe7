"""A citizen and a verifier: question and answer by pictures of screens, one way, short code; what stays unseen."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import HOLDER, Paper, Visit, Visits, see
from vault.domain.people import Role

if TYPE_CHECKING:
    from playwright.sync_api import Request

    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
SCHOOL = "Trường Tiểu học Kim Đồng"
PURPOSE = "nhập học cho con"


@pytest.fixture
def phone(visit: Visits, paper: Paper, service: Service) -> Iterator[Visit]:
    """The citizen's phone with the paper on it."""
    found = visit(width=360)
    found.sign_in(Role.CITIZEN)
    found.go(f"/cua-toi/{paper.code}")
    found.page.click(f"a[href='/cua-toi/{paper.code}/trinh']")
    see(found.page, "#ways:not([hidden])")
    yield found
    citizen = service.client(Role.CITIZEN)
    for share in citizen.get("/api/v1/me/shares").raise_for_status().json():
        citizen.delete(f"/api/v1/me/shares/{share['id']}").raise_for_status()


@pytest.fixture
def counter(visit: Visits) -> Visit:
    """A verifier who has said who it is."""
    found = visit(width=768)
    found.go("/q/trinh")
    found.page.fill("#ask [name=audience]", SCHOOL)
    return found


def picture(visit: Visit, symbol: str, folder: Path) -> Path:
    """A photograph of the other screen: no camera of a test shows two moving pictures."""
    file = folder / "screen.png"
    see(visit.page, symbol)
    visit.page.locator(symbol).screenshot(path=file)
    return file


def ask(counter: Visit, folder: Path) -> Path:
    counter.page.fill("#ask [name=purpose]", PURPOSE)
    counter.page.click("#ask button")
    return picture(counter, "#question svg", folder)


def one_way(phone: Visit, folder: Path, audience: str = SCHOOL) -> Path:
    if phone.page.get_attribute("#other", "open") is None:
        phone.page.click("#other summary")
    phone.page.fill("#consent [name=audience]", audience)
    phone.page.fill("#consent [name=purpose]", PURPOSE)
    phone.page.click("#consent [value=ONE_WAY]")
    return picture(phone, "#stage .symbol svg", folder)


def verdict(counter: Visit, file: Path | None, expected: str) -> str:
    """The card for a picture of the phone."""
    if file is not None:  # the card of before stays until this picture is read
        counter.page.evaluate("document.querySelector('.verdict')?.setAttribute('data-before', '')")
        counter.page.set_input_files("#file", file)
    see(counter.page, ".verdict:not([data-before])")
    assert counter.page.get_attribute(".verdict", "data-verdict") == expected, counter.page.inner_text(".verdict")
    return counter.page.inner_text(".verdict")


def test_a_question_is_answered_once_with_what_was_agreed(
    phone: Visit, counter: Visit, tmp_path: Path, service: Service, paper: Paper
) -> None:
    question = ask(counter, tmp_path)
    counter.shoot("present-question", 360, 768)
    phone.page.set_input_files("#file", question)
    see(phone.page, "#stage .facts")
    consent = phone.page.inner_text("#stage")
    assert SCHOOL in consent
    assert PURPOSE in consent
    assert HOLDER["name"] in consent
    assert phone.page.locator("#stage .symbol").count() == 0, "nothing is shown before the citizen agrees"
    phone.shoot("present-consent", 360)
    phone.page.uncheck("#stage [value=number]")
    phone.page.get_by_role("button", name="Đồng ý cho xem").click()
    answer = picture(phone, "#stage .symbol svg", tmp_path)
    phone.shoot("present-answer", 360)
    box = phone.page.locator("#stage .symbol svg").bounding_box()
    assert box is not None
    assert box["width"] >= 320, "at least 60 mm on a phone 68 mm wide"
    assert box["y"] + box["height"] < 740, "all of it without scrolling"
    assert phone.overflow() == 0
    text = verdict(counter, answer, "VALID")
    assert HOLDER["name"] in text
    assert SCHOOL in text
    assert "Số, ký hiệu" not in text, "the citizen kept it back"
    counter.shoot("present-valid", 360, 768)
    assert counter.findings() == []
    # The same answer again: its question is gone, so it is no answer to anything.
    assert "Không phải mã cho lần kiểm tra này" in verdict(counter, answer, "BAD_SIGNATURE")
    noted: list[dict[str, Any]] = []
    end = time.monotonic() + 60
    while not noted and time.monotonic() < end:  # the phone tells it beside showing it
        told = service.client(Role.CITIZEN).get("/api/v1/me/events").json()
        noted = [one for one in told if one["action"] == "PRESENT" and one["code"] == "CHALLENGE"]
    assert noted[0]["record"] == paper.code
    assert noted[0]["purpose"] == f"{SCHOOL} – {PURPOSE}"


def test_a_refused_question_shows_nothing(phone: Visit, counter: Visit, tmp_path: Path) -> None:
    phone.page.set_input_files("#file", ask(counter, tmp_path))
    phone.page.get_by_role("button", name="Từ chối").click()
    assert "Bạn đã từ chối" in phone.page.inner_text("#stage")
    assert phone.page.locator("#stage svg").count() == 0


def test_the_camera_app_of_a_phone_opens_the_question_without_a_sign_in(
    phone: Visit, counter: Visit, tmp_path: Path
) -> None:
    ask(counter, tmp_path)
    text = counter.page.get_attribute("#question svg", "data-text") or ""
    phone.context.clear_cookies()
    phone.go(f"/c#{text.partition('#')[2]}")
    phone.page.get_by_role("button", name="Đồng ý cho xem").click()
    verdict(counter, picture(phone, "#stage .symbol svg", tmp_path), "VALID")


def test_one_way_counts_once_for_one_verifier_and_is_drawn_anew(phone: Visit, counter: Visit, tmp_path: Path) -> None:
    phone.page.clock.install()
    shown = one_way(phone, tmp_path)
    assert "chuyển tiếp" in phone.page.inner_text("#stage"), "the page says that a relay is possible"
    assert HOLDER["name"] in verdict(counter, shown, "VALID")
    counter.page.reload()
    verdict(counter, shown, "USED")
    phone.shoot("present-one-way", 360)
    first = phone.page.get_attribute("#stage .symbol svg", "data-text")
    phone.page.clock.run_for(15_500)
    phone.page.wait_for_function(
        "first => document.querySelector('#stage .symbol svg').dataset.text !== first", arg=first
    )
    phone.page.get_by_role("button", name="Dừng cho xem").click()
    assert phone.page.locator("#stage svg").count() == 0
    other = one_way(phone, tmp_path, audience="Cửa hàng khác")
    assert "tạo cho nơi khác" in verdict(counter, other, "BAD_SIGNATURE")


def test_a_short_code_is_seen_once(phone: Visit, counter: Visit, visit: Visits) -> None:
    phone.page.click("#other summary")
    phone.page.fill("#consent [name=audience]", SCHOOL)
    phone.page.fill("#consent [name=purpose]", PURPOSE)
    phone.page.click("#consent [value=CODE]")
    see(phone.page, "#stage .digits")
    digits = phone.page.inner_text("#stage .digits")
    assert re.fullmatch(r"\d{4} \d{4}", digits)
    assert phone.page.locator("#stage svg").count() == 2, "a QR and a bar code"
    counter.page.fill("#code", digits)
    counter.page.click("#code-form button")
    assert HOLDER["name"] in verdict(counter, None, "VALID")
    phone.shoot("present-code", 360)
    second = visit(width=360)
    second.go(f"/k#{digits.replace(' ', '')}")  # as a phone's own camera opens the QR of the code
    assert HOLDER["name"] not in verdict(second, None, "USED")
    assert second.page.url.endswith("/q/trinh"), "what was shown does not stay in the address"


def test_a_stopped_phone_is_refused_within_a_minute(
    phone: Visit, counter: Visit, service: Service, tmp_path: Path
) -> None:
    service.settle()  # what is timed is the stop, not how long papers of other tests take to be read
    shown = one_way(phone, tmp_path)
    verdict(counter, shown, "VALID")
    lister = phone.context.new_page()
    lister.goto(f"{phone.url}/cua-toi/chia-se")
    lister.set_viewport_size({"width": 360, "height": 740})
    assert "Trên một điện thoại" in lister.inner_text("main")
    while lister.locator("main form button").count():
        with lister.expect_navigation():
            lister.locator("main form button").first.click()
    assert "Không có gì đang được cho xem" in lister.inner_text("main")
    lister.close()

    def revoked() -> bool:
        phone.page.get_by_role("button", name="Dừng cho xem").click()
        file = one_way(phone, tmp_path)
        counter.page.reload()
        counter.page.set_input_files("#file", file)
        see(counter.page, ".verdict")
        return counter.page.get_attribute(".verdict", "data-verdict") == "REVOKED"

    begin = counter.page.evaluate("performance.timeOrigin")
    while not revoked():
        assert counter.page.evaluate("performance.timeOrigin") - begin < 60_000
        counter.page.wait_for_timeout(3_000)


def test_the_key_cannot_be_exported_and_a_copied_credential_is_worth_nothing(phone: Visit) -> None:
    kept = phone.page.evaluate(
        """async () => {
            const { papers } = await import("/static/js/present-store.js");
            const [paper] = await papers();
            const tried = {};
            for (const format of ["pkcs8", "jwk", "raw"]) {
                try { await crypto.subtle.exportKey(format, paper.keys.privateKey); tried[format] = "exported"; }
                catch (error) { tried[format] = error.name; }
            }
            return { tried, extractable: paper.keys.privateKey.extractable, kept: Object.keys(localStorage).length };
        }"""
    )
    assert kept["extractable"] is False
    assert set(kept["tried"].values()) <= {"InvalidAccessError", "NotSupportedError"}
    assert kept["kept"] == 0


def test_the_pages_are_strict_and_whole(phone: Visit, counter: Visit) -> None:
    phone.page.click("#other summary")
    for name, one in {"present-show": phone, "present-check": counter}.items():
        one.shoot(name)
        assert one.findings() == []
        assert one.overflow() == 0
    for path in ("/q/trinh", "/c", "/cua-toi/chia-se", phone.page.url.removeprefix(phone.url)):
        answer = phone.page.request.get(phone.url + path)
        policy = answer.headers["content-security-policy"]
        assert "'unsafe-inline'" not in policy
        assert "script-src 'self'" in policy
        assert "default-src 'none'" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert not re.search(r"<(script|style)>|\son\w+=|\sstyle=", answer.text())


def test_nothing_personal_is_in_an_address_a_referer_or_a_log(
    visit: Visits, service: Service, paper: Paper, tmp_path: Path
) -> None:
    """A whole journey, then every request that the browsers made and every log that the service wrote."""
    phone, counter = visit(width=360), visit(width=768)
    asked: list[dict[str, Any]] = []

    def keep(request: Request) -> None:
        asked.append({"url": request.url, "referer": request.headers.get("referer", ""), "body": ""})

    for one in (phone, counter):
        one.context.on("request", keep)
    phone.sign_in(Role.CITIZEN)
    phone.go(f"/cua-toi/{paper.code}/trinh")
    see(phone.page, "#ways:not([hidden])")
    counter.go("/q/trinh")
    counter.page.fill("#ask [name=audience]", SCHOOL)
    shown = one_way(phone, tmp_path)
    token = (phone.page.get_attribute("#stage .symbol svg", "data-text") or "").partition("#")[2]
    verdict(counter, shown, "VALID")
    ask(counter, tmp_path)
    question = (counter.page.get_attribute("#question svg", "data-text") or "").partition("#")[2]
    counter.go(f"/p#{token}")
    see(counter.page, ".verdict")
    counter.go(f"/q#{paper.credential.partition('#')[2]}")
    see(counter.page, ".verdict[data-verdict=VALID]")
    secrets = {
        "personal number": HOLDER["number"],
        "name": HOLDER["name"],
        "credential": paper.credential.partition("#")[2][:40],
        "token": token[:40],
        "question": question[:40],
        "audience": SCHOOL,
    }
    assert all(len(one) > 5 for one in secrets.values())
    for request in asked:
        address = request["url"].partition("#")[0]
        for name, secret in secrets.items():
            assert secret not in address, (name, address)
            assert secret not in request["referer"], (name, request)
    logs = [file for file in (service.home / "log").iterdir() if re.match(r"web|worker", file.name)]
    assert {file.name.partition("-")[0].partition(".")[0] for file in logs} == {"web", "worker"}
    for file in logs:
        text = file.read_text(errors="replace")
        assert file.name.startswith("worker") or "/q/trinh" in text, "the log is the one of this journey"
        assert "#" not in "".join(re.findall(r'"(?:GET|POST) [^"]*"', text))
        for name, secret in secrets.items():
            assert secret not in text, (name, file.name)
            assert json.dumps(secret)[1:-1] not in text, (name, file.name)


def test_the_verifier_s_page_judges_without_network_after_one_visit(
    phone: Visit, counter: Visit, tmp_path: Path
) -> None:
    counter.page.evaluate("navigator.serviceWorker.ready")
    counter.page.reload()  # now under the worker's control
    counter.page.wait_for_function("navigator.serviceWorker.controller !== null")
    counter.page.fill("#ask [name=audience]", SCHOOL)
    verdict(counter, one_way(phone, tmp_path), "VALID")
    phone.page.get_by_role("button", name="Dừng cho xem").click()
    phone.page.wait_for_timeout(1_100)  # a token is named by what was signed, its second included
    fresh = one_way(phone, tmp_path)
    counter.context.set_offline(True)
    counter.page.reload()
    # The lists kept on the device are a few seconds old: younger than the minute in which they are believed.
    assert HOLDER["name"] in verdict(counter, fresh, "VALID")
    counter.page.reload()
    verdict(counter, fresh, "USED")
    question = ask(counter, tmp_path)
    assert question.stat().st_size > 1000, "asking needs no network either"
