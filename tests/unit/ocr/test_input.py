"""Every refusal has its code, and what is accepted comes out upright, whole and in the right colours."""

from __future__ import annotations

import io
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from ocr import Limits, OcrError, PageImage, Probe, examine, pages, probe
from ocr.bombs import _streams
from tests.unit.ocr import papers


def drawn(data: bytes, limits: Limits | None = None) -> list[PageImage]:
    return list(pages(data, limits))


def code_of(data: bytes, limits: Limits | None = None) -> str:
    """The code with which reading the whole file is refused."""
    with pytest.raises(OcrError) as caught:
        drawn(data, limits)
    code = caught.value.code
    try:
        probe(data, limits)
    except OcrError as error:
        assert error.code == code  # noqa: PT017 - probing may pass where only a page is damaged, but never differs
    return code


def picture(size: tuple[int, int] = (300, 200)) -> Image.Image:
    noise = np.random.default_rng(7).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(noise)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b"<!DOCTYPE html><html><body>not a paper.pdf</body></html>", "NOT_A_PAPER"),
        (b"PK\x03\x04" + bytes(200), "NOT_A_PAPER"),
        (b"\xff\xd8", "NOT_A_PAPER"),
        (np.random.default_rng(1).bytes(5000), "NOT_A_PAPER"),
        (b"%PDF-1.7\n", "TRUNCATED"),
        (papers.pdf(3)[:-60], "TRUNCATED"),
        (papers.pdf(3)[:200], "TRUNCATED"),
        (papers.encoded(picture(), "JPEG")[:5000], "TRUNCATED"),
        (papers.encoded(picture(), "PNG")[:5000], "TRUNCATED"),
        (papers.tiff([picture()])[:5000], "TRUNCATED"),
        (papers.pdf(1, password="invented"), "PASSWORD_PROTECTED"),
        (papers.pdf_without_pages(), "NO_PAGES"),
        (papers.png_header(20_000, 20_000), "PAGE_TOO_LARGE"),
        (papers.png_header(9_000, 9_000), "PAGE_TOO_LARGE"),
        (b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\nstartxref\n9\n%%EOF\n", "BROKEN"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}B",
)
def test_each_bad_file_is_refused_with_its_own_code_whether_it_is_read_or_examined(data: bytes, code: str) -> None:
    assert code_of(data) == code
    with pytest.raises(OcrError, match=code):
        examine(data)


