"""The officer's desk in a real browser: digitise by keyboard, reuse by one key, never ask twice."""

from __future__ import annotations

import io
import itertools
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.counter import Counter
from tests.e2e.conftest import HOLDER, Paper, Visit, Visits, in_hand, see
from tests.e2e.looking import looked_over
from tests.golden.specimens import as_jpeg, as_pdf, draw
from vault.domain.intake import IntakeId
from vault.domain.people import Role

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
READING_MS = 90_000


@pytest.fixture
def desk(visit: Visits) -> Visit:
    found = visit()
    found.sign_in(Role.OFFICER)
    return found


def test_signing_in_leads_to_the_desk_and_out_again(visit: Visits) -> None:
    guest = visit()
    guest.go("/ho-so/moi")
    assert guest.page.url.endswith("/dang-nhap?tiep=%2Fho-so%2Fmoi")
    guest.page.fill("[name=username]", "canbo")
    guest.page.fill("[name=password]", "sai")
    guest.page.click("form[action='/dang-nhap'] button")
    assert "không đúng" in guest.page.inner_text("[role=alert]")
    guest.page.fill("[name=password]", "canbo-mau-2026")
    guest.page.click("form[action='/dang-nhap'] button")
    guest.page.wait_for_url("**/ho-so/moi")
    cookie = next(one for one in guest.context.cookies() if one["name"] == "kho_so_phien")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    with guest.page.expect_navigation():
        guest.page.click("form[action='/dang-xuat'] button")
    guest.go("/ban-lam-viec")
    assert "/dang-nhap" in guest.page.url


def test_sign_in_leads_nowhere_else(visit: Visits) -> None:
    guest = visit()
    guest.go("/dang-nhap?tiep=//evil.example/")
    assert guest.page.get_attribute("[name=tiep]", "value") == ""


def test_a_paper_is_digitised_by_keyboard_alone(desk: Visit, tmp_path: Path) -> None:
    specimen = draw("XNTTHN", seed=601, overrides={"holder_name": HOLDER["name"], "holder_id": HOLDER["number"]})
    file = tmp_path / "xn.jpg"
    file.write_bytes(as_jpeg(specimen, 1))
    page = desk.page
    desk.go("/so-hoa")
    page.set_input_files("#file", file)
    page.wait_for_url(re.compile(r"/so-hoa/.+"))
    see(page, "#confirm", timeout=READING_MS)
    assert page.input_value("#type") == "XNTTHN"
    assert page.input_value("#f-number") == specimen.fields["number"]
    assert not page.is_checked("[name=compared]"), "the officer says so, not the page"
    assert not page.is_checked("[name=consent]")
    # The field in hand is marked on the page, and beside its value stands its own piece of the picture.
    page.focus("#f-number")
    assert float(page.get_attribute("#page-0 .box", "width") or 0) > 0
    assert page.locator(".field:has(#f-number) svg.crop image").count() == 1
    looked_over(desk, "paper")
    for _ in range(60):
        if page.evaluate("document.activeElement.name") == "compared":
            break
        if page.evaluate("document.activeElement.name") == "h.0.number":
            page.keyboard.press("Control+A")
            page.keyboard.type(HOLDER["number"])
        if page.evaluate("document.activeElement.name") == "h.0.name":
            page.keyboard.press("Control+A")
            page.keyboard.type(HOLDER["name"])
        page.keyboard.press("Enter")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert page.is_checked("[name=compared]")
    assert page.is_checked("[name=consent]")
    page.keyboard.press("Control+Enter")
    see(page, "#record-code", timeout=READING_MS)
    desk.shoot("sealed")
    code = page.inner_text("#record-code")
    page.click("text=Mở giấy tờ")
    page.wait_for_url("**/giay-to/**")
    assert code in page.inner_text("main")
    assert "B-LTA" in page.inner_text("main")


def test_a_word_is_taken_back_until_it_is_sealed(desk: Visit, service: Service, tmp_path: Path) -> None:
    file = tmp_path / "hoan-tac.jpg"
    file.write_bytes(as_jpeg(draw("GPXD", seed=620), 1))
    page = desk.page
    desk.go("/so-hoa")
    page.set_input_files("#file", file)
    see(page, "#confirm", timeout=READING_MS)
    page.fill("#f-number", "620/GPXD-SAI")
    page.fill("[name='h.0.number']", HOLDER["number"])
    page.fill("[name='h.0.name']", HOLDER["name"])
    page.check("[name=compared]")
    with service.without_worker():  # a word may be taken back for seconds, which the pictures alone may take
        page.click("#seal")
        see(page, "#undo")
        desk.shoot("undo")
        page.click("#undo")
        see(page, "#confirm")
    assert page.input_value("#f-number") == "620/GPXD-SAI"
    assert not page.is_checked("[name=compared]"), "whoever corrects says anew that they compared"
    page.click("#discard")
    page.wait_for_url("**/ban-lam-viec")
    assert "hoan-tac.jpg" not in page.inner_text("main")


