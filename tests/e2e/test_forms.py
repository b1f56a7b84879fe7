"""The form of a dossier and the correction case that comes of it, by keyboard alone, to the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import HOLDER, Visit, Visits, in_hand, seal, see
from tests.e2e.looking import looked_over
from tests.e2e.test_keyboard import press, reach, sign_in
from vault.domain.people import Role

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
RESIDENCE = "1.004194"
NUMBER = "[name='f.GPXD.number']"


@pytest.fixture(scope="module")
def filled(service: Service) -> tuple[str, str]:
    """A dossier with a permit attached: codes of the dossier and of the paper."""
    paper = seal(service, 640).code
    officer = service.client(Role.OFFICER)
    given = {"procedure": RESIDENCE, "holder": HOLDER["number"]}
    code = officer.post("/api/v1/dossiers", json=given).raise_for_status().json()["code"]
    body = {"component": f"{RESIDENCE}.TP02", "record": paper, "checked": "đã xem bản chính"}
    officer.post(f"/api/v1/dossiers/{code}/attach", json=body).raise_for_status()
    return code, paper


def test_a_slip_is_told_and_the_paper_corrected_by_keys_alone(visit: Visits, filled: tuple[str, str]) -> None:
    code, paper = filled
    found = visit()
    sign_in(found, Role.OFFICER)
    kept = slip_into_a_case(found, code, paper)
    decide_it(found, kept)
    press(found, f"main a[href='/giay-to/{paper}']")
    see(found.page, "#versions")
    assert f"{kept} 9" in found.page.inner_text("#versions")
    found.go(f"/ho-so/{code}/to-khai")
    assert found.page.locator(".doubt").count() == 0, "the form rests on the corrected paper"


def slip_into_a_case(found: Visit, code: str, paper: str) -> str:
    """Type a number that is not the paper's, be told, open a case, submit; gives the paper's number."""
    page = found.page
    found.go(f"/ho-so/{code}")
    press(found, "a[href$='/to-khai']")
    page.wait_for_url("**/to-khai")
    field = page.locator(".field", has=page.locator(NUMBER))
    kept = page.input_value(NUMBER)
    assert kept
    assert paper in field.inner_text(), "the paper stands beside what it says"
    looked_over(found, "form")

    reach(found, NUMBER)
    page.keyboard.press("End")
    page.keyboard.type(" ")  # folding: spaces are no difference
    assert not field.locator("text=khác với giấy tờ").is_visible()
    page.keyboard.type("9")
    field.locator("text=khác với giấy tờ").wait_for(state="visible")
    assert field.locator(".said").inner_text().rstrip(" ·") == kept, "both values are seen"
    page.keyboard.press("Control+Enter")
    see(page, "#error")
    assert page.input_value(NUMBER) == f"{kept} 9", "nothing typed is lost"
    in_hand(page, NUMBER)  # the eye is led there
    assert page.url.endswith(f"/ho-so/{code}/to-khai")
    looked_over(found, "form-differs")

    press(found, f"button[formaction$='/dinh-chinh/{paper}']")
    see(page, "text=Đã mở vụ việc đính chính")
    assert page.input_value(NUMBER) == f"{kept} 9"
    assert paper in page.input_value("[name=reason]")
    found.shoot("form-case-opened")
    press(found, "#submit")
    see(page, "#submitted")
    assert "1 mục khác giấy tờ" in page.inner_text("#submitted")
    page.reload()
    assert page.locator("#submitted p").count() == 1

    return kept


def decide_it(found: Visit, kept: str) -> None:
    """Find the case, be refused for not having compared, accept, see the new version."""
    page = found.page
    found.go("/dinh-chinh")
    looked_over(found, "cases")
    press(found, "#to-decide a", "Enter")
    page.wait_for_url(re.compile("/dinh-chinh/.+"))
    looked_over(found, "case")
    assert page.input_value("[name='f.number']") == f"{kept} 9"
    reach(found, "[name=reason]")
    page.keyboard.type("Bản chính ghi như đề nghị")
    press(found, "button[value=accept]")
    see(page, "#error")  # compared with the original first
    assert page.input_value("[name=reason]") == "Bản chính ghi như đề nghị"
    assert page.input_value("[name='f.number']") == f"{kept} 9"
    press(found, "[name=compared]", "Space")
    press(found, "button[value=accept]")
    see(page, "text=Đã có phiên bản 2", timeout=60_000)
    found.shoot("case-corrected")


def test_a_value_is_put_back_and_without_scripts_too(visit: Visits, filled: tuple[str, str]) -> None:
    code, paper = filled
    for scripts in (True, False):
        found = visit(java_script_enabled=scripts)
        page = found.page
        found.sign_in(Role.OFFICER)
        found.go(f"/ho-so/{code}/to-khai")
        kept, issuer = page.input_value(NUMBER), "[name='f.GPXD.issuer']"
        page.fill(NUMBER, "000/SAI")
        page.fill(issuer, "Nơi khác")
        if not scripts:
            page.press(NUMBER, "Enter")
        see(page, f".field:has({NUMBER}) .differs button.back")
        page.click(f".field:has({NUMBER}) .differs button.back")
        page.wait_for_function("([one, kept]) => document.querySelector(one).value === kept", arg=[NUMBER, kept])
        assert page.input_value(issuer) == "Nơi khác", "everything else stays as it was typed"
        assert page.locator(f".field.doubt:has({NUMBER})").count() == 0
        assert page.locator(f".field.doubt:has({issuer})").count() == 1
        assert paper in page.inner_text("main")


def test_a_case_is_refused_and_ends(visit: Visits, service: Service, filled: tuple[str, str]) -> None:
    code, paper = filled
    body = {"record": paper, "stated": {"issuer": "UBND nơi khác"}, "dossier": code}
    case = service.client(Role.OFFICER).post("/api/v1/corrections", json=body).raise_for_status().json()["id"]
    found = visit()
    found.sign_in(Role.OFFICER)
    found.go(f"/dinh-chinh/{case}")
    found.page.fill("[name=reason]", "Bản chính ghi như kho")
    found.page.click("button[value=refuse]")
    see(found.page, ".heading .badge.bad")
    assert "Bản chính ghi như kho" in found.page.inner_text("#case")
    assert found.page.locator("form.side").count() == 0
    found.go("/dinh-chinh")
    assert paper in found.page.inner_text("#ended")