def test_a_picture_damaged_in_its_middle_is_examined_like_it_is_read() -> None:
    """At an eighth of its size every bit of a JPEG is unpacked too."""
    whole = papers.encoded(picture((1600, 1200)), "JPEG")
    assert examine(whole) == probe(whole)
    cut = whole[: len(whole) // 2]
    assert code_of(cut) == "TRUNCATED"
    with pytest.raises(OcrError, match="TRUNCATED"):
        examine(cut)


@given(
    st.lists(st.sampled_from([b"stream", b"end", b"endstream", b"\r", b"\n", b"x", b"str"]), max_size=30).map(b"".join)
)
def test_streams_are_found_where_the_keyword_and_its_end_of_line_stand(data: bytes) -> None:
    expected = [(one.start(), one.end()) for one in re.finditer(rb"(?<!end)stream\r?\n", data)]
    assert list(_streams(data)) == expected[::-1]


def test_ten_thousand_pages_are_refused() -> None:
    assert code_of(papers.pdf(10_000)) == "TOO_MANY_PAGES"


def test_the_limit_on_pages_holds_for_tiff_too() -> None:
    three = papers.tiff([picture((40, 40))] * 3)
    assert code_of(three, Limits(max_pages=2)) == "TOO_MANY_PAGES"
    assert len(drawn(three, Limits(max_pages=3))) == 3


def test_a_file_over_the_byte_limit_is_refused_before_it_is_looked_at() -> None:
    assert code_of(b"x" * 101, Limits(max_bytes=100)) == "FILE_TOO_LARGE"


def test_a_picture_inside_a_pdf_counts_with_its_own_pixels() -> None:
    large = papers.pdf_of(Image.new("L", (3000, 3000), 255), dpi=3000)
    assert code_of(large, Limits(max_pixels_page=4_000_000)) == "PAGE_TOO_LARGE"


def test_a_page_of_two_hundred_inches_is_refused() -> None:
    huge = papers.pdf(1).replace(b"595", b"144000").replace(b"842", b"144000")
    assert code_of(huge) in {"PAGE_TOO_LARGE", "TRUNCATED", "BROKEN"}


class TestBombs:
    limits = Limits(max_stream_bytes=20_000_000)

    def test_a_packed_stream_of_zeros(self) -> None:
        assert code_of(papers.pdf_with_content(papers.bomb(32 << 20)), self.limits) == "BOMB"

    def test_a_bomb_packed_twice_is_only_some_hundred_bytes_long(self) -> None:
        twice = zlib.compress(papers.bomb(32 << 20), 9)
        assert len(twice) < 2000
        assert code_of(papers.pdf_with_content(twice, b"[/FlateDecode /FlateDecode]"), self.limits) == "BOMB"

    def test_a_bomb_in_ascii_armour(self) -> None:
        armoured = papers.bomb(32 << 20).hex().encode() + b">"
        assert code_of(papers.pdf_with_content(armoured, b"[/ASCIIHexDecode /FlateDecode]"), self.limits) == "BOMB"

    def test_many_layers_are_refused_unopened(self) -> None:
        assert code_of(papers.pdf_with_content(b"x", b"[" + b"/FlateDecode " * 9 + b"]")) == "BOMB"

    def test_the_sum_of_streams_counts(self) -> None:
        content = papers.bomb(8 << 20)
        limits = Limits(max_stream_bytes=8_400_000, max_unpacked_bytes=8_000_000)
        assert code_of(papers.pdf_with_content(content), limits) == "BOMB"

    def test_an_honest_stream_passes(self) -> None:
        assert len(drawn(papers.pdf_with_content(zlib.compress(b"0 0 m 10 10 l S")), self.limits)) == 1


def test_exif_rotation_is_applied() -> None:
    upright = Image.new("RGB", (60, 100), "white")
    ImageDraw.Draw(upright).rectangle((0, 0, 59, 20), fill=(255, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side: turn by 90 degrees clockwise to see the picture upright
    data = papers.encoded(upright.rotate(90, expand=True), "JPEG", exif=exif.tobytes(), quality=95)
    (page,) = drawn(data)
    assert (page.width, page.height) == (60, 100)
    assert page.rgb[5, 30, 0] > 200
    assert page.rgb[5, 30, 1] < 60
    assert page.rgb[90, 30].min() > 200


def test_cmyk_jpeg_has_its_colours() -> None:
    red = Image.new("RGB", (64, 64), (220, 20, 30)).convert("CMYK")
    (page,) = drawn(papers.encoded(red, "JPEG", quality=95))
    assert page.rgb.shape == (64, 64, 3)
    assert page.rgb[32, 32, 0] > 180
    assert page.rgb[32, 32, 1:].max() < 80


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16", "RGB"])
def test_every_colour_mode_becomes_rgb_on_white_paper(mode: str) -> None:
    if mode == "I;16":
        levels = np.full((40, 50), 65535, dtype=np.uint16)
        levels[:20] = 0
        source = Image.fromarray(levels)
    else:
        source = Image.new("RGBA", (50, 40), (0, 0, 0, 0) if mode in {"LA", "RGBA"} else (255, 255, 255, 255))
        ImageDraw.Draw(source).rectangle((0, 0, 49, 19), fill=(0, 0, 0, 255))
        source = source.convert(mode)
    (page,) = drawn(papers.encoded(source, "PNG"))
    assert page.rgb.shape == (40, 50, 3)
    assert page.rgb[10, 25].max() == 0
    assert page.rgb[30, 25].min() == 255


def test_all_pages_of_a_tiff_come_in_order() -> None:
    shades = [Image.new("L", (30 + number, 20), 60 * number) for number in range(4)]
    found = drawn(papers.tiff(shades))
    assert [(page.index, page.width, int(page.rgb[0, 0, 0])) for page in found] == [
        (0, 30, 0), (1, 31, 60), (2, 32, 120), (3, 33, 180),
    ]  # fmt: skip


@pytest.mark.parametrize(("scan", "drawn_at"), [(150, 200), (240, 240), (600, 300)])
def test_a_scanned_page_is_drawn_at_its_own_resolution_between_floor_and_cap(scan: int, drawn_at: int) -> None:
    data = papers.pdf_of(Image.new("L", (round(8.27 * scan), round(11.69 * scan)), 255), dpi=scan)
    (page,) = drawn(data)
    assert page.dpi == pytest.approx(drawn_at, abs=1)
    assert page.width == pytest.approx(8.27 * drawn_at, abs=8)


def test_a_born_digital_page_is_drawn_at_the_floor() -> None:
    (page,) = drawn(papers.pdf(1))
    assert page.dpi == 200


@pytest.mark.parametrize(("said", "believed"), [((300, 300), 300), ((72, 72), 200), ((1, 1), 200)])
def test_an_unbelievable_resolution_is_estimated_from_the_paper(said: tuple[int, int], believed: int) -> None:
    (page,) = drawn(papers.encoded(Image.new("L", papers.A4, 255), "JPEG", dpi=said))
    assert page.dpi == pytest.approx(believed, abs=1)


def test_probe_reports_without_drawing() -> None:
    found = probe(papers.pdf(3))
    assert (found.kind, found.mime, found.pages, found.encrypted) == ("pdf", "application/pdf", 3, False)
    assert found.page_sizes[2] == (595, 842)
    assert Probe.from_dict(found.as_dict()) == found
    small = probe(papers.encoded(picture(), "JPEG"))
    assert (small.kind, small.pages, small.page_sizes) == ("jpeg", 1, ((300, 200),))


def test_a_pdf_locked_only_against_printing_opens_and_says_so() -> None:
    locked = papers.pdf(1, password="")
    assert probe(locked).encrypted
    assert len(drawn(locked)) == 1


def test_errors_survive_json() -> None:
    with pytest.raises(OcrError) as caught:
        probe(b"")
    again = OcrError.from_dict(caught.value.as_dict())
    assert type(again) is type(caught.value)
    assert OcrError.from_dict({"code": "FROM_THE_FUTURE"}).code == "OCR_FAILED"


SEEDS = [
    papers.encoded(picture((40, 30)), "PNG"),
    papers.encoded(picture((40, 30)), "JPEG"),
    papers.tiff([picture((40, 30)), picture((20, 10))]),
    papers.pdf(2),
    papers.pdf_of(picture((40, 30))),
    papers.pdf_with_content(zlib.compress(b"0 0 m 10 10 l S")),
]


@settings(max_examples=250, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=12)), max_size=6),
    length=st.floats(0.2, 1.0),
)
def test_only_own_errors_come_out_of_damaged_files(seed: bytes, cuts: list[tuple[float, bytes]], length: float) -> None:
    data = bytearray(seed)
    for place, junk in cuts:
        start = int(place * len(data))
        data[start : start + len(junk)] = junk
    broken = bytes(data[: int(length * len(data)) + 1])
    try:
        found = probe(broken, Limits(max_pixels_page=1_000_000))
        count = sum(1 for _ in pages(broken, Limits(max_pixels_page=1_000_000)))
    except OcrError as error:
        assert error.code != "OCR_FAILED"  # noqa: PT017 - both outcomes are right, only other exceptions are wrong
    else:
        assert count == found.pages


@given(st.binary(max_size=400))
def test_only_own_errors_come_out_of_noise(data: bytes) -> None:
    with pytest.raises(OcrError):
        list(pages(data))


@pytest.mark.needs_vectors
def test_only_own_errors_come_out_of_other_peoples_broken_pdfs(vectors: Path) -> None:
    refused, read = 0, 0
    for path in sorted((vectors / "broken-pdf").rglob("*.pdf")):
        data = path.read_bytes()
        try:
            probe(data)
            next(iter(pages(data, Limits(max_pixels_page=8_000_000, max_pages=50))))
            read += 1
        except OcrError:
            refused += 1
    assert read > 100
    assert refused > 0


def test_pillow_is_not_asked_to_guess() -> None:
    """A BMP picture is refused by its content: Pillow's other plug-ins are never reached."""
    out = io.BytesIO()
    picture().save(out, "BMP")
    assert code_of(out.getvalue()) == "NOT_A_PAPER"
