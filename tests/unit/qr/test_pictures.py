"""Drawing and reading: sizes on paper, five hundred simulated prints, poor scans, and files that are no pictures."""

from __future__ import annotations

import io
import re
import struct
import zlib
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

import qr
from qr import base32
from tests.golden.qr.world import AGENCY, CLAIMS, HOST, NOW, status_token, trust_list

TEXT = qr.issue(CLAIMS, sign=AGENCY.sign, kid=AGENCY.kid, host=HOST)
OPTIONS: dict[str, Any] = {
    "hosts": {HOST},
    "trust": trust_list(),
    "status": qr.verify_status_token(status_token(), trust=trust_list(), now=NOW),
    "now": NOW,
}


def _opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def _page(symbol: Image.Image, at: tuple[int, int] = (1900, 2900)) -> Image.Image:
    """An A4 page at 300 dpi with some text-like marks and the symbol."""
    page = Image.new("L", (2480, 3508), 250)
    for line in range(40):
        page.paste(30, (250, 300 + line * 60, 2100 - line * 13 % 400, 318 + line * 60))
    page.paste(symbol.convert("L"), at)
    return page


def test_a_symbol_prints_at_its_size_and_reads_back() -> None:
    png = qr.render_png(TEXT)
    picture = _opened(png)
    dots_per_inch = picture.info["dpi"][0]
    assert picture.width / dots_per_inch * 25.4 == pytest.approx(qr.printed_mm(TEXT), rel=0.001)
    assert dots_per_inch >= 300
    qr.read_back(png, TEXT)
    assert qr.read_image(png) == (TEXT,)


def test_the_quiet_zone_is_four_modules() -> None:
    modules = 17 + 4 * qr.version_of(TEXT) + 8
    dark = np.argwhere(np.array(_opened(qr.render_png(TEXT)).convert("L")) < 128)
    scale = _opened(qr.render_png(TEXT)).width // modules
    assert dark.min() == 4 * scale
    assert dark.max() == (modules - 4) * scale - 1


def test_modules_never_get_finer_than_paper_allows() -> None:
    """Version 12 with its quiet zone fits 30 mm at 0.40 mm a module; finer symbols print larger, not finer."""
    small = qr.issue(
        replace(CLAIMS, expires_at=None, number="1", holder_masked=""), sign=AGENCY.sign, kid=AGENCY.kid, host=HOST
    )
    assert qr.version_of(small) <= 12
    assert qr.printed_mm(small) == 30
    large = qr.issue(replace(CLAIMS, original_digest16=bytes(16)), sign=AGENCY.sign, kid=AGENCY.kid, host=HOST)
    version = qr.version_of(large)
    assert 12 < version <= 14
    assert qr.printed_mm(large) == pytest.approx((17 + 4 * version + 8) * 0.40)
    assert qr.printed_mm(large, mm=60) == 60


def test_segments_are_mixed() -> None:
    """419 alphanumeric characters are version 12-M; one byte segment for all of it would need version 15."""
    assert qr.version_of("A" * 419) == 12
    assert qr.version_of("A" * 420) == 13
    assert qr.version_of(f"https://{HOST}/q#" + base32.encode(bytes(240))) <= 13
    assert qr.version_of("a" * 419) == 16


def test_above_version_14_nothing_is_drawn_for_print() -> None:
    long = f"https://{HOST}/q#" + "A" * 600
    for draw in (qr.render_png, qr.render_svg):
        with pytest.raises(qr.SymbolError) as refused:
            draw(long)
        assert refused.value.code == "SYMBOL_TOO_LARGE"
    assert qr.read_image(qr.render_png(long, mm=60, max_version=40)) == (long,)


@pytest.mark.parametrize("text", ["", "A" * 5000, "ế" * 2000])
def test_what_no_symbol_holds_is_refused(text: str) -> None:
    with pytest.raises(qr.SymbolError) as refused:
        qr.render_png(text, max_version=40)
    assert refused.value.code == "SYMBOL_TOO_LARGE"


def test_the_drawing_is_the_same_symbol() -> None:
    svg = qr.render_svg(TEXT)
    side = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])  # type: ignore[index]
    grid = np.full((side, side), 255, np.uint8)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1H", svg):
        grid[int(y), int(x) : int(x) + int(width)] = 0
    assert qr.read_image(np.kron(grid, np.ones((5, 5), np.uint8))) == (TEXT,)
    assert "<script" not in svg
    assert f'width="{qr.printed_mm(TEXT):g}mm"' in svg


def test_five_hundred_of_five_hundred_prints_read() -> None:
    """30 mm at 300 dpi, JPEG quality 50, turned by up to 5 degrees, lightly blurred; seeded."""
    rng = np.random.default_rng(2026)
    unread = 0
    for number in range(500):
        claims = replace(CLAIMS, record_id=number.to_bytes(8, "big"), number=f"{number}/2026")
        text = qr.issue(claims, sign=AGENCY.sign, kid=AGENCY.kid, host=HOST)
        unread += qr.read_image(_printed(qr.render_png(text, mm=30), rng)) != (text,)
    assert unread == 0


