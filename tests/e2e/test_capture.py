"""The camera page in a real browser: takes good pictures by itself, says what is wrong, keeps and sends later, once."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.e2e.conftest import Paper, Visits, launch, seal, see
from tests.e2e.test_keyboard import press, reach
from tests.fakes.photographs import CUT, GOOD, page_of, photograph
from vault.domain.people import Role

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright, Route

    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
LARGE = (1560, 2080)
FRAMES_EACH = 24


def larger(corners: Any) -> Any:
    """The same place in a frame of `LARGE`."""
    return tuple((x * LARGE[0] / 960, y * LARGE[1] / 1280) for x, y in corners)


def jpeg(pixels: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=88)
    return stream.getvalue()


@contextmanager
def film(playwright: Playwright, frames: Sequence[bytes], folder: Path) -> Iterator[Browser]:
    """A browser whose camera sees these pictures in turn, for ever."""
    file = folder / "seen.mjpeg"
    file.write_bytes(b"".join(frame * FRAMES_EACH for frame in frames))
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


@pytest.fixture(scope="module")
def page() -> Any:
    return page_of("GPXD", 711)


def sent(service: Service) -> list[dict[str, Any]]:
    answer = service.client(Role.CITIZEN).get("/api/v1/me/papers").raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def test_it_takes_the_picture_by_itself_and_sends_it_later_once(
    visit: Visits, playwright_: Playwright, service: Service, page: Any, tmp_path: Path
) -> None:
    good = jpeg(photograph(page, larger(GOOD), size=LARGE, blur=0.8))
    with film(playwright_, [good], tmp_path) as browser:
        found = visit(width=360, browser=browser)
        found.sign_in(Role.CITIZEN)
        found.go("/cua-toi/chup")
        found.page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)")
        found.page.wait_for_load_state("networkidle")
        # No finger touches the screen: every step of the flow is done by keys.
        press(found, "#start")
        see(found.page, "#pages li", timeout=60_000)
        found.page.wait_for_timeout(1500)
        assert found.page.locator("#pages li").count() == 1, "the same sheet is not taken twice"
        assert found.page.locator("#pages .why").count() == 0, "nothing is wrong with it"
        found.shoot("capture-taken", 360, 768)
        found.context.set_offline(True)
        # Nothing is lost when the page closes, and it opens again without network.
        found.page.reload()
        see(found.page, "#pages li")
        reach(found, "#name")
        found.page.keyboard.type("Giấy phép xây dựng")
        press(found, "#finish button.tall")
        see(found.page, "#waiting li")
        assert "Chưa có mạng" in found.page.inner_text("#status")
        found.shoot("capture-waiting", 360)
        found.page.reload()
        see(found.page, "#waiting li")
        before = len(sent(service))
        found.context.set_offline(False)
        see(found.page, "#sent-papers li", timeout=60_000)
        see(found.page, "#waiting li", state="detached")  # drawn anew after what was sent
        found.shoot("capture-sent", 360, 1440)
        assert found.findings() == []
        assert found.overflow() <= 0
        found.page.reload()
        see(found.page, "#sent-papers li")
        papers = sent(service)
        assert len(papers) - before == 1
        assert papers[0]["name"] == "Giấy phép xây dựng.pdf"
        found.context.close()
    key = papers[0]["key"]
    listed = service.client(Role.OFFICER).get("/api/v1/intakes").raise_for_status().json()
    came = next(one for one in listed if one["channel"] == "CITIZEN" and one["filename"] == papers[0]["name"])
    read = service.wait_for_intake(came["id"], "READ")
    assert (read["failure"], read["page_count"], key != "") == (None, 1, True)
    officer = visit()
    officer.sign_in(Role.OFFICER)
    officer.go(f"/so-hoa/{came['id']}")
    assert "người dân tự chụp" in officer.page.inner_text("main")


def test_it_says_what_is_wrong_and_takes_nothing(
    visit: Visits, playwright_: Playwright, page: Any, tmp_path: Path
) -> None:
    faults = {
        "Tối quá": photograph(page, light=0.2),
        "Mờ": photograph(page, blur=2.4),
        "Lóa": photograph(page, glare=80),
        "Thiếu góc": photograph(page, CUT),
    }
    with film(playwright_, [jpeg(one) for one in faults.values()], tmp_path) as browser:
        found = visit(width=360, browser=browser)
        found.sign_in(Role.CITIZEN)
        found.go("/cua-toi/chup")
        found.page.evaluate(
            """() => { globalThis.told = new Set(); new MutationObserver(() => told.add(hint.textContent))
                 .observe(document.getElementById("hint"), { childList: true, subtree: true }); }"""
        )
        found.page.click("#start")
        found.page.wait_for_function(
            "words => words.every((one) => [...told].some((text) => text.startsWith(one)))",
            arg=list(faults),
            timeout=150_000,  # the film comes round again for what a busy machine missed
        )
        found.shoot("capture-advice", 360)
        assert found.page.locator("#pages li").count() == 0
        found.context.close()


def test_chosen_pictures_are_straightened_and_judged_like_taken_ones(
    visit: Visits, service: Service, page: Any
) -> None:
    found = visit(width=360)
    found.sign_in(Role.CITIZEN)
    found.go("/cua-toi/chup")
    good = jpeg(photograph(page, larger(GOOD), size=LARGE, blur=0.8))
    poor = jpeg(photograph(page, larger(GOOD), size=LARGE, blur=5))
    files = [
        {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": one} for number, one in enumerate((good, poor))
    ]
    found.page.set_input_files("#file", files)
    found.page.wait_for_function("() => document.querySelectorAll('#pages li').length === 2", timeout=60_000)
    assert "Mờ" in found.page.inner_text("#pages li:nth-child(2)")
    found.shoot("capture-pages", 360, 768)
    sizes = found.page.evaluate(
        "[...document.querySelectorAll('#pages img')].map((one) => one.naturalHeight / one.naturalWidth)"
    )
    assert sizes[0] == pytest.approx(297 / 210, abs=0.01)
    press(found, "#pages li:nth-child(2) button")
    found.page.wait_for_function("() => document.querySelectorAll('#pages li').length === 1")
    found.page.set_input_files("#file", files[:1])
    found.page.wait_for_function("() => document.querySelectorAll('#pages li').length === 2", timeout=60_000)
    found.page.fill("#name", "Hai trang")
    found.page.keyboard.press("Enter")
    found.page.wait_for_function("() => document.getElementById('sent-papers').innerText.includes('Hai trang')")
    newest = sent(service)[0]
    assert (newest["name"], newest["pages"]) == ("Hai trang.pdf", 2), "several pages are one PDF"


def test_what_one_photographed_another_does_not_send(visit: Visits, service: Service) -> None:
    found = visit(width=360)
    found.sign_in(Role.CITIZEN)
    found.go("/cua-toi/chup")
    found.page.evaluate(
        """async () => { const { keepPaper } = await import("/static/js/capture-store.js");
             await keepPaper({ key: crypto.randomUUID(), owner: "somebody-else", name: "x.pdf",
               bytes: new ArrayBuffer(8), count: 1, at: Date.now(), state: "WAITING" }); }"""
    )
    before = len(sent(service))
    found.go("/cua-toi/chup")
    see(found.page, "#waiting li")
    with found.page.expect_response("**/api/v1/me/papers"):  # asked for when all that may be sent was sent
        found.page.click("#send")
    found.page.locator("#waiting", has_text=re.compile("người khác", re.IGNORECASE)).wait_for()
    assert len(sent(service)) == before


def test_consents_are_off_dated_and_work_by_keyboard(visit: Visits) -> None:
    found = visit(width=360)
    found.sign_in(Role.CITIZEN)
    found.go("/cua-toi/dong-y")
    switch = found.page.locator("[role=switch]").nth(1)
    assert switch.get_attribute("aria-checked") == "false"
    assert "Chưa từng bật" in found.page.inner_text("main")
    switch.focus()
    found.page.keyboard.press("Enter")
    see(found.page, "li:nth-child(2) [role=switch][aria-checked=true]")
    assert "Đồng ý từ" in found.page.inner_text("main")
    found.shoot("consents")
    assert found.findings() == []
    found.page.locator("[role=switch]").nth(1).click()
    see(found.page, "li:nth-child(2) [role=switch][aria-checked=false]")
    assert "Rút lại lúc" in found.page.inner_text("main")


def showings(service: Service, code: str, purpose: str) -> list[dict[str, Any]]:
    """What the citizen's log says was shown for this purpose."""
    seen = service.client(Role.CITIZEN).get("/api/v1/me/events").raise_for_status().json()
    return [
        one
        for one in seen
        if one["action"] == "PRESENT" and one["record"] == code and purpose in (one["purpose"] or "")
    ]


