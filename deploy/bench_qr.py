"""Speed of the QR engine on one core, against the bare signature check of `cryptography` in the same run.

The last line of output is one JSON object: {"name", "figures", "baseline", "machine"}. Rates are medians of repeated
rounds that alternate with the baseline, so that a busy machine slows both. `browser_verify_ms` needs Debian's chromium
and is left out without it; `node_verify_ms` is the same module under Node.
"""

from __future__ import annotations

import functools
import http.server
import io
import json
import shutil
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

import qr
from deploy.figures import last_line
from qr import cose

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS, CALLS = 11, 200
HOST = "qr.example"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
MODULE = Path(qr.__file__).parent / "browser"
CLAIMS = qr.Claims(
    issuer="VN-MAU-01",
    issued_at=NOW - DAY,
    expires_at=NOW + 365 * DAY,
    record_id=bytes(8),
    status=qr.StatusRef(7, f"https://{HOST}/s/7"),
    type_code="giay-khai-sinh",
    number="123/2026",
    issued_on=date(2026, 1, 3),
    holder_name="Nguyễn Thị Mẫu",
    holder_masked="0010****1234",
)
# What the browser runs: load once, then time single checks.
SCRIPT = """
const { publicKey, statusBook, verify, verifyStatusToken, verifyTrustList } = await import(input.module);
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const { now, hosts, text } = input;
const root = await publicKey(bytes(input.x), bytes(input.y));
const trust = await verifyTrustList(bytes(input.trust), { root, now });
const status = statusBook([await verifyStatusToken(bytes(input.token), { trust, now })]);
const times = [];
for (let run = 0; run < 300; run += 1) {
  const start = performance.now();
  const { verdict } = await verify(text, { hosts, trust, status, now });
  times.push(performance.now() - start);
  if (verdict !== "VALID") throw new Error(verdict);
}
times.sort((a, b) => a - b);
"""


class World:
    """One agency, its lists and one credential."""

    def __init__(self) -> None:
        self.root, self.key, self.status_key = (qr.SigningKey.generate() for _ in range(3))
        entries = tuple(
            qr.TrustEntry.for_key(
                key.public, issuer=CLAIMS.issuer, use=use, not_before=NOW - 9 * DAY, not_after=NOW + 9 * DAY
            )
            for key, use in ((self.key, "qr"), (self.status_key, "status"))
        )
        listed = qr.TrustList(version=1, issued_at=NOW, next_update=NOW + 9 * DAY, entries=entries)
        self.trust_bytes = qr.issue_trust_list(listed, sign=self.root.sign, root_kid=self.root.kid)
        self.trust = qr.verify_trust_list(self.trust_bytes, root=self.root.public, now=NOW)
        self.token = qr.issue_status_token(
            qr.StatusList.of({9: 1}),
            uri=CLAIMS.status.uri,
            issuer=CLAIMS.issuer,
            now=NOW,
            ttl=DAY,
            exp=NOW + DAY,
            sign=self.status_key.sign,
            kid=self.status_key.kid,
        )
        self.status = qr.verify_status_token(self.token, trust=self.trust, now=NOW)
        self.text = qr.issue(CLAIMS, sign=self.key.sign, kid=self.key.kid, host=HOST)

    def check(self) -> None:
        """One whole check of a scanned text."""
        outcome = qr.verify(self.text, hosts={HOST}, trust=self.trust, status=self.status, now=NOW)
        if outcome.verdict != qr.Verdict.VALID:
            raise SystemExit(outcome.verdict)

    def browser_input(self) -> dict[str, Any]:
        """What the browser module needs to do the same."""
        x, y = self.root.coordinates
        return {
            "x": x.hex(),
            "y": y.hex(),
            "trust": self.trust_bytes.hex(),
            "token": self.token.hex(),
            "text": self.text,
            "hosts": [HOST],
            "now": int(NOW.timestamp()),
        }


def _seconds(call: Callable[[], object], count: int) -> float:
    """CPU seconds a call."""
    start = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - start) / count


def verify_figures(world: World) -> dict[str, float]:
    parsed = qr.parse(world.text, hosts={HOST})
    public, der = world.key.public, cose.der_from_raw(parsed.signature)
    algorithm = ec.ECDSA(hashes.SHA256())
    pairs = [
        (_seconds(world.check, CALLS), _seconds(lambda: public.verify(der, parsed.to_be_signed, algorithm), CALLS))
        for _ in range(ROUNDS)
    ]
    whole, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(bare / whole for whole, bare in pairs)
    return {"verify_ratio": round(ratio, 3), "verify_per_s": round(1 / whole), "es256_per_s": round(1 / bare)}


def picture_figures(world: World) -> dict[str, float]:
    numbers = iter(range(10**9))

    def issued() -> None:
        claims = replace(CLAIMS, record_id=next(numbers).to_bytes(8, "big"))
        text = qr.issue(claims, sign=world.key.sign, kid=world.key.kid, host=HOST)
        qr.read_back(qr.render_png(text), text)

    page = Image.new("L", (2480, 3508), 250)
    for line in range(40):
        page.paste(30, (250, 300 + line * 60, 2100 - line * 13 % 400, 318 + line * 60))
    page.paste(Image.open(io.BytesIO(qr.render_png(world.text))).convert("L"), (1900, 2900))
    if qr.read_image(page) != (world.text,):
        raise SystemExit("the page does not read")
    return {
        "issue_png_per_s": round(1 / statistics.median(_seconds(issued, 10) for _ in range(ROUNDS)), 1),
        "a4_read_ms": round(
            1000 * statistics.median(_seconds(lambda: qr.read_image(page), 3) for _ in range(ROUNDS)), 2
        ),
    }


def node_figures(world: World) -> dict[str, float]:
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None:
        return {}
    given = world.browser_input() | {"module": (MODULE / "index.js").as_uri()}
    script = f"const input = {json.dumps(given)};\n{SCRIPT}\nconsole.log(times[150]);"
    done = subprocess.run(
        [node, "--input-type=module", "-"], input=script, capture_output=True, text=True, check=True, timeout=120
    )
    return {"node_verify_ms": round(float(done.stdout), 3)}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """The module's folder over loopback, without a line for each request."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


def browser_figures(world: World) -> dict[str, float]:
    chromium = shutil.which("chromium")
    if chromium is None:
        return {}
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a test dependency, absent on a plain machine

    handler = functools.partial(_Quiet, directory=str(MODULE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"{address}/")
            given = world.browser_input() | {"module": f"{address}/index.js"}
            median = page.evaluate(f"async (input) => {{ {SCRIPT} return times[150]; }}", given)
            browser.close()
    finally:
        server.shutdown()
    return {"browser_verify_ms": round(float(median), 3)}


def main() -> None:
    world = World()
    figures: dict[str, float] = {}
    for measure in (verify_figures, picture_figures, node_figures, browser_figures):
        figures |= measure(world)
        print(figures, file=sys.stderr)
    baseline = "verify_ratio: whole check over cryptography's bare ES256 verify, alternating, same run"
    print(last_line("qr", figures, baseline))


if __name__ == "__main__":
    main()
