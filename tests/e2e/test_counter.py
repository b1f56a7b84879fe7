"""Who stands at the counter: an identity card or a paper before the desk's camera fills the form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import HOLDER, Paper, Visits
from tests.e2e.test_verifier import camera, picture
from vault.domain.people import Role

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

pytestmark = [pytest.mark.browser, pytest.mark.service]
CARD = "031090000777|987654777|LÊ THỊ THẺ MẪU|02021992|Nữ|phường Mẫu, Hải Phòng|01012022"


def test_a_card_before_the_camera_fills_number_and_name(visit: Visits, playwright_: Playwright, tmp_path: Path) -> None:
    with camera(playwright_, picture(CARD), tmp_path) as browser:
        found = visit(browser=browser)
        found.sign_in(Role.OFFICER)
        found.go("/ho-so/moi?thu_tuc=1.004194")
        found.page.click("#scan-holder")
        found.page.wait_for_function("() => document.querySelector('[name=holder]').value === '031090000777'")
        assert "LÊ THỊ THẺ MẪU" in found.page.inner_text("#holder-told")
        assert found.page.locator("#holder-frame").is_hidden(), "the camera is off again"
        assert found.findings() == []
        found.shoot("new-dossier-card")
        found.page.keyboard.press("Enter")
        found.page.wait_for_url(re.compile(r"/ho-so/H.+"))
        assert "LÊ THỊ THẺ MẪU" in found.page.inner_text("main"), "nobody had to type the name"


def test_the_citizens_own_symbol_names_its_holder(
    visit: Visits, playwright_: Playwright, paper: Paper, tmp_path: Path
) -> None:
    with camera(playwright_, picture(paper.credential), tmp_path) as browser:
        found = visit(browser=browser)
        found.sign_in(Role.OFFICER)
        found.go("/ho-so/moi?thu_tuc=1.004194")
        found.page.click("#scan-holder")
        number = HOLDER["number"]
        found.page.wait_for_function(f"() => document.querySelector('[name=holder]').value === '{number}'")


def test_a_hand_scanner_types_the_card_and_enter(visit: Visits) -> None:
    found = visit()
    found.sign_in(Role.OFFICER)
    found.go("/ho-so/moi?thu_tuc=1.004194")
    found.page.fill("[name=holder]", CARD)
    found.page.keyboard.press("Enter")
    found.page.wait_for_function("() => document.querySelector('[name=holder]').value === '031090000777'")
    found.page.fill("[name=holder]", "x|y")
    found.page.keyboard.press("Enter")
    found.page.wait_for_function("() => document.getElementById('holder-told').textContent.includes('căn cước')")
    assert found.page.url.endswith("/ho-so/moi?thu_tuc=1.004194"), "nothing was opened"