WAITING = """async () => {
  const opening = indexedDB.open("kho-so-holder", 2);
  const database = await new Promise((resolve) => { opening.onsuccess = () => resolve(opening.result); });
  const all = database.transaction("showings").objectStore("showings").getAll();
  return new Promise((resolve) => { all.onsuccess = () => { database.close(); resolve(all.result.length); }; });
}"""
"""How many showings wait on the phone."""


def test_papers_on_the_phone_are_shown_without_network(visit: Visits, paper: Paper, service: Service) -> None:
    found = visit(width=360)
    found.sign_in(Role.CITIZEN)
    found.go("/cua-toi")
    found.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    found.go(f"/cua-toi/{paper.code}/trinh")
    see(found.page, "#ways:not([hidden])")
    found.context.set_offline(True)
    found.go("/cua-toi")
    assert found.page.inner_text("h1") == "Không có mạng"
    found.page.click("#held summary")
    found.page.fill("#held [name=audience]", "Trường Kim Đồng")
    purpose = "Nhập học không mạng"
    found.page.fill("#held [name=purpose]", purpose)
    found.shoot("offline-papers", 360)
    found.page.click("#held form button")
    see(found.page, "#stage .symbol svg")
    # White from edge to edge, nothing else on the screen, and a countdown to the next symbol.
    assert found.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not found.page.is_visible(".top")
    assert re.search(r"Mã mới sau 1?[0-9] giây", found.page.inner_text("#stage"))
    first = found.page.get_attribute("#stage svg", "data-text")
    found.shoot("showing-bright", 360)
    found.page.wait_for_function("first => document.querySelector('#stage svg').dataset.text !== first", arg=first)
    found.page.click("#stage button.danger")
    assert found.page.is_visible(".top")
    # What was shown without network waits on the phone, also when the page is closed, and is told once, with its time.
    assert found.page.evaluate(WAITING) == 1
    assert showings(service, paper.code, purpose) == []
    found.go("/cua-toi")
    assert found.page.evaluate(WAITING) == 1
    with found.page.expect_navigation():  # the page without network goes back by itself
        found.context.set_offline(False)
    found.page.wait_for_function(f"({WAITING})().then((waiting) => waiting === 0)")
    (told,) = showings(service, paper.code, purpose)
    assert told["code"] == "ONE_WAY"
    assert "Trường Kim Đồng" in told["purpose"]
    found.go(f"/cua-toi/{paper.code}/trinh")
    see(found.page, "#ways:not([hidden])")
    assert len(showings(service, paper.code, purpose)) == 1, "told once, however often the page is opened"