def test_changing_the_type_keeps_what_was_typed(desk: Visit, service: Service, tmp_path: Path) -> None:
    file = tmp_path / "ks.pdf"
    file.write_bytes(as_pdf(draw("KS", seed=602), 1))
    page = desk.page
    desk.go("/so-hoa")
    page.set_input_files("#file", file)
    see(page, "#confirm", timeout=READING_MS)
    page.fill("#f-number", "77/2026")
    page.select_option("#type", "XNTTHN")
    see(page, "#f-marital_status")
    assert page.input_value("#f-number") == "77/2026"
    # A date that is none comes back with its sentence and with everything that was typed.
    page.fill("#f-issued_on", "31/02/2026")
    page.fill("[name='h.0.number']", HOLDER["number"])
    page.fill("[name='h.0.name']", HOLDER["name"])
    page.click("#seal")
    see(page, "#error")
    assert "31/02/2026" in page.inner_text("#error") or "2026-02-31" in page.inner_text("#error")
    assert page.input_value("#f-number") == "77/2026"
    assert page.input_value("#f-issued_on") == "31/02/2026"
    assert service.url in page.url


def test_a_bad_file_is_refused_in_words_where_it_was_dropped(desk: Visit, tmp_path: Path) -> None:
    file = tmp_path / "notes.pdf"
    file.write_bytes(b"this is no PDF")
    desk.go("/so-hoa")
    desk.page.set_input_files("#file", file)
    see(desk.page, "#sent .why")
    assert "không phải PDF" in desk.page.inner_text("#sent .why")


