"""A day without a mouse, for each of the three: all is reached by Tab, seen when it has the focus, done by a key."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest

from tests.counter import PASSWORD, Counter
from tests.e2e.conftest import HOLDER, Paper, Visit, Visits, in_hand, seal, see
from vault.bootstrap import SEED_ACCOUNTS
from vault.domain.people import Role

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
MOST_TABS = 120


def reach(visit: Visit, selector: str) -> None:
    """Press Tab until the element has the focus, and see that it shows it."""
    page = visit.page
    see(page, selector, state="attached")
    for _ in range(MOST_TABS):
        if page.evaluate("one => document.activeElement?.matches(one) ?? false", selector):
            shown = page.evaluate(
                """() => { const one = document.activeElement; const near = one.closest("label.button, .field") ?? one;
                  return [one, near].some((it) => { const style = getComputedStyle(it);
                    return style.outlineStyle !== "none" || style.boxShadow !== "none"; }); }"""
            )
            assert shown, f"{selector} has the focus and does not show it"
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} is not reached by {MOST_TABS} tabs on {page.url}")


def press(visit: Visit, selector: str, key: str = "Enter") -> None:
    reach(visit, selector)
    visit.page.keyboard.press(key)


def sign_in(visit: Visit, role: Role, home: str = "/ban-lam-viec") -> None:
    seed = next(one for one in SEED_ACCOUNTS if one.role is role)
    visit.go("/dang-nhap")
    reach(visit, "[name=username]")
    visit.page.keyboard.type(seed.username)
    reach(visit, "[name=password]")
    visit.page.keyboard.type(seed.password)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url(f"**{home}")


def test_a_dossier_from_the_first_field_to_its_end(visit: Visits, service: Service) -> None:
    found = visit()
    page = found.page
    sign_in(found, Role.OFFICER)
    press(found, "a[href='/ho-so/moi']")
    page.wait_for_url("**/ho-so/moi")
    in_hand(page, "#procedure")
    page.keyboard.type("1.004194")
    see(page, "#procedures [data-code='1.004194']")
    page.keyboard.press("Enter")
    reach(found, "[name=holder]")
    page.keyboard.type("031090999555")
    page.keyboard.press("Enter")
    see(page, "[name=holder_name]:not([type=hidden])")
    in_hand(page, "[name=holder_name]")
    page.keyboard.type("VÕ THỊ BÀN PHÍM")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ho-so/H.+"))
    press(found, ".component.nothing details.ask summary")
    reach(found, ".component.nothing [name=ground]")
    page.keyboard.press("Home")
    for _ in range(20):
        if page.input_value(".component.nothing [name=ground]") == "NO_DATA":
            break
        page.keyboard.press("ArrowDown")
    press(found, ".component.nothing details.ask button")
    see(page, ".component.asked")
    press(found, "a[href$='/phieu']")
    page.wait_for_url("**/phieu")
    press(found, "main form button")
    see(page, "text=Phiếu số 1")
    page.go_back()
    page.go_back()
    reach(found, "[name=ending]")
    page.keyboard.press("ArrowDown")
    assert page.input_value("[name=ending]") == "ANSWERED"
    press(found, "form[action$='/ket-thuc'] button")
    page.wait_for_url("**/ban-lam-viec")
    assert "VÕ THỊ BÀN PHÍM" not in page.inner_text("#dossiers")
    assert service.url in page.url


def test_a_paper_is_revoked_and_a_number_opened(visit: Visits, service: Service) -> None:
    paper = seal(service, 650)
    found = visit()
    page = found.page
    sign_in(found, Role.OFFICER)
    reach(found, "[name=ma]")
    page.keyboard.type(paper.code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/giay-to/{paper.code}")
    reach(found, "[name=state]")
    page.keyboard.press("End")
    for _ in range(6):
        if page.input_value("[name=state]") == "REVOKED":
            break
        page.keyboard.press("ArrowUp")
    reach(found, "[name=reason]")
    page.keyboard.type("QĐ 9/2026")
    press(found, "button.danger")
    see(page, ".heading .badge.bad")
    press(found, ".top nav a[href='/giam-sat']")
    page.wait_for_url("**/giam-sat")
    press(found, ".figures .digitised a")
    page.wait_for_url("**/giam-sat/so/digitised**")
    assert paper.code in page.inner_text("main")


def test_a_component_is_attached_by_its_number_alone(visit: Visits, service: Service, paper: Paper) -> None:
    given = {"procedure": "1.004194", "holder": HOLDER["number"]}
    opened = service.client(Role.OFFICER).post("/api/v1/dossiers", json=given).raise_for_status().json()
    found = visit()
    sign_in(found, Role.OFFICER)
    found.go(f"/ho-so/{opened['code']}")
    key = found.page.locator(".component.usable form[data-key]").first.get_attribute("data-key") or ""
    found.page.keyboard.press(key)
    see(found.page, ".component.attached")
    assert paper.code[:2]


def test_a_citizen_shows_a_paper_and_stops_it(visit: Visits, paper: Paper) -> None:
    found = visit(width=360)
    page = found.page
    sign_in(found, Role.CITIZEN, "/cua-toi")
    press(found, f"a[href='/cua-toi/{paper.code}']")
    page.wait_for_url(f"**/cua-toi/{paper.code}")
    press(found, f"a[href='/cua-toi/{paper.code}/trinh']")
    see(page, "#ways:not([hidden])")
    press(found, "#other summary")
    reach(found, "#consent [name=audience]")
    page.keyboard.type("Trường Bàn Phím")
    reach(found, "#consent [name=purpose]")
    page.keyboard.type("nhập học")
    press(found, "#consent [value=CODE]")
    see(page, "#stage .digits")
    found.go("/cua-toi/chia-se")
    share = page.locator(".cards li", has_text="Trường Bàn Phím")
    action = share.locator("form").get_attribute("action")
    press(found, f"form[action='{action}'] button")
    page.wait_for_function("one => !document.querySelector(one)", arg=f"form[action='{action}']")


def test_a_verifier_types_a_code_and_forgets_what_was_checked(visit: Visits, paper: Paper) -> None:
    found = visit(width=360)
    page = found.page
    found.go("/q")
    reach(found, "#code")
    page.keyboard.type(paper.code)
    page.keyboard.press("Enter")
    see(page, ".verdict")
    press(found, "#history summary")
    press(found, "#forget")
    see(page, "#history", state="hidden")


def test_a_paper_is_opened_for_an_urgent_reason_and_that_is_judged(visit: Visits, service: Service) -> None:
    shelf = Counter(service.app, itertools.count(830_000))
    agency = service.app.settings.agency_code
    code = shelf.record("KSK", ("031090996001", "BÙI THỊ KHẨN MẪU"), agency=agency).code
    shelf.account("bao-ve-du-lieu", agency, Role.DATA_PROTECTION)
    found = visit()
    sign_in(found, Role.OFFICER)
    found.go(f"/giay-to/{code}")
    found.page.wait_for_url("**/mo-khan")
    reach(found, "[name=reason]")
    found.page.keyboard.type("Bệnh nhân cấp cứu, cần biết ngay nhóm máu")
    press(found, "main form button")
    found.page.wait_for_url(f"**/giay-to/{code}")
    judge = visit()
    judge.sign_in_as("bao-ve-du-lieu", PASSWORD)
    judge.go("/truy-cap")
    case = judge.page.locator("section.card", has_text=code).locator("form").get_attribute("action")
    reach(judge, f"form[action='{case}'] [name=finding]")
    judge.page.keyboard.type("Đúng quy định")
    with judge.page.expect_navigation():
        judge.page.keyboard.press("Enter")
    judge.page.wait_for_function("one => !document.querySelector(one)", arg=f"form[action='{case}']")
    assert "Đúng quy định" in judge.page.inner_text("main")
