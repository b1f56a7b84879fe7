"""The scanner: camera, picture, PDF, fragment and code; forged, foreign, revoked and offline; nothing waved through."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image, ImageFilter

import qr
from tests.e2e.conftest import Paper, Visit, Visits, launch, see, stored
from vault.domain.people import Role

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
FRAMES = 12
PAPER_GREY = 235


@pytest.fixture
def scanner(visit: Visits) -> Visit:
    found = visit(width=360)
    found.go("/q")
    return found


def picture(text: str) -> bytes:
    """A photograph of a printed symbol: small on a page, turned a little, soft."""
    symbol = Image.open(io.BytesIO(qr.render_png(text, mm=30))).convert("L").resize((420, 420))
    page = Image.new("L", (1280, 960), PAPER_GREY)
    page.paste(symbol.rotate(4, fillcolor=PAPER_GREY, expand=True), (400, 250))
    stream = io.BytesIO()
    page.filter(ImageFilter.GaussianBlur(1)).save(stream, "JPEG", quality=80)
    return stream.getvalue()


@contextmanager
def camera(playwright: Playwright, frame: bytes, folder: Path) -> Iterator[Browser]:
    """A browser whose camera sees one picture for ever."""
    file = folder / "seen.mjpeg"
    file.write_bytes(frame * FRAMES)
    browser = launch(
        playwright,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={file}",
    )
    try:
        yield browser
    finally:
        browser.close()


def verdict(visit: Visit, expected: str) -> str:
    """Wait for the final verdict; the text of its card."""
    see(visit.page, f".verdict[data-verdict={expected}]", timeout=60_000)
    visit.page.wait_for_function(
        "waiting => !document.getElementById('result').innerText.includes(waiting)", arg="Đang hỏi trạng thái"
    )
    assert visit.page.get_attribute(".verdict", "data-verdict") == expected
    return visit.page.inner_text(".verdict")


def test_the_camera_reads_a_printed_symbol(
    visit: Visits, playwright_: Playwright, paper: Paper, tmp_path: Path
) -> None:
    with camera(playwright_, picture(paper.credential), tmp_path) as browser:
        found = visit(width=360, browser=browser)
        found.go("/q")
        found.page.click("#start")
        text = verdict(found, "VALID")
        assert "NGUYỄN VĂN MẪU" in text
        assert "Trạng thái tính đến" in text
        assert "031090000001" not in text
        found.shoot("scanner-camera", 360)
        found.page.click("#stop")
        found.context.close()


def test_what_the_camera_cannot_read_is_not_accepted(visit: Visits, playwright_: Playwright, tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(stream, "JPEG")
    with camera(playwright_, stream.getvalue(), tmp_path) as browser:
        found = visit(width=360, browser=browser)
        found.go("/q")
        found.page.click("#start")
        assert "không chấp nhận" in verdict(found, "UNREADABLE")
        found.shoot("scanner-unreadable", 360)
        found.context.close()


def test_any_phone_camera_opens_the_page_with_the_credential(scanner: Visit, paper: Paper) -> None:
    scanner.go("/q#" + paper.credential.split("#")[1])
    text = verdict(scanner, "VALID")
    assert "UBND phường Mẫu" in text
    scanner.shoot("scanner-valid")
    assert scanner.findings() == []


def test_the_fragment_never_reaches_the_server(scanner: Visit, paper: Paper) -> None:
    seen: list[str] = []
    scanner.page.on("request", lambda request: seen.append(request.url))
    fragment = paper.credential.split("#")[1]
    scanner.go("/q#" + fragment)
    verdict(scanner, "VALID")
    assert not [address for address in seen if fragment[:40] in address.split("#")[0]]


def test_an_uploaded_picture(scanner: Visit, paper: Paper) -> None:
    scanner.page.set_input_files(
        "#file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(paper.credential)}
    )
    verdict(scanner, "VALID")
    # What was checked stays on this device only.
    assert [one["verdict"] for one in stored(scanner, "kho-so.checks")] == ["VALID"]
    scanner.page.set_input_files("#file", {"name": "b.png", "mimeType": "image/png", "buffer": b"no picture"})
    verdict(scanner, "UNREADABLE")


def forge(credential: str) -> str:
    """One bit of the signature turned."""
    at = len(credential) - 30
    return credential[:at] + ("B" if credential[at] == "A" else "A") + credential[at + 1 :]


FOREIGN: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace("https://", "http://", 1),
    lambda text: text.replace("/q#", ".evil.example/q#", 1),
    lambda text: text.replace("https://", "https://evil.example/", 1),
    lambda _: "https://kho-so.example/tra-cuu?id=42",
    lambda _: "HC1:6BFOXN%TSMAHN-H",
    lambda _: "Giấy này là thật",
)


@pytest.mark.parametrize("change", FOREIGN)
def test_foreign_symbols_are_red(scanner: Visit, paper: Paper, change: Callable[[str], str]) -> None:
    buffer = picture(change(paper.credential))
    scanner.page.set_input_files("#file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": buffer})
    text = verdict(scanner, "NOT_ISSUED_BY_US")
    assert "Không chấp nhận" in text
    assert scanner.page.locator(".verdict.bad").count() == 1
    assert scanner.page.locator(".verdict dl").count() == 0, "nothing of a foreign code is shown as if it were signed"


def test_a_forged_text_is_red(scanner: Visit, paper: Paper) -> None:
    scanner.go("/q#" + forge(paper.credential).split("#")[1])
    text = verdict(scanner, "BAD_SIGNATURE")
    assert "NGUYỄN VĂN MẪU" not in text
    scanner.shoot("scanner-forged")


def test_a_revoked_paper_is_red(scanner: Visit, revoked: Paper) -> None:
    scanner.go("/q#" + revoked.credential.split("#")[1])
    assert "thu hồi" in verdict(scanner, "REVOKED")
    scanner.shoot("scanner-revoked", 360)


def test_a_lying_service_cannot_make_a_forgery_good(scanner: Visit, paper: Paper) -> None:
    claims: dict[str, Any] = {"verdict": "VALID", "reasons": [], "claims": None, "status_as_of": None}
    scanner.page.route("**/api/v1/verify/text", lambda route: route.fulfill(json=claims))
    scanner.go("/q#" + forge(paper.credential).split("#")[1])
    verdict(scanner, "BAD_SIGNATURE")


def test_a_swapped_trust_list_is_not_believed(scanner: Visit, paper: Paper, visit: Visits) -> None:
    # Same shape, another root: what an attacker between the page and the service could serve.
    guest = visit(width=360, service_workers="block")
    body = bytearray(httpx.get(f"{guest.url}/trust-list").content)
    body[-1] ^= 1
    guest.page.route("**/trust-list", lambda route: route.fulfill(body=bytes(body)))
    guest.page.route("**/api/v1/verify/text", lambda route: route.abort())
    guest.go("/q#" + paper.credential.split("#")[1])
    verdict(guest, "UNKNOWN_ISSUER")
    guest.errors.clear()  # the aborted request is the test's own
    assert scanner.page.locator(".verdict").count() == 0


def test_a_look_up_code(scanner: Visit, paper: Paper) -> None:
    scanner.page.fill("#code", paper.code.lower())
    scanner.page.click("#code-form button")
    text = verdict(scanner, "ACTIVE")
    assert "NGUYỄN V** M**" in text
    scanner.page.fill("#code", "0000-0000-0000-01")
    scanner.page.click("#code-form button")
    see(scanner.page, ".verdict[data-verdict=UNREADABLE]")
    assert "Mã tra cứu không đúng" in scanner.page.inner_text(".verdict")


def test_a_dropped_pdf(scanner: Visit, service: Service, paper: Paper) -> None:
    sealed = service.client(Role.OFFICER).get(f"/api/v1/records/{paper.code}/files/SEALED").content
    scanner.page.set_input_files("#file", {"name": "s.pdf", "mimeType": "application/pdf", "buffer": sealed})
    see(scanner.page, ".verdict[data-verdict=VALID]", timeout=60_000)
    assert paper.code in scanner.page.inner_text(".verdict")
    scanner.shoot("scanner-pdf")
    changed = sealed[:-40] + b"\n% changed\n" + sealed[-40:]
    scanner.page.set_input_files("#file", {"name": "s.pdf", "mimeType": "application/pdf", "buffer": changed})
    see(scanner.page, ".verdict.bad, .verdict.warn", timeout=60_000)
    assert scanner.page.get_attribute(".verdict", "data-verdict") != "VALID"


def test_offline_after_a_first_visit(scanner: Visit, paper: Paper, revoked: Paper) -> None:
    page = scanner.page
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    scanner.context.set_offline(True)
    page.reload()
    assert page.inner_text("h1") == "Kiểm tra giấy tờ"
    # The kept lists are minutes old and say so; the signature is checked all the same.
    scanner.go("/q#" + paper.credential.split("#")[1])
    text = verdict(scanner, "VALID")
    assert "Không hỏi được dịch vụ" in text
    assert "Trạng thái tính đến" in text
    scanner.shoot("scanner-offline", 360)
    scanner.go("/q#" + forge(paper.credential).split("#")[1])
    verdict(scanner, "BAD_SIGNATURE")
    page.set_input_files("#file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(revoked.credential)})
    verdict(scanner, "REVOKED")


def test_offline_with_an_old_list_is_stale_and_never_valid(visit: Visits, paper: Paper) -> None:
    found = visit(width=360)
    found.go("/q")
    found.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    found.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    found.context.set_offline(True)
    half_an_hour_on = found.page.evaluate("Date.now() / 1000 + 1800")
    found.page.clock.install(time=half_an_hour_on)
    found.go("/q#" + paper.credential.split("#")[1])
    found.page.reload()
    text = verdict(found, "STATUS_STALE")
    assert "Trạng thái tính đến" in text
    found.shoot("scanner-stale", 360)