def test_a_poor_picture_is_told_while_the_paper_still_lies_on_the_scanner(desk: Visit, tmp_path: Path) -> None:
    file = tmp_path / "cut.jpg"
    whole = draw("HONGHEO", seed=606).pages[0].convert("RGB")
    whole.crop((whole.width // 4, 0, whole.width, whole.height)).save(file, quality=85, dpi=(300, 300))
    desk.go("/so-hoa")
    desk.page.set_input_files("#file", file)
    see(desk.page, "#sent a")
    assert "bị cắt mất mép" in desk.page.inner_text("#sent .why")
    assert desk.page.url.endswith("/so-hoa"), "the officer decides whether to go on with it"
    desk.shoot("upload-cut", 360)


def test_several_files_each_have_their_line(desk: Visit, tmp_path: Path) -> None:
    files = []
    for seed in (603, 604):
        file = tmp_path / f"{seed}.jpg"
        file.write_bytes(as_jpeg(draw("HONGHEO", seed=seed), 1))
        files.append(file)
    desk.go("/so-hoa")
    desk.page.set_input_files("#file", files)
    desk.page.wait_for_function("() => document.querySelectorAll('#sent a').length === 2")
    desk.shoot("upload-two", 360)


def test_pictures_of_one_paper_become_one_file(desk: Visit, service: Service, tmp_path: Path) -> None:
    files = []
    for number in (0, 1):
        file = tmp_path / f"{number}.jpg"
        image = draw("HONGHEO", seed=610 + number).pages[0].convert("RGB").resize((1240, 1754))
        # The second was taken with the phone turned: its bytes lie on the side, its EXIF says so (6: turn right).
        exif = image.getexif()
        exif[0x0112] = 6 if number else 1
        (image.transpose(Image.Transpose.ROTATE_90) if number else image).save(file, quality=85, exif=exif)
        files.append(file)
    desk.go("/so-hoa")
    desk.page.check("#join")
    desk.page.set_input_files("#file", files[0])
    desk.page.set_input_files("#camera", files[1])
    desk.page.wait_for_function("() => document.querySelectorAll('#thumbs img').length === 2")
    desk.shoot("upload-join", 360)
    desk.page.click("#join-send")
    see(desk.page, "#confirm", timeout=2 * READING_MS)
    intake = desk.page.url.rsplit("/", 1)[1]
    read = service.client(Role.OFFICER).get(f"/api/v1/intakes/{intake}/pages").raise_for_status().json()
    assert len(read) == 2
    assert all(page["height"] > page["width"] for page in read), "the turned one stands upright"
    assert all("BẢN MẪU" in page["text"] for page in read)


def test_the_desk_follows_the_reader_by_itself(desk: Visit, service: Service) -> None:
    data = as_jpeg(draw("HONGHEO", seed=613), 1)
    line = desk.page.locator("#intakes li", has_text="moi.jpg")
    with service.without_worker():  # which may be quicker than the page
        service.client(Role.OFFICER).post("/api/v1/intakes", files={"file": ("moi.jpg", data)}).raise_for_status()
        desk.go("/ban-lam-viec")
        assert "Đang đọc" in line.inner_text()
    line.filter(has_text="Chờ xác nhận").wait_for(timeout=READING_MS)


def test_a_whole_dossier_by_page_and_nobody_is_asked_twice(desk: Visit, paper: Paper) -> None:
    page = desk.page
    begin, shooting = time.monotonic(), desk.shooting
    desk.go("/ho-so/moi")
    in_hand(page, "#procedure")
    page.keyboard.type("dang ky tam tru")
    see(page, "#procedures [data-code='1.004194']")
    page.fill("#procedure", "1.004194")
    see(page, "#procedures [data-code='1.004194']:only-child")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.input_value("#procedure").startswith("1.004194 · ")
    page.fill("[name=holder]", HOLDER["number"])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ho-so/H.+"))
    usable = page.locator(".component.usable").first
    assert "Dùng được" in usable.inner_text()
    desk.shoot("dossier")
    usable.locator("details.ask summary").click()
    usable.locator("select[name=ground]").select_option("NO_DATA")
    usable.locator("details.ask button").click()
    see(page, "#refusal")
    refusal = page.inner_text("#refusal")
    assert "Không được yêu cầu lại" in refusal
    assert "ONCE_ONLY" in refusal
    assert "NĐ 309/2026" in refusal
    assert paper.code[:4]
    desk.shoot("once-only")
    number = page.locator(".component.usable form[data-key]").first.get_attribute("data-key") or ""
    page.keyboard.press(number)
    see(page, ".component.attached")
    assert "Đã đính kèm" in page.inner_text(".component.attached")
    assert time.monotonic() - begin - (desk.shooting - shooting) < 60
    desk.shoot("attached", 1440)


CHILD, PARENT = ("031090000999", "NGUYỄN THỊ MẪU BÉ"), ("031090000998", "TRẦN THỊ MẪU MẸ")
ADOPTION = "2.001263"
"""Adoption asks for a form and for six papers, of which one is about the child and one about a parent."""


def adoption_papers(service: Service) -> None:
    """Six papers as if they had been digitised before."""
    app = service.app
    picture = io.BytesIO()
    Image.new("L", (620, 877), 235).save(picture, "JPEG")
    preview = app.blobs.put(picture.getvalue(), mime="image/jpeg", paper=IntakeId("e2e"), agency="H24.900")
    shelf = Counter(app, itertools.count(700_000))
    adopter = (HOLDER["number"], HOLDER["name"])
    last_month = app.clock.now().date() - timedelta(days=20)
    for type_code, who, issuer in (
        ("HC", adopter, "G01"),
        ("KH", adopter, "H24"),
        ("KSK", adopter, "H24"),
        ("XN_CHOO", adopter, "H24"),
        ("KS", CHILD, "H24"),
        ("KTU", PARENT, "H24"),
    ):
        valid_until = last_month + timedelta(days=3000) if type_code == "HC" else None
        shelf.record(
            type_code,
            who,
            agency=app.settings.agency_code,
            issuer_code=issuer,
            issued_on=last_month,
            valid_until=valid_until,
            preview=preview,
        )


def test_six_components_are_answered_in_twelve_actions_within_a_minute(desk: Visit, service: Service) -> None:
    adoption_papers(service)
    page, begin, shooting = desk.page, time.monotonic(), desk.shooting
    desk.go("/ho-so/moi")
    in_hand(page, "#procedure")
    page.keyboard.type(ADOPTION)  # 1
    see(page, f"#procedures [data-code='{ADOPTION}']")
    page.keyboard.press("Enter")  # 2: the procedure; it brings a line for the child and one for the parent
    page.fill("[name=holder]", HOLDER["number"])  # 3
    page.fill("[data-offered=CHILD] [data-number]", CHILD[0])  # 4
    page.fill("[data-offered=PARENT] [data-number]", PARENT[0])  # 5
    desk.shoot("new-dossier-parties")
    page.keyboard.press("Enter")  # 6
    page.wait_for_url(re.compile(r"/ho-so/H.+"))
    desk.shoot("dossier-six")
    keys = [
        str(page.locator(".component.usable form[data-key]").nth(place).get_attribute("data-key")) for place in range(6)
    ]
    for count, key in enumerate(keys, start=1):  # 7 to 12
        page.keyboard.press(key)
        page.wait_for_function(f"() => document.querySelectorAll('.component.attached').length === {count}")
    assert page.locator(".component.attached").count() == 6
    assert time.monotonic() - begin - (desk.shooting - shooting) < 60
    desk.shoot("dossier-six-done", 1440)


def test_one_notice_tells_everything_that_is_missing(desk: Visit, service: Service) -> None:
    nobody = {"procedure": "1.004194", "holder": "031090999222", "holder_name": "LÊ VĂN CHƯA NỘP"}
    opened = service.client(Role.OFFICER).post("/api/v1/dossiers", json=nobody).raise_for_status().json()
    page = desk.page
    desk.go(f"/ho-so/{opened['code']}")
    missing = page.locator(".component.nothing").first
    missing.locator("details.ask summary").click()
    missing.locator("select[name=ground]").select_option("NO_DATA")
    missing.locator("select[name=form]").select_option("COPY")
    missing.locator("details.ask button").click()
    see(page, ".component.asked")
    page.click("text=Phiếu yêu cầu bổ sung")
    page.click("text=Phát hành phiếu")
    see(page, "text=Phiếu số 1")
    sheet = page.inner_text(".sheet-of-paper")
    assert "Nộp bản sao" in sheet
    assert "NĐ 309/2026" in sheet
    assert desk.findings() == []
    desk.shoot("notice")


def test_an_unknown_holder_brings_a_line_for_the_name(desk: Visit) -> None:
    page = desk.page
    desk.go("/ho-so/moi")
    page.fill("#procedure", "1.004194")
    page.fill("[name=holder]", "031090999111")
    page.keyboard.press("Enter")
    see(page, "[name=holder_name]")
    assert page.input_value("[name=holder]") == "031090999111"
    page.fill("[name=holder_name]", "NGUYỄN THỊ CHƯA BIẾT")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ho-so/H.+"))
    assert "NGUYỄN THỊ CHƯA BIẾT" in page.inner_text("main")


def test_revoking_asks_for_a_reason_and_shows_in_the_log(desk: Visit, service: Service) -> None:
    from tests.e2e.conftest import seal  # noqa: PLC0415 - a paper of its own, because it ends here

    found = seal(service, 605)
    page = desk.page
    desk.go(f"/giay-to/{found.code}")
    page.select_option("[name=state]", "REVOKED")
    page.fill("[name=reason]", "   ")
    page.click("button.danger")
    see(page, "#error")
    assert "lý do" in page.inner_text("#error")
    page.select_option("[name=state]", "REVOKED")
    page.fill("[name=reason]", "QĐ 12/2026 thu hồi")
    page.click("button.danger")
    see(page, ".heading .badge.bad")
    assert "QĐ 12/2026 thu hồi" in page.inner_text(".life")
    assert page.locator("button.danger").count() == 0, "revoked is for ever"
    desk.shoot("record-revoked", 1440)


@pytest.mark.needs_samples
def test_a_signed_letter_keeps_its_signatures_and_shows_them(desk: Visit, samples: Path) -> None:
    letters = sorted((samples / "signed-government-pdf").glob("*.pdf"))
    page = desk.page
    desk.go("/so-hoa")
    page.set_input_files("#file", letters[0])
    see(page, "#confirm", timeout=2 * READING_MS)
    assert "chữ ký" in page.inner_text("details summary")
    page.fill("[name='h.0.number']", HOLDER["number"])
    page.fill("[name='h.0.name']", HOLDER["name"])
    page.check("[name=compared]")
    page.click("#seal")
    see(page, "#record-code", timeout=READING_MS)
    desk.shoot("sealed-signed-original")
    original = desk.context.request.get(f"{desk.url}{page.get_attribute('a[href$=ORIGINAL]', 'href')}")
    assert original.body() == letters[0].read_bytes()


def test_finding_by_code(desk: Visit, paper: Paper) -> None:
    desk.go("/ban-lam-viec")
    desk.page.fill("[name=ma]", paper.code.lower().replace("-", " "))
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url(f"**/giay-to/{paper.code}")
    desk.go("/ban-lam-viec")
    desk.page.fill("[name=ma]", "không phải mã")
    desk.page.keyboard.press("Enter")
    assert "không phải mã" in desk.page.inner_text("[role=alert]")


def test_the_picture_in_the_record_is_a_picture(desk: Visit, paper: Paper) -> None:
    desk.go(f"/giay-to/{paper.code}")
    answer = desk.context.request.get(f"{desk.url}/giay-to/{paper.code}/anh")
    assert Image.open(io.BytesIO(answer.body())).format == "JPEG"