def _printed(png: bytes, rng: np.random.Generator) -> bytes:
    """A print of the symbol, scanned: resampled to 300 dpi, turned, blurred, noisy, compressed."""
    drawn = _opened(png)
    side = round(drawn.width / drawn.info["dpi"][0] * 300)
    scan = np.full((side + 80, side + 80), 245, np.uint8)
    ink = np.array(drawn.convert("L").resize((side, side), Image.Resampling.LANCZOS), np.float64)
    scan[40:-40, 40:-40] = 35 + ink * (205 / 255)
    middle = (scan.shape[0] / 2, scan.shape[0] / 2)
    turn = cv2.getRotationMatrix2D(middle, float(rng.uniform(-5, 5)), 1.0)
    turned = cv2.warpAffine(scan, turn, scan.shape[::-1], flags=cv2.INTER_LINEAR, borderValue=245)
    soft = cv2.GaussianBlur(turned, (0, 0), float(rng.uniform(0.4, 0.9)))
    noisy = np.clip(soft + rng.normal(0, 6, soft.shape), 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noisy).save(buffer, "JPEG", quality=50)
    return buffer.getvalue()


def test_a_page_reads_upside_down_and_sideways() -> None:
    page = _page(_opened(qr.render_png(TEXT)))
    for degrees in (0, 90, 180):
        assert qr.read_image(page.rotate(degrees, expand=True)) == (TEXT,)


def test_the_ladder_reads_what_the_plain_look_does_not() -> None:
    """Little over one pixel a module: only an enlarged copy reads."""
    drawn = _opened(qr.render_png(TEXT)).convert("L")
    modules = 17 + 4 * qr.version_of(TEXT) + 8
    small = np.array(drawn.resize((round(modules * 1.2),) * 2, Image.Resampling.BOX))
    from qr import reader  # noqa: PLC0415 - looks inside the unit

    assert reader._scan(small) == ()
    assert qr.read_image(small) == (TEXT,)


def test_pictures_of_every_kind_are_read() -> None:
    drawn = _opened(qr.render_png(TEXT))
    for mode, kind in (("1", "PNG"), ("L", "PNG"), ("P", "PNG"), ("RGB", "JPEG"), ("CMYK", "JPEG"), ("RGB", "WEBP")):
        buffer = io.BytesIO()
        drawn.convert(mode).save(buffer, kind)
        assert qr.read_image(buffer.getvalue()) == (TEXT,), (mode, kind)
    clear = Image.new("RGBA", drawn.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=Image.eval(drawn.convert("L"), lambda value: 255 - value))
    buffer = io.BytesIO()
    clear.save(buffer, "PNG")
    assert qr.read_image(buffer.getvalue()) == (TEXT,)
    assert qr.read_image(np.array(drawn.convert("RGB"))) == (TEXT,)


def _png_header(width: int, height: int) -> bytes:
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 9)
        + b"IDAT"
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "IMAGE_UNREADABLE"),
        (b"no picture", "IMAGE_UNREADABLE"),
        (b"%PDF-1.7\n", "IMAGE_UNREADABLE"),
        (qr.render_png("A")[:60], "IMAGE_UNREADABLE"),
        (_png_header(10, 10), "IMAGE_UNREADABLE"),
        (_png_header(20_000, 20_000), "IMAGE_TOO_LARGE"),
        (_png_header(2**31 - 1, 2**31 - 1), "IMAGE_TOO_LARGE"),
        (bytes(40 * 1024 * 1024 + 1), "IMAGE_TOO_LARGE"),
        (np.broadcast_to(np.uint8(0), (7000, 7000)), "IMAGE_TOO_LARGE"),
        (_png_header(6400, 6400), "IMAGE_TOO_LARGE"),
        (np.zeros((0, 5), np.uint8), "IMAGE_UNREADABLE"),
        (np.zeros((5, 5, 4), np.uint8), "IMAGE_UNREADABLE"),
        (np.zeros((5, 5), np.float64), "IMAGE_UNREADABLE"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_code(data: Any, code: str) -> None:
    with pytest.raises(qr.SymbolError) as refused:
        qr.read_image(data)
    assert refused.value.code == code


def test_a_picture_without_a_symbol_has_no_texts() -> None:
    assert qr.read_image(Image.new("L", (300, 300), 200)) == ()


def test_a_symbol_that_does_not_read_as_its_text_is_not_issued() -> None:
    for png in (qr.render_png("SOMETHING ELSE"), _blank()):
        with pytest.raises(qr.SymbolError) as refused:
            qr.read_back(png, TEXT)
        assert refused.value.code == "SYMBOL_NOT_READABLE"


def _blank() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (300, 300), 255).save(buffer, "PNG")
    return buffer.getvalue()


def test_from_picture_to_verdict() -> None:
    assert qr.verify_image(qr.render_png(TEXT), **OPTIONS).verdict == qr.Verdict.VALID
    assert qr.verify_image(_blank(), **OPTIONS) == qr.Verification(
        verdict=qr.Verdict.UNREADABLE, reasons=(qr.Verdict.UNREADABLE,)
    )
    assert qr.verify_image(b"no picture", **OPTIONS).verdict == qr.Verdict.UNREADABLE
    assert qr.verify_image(qr.render_png("https://shop.example/"), **OPTIONS).verdict == qr.Verdict.NOT_ISSUED_BY_US


def test_a_genuine_symbol_beside_a_forged_one_proves_nothing() -> None:
    forged = qr.issue(CLAIMS, sign=qr.SigningKey.generate().sign, kid=AGENCY.kid, host=HOST)
    both = _page(_opened(qr.render_png(TEXT)))
    both.paste(_opened(qr.render_png(forged)).convert("L"), (300, 2900))
    assert qr.verify_image(both, **OPTIONS).verdict == qr.Verdict.BAD_SIGNATURE
    shop = _page(_opened(qr.render_png(TEXT)))
    shop.paste(_opened(qr.render_png("https://shop.example/")).convert("L"), (300, 2900))
    assert qr.verify_image(shop, **OPTIONS).verdict == qr.Verdict.VALID
