"""Pages, strips, sheets and blocks: by text extraction and by picture."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import FloatObject, NameObject, RectangleObject
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from signing import (
    AdministrativeDocument,
    AlreadySignedError,
    ConversionMark,
    CopyForm,
    CopyLine,
    FontMissingError,
    GlyphMissingError,
    ImageUnreadableError,
    Level,
    MarkError,
    NotAPdfError,
    PageImageBytes,
    PasswordProtectedError,
    SignatureBlock,
    SignatureLine,
    add_copy_line,
    add_signature_block,
    add_strip,
    cover_sheet,
    join_pdfs,
    page_count,
    pages_to_pdf,
    split_pdf,
    text_font_paths,
)
from signing.marks.fonts import ALPHABET, BOLD, ROMAN, load
from tests.unit.signing.builders import Office, page_image, picture_of, plain_pdf, size_of, text_of

QR_TEXT = "HTTPS://KHO.EXAMPLE.VN/Q#BANMAU"
HARD = "Ủ ị ễ ở Ỹ Đ ữ ậ Ặ ẩ ỗ ợ ừ ỳ ỵ ỷ ẽ ẻ"


def flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@pytest.fixture(scope="module")
def scan() -> bytes:
    return page_image(1654, 2339)


@pytest.fixture(scope="module")
def page(scan: bytes) -> bytes:
    return pages_to_pdf([PageImageBytes(scan, 1654, 2339, 200)])


def test_a_jpeg_is_kept_byte_for_byte_at_full_scale_in_pdf_1_7(scan: bytes, page: bytes) -> None:
    assert page.startswith(b"%PDF-1.7")
    assert scan in page
    assert size_of(page) == pytest.approx((1654 / 200 * 72, 2339 / 200 * 72), abs=0.1)
    drawn = picture_of(page, dpi=100)
    with Image.open(BytesIO(scan)) as source:
        small = source.convert("RGB").resize(drawn.size)
    assert np.abs(np.asarray(drawn, int) - np.asarray(small, int)).mean() < 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_page_and_not_the_bytes(orientation: int) -> None:
    with Image.open(BytesIO(page_image(400, 600))) as source:
        exif = source.getexif()
        exif[0x0112] = orientation
        target = BytesIO()
        source.save(target, "JPEG", exif=exif, quality=95)
    data = target.getvalue()
    pdf = pages_to_pdf([PageImageBytes(data, 400, 600, 100)])
    assert data in pdf
    with Image.open(BytesIO(data)) as again:
        expected = upright(again, orientation)
    drawn = picture_of(pdf, dpi=100).resize(expected.size)
    assert np.abs(np.asarray(drawn, int) - np.asarray(expected, int)).mean() < 6


def upright(picture: Image.Image, orientation: int) -> Image.Image:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    picture = picture.convert("RGB")
    return picture.transpose(turns[orientation]) if orientation in turns else picture


@pytest.mark.parametrize(("form", "mode"), [("PNG", "RGB"), ("PNG", "L"), ("PNG", "1"), ("PNG", "RGBA"), ("JPEG", "L")])
def test_other_pictures_are_embedded_without_loss_of_colour(form: str, mode: str) -> None:
    data = page_image(200, 300, form=form, mode=mode)
    drawn = picture_of(pages_to_pdf([PageImageBytes(data, 200, 300, 72)]))
    with Image.open(BytesIO(data)) as source:
        ground = Image.new("RGBA", source.size, "white")
        expected = Image.alpha_composite(ground, source.convert("RGBA")).convert("RGB")
    assert np.abs(np.asarray(drawn, int) - np.asarray(expected, int)).mean() < 3


def test_an_inverted_cmyk_jpeg_is_not_shown_as_a_negative() -> None:
    data = page_image(200, 300, mode="CMYK")
    pdf = pages_to_pdf([PageImageBytes(data, 200, 300, 72)])
    assert data in pdf
    drawn = np.asarray(picture_of(pdf), int)
    assert drawn[250, 150].mean() > 200
    assert drawn[5, 5].mean() < 120


@pytest.mark.parametrize(
    "image",
    [
        PageImageBytes(b"", 1, 1, 200),
        PageImageBytes(b"\xff\xd8\xff\xe0 not a jpeg", 10, 10, 200),
        PageImageBytes(page_image(20, 30), 21, 30, 200),
        PageImageBytes(page_image(20, 30), 20, 30, 0),
        PageImageBytes(page_image(20, 30, form="GIF"), 20, 30, 200),
    ],
)
def test_a_picture_that_is_none_is_refused(image: PageImageBytes) -> None:
    with pytest.raises(ImageUnreadableError):
        pages_to_pdf([image])
    with pytest.raises(ImageUnreadableError):
        pages_to_pdf([])


def test_files_are_split_joined_and_counted() -> None:
    three = plain_pdf(3)
    assert page_count(three) == 3
    first, rest = split_pdf(three, [(1, 1), (2, 3)])
    assert (page_count(first), page_count(rest)) == (1, 2)
    assert "so 15 3" in text_of(join_pdfs([rest, first]), 1)
    with pytest.raises(ValueError, match="not in a file of 3"):
        split_pdf(three, [(3, 4)])
    with pytest.raises(NotAPdfError):
        page_count(b"nothing")


def test_the_font_draws_every_vietnamese_letter() -> None:
    assert len(ALPHABET) == 178
    assert {ord(c) for c in ALPHABET} <= load()
    with pytest.raises(FontMissingError, match="fonts-croscore"):
        text_font_paths(("/nowhere",))


@pytest.mark.parametrize("font", [ROMAN, BOLD])
def test_every_letter_survives_extraction_and_leaves_its_own_ink(font: str) -> None:
    """Each letter is drawn alone: it must read back as itself and differ from the box for missing glyphs."""
    load()
    target = BytesIO()
    canvas = Canvas(target, pagesize=(40, 40))
    for letter in (*ALPHABET, "\ufffe"):
        canvas.setFont(font, 24)
        canvas.drawString(8, 12, letter)
        canvas.showPage()
    canvas.save()
    pdf = target.getvalue()
    missing = picture_of(pdf, len(ALPHABET), dpi=144).tobytes()
    seen = set()
    for number, letter in enumerate(ALPHABET):
        assert flat(text_of(pdf, number)) == letter
        ink = picture_of(pdf, number, dpi=144).tobytes()
        assert ink != missing
        seen.add(ink)
    assert len(seen) == len(ALPHABET)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_strip_adds_a_band_and_covers_nothing(turn: int, page: bytes, mark: ConversionMark, qr_png: bytes) -> None:
    writer = PdfWriter(clone_from=BytesIO(page))
    writer.pages[0].rotate(turn)
    target = BytesIO()
    writer.write(target)
    before = target.getvalue()
    after = add_strip(before, mark=mark, qr_png=qr_png, qr_mm=30)
    (old_width, old_height), (width, height) = size_of(before), size_of(after)
    assert width == pytest.approx(old_width, abs=0.1)
    assert height > old_height + 30 * mm
    was, now = picture_of(before), picture_of(after)
    kept = now.crop((0, 0, *was.size))
    assert np.abs(np.asarray(ImageChops.difference(was, kept), int)).mean() < 0.5
    found = [r.text for r in zxingcpp.read_barcodes(picture_of(after, dpi=150))]
    assert found == [QR_TEXT]


def test_the_strip_says_what_the_decree_asks(page: bytes, mark: ConversionMark, qr_png: bytes) -> None:
    said = flat(text_of(add_strip(page, mark=replace(mark, person=HARD), qr_png=qr_png, qr_mm=30)))
    for part in (mark.words, mark.agency, HARD, "2026-11-22T09:15:30+07:00", mark.lookup_code, mark.lookup_url):
        assert flat(part) in said


def test_the_qr_is_as_large_as_asked_with_its_quiet_zone(page: bytes, mark: ConversionMark, qr_png: bytes) -> None:
    strip = add_strip(page, mark=mark, qr_png=qr_png, qr_mm=30)
    (image,) = zxingcpp.read_barcodes(picture_of(strip, dpi=254))
    corners = image.position
    side = corners.top_right.x - corners.top_left.x
    with Image.open(BytesIO(qr_png)) as code:
        modules = code.width / 8
    assert side / 10 == pytest.approx(30 * (modules - 8) / modules, abs=0.6)


def test_only_the_first_page_changes_and_the_jpeg_stays(scan: bytes, mark: ConversionMark, qr_png: bytes) -> None:
    two = pages_to_pdf([PageImageBytes(scan, 1654, 2339, 200)] * 2)
    strip = add_strip(two, mark=mark, qr_png=qr_png, qr_mm=30)
    assert scan in strip
    assert size_of(strip, 1) == size_of(two, 1)
    assert strip.startswith(b"%PDF-1.7")


def test_content_outside_the_crop_box_does_not_shine_through_the_band(mark: ConversionMark, qr_png: bytes) -> None:
    writer = PdfWriter(clone_from=BytesIO(plain_pdf()))
    cropped = writer.pages[0]
    cropped.cropbox = RectangleObject((50, 690, 400, 720))
    target = BytesIO()
    writer.write(target)
    strip = add_strip(target.getvalue(), mark=mark, qr_png=qr_png, qr_mm=30)
    assert size_of(strip)[0] >= 350
    assert mark.lookup_code in text_of(strip)


def test_a_user_unit_scales_the_page_and_not_the_strip(mark: ConversionMark, qr_png: bytes) -> None:
    writer = PdfWriter(clone_from=BytesIO(plain_pdf()))
    writer.pages[0][NameObject("/UserUnit")] = FloatObject(2)
    target = BytesIO()
    writer.write(target)
    strip = add_strip(target.getvalue(), mark=mark, qr_png=qr_png, qr_mm=30)
    box = PdfReader(BytesIO(strip)).pages[0].mediabox
    assert (float(box.height) - 841.89) * 2 == pytest.approx(38 * mm, abs=1)


def test_a_card_sized_page_gets_room_for_the_text(mark: ConversionMark, qr_png: bytes) -> None:
    card = pages_to_pdf([PageImageBytes(page_image(674, 425), 674, 425, 200)])
    strip = add_strip(card, mark=mark, qr_png=qr_png, qr_mm=30)
    assert flat(mark.agency) in flat(text_of(strip))
    assert [r.text for r in zxingcpp.read_barcodes(picture_of(strip, dpi=200))] == [QR_TEXT]


def test_a_signed_file_gets_no_strip(office: Office, mark: ConversionMark, qr_png: bytes) -> None:
    with pytest.raises(AlreadySignedError):
        add_strip(office.seal(level=Level.B_B), mark=mark, qr_png=qr_png, qr_mm=30)


def test_a_locked_file_gets_no_strip(mark: ConversionMark, qr_png: bytes) -> None:
    writer = PdfWriter(clone_from=BytesIO(plain_pdf()))
    writer.encrypt("mở")
    target = BytesIO()
    writer.write(target)
    with pytest.raises(PasswordProtectedError):
        add_strip(target.getvalue(), mark=mark, qr_png=qr_png, qr_mm=30)


def test_what_cannot_be_drawn_or_scanned_is_refused(page: bytes, mark: ConversionMark, qr_png: bytes) -> None:
    with pytest.raises(GlyphMissingError, match=r"U\+6F22"):
        add_strip(page, mark=replace(mark, person="漢"), qr_png=qr_png, qr_mm=30)
    with pytest.raises(GlyphMissingError):
        add_strip(page, mark=replace(mark, person="A\u202eB"), qr_png=qr_png, qr_mm=30)
    with pytest.raises(ImageUnreadableError):
        add_strip(page, mark=mark, qr_png=b"no picture", qr_mm=30)
    with pytest.raises(MarkError):
        add_strip(page, mark=mark, qr_png=qr_png, qr_mm=3)
    with pytest.raises(MarkError, match="person"):
        replace(mark, person=" ")
    with pytest.raises(MarkError, match="zone"):
        replace(mark, at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


def test_decomposed_input_is_printed_composed(page: bytes, mark: ConversionMark, qr_png: bytes) -> None:
    decomposed = replace(mark, person=unicodedata.normalize("NFD", "Nguyễn Thị Ủy"))
    assert "Nguyễn Thị Ủy" in text_of(add_strip(page, mark=decomposed, qr_png=qr_png, qr_mm=30))


def test_the_cover_sheet_is_a4_and_runs_over_pages(mark: ConversionMark, qr_png: bytes) -> None:
    lines = [SignatureLine(f"Nguyễn Văn {n}", "BỘ MẪU", "2026-06-24T16:03:17+07:00", "VALID") for n in range(60)]
    rows = [("Số, ký hiệu", "15/QĐ-UBND"), ("Trích yếu", "Về việc cấp giấy " * 30), ("Mã dài", "x" * 300)]
    sheet = cover_sheet(mark=mark, qr_png=qr_png, title="Phiếu tra cứu bản điện tử", rows=rows, signatures=lines)
    assert page_count(sheet) == 2
    assert size_of(sheet) == pytest.approx((595.28, 841.89), abs=0.1)
    said = flat(" ".join(text_of(sheet, n) for n in range(2)))
    assert all(part in said for part in ("Phiếu tra cứu bản điện tử", "15/QĐ-UBND", "60. VALID", mark.lookup_url))
    assert said.count("x") >= 300
    assert [r.text for r in zxingcpp.read_barcodes(picture_of(sheet, dpi=150))] == [QR_TEXT]


LETTER = AdministrativeDocument("15/QĐ-UBND", "UBND phường Ỹ La")


def test_the_copy_line_stands_at_the_top_right_in_ten_points(page: bytes) -> None:
    line = CopyLine(CopyForm.SAO_Y, "UBND PHƯỜNG Ỹ LA", datetime(2026, 11, 22, 2, 15, 30, tzinfo=UTC))
    assert line.text == "SAO Y; UBND PHƯỜNG Ỹ LA; 2026-11-22T09:15:30+07:00"
    marked = add_copy_line(page, document=LETTER, line=line)
    assert line.text in flat(text_of(marked))
    changed = ImageChops.difference(picture_of(page), picture_of(marked)).convert("L").point(lambda v: 255 * (v > 40))
    left, top, right, bottom = changed.getbbox() or (0, 0, 0, 0)
    assert left > 595 * 0.45
    assert right <= 595 - 15 * mm + 2
    assert top > 9 * mm
    assert bottom < 30 * mm
    with pytest.raises(MarkError):
        AdministrativeDocument(" ", "UBND")


def stroke(colour: tuple[int, int, int, int], width: int = 300, height: int = 160, *, ground: int = 0) -> bytes:
    picture = Image.new("RGBA", (width, height), (255, 255, 255, ground))
    ImageDraw.Draw(picture).ellipse((10, 10, width - 10, height - 10), outline=colour, width=12)
    target = BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


BLUE = stroke((20, 40, 190, 255))
RED = stroke((210, 20, 30, 255), 300, 300)


def test_the_seal_covers_the_left_third_of_the_signature_in_real_size() -> None:
    block = SignatureBlock(
        page=1,
        centre_x_mm=150,
        title_baseline_mm=90,
        name_top_mm=60,
        signature_png=BLUE,
        signature_width_mm=40,
        seal_png=RED,
        seal_mm=36,
    )
    ground = plain_pdf(text="")
    drawn = np.asarray(picture_of(add_signature_block(ground, document=LETTER, block=block), dpi=254), int)
    red = np.argwhere((drawn[:, :, 0] > 150) & (drawn[:, :, 2] < 90))
    blue = np.argwhere((drawn[:, :, 2] > 130) & (drawn[:, :, 0] < 80))
    assert np.ptp(red[:, 1]) / 10 == pytest.approx(36 * 280 / 300, abs=0.6)
    signature_left, signature_right = 150 - 20, 150 + 20
    assert blue[:, 1].max() / 10 == pytest.approx(signature_right - 40 * 10 / 300, abs=0.6)
    seal_right = signature_left + 40 / 3
    assert red[:, 1].max() / 10 == pytest.approx(seal_right - 36 * 10 / 300, abs=0.6)
    middle = 297 - (90 + 60) / 2
    assert (blue[:, 0].max() + blue[:, 0].min()) / 20 == pytest.approx(middle, abs=1)


@pytest.mark.parametrize(
    "change",
    [
        {"page": 2},
        {"signature_png": RED},
        {"seal_png": BLUE},
        {"signature_png": stroke((20, 40, 190, 255), ground=255)},
        {"signature_png": b"none"},
        {"signature_width_mm": 80.0},
        {"centre_x_mm": 5.0},
    ],
)
def test_a_block_that_breaks_the_decree_is_refused(change: dict[str, object]) -> None:
    block = SignatureBlock(1, 150, 90, 60, BLUE, 40, RED)
    with pytest.raises(MarkError):
        add_signature_block(plain_pdf(), document=LETTER, block=replace(block, **change))  # type: ignore[arg-type]
