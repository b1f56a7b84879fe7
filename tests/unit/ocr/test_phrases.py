"""Known words with lost marks are noticed, whatever the readers say; good print is not doubted."""

from __future__ import annotations

import pytest

from ocr.phrases import misread_words


@pytest.mark.parametrize(
    "text",
    [
        "UBND phường Thử, thành phố Hà Nôi",
        "thôn Hạ, xã Thử, tinh Gia Lai",
        "CÔNG TY TNHH THƯƠNG MAI THỬ",
        "Bênh viện Đa khoa Thử",
        "số 1 đường Thử, quân Ba",
    ],
)
def test_a_lost_mark_in_a_known_word_is_noticed(text: str) -> None:
    assert misread_words(text, name=False) == 1


@pytest.mark.parametrize("name", ["NGUYỄN THI THANH HÀ", "Huynh Đức Thử", "TRÀN VĂN AN"])
def test_a_lost_mark_in_a_name_is_noticed(name: str) -> None:
    assert misread_words(name, name=True) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Uỷ ban nhân dân phường Hoà Thử, tỉnh Khánh Hoà", False),
        ("NGUYỄN THỊ THUÝ HÀ", True),
        ("Lê Vân Anh", True),
        ("A Thi", True),
        ("MAU VIET TRADING COMPANY LIMITED", False),
    ],
)
def test_print_as_it_is_written_is_not_doubted(text: str, name: bool) -> None:  # noqa: FBT001 - a case of the table
    assert misread_words(text, name=name) == 0
