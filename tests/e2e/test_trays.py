"""Papers that come otherwise than one by one: a batch with separators, and a phone that the desk lets in."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

import qr
from tests.e2e.conftest import Visits
from tests.golden.specimens import as_jpeg, draw
from vault.domain.batches import separator_text
from vault.domain.people import Role

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
SPLIT_MS = 90_000
A4 = (1240, 1754)


def separator(type_code: str) -> Image.Image:
    page = Image.new("L", A4, 255)
    symbol = Image.open(io.BytesIO(qr.render_png(separator_text(type_code), mm=80))).convert("L")
    page.paste(symbol.resize((472, 472), Image.Resampling.NEAREST), (384, 600))
    return page


def test_a_batch_becomes_its_papers_before_the_officers_eyes(visit: Visits, tmp_path: Path) -> None:
    papers = [
        Image.open(io.BytesIO(as_jpeg(draw(kind, seed=660), 1))).convert("L").resize(A4) for kind in ("HONGHEO", "GPXD")
    ]
    # The back of the second sheet was scanned too: it is blank, and nobody's.
    pages = [separator("HONGHEO"), papers[0], separator("GPXD"), Image.new("L", A4, 250), papers[1]]
    file = tmp_path / "tap.pdf"
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    found = visit()
    found.sign_in(Role.OFFICER)
    found.go("/so-hoa/tap")
    found.page.set_input_files("#batch-file", file)
    found.page.click("form[action='/so-hoa/tap'] button")
    found.page.wait_for_url("**/so-hoa/tap/*")
    found.page.wait_for_function("() => document.querySelectorAll('.parts li').length === 2", timeout=SPLIT_MS)
    assert "Trang 2" in found.page.inner_text(".parts li:first-child")
    assert "Trang 5" in found.page.inner_text(".parts li:last-child")
    assert found.findings() == []
    found.shoot("batch")
    found.page.wait_for_selector("#onward", timeout=SPLIT_MS)
    found.page.click("#onward")
    found.page.wait_for_selector("#confirm")
    assert found.page.input_value("#type") == "HONGHEO", "the sheet told the type"


def test_a_phone_lends_its_camera_to_the_desk(visit: Visits, service: Service, tmp_path: Path) -> None:
    desk = visit()
    desk.sign_in(Role.OFFICER)
    desk.go("/so-hoa")
    desk.page.click("button[form=let-in]")
    desk.page.wait_for_selector(".symbol svg")
    assert desk.findings() == []
    desk.shoot("hand-over")
    shown = desk.page.locator(".symbol").screenshot()
    (address,) = [text for text in qr.read_image(shown) if "/chup/" in text]
    assert address.startswith(service.url)
    phone = visit(width=360)
    phone.go(address.removeprefix(service.url))
    assert phone.findings() == []
    assert phone.overflow() <= 0
    phone.shoot("phone-camera", 360)
    file = tmp_path / "trang.jpg"
    file.write_bytes(as_jpeg(draw("HONGHEO", seed=661), 1))
    phone.page.set_input_files("#shot", file)
    phone.page.set_input_files("#shot", file)
    phone.page.wait_for_function("() => document.querySelectorAll('#thumbs img').length === 2")
    dark = tmp_path / "toi.jpg"
    Image.open(file).point(lambda value: value // 6).save(dark)
    phone.page.set_input_files("#shot", dark)
    phone.page.wait_for_function("() => document.querySelector('#thumbs').innerText.includes('Tối quá')")
    assert phone.findings() == []
    phone.page.click("#thumbs li:last-child button")
    assert phone.page.locator("#thumbs img").count() == 2
    phone.page.click("#send")
    phone.page.wait_for_function("() => document.getElementById('told').textContent.includes('1')")
    desk.page.wait_for_selector("#came li")
    desk.page.click("form[action$='/dung'] button")
    desk.page.wait_for_url("**/so-hoa")
    phone.go(address.removeprefix(service.url))
    assert "hết hạn" in phone.page.inner_text("[role=alert]")
