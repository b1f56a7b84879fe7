"""The browser module in a real browser: every golden case, and reading a symbol with zxing-wasm."""

from __future__ import annotations

import base64
import functools
import http.server
import json
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import qr
from tests.golden.qr import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[3]
VENDOR = Path("vault/web/static/vendor/zxing/reader")
CASES = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(generate.FOLDER.glob("*.json"))]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *_: object) -> None:
        """Tests say what matters."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(ROOT)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this group needs it

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Debian's chromium is not here")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.goto(f"{address}/qr/browser/")
        yield opened
        browser.close()


def test_every_golden_case_in_chromium(page: Any, address: str) -> None:
    script = """async ([module, cases]) => {
        const { outcome } = await import(module);
        const answers = [];
        for (const golden of cases) answers.push(await outcome(golden));
        return answers;
    }"""
    answers = page.evaluate(script, [f"{address}/tests/golden/qr/outcome.mjs", CASES])
    wrong = [case["name"] for case, answer in zip(CASES, answers, strict=True) if answer != case["expected"]]
    assert wrong == []


def test_a_holders_key_stays_in_the_browser_even_after_storage(page: Any, address: str) -> None:
    """The key goes through IndexedDB, still signs, and still cannot be exported."""
    script = """async (module) => {
        const { newHolderKey } = await import(module);
        const { privateKey } = await newHolderKey();
        const open = indexedDB.open("keys", 1);
        open.onupgradeneeded = () => open.result.createObjectStore("keys");
        const done = (request) => new Promise((ok, bad) => {
            request.onsuccess = () => ok(request.result);
            request.onerror = bad;
        });
        const keys = (await done(open)).transaction("keys", "readwrite").objectStore("keys");
        keys.put(privateKey, "holder");
        const stored = await done(keys.get("holder"));
        const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, stored, new Uint8Array(3));
        const refusals = [];
        for (const format of ["jwk", "pkcs8"]) {
            await crypto.subtle.exportKey(format, stored).catch((error) => refusals.push(error.name));
        }
        return [stored.extractable, signature.byteLength, refusals];
    }"""
    answer = page.evaluate(script, f"{address}/qr/browser/index.js")
    assert answer == [False, 64, ["InvalidAccessError"] * 2]


@pytest.mark.skipif(not (ROOT / VENDOR).is_dir(), reason="deploy/setup has not fetched the browser libraries")
def test_the_scanner_reads_a_drawn_symbol(page: Any, address: str) -> None:
    case = next(case for case in CASES if case["name"] == "valid-digest")
    png = base64.b64encode(qr.render_png(case["text"])).decode()
    script = """async ([module, vendor, png]) => {
        const { createScanner } = await import(module);
        const scan = await createScanner(vendor);
        const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
        const pen = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
        pen.drawImage(picture, 0, 0);
        const frame = pen.getImageData(0, 0, picture.width, picture.height);
        pen.clearRect(0, 0, picture.width, picture.height);
        const blank = pen.getImageData(0, 0, picture.width, picture.height);
        return [await scan(frame), await scan(blank)];
    }"""
    answer = page.evaluate(script, [f"{address}/qr/browser/scan.js", f"{address}/{VENDOR}/", png])
    assert answer == [[case["text"]], []]
