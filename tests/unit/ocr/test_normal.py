"""Normal forms of values: what fits the syntax comes out uniform, what does not is refused, nothing is guessed."""

from __future__ import annotations

import pytest

from ocr.normal import NORMALISERS, tax_checks
from ocr.spoken import spoken_date


@pytest.mark.parametrize(
    ("kind", "raw", "normal"),
    [
        ("date", "24/06/2026", "2026-06-24"),
        ("date", "Hà Nội, ngày 24 tháng 06 năm 2026", "2026-06-24"),
        ("date", "ngày24 tháng06 năm 2026", "2026-06-24"),
        ("date", "ngày … 5 … tháng 1 năm 2020", "2020-01-05"),
        ("date", "05 - 7 - 1999.", "1999-07-05"),
        ("date", "31/02/2020", None),
        ("date", "24/06/26", None),
        ("date", "l2/06/2026", None),
        ("id", "0 3 1 0 9 0 | 0 1 2 3 4 5", "031090012345"),
        ("id", "CCCD số 031090012345 cấp ngày 1/1/2022", "031090012345"),
        ("id", "031090O12345", None),
        ("id", "12345678", None),
        ("id", "CMND 012345678", "012345678"),
        ("number", "2118    /PCCC&CNCH-P6", "2118/PCCC&CNCH-P6"),
        ("number", "125 / 2023", "125/2023"),
        ("number", "........ 45/UBND-XNTTHN", "45/UBND-XNTTHN"),
        ("number", "không", None),
        ("name", "NGUYỄN VĂN MẪU.", "NGUYỄN VĂN MẪU"),
        ("name", "Nguyễn V4n", None),
        ("text", "  Xã An Bình …………, Hải Phòng ; ", "Xã An Bình , Hải Phòng"),
        ("sex", "Nữ", "NỮ"),
        ("sex", "Nam", "NAM"),
        ("sex", "Nơi", None),
        ("money", "5.000.000.000 đồng", "5000000000"),
        ("area", "120,5 m²", "120.5"),
        ("area", "1.250 m2 (bằng chữ: …)", "1250"),
        ("area", "85.75m2", "85.75"),
        ("plate", "15A-123.45", "15A-123.45"),
        ("plate", "29-B1 678.90", "29B1-678.90"),
        ("serial", "số BN 531146", "BN 531146"),
        ("serial", "AA09273289", "AA 09273289"),
        ("class", "A1, B2", "A1,B2"),
        ("tax", "0102357802", "0102357802"),
        ("tax", "0102357802 - 001", "0102357802-001"),
        ("year", "1990", "1990"),
        ("digits", "thửa 12 3", "123"),
    ],
)
def test_normal_forms(kind: str, raw: str, normal: str | None) -> None:
    assert NORMALISERS[kind](raw) == normal


def test_the_check_digit_of_a_tax_code() -> None:
    assert tax_checks("0102357802")
    assert not tax_checks("0102357803")
    assert not tax_checks("01023578")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Ngày mười lăm, tháng ba, năm hai nghìn không trăm hai mươi ba", "2023-03-15"),
        ("Ngày hai mươi mốt tháng năm năm một nghìn chín trăm chín mươi lăm", "1995-05-21"),
        ("ngày mùng một, tháng mười hai, năm hai ngàn lẻ một", "2001-12-01"),
        ("ngày ba mươi, tháng hai, năm hai nghìn", None),
        ("ngày xanh, tháng ba, năm hai nghìn", None),
        ("", None),
    ],
)
def test_dates_in_words(words: str, day: str | None) -> None:
    assert spoken_date(words) == day