TOLD = """async ([record, purpose]) => {
  const { noteShowing, sendShowings } = await import("/static/js/present-store.js");
  const what = { way: "ONE_WAY", fields: ["type_code"], audience: "Trường Kim Đồng", purpose };
  await (record ? noteShowing(record, what) : sendShowings());
}"""
"""Keep a showing of this record and send it; without a record send what waits."""


def test_a_showing_that_is_turned_away_for_the_moment_stays_on_the_phone(
    visit: Visits, paper: Paper, service: Service
) -> None:
    """Asked too often, signed out, a part down, no answer: told later, once. What is refused for good is let go."""
    found = visit(width=360)
    found.sign_in(Role.CITIZEN)
    page = found.context.new_page()  # of its own: what the browser says about these refusals is no error of a page
    page.goto(f"{found.url}/cua-toi/dong-y")
    answers: list[int] = []

    def answer(route: Route) -> None:
        status = answers.pop(0)
        route.abort() if status == 0 else route.fulfill(status=status, json={"title": "x", "code": "X"})

    found.context.route("**/api/v1/me/records/*/showings", answer)
    purpose = "Nhập học, máy chủ bận"
    record: str | None = paper.code
    for status in (429, 401, 403, 408, 425, 500, 503, 0):
        answers.append(status)
        page.evaluate(TOLD, [record, purpose])
        record = None
        assert answers == [], "it was tried"
        assert page.evaluate(WAITING) == 1, status
    assert showings(service, paper.code, purpose) == []
    found.context.unroute("**/api/v1/me/records/*/showings")
    for _ in range(2):
        page.evaluate(TOLD, [None, purpose])
        assert page.evaluate(WAITING) == 0
    assert len(showings(service, paper.code, purpose)) == 1
    found.context.route("**/api/v1/me/records/*/showings", answer)
    answers.append(422)
    page.evaluate(TOLD, [paper.code, "để bỏ"])
    assert (answers, page.evaluate(WAITING)) == ([], 0)


def test_a_correction_is_asked_for_and_followed(visit: Visits, service: Service) -> None:
    paper = seal(service, 505)
    found = visit(width=360)
    found.sign_in(Role.CITIZEN)
    found.go(f"/cua-toi/{paper.code}")
    press(found, f"a[href='/cua-toi/{paper.code}/dinh-chinh']")
    found.page.wait_for_url("**/dinh-chinh")
    press(found, "main form button")
    see(found.page, "main [role=alert]")
    assert "không có gì để đính chính" in found.page.inner_text("[role=alert]")
    found.page.fill("[name='f.issued_on']", "02/03/2025")
    found.page.fill("[name=note]", "ngày cấp trên giấy là 02/03/2025")
    found.page.keyboard.press("Enter")
    see(found.page, "#cases")
    text = found.page.inner_text("#cases")
    assert "Đang xem xét" in text
    assert "02/03/2025" in text
    found.shoot("correction-asked", 360)
    officer = service.client(Role.OFFICER)
    cases = officer.get("/api/v1/corrections").raise_for_status().json()
    listed = next(one for one in cases if one["record"] == paper.code)
    case = officer.get(f"/api/v1/corrections/{listed['id']}").raise_for_status().json()
    assert [(one["field"], one["stated"]) for one in case["differences"]] == [("issued_on", "2025-03-02")]
    refusal = {"accept": False, "reason": "Bản gốc ghi đúng như kho."}
    service.client(Role.OFFICER).post(f"/api/v1/corrections/{case['id']}/decision", json=refusal).raise_for_status()
    found.page.reload()
    assert "Bản gốc ghi đúng như kho." in found.page.inner_text("#cases")
