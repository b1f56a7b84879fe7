"""The citizen's phone: 360 pixels wide, a QR that reads, and who looked."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from tests.e2e.conftest import Paper, Visit, Visits
from tests.e2e.test_keyboard import press
from vault.domain.people import Role

pytestmark = [pytest.mark.browser, pytest.mark.service]


@pytest.fixture
def phone(visit: Visits) -> Visit:
    found = visit(width=360)
    found.sign_in(Role.CITIZEN)
    return found


def test_my_papers_and_the_qr_that_reads(phone: Visit, paper: Paper) -> None:
    page = phone.page
    assert page.url.endswith("/cua-toi")
    phone.shoot("mine")
    press(phone, f"a[href='/cua-toi/{paper.code}']")
    page.wait_for_url(f"**/cua-toi/{paper.code}")
    phone.shoot("my-paper", 360)
    page.fill("[name=purpose]", "Xin phép sửa nhà")
    press(phone, "main form button")
    symbol = page.locator("#symbol svg")
    box = symbol.bounding_box()
    assert box is not None
    assert box["width"] >= 280, "a phone of 360 pixels shows it nearly from edge to edge"
    assert box["y"] + box["height"] < 740, "all of it without scrolling"
    assert phone.overflow() == 0
    seen = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    assert [one.text for one in seen] == [paper.credential]
    phone.shoot("my-qr")


def test_who_looked_and_what_for(phone: Visit, paper: Paper, visit: Visits) -> None:
    officer = visit()
    officer.sign_in(Role.OFFICER)
    officer.go(f"/giay-to/{paper.code}")
    phone.go("/cua-toi/nhat-ky")
    first = phone.page.inner_text(".looks li >> nth=0")
    assert "Trần Thị Mẫu" in first
    assert paper.code in phone.page.inner_text(".looks")
    phone.shoot("who-looked")


def test_a_paper_that_is_not_in_force_cannot_be_shown(phone: Visit, revoked: Paper) -> None:
    phone.go(f"/cua-toi/{revoked.code}")
    assert phone.page.locator("main form").count() == 0
    assert "thu hồi" in phone.page.inner_text("main")


def test_somebody_elses_pages_are_closed(phone: Visit) -> None:
    phone.go("/ban-lam-viec")
    assert "Vai trò của bạn không được làm việc này" in phone.page.inner_text("[role=alert]")
    assert phone.page.get_attribute("main a.button", "href") == "/cua-toi"
