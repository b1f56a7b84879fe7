"""A batch of 1,000 pages: looked through for separators, cut into its papers, taken in; killed half way and resumed.

    python deploy/bench_batch.py [--pages 1000] [--json]

The last line is one JSON object: pages, papers, bytes; seconds to take it in, to find the separators, to cut and store;
`resumed_papers` taken in by the second run after the first was cut off, `twice` papers that were taken in twice.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image, ImageDraw  # noqa: E402 - the path comes first, so that the parts of the tests are found too

import qr  # noqa: E402 - the same
import signing  # noqa: E402 - the same
from deploy.figures import last_line  # noqa: E402 - the same
from tests.fakes.parts import account, running, with_other  # noqa: E402 - the same
from vault.domain.batches import SeenPage, separator_text  # noqa: E402 - the same
from vault.domain.errors import Unavailable  # noqa: E402 - the same
from vault.domain.people import Role  # noqa: E402 - the same
from vault.usecases.digitize.receive_batch import ReceiveBatch, receive_batch  # noqa: E402 - the same
from vault.usecases.digitize.split import split  # noqa: E402 - the same

PAGES = 1000
LEAST_PAGES, MOST_PAGES = 320, 2000
"""Fewer are cut in one piece, and then nothing is left to be resumed; more than the most are refused by the vault."""
A4, DPI = (1240, 1754), 150
PAGES_A_PAPER = 3


def separator() -> Image.Image:
    page = Image.new("L", A4, 255)
    symbol = Image.open(io.BytesIO(qr.render_png(separator_text("GPXD"), mm=80))).convert("L")
    page.paste(symbol.resize((472, 472), Image.Resampling.NEAREST), (384, 600))
    return page


@cache
def printed() -> Image.Image:
    """A page full of small print on the grey of a scanner: what a page without a separator costs to look through."""
    page = Image.effect_noise(A4, 6).point(lambda value: min(255, value + 110))
    pen = ImageDraw.Draw(page)
    for line in range(40):
        pen.text((120, 120 + 38 * line), f"dong {line} cua mot trang day chu " * 4, fill=20)
    return page


def sheet(number: int) -> Image.Image:
    """That page with a number of its own, so that no two are one file."""
    page = printed().copy()
    ImageDraw.Draw(page).text((120, 60), f"trang {number}", fill=20)
    return page


def jpeg(page: Image.Image) -> signing.PageImageBytes:
    """As a scanner's PDF keeps a page; a thousand bare pages would be 2 GB."""
    target = io.BytesIO()
    page.save(target, "JPEG", quality=70)
    return signing.PageImageBytes(target.getvalue(), *A4, DPI)


def scan(count: int) -> tuple[bytes, int]:
    """A PDF of so many pages, and how many papers are in it."""
    cover, pages, papers = jpeg(separator()), [], 0
    for number in range(count):
        apart = number % (PAGES_A_PAPER + 1) == 0
        papers += apart
        pages.append(cover if apart else jpeg(sheet(number)))
    return signing.pages_to_pdf(pages), papers


@dataclass
class CutOff:
    """The real engines, until the second cut: as if the worker were killed there."""

    engines: Any
    cuts: int = 0
    seconds: float = 0.0

    def separators(self, data: bytes, start: int, count: int) -> tuple[SeenPage, ...]:
        """The real answer, and how long it took."""
        begin = time.perf_counter()
        found: tuple[SeenPage, ...] = self.engines.separators(data, start, count)
        self.seconds += time.perf_counter() - begin
        return found

    def cut(self, data: bytes, ranges: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
        """The real answer, but for the second time."""
        self.cuts += 1
        if self.cuts == 2:  # noqa: PLR2004 - the second
            raise Unavailable("PARSER_DOWN")
        found: tuple[bytes, ...] = self.engines.cut(data, ranges)
        return found


def asked() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--pages", type=int, default=PAGES, metavar="N", help=f"{LEAST_PAGES} to {MOST_PAGES} (default {PAGES})"
    )
    parser.add_argument("--json", action="store_true", help="nothing but the last line, which is JSON anyway")
    given = parser.parse_args()
    if not LEAST_PAGES <= given.pages <= MOST_PAGES:
        parser.error(f"--pages: {LEAST_PAGES} to {MOST_PAGES}")
    return given


def main() -> int:
    given = asked()
    data, papers = scan(given.pages)
    with tempfile.TemporaryDirectory(prefix="bench-batch-") as home, running(Path(home)) as app:
        officer = account(app, "bench", Role.OFFICER, agency="H24.990")
        parts = {"uow": app.uow, "blobs": app.blobs, "clock": app.clock, "ids": app.ids}
        begin = time.perf_counter()
        taken = receive_batch(
            ReceiveBatch(data, "tap.pdf"),
            actor=officer,
            engines=app.engines,
            max_bytes=app.settings.max_batch_bytes,
            **parts,
        )
        received = time.perf_counter() - begin
        engines = CutOff(app.engines)
        begin = time.perf_counter()
        try:
            split(taken.batch.id, engines=with_other(app, engines=engines).engines, max_pages=300, **parts)
        except Unavailable:
            first_run = time.perf_counter() - begin
        with app.uow.begin() as tx:
            before = sum(one.intake is not None for one in tx.batches.get(taken.batch.id).parts)
        begin = time.perf_counter()
        split(taken.batch.id, engines=app.engines, max_pages=300, **parts)
        second_run = time.perf_counter() - begin
        with app.uow.begin() as tx:
            batch = tx.batches.get(taken.batch.id)
        intakes = [one.intake for one in batch.parts if one.intake is not None]
    figures = {
        "pages": batch.page_count,
        "papers": len(intakes),
        "bytes": len(data),
        "receive_s": round(received, 2),
        "separators_s": round(engines.seconds, 2),
        "pages_per_s": round(given.pages / engines.seconds, 1),
        "cut_and_store_s": round(first_run - engines.seconds + second_run, 2),
        "resumed_papers": len(intakes) - before,
        "twice": len(intakes) - len(set(intakes)),
    }
    ok = len(set(intakes)) == papers and batch.state.value == "SPLIT"
    print(last_line("batch", {"ok": ok, **figures}, "asked: 1,000 pages, no paper twice, none lost"))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
