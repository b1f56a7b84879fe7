"""Papers that come otherwise than one by one: a batch with separators, and a phone that the desk lets in."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

import qr
from tests.e2e.conftest import Visits, see
from tests.e2e.looking import looked_over
from tests.e2e.test_keyboard import press, reach
from tests.golden.specimens import as_jpeg, draw
from vault.domain.batches import Batch, BatchId, BatchState, Part, separator_text
from vault.domain.ids import digest_of
from vault.domain.intake import Channel, Intake, IntakeId, IntakeState
from vault.domain.passwords import hash_password
from vault.domain.people import Actor, Role
from vault.ports import Account

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
    reach(found, "#batch-file")
    press(found, "form[action='/so-hoa/tap'] button")
    found.page.wait_for_url("**/so-hoa/tap/*")
    found.page.wait_for_function("() => document.querySelectorAll('.parts li').length === 2", timeout=SPLIT_MS)
    assert "Trang 2" in found.page.inner_text(".parts li:first-child")
    assert "Trang 5" in found.page.inner_text(".parts li:last-child")
    looked_over(found, "batch")
    see(found.page, "#onward", timeout=SPLIT_MS)
    press(found, "#onward")
    see(found.page, "#confirm")
    assert found.page.input_value("#type") == "HONGHEO", "the sheet told the type"


PAPERS = 250
"""A thousand pages in papers of three, a separator before each."""


@pytest.fixture(scope="module")
def large(service: Service) -> str:
    """A batch of a thousand pages, in an agency of its own: most papers read, some still waiting, a few that failed."""
    app, now = service.app, service.app.clock.now()
    actor = Actor("local:tap-lon", "Người tập lớn", Role.OFFICER, "H24.984")
    batch = Batch(BatchId("tap-lon"), BatchState.SPLIT, digest_of(b"tap-lon"), "tập lớn.pdf", 1, 4 * PAPERS,
                  "H24.984", actor.account_id, actor.name, now)  # fmt: skip
    parts = [Part(place, 4 * place + 1, 4 * place + 3, "GPXD") for place in range(PAPERS)]
    with app.uow.begin() as tx:
        tx.accounts.add(Account(actor, "tap-lon", hash_password("mau-2026", salt="tap-lon")))
        tx.batches.add(batch)
        tx.batches.set_parts(batch.id, parts)
        tx.batches.set_state(batch.id, BatchState.SPLIT)
        for part in parts:
            if part.position % 50 == 7:
                tx.batches.set_part(batch.id, replace(part, failure="TOO_MANY_PAGES"))
                continue
            digest = digest_of(f"tap-lon {part.position}".encode())
            intake = Intake(
                IntakeId(f"tap-lon-{part.position}"), IntakeState.RECEIVED, digest, f"tap-{part.position:04d}.pdf",
                "application/pdf", 1, Channel.BATCH, "H24.984", actor.account_id, now, 3,
            )  # fmt: skip
            tx.intakes.add(intake)
            if part.position < PAPERS - 20:
                tx.intakes.set_state(intake.id, IntakeState.READ)
            tx.batches.set_part(batch.id, replace(part, intake=intake.id))
    return str(batch.id)


def test_a_batch_of_a_thousand_pages_stays_usable(visit: Visits, large: str) -> None:
    found = visit()
    page = found.page
    found.go("/dang-nhap")
    page.fill("[name=username]", "tap-lon")
    page.fill("[name=password]", "mau-2026")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ban-lam-viec")
    with page.expect_response(lambda answer: answer.url.endswith(f"/so-hoa/tap/{large}")) as answered:
        found.go(f"/so-hoa/tap/{large}")
    size = len(answered.value.body())
    assert page.locator(".parts > li").count() == PAPERS
    assert [one.inner_text().split() for one in page.locator(".tallies strong").all()] == [["5"], ["225"], ["20"]]
    assert size < 200_000, "as heavy as a picture, not as a film"
    looked_over(found, "batch-large")
    # The failures, and what is to be confirmed, are one key away; nobody scrolls through 250 rows.
    press(found, "#tally-FAILED")
    assert page.evaluate("location.hash") == "#giay-8"
    assert page.locator("#giay-8").is_visible()
    # Who stands in the middle of the list stays there while the list is fetched again and again.
    page.locator("#mo-120").focus()
    top = page.evaluate("scrollY")
    page.wait_for_function("() => { globalThis.now ??= document.getElementById('batch'); "
                           "return globalThis.now !== document.getElementById('batch'); }", timeout=60_000)  # fmt: skip
    assert page.evaluate("document.activeElement.id") == "mo-120"
    assert abs(page.evaluate("scrollY") - top) < 5
    reach(found, "#mo-121")
    found.go(f"/so-hoa/tap/{large}")
    press(found, "#onward")
    page.wait_for_url("**/so-hoa/tap-lon-*")


def test_a_phone_lends_its_camera_to_the_desk(visit: Visits, service: Service, tmp_path: Path) -> None:
    desk = visit()
    desk.sign_in(Role.OFFICER)
    desk.go("/so-hoa")
    press(desk, "button[form=let-in]")
    see(desk.page, ".symbol svg")
    looked_over(desk, "hand-over")
    shown = desk.page.locator(".symbol").screenshot()
    (address,) = [text for text in qr.read_image(shown) if "/chup/" in text]
    assert address.startswith(service.url)
    phone = visit(width=360)
    phone.go(address.removeprefix(service.url))
    looked_over(phone, "phone-camera")
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
    press(phone, "#thumbs li:last-child button")
    phone.page.wait_for_function("() => document.querySelectorAll('#thumbs img').length === 2")
    press(phone, "#send")
    phone.page.wait_for_function("() => document.getElementById('told').textContent.includes('1')")
    see(desk.page, "#came li")
    press(desk, "form[action$='/dung'] button")
    desk.page.wait_for_url("**/so-hoa")
    phone.go(address.removeprefix(service.url))
    assert "hết hạn" in phone.page.inner_text("[role=alert]")
