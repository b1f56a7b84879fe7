"""What stands around every page: on a phone each entry of the navigation is in sight or one key away."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Visits, see
from tests.e2e.test_keyboard import reach
from vault.domain.people import Role

pytestmark = [pytest.mark.browser, pytest.mark.service]
ENTRIES = ".top nav a, .who .lang, .who a[href='/tai-khoan'], .who button, .who a.button"
OUT_OF_SIGHT = f"""[...document.querySelectorAll("{ENTRIES}")].filter((one) => one.checkVisibility()).filter((one) => {{
  const box = one.getBoundingClientRect();
  return box.left < 0 || box.right > innerWidth || box.top < 0 || box.bottom > innerHeight || box.height < 43.5;
}}).map((one) => one.outerHTML)"""


def seen(page: object) -> list[str]:
    found: list[str] = page.evaluate(  # type: ignore[attr-defined]
        f"""[...document.querySelectorAll("{ENTRIES}")].filter((one) => one.checkVisibility()).map((one) => """
        """one.getAttribute("href") ?? one.closest("form").getAttribute("action"))"""
    )
    return found


@pytest.mark.parametrize(("role", "path"), [(Role.CITIZEN, "/cua-toi"), (Role.OPERATOR, "/dong-bo"), (None, "/")])
@pytest.mark.parametrize("width", [360, 768])
def test_few_entries_share_a_row(visit: Visits, role: Role | None, path: str, width: int) -> None:
    found = visit(width=width)
    if role is not None:
        found.sign_in(role)
    found.go(path)
    assert found.page.evaluate(OUT_OF_SIGHT) == []
    assert found.page.locator(".menu").count() == 0
    wanted = {"/q", "/dang-nhap"} if role is None else {path, "/q", "/tai-khoan", "/dang-xuat"}
    assert wanted <= set(seen(found.page))
    assert len(seen(found.page)) == len(set(seen(found.page))), "nothing stands there twice"


def test_many_entries_stand_in_a_menu_that_keys_open_and_close(visit: Visits) -> None:
    found = visit(width=360)
    page = found.page
    found.sign_in(Role.OFFICER)
    assert seen(page) == [], "on a phone the page itself begins at the top"
    reach(found, ".menu")
    page.keyboard.press("Enter")
    see(page, ".way:popover-open")
    entries = seen(page)
    assert {"/ban-lam-viec", "/so-hoa", "/ho-so/moi", "/dinh-chinh", "/giam-sat", "/q"} <= set(entries)
    assert {"/tai-khoan", "/dang-xuat"} <= set(entries)
    assert page.evaluate(OUT_OF_SIGHT) == []
    assert page.get_attribute(".way [aria-current]", "href") == "/ban-lam-viec"
    assert found.findings() == []
    page.screenshot(path=found.shots / "menu-360.png")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.way') !== null"), "the next stop is inside"
    page.keyboard.press("Escape")
    assert seen(page) == []
    assert page.evaluate("document.activeElement.className") == "menu", "and back where it was opened"
    page.keyboard.press("Enter")
    reach(found, ".way a[href='/q']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/q")


def test_a_wide_window_has_no_menu(visit: Visits) -> None:
    found = visit(width=768)
    found.sign_in(Role.OFFICER)
    for width in (768, 1440):
        found.page.set_viewport_size({"width": width, "height": 800})
        assert not found.page.locator(".menu").is_visible()
        assert len(seen(found.page)) == 9
        assert found.page.evaluate(OUT_OF_SIGHT) == []
