"""Pictures to text with the installed Tesseract: drawn pages, seals, codes, and the real signed letters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import qrcode
from PIL import Image, ImageDraw

from ocr import PageText, Template, cer, pages, probe, read_page, understand
from ocr.clean import prepare
from tests.unit.ocr import papers

LINES = [
    "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",
    "Họ, chữ đệm, tên: NGUYỄN THỊ MẪU",
    "Ngày, tháng, năm sinh: 15/03/1993",
    "Số định danh cá nhân: 031193001234",
    "Nơi cư trú: số 12 đường Thử Nghiệm, phường Mẫu",
]


def read(picture: Image.Image) -> PageText:
    (page,) = pages(papers.encoded(picture))
    return read_page(page)


def stamped(picture: Image.Image, centre: tuple[int, int]) -> Image.Image:
    """A red ring with a bar across, as large as a seal, over black text."""
    layer = Image.new("RGB", picture.size, "white")
    pen = ImageDraw.Draw(layer)
    left, top = centre[0] - 140, centre[1] - 140
    pen.ellipse((left, top, left + 280, top + 280), outline=(215, 40, 50), width=14)
    pen.rectangle((left + 40, centre[1] - 30, left + 240, centre[1] + 30), fill=(215, 40, 50))
    return Image.fromarray(np.minimum(np.asarray(picture), np.asarray(layer)))


def test_a_clean_page_is_read_with_boxes_on_the_ink() -> None:
    picture = papers.page(papers.column(LINES))
    found = read(picture)
    assert cer("\n".join(LINES), found.text).rate < 0.02
    assert (found.width, found.height, found.dpi) == (*papers.A4, 200)
    word = next(word for word in found.words if word.text == "031193001234")
    left, top, right, bottom = word.box
    ink = np.argwhere(np.asarray(picture.convert("L"))[330:400] < 128)
    assert abs(right - int(ink[:, 1].max())) < 8
    assert top < 352 + 30 < bottom
    assert left < right
    assert word.conf > 0.7


def test_a_seal_over_the_text_is_lifted() -> None:
    page = papers.page(papers.column(LINES))
    over = stamped(page, (520, 300))
    grey, done = prepare(np.asarray(over), 200)
    assert done == ["SEALS"]
    red = (np.asarray(over)[:, :, 0] > 150) & (np.asarray(over)[:, :, 1] < 100)
    assert red.sum() > 10_000
    assert grey[red].mean() > 225
    assert cer("\n".join(LINES), read(over).text).rate < 0.06


def test_red_print_is_text_and_stays() -> None:
    picture = papers.page([])
    pen = ImageDraw.Draw(picture)
    from PIL import ImageFont  # noqa: PLC0415 - only this test draws in red

    pen.text((300, 300), "Số: 125/2023", font=ImageFont.truetype(papers.FONT, 46), fill=(210, 20, 30))
    assert "125/2023" in read(picture).text


def test_a_shadow_over_half_the_page_does_not_hide_the_text() -> None:
    bright = np.asarray(papers.page(papers.column(LINES))).astype(np.float32)
    shadow = np.linspace(0.35, 1.0, bright.shape[1], dtype=np.float32)[None, :, None]
    found = read(Image.fromarray((bright * shadow).astype(np.uint8)))
    assert cer("\n".join(LINES), found.text).rate < 0.03
    assert "UNEVEN_LIGHT" in found.quality.advice


def test_a_blank_page_is_said_to_be_blank() -> None:
    found = read(papers.page([]))
    assert found.lines == ()
    assert found.text == ""
    assert found.quality.advice == ("BLANK",)


def test_a_qr_code_is_found_with_its_place() -> None:
    picture = papers.page(papers.column(LINES))
    code = qrcode.make("031090012345||Nguyễn Văn Mẫu", box_size=5, border=2).convert("RGB")
    picture.paste(code, (1200, 1800))
    (found,) = read(picture).codes
    assert (found.text, found.format) == ("031090012345||Nguyễn Văn Mẫu", "QR")
    assert 1200 <= found.box[0] < found.box[2] <= 1200 + code.size[0]
    assert 1800 <= found.box[1] < found.box[3] <= 1800 + code.size[1]


def test_from_picture_to_fields(templates: list[Template]) -> None:
    paper = understand([read(papers.page(papers.column(LINES)))], templates)
    assert paper.type.code == "XNTTHN"
    assert paper.fields["holder_name"].value == "NGUYỄN THỊ MẪU"
    assert paper.fields["birth_date"].value == "1993-03-15"
    assert paper.fields["holder_id"].value == "031193001234"


@pytest.mark.needs_samples
class TestSignedLetters:
    """Numbers and days of these letters are only in the pictures of their signature fields."""

    @pytest.mark.parametrize(
        ("name", "number", "day"),
        [
            ("cong-van-f38.pdf", "2118/PCCC&CNCH-P6", "2026-06-24"),
            ("cong-van-f40.pdf", "2243/PCCC&CNCH-P6", "2025-07-23"),
        ],
    )
    def test_number_and_day_are_read_from_the_drawn_signatures(
        self, samples: Path, templates: list[Template], name: str, number: str, day: str
    ) -> None:
        data = (samples / "signed-government-pdf" / name).read_bytes()
        page = read_page(next(iter(pages(data))))
        assert number.split("/", maxsplit=1)[0] in page.text
        paper = understand([page], templates)
        assert paper.type.code == "CONGVAN"
        assert paper.fields["number"].value == number
        assert paper.fields["issued_on"].value == day
        assert paper.fields["signer"].value == "Nguyễn Thanh Điệp"
        assert paper.fields["place"].value == "Hà Nội"

    def test_all_six_documents_are_readable(self, samples: Path) -> None:
        counts = {}
        for path in sorted((samples / "signed-government-pdf").glob("*.pdf")):
            data = path.read_bytes()
            counts[path.stem] = probe(data).pages
            first = next(iter(pages(data)))
            assert first.dpi >= 200
            assert first.rgb.std() > 10
        assert counts == {
            "cong-van-f38": 1,
            "cong-van-f40": 2,
            "luat-can-cuoc-2023": 30,
            "luat-giao-dich-dien-tu-2023": 30,
            "thong-tu-51-2025-bca": 4,
            "thong-tu-66-2023-bca": 29,
        }


def test_a_fine_scan_is_read_smaller_and_its_boxes_are_those_of_the_page() -> None:
    picture = papers.page(papers.column(LINES[:2]))
    fine = picture.resize((picture.width * 3, picture.height * 3), Image.Resampling.BICUBIC)
    (page,) = pages(papers.encoded(fine, dpi=(600, 600)))
    found = read_page(page)
    assert cer("\n".join(LINES[:2]), found.text).rate < 0.03
    assert (found.width, found.height, found.dpi) == (*fine.size, 600)
    assert found.quality.dpi == 600
    left, top, _, bottom = found.words[0].box
    assert abs(left - 3 * 200) < 15
    assert 3 * 150 <= top < bottom < 3 * 225
