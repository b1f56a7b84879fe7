from __future__ import annotations

import unicodedata

import pytest

from vault.domain.text import (
    NameMatch,
    collapse,
    compare_names,
    fold_tone_placement,
    mask_name,
    mask_number,
    nfc,
    search_key,
    spelling_key,
    strip_marks,
)

PAIRS = [
    # new placement, traditional placement
    ("hoà", "hòa"),
    ("hoè", "hòe"),
    ("khoẻ", "khỏe"),
    ("thuỷ", "thủy"),
    ("thuý", "thúy"),
    ("uỷ", "ủy"),
    ("HOÀ", "HÒA"),
    ("Loã", "Lõa"),
    ("xoá", "xóa"),
    ("hụê", "huệ"),
]
KEPT = [
    "quý",
    "quả",
    "giá",
    "giếng",
    "gì",
    "của",
    "mía",
    "giữa",
    "ngoài",
    "khuỷu",
    "thuở",
    "người",
    "rượu",
    "toàn",
    "thuyền",
    "yếu",
    "ý",
    "oằn",
    "tía",
    "múa",
    "hoàng",
    "khuya",
    "đặng",
]


@pytest.mark.parametrize(("new", "old"), PAIRS)
def test_both_tone_placements_fold_to_the_traditional_one(new: str, old: str) -> None:
    assert fold_tone_placement(new) == old
    assert fold_tone_placement(old) == old


@pytest.mark.parametrize("word", KEPT)
def test_a_word_that_is_spelt_one_way_stays(word: str) -> None:
    assert fold_tone_placement(word) == word


@pytest.mark.parametrize("word", ["Béatrice", "naïve", "Ångström", "HTTP/2", "3.000333", ""])
def test_what_is_no_vietnamese_syllable_stays(word: str) -> None:
    assert fold_tone_placement(word) == nfc(word)


def test_nfc_mends_the_icelandic_letter_and_drops_what_cannot_be_seen() -> None:
    assert nfc("Ðà Nẵng") == "Đà Nẵng"
    assert nfc("ðường") == "đường"
    assert nfc("Tràn\u200b Văn\ufeff An") == "Tràn Văn An"
    assert nfc(unicodedata.normalize("NFD", "Nguyễn")) == "Nguyễn"


def test_collapse_joins_runs_of_space_of_every_kind() -> None:
    assert collapse("  Trần\u00a0 Thị\n\tHoà ") == "Trần Thị Hoà"


def test_keys() -> None:
    assert search_key("Phường  HOÀ-CƯỜNG, Q. Đống Đa") == "phuong hoa cuong q dong da"
    assert spelling_key("Phường  HOÀ-CƯỜNG") == "phường hòa cường"
    assert strip_marks("Đặng Thuỳ ĐĐ") == "Dang Thuy DD"
    assert search_key("số_5/QĐ") == "so 5 qd"


def test_the_four_spellings_of_a_search_meet() -> None:
    exact = "Hoà Bình Đỏ"
    forms = [exact, "Hòa Bình Đỏ", unicodedata.normalize("NFD", exact), "hoa binh do"]
    assert len({search_key(form) for form in forms}) == 1
    assert len({spelling_key(form) for form in forms[:3]}) == 1
    assert spelling_key(forms[3]) != spelling_key(exact)


@pytest.mark.parametrize(
    ("one", "other", "match"),
    [
        ("Trần Thị Hoà", "Trần Thị Hoà", NameMatch.EXACT),
        ("Trần Thị Hoà", unicodedata.normalize("NFD", "Trần Thị Hoà"), NameMatch.EXACT),
        ("Trần Thị Hoà", "Trần Thị Hòa", NameMatch.TONE_PLACEMENT),
        ("Trần Thị Hoà", "TRẦN THỊ HÒA", NameMatch.SPACING_CASE),
        ("Trần Thị Hoà", "Trần ThịHòa", NameMatch.SPACING_CASE),
        ("H' Hen Niê", "H'HEN NIÊ", NameMatch.SPACING_CASE),
        ("Trần Thị Hà", "Trần Thị Hạ", NameMatch.NO_MARKS),
        ("Lê Văn Đức", "Le Van Duc", NameMatch.NO_MARKS),
        ("Thì Hoa", "Thi Hoà", NameMatch.NO_MARKS),
        ("Trần Thị Hoà", "Trần Hoà", NameMatch.DIFFERENT),
        ("", "", NameMatch.DIFFERENT),
        ("- .", "- .", NameMatch.DIFFERENT),
        ("", "Trần", NameMatch.DIFFERENT),
    ],
)
def test_names_compare_at_the_best_level(one: str, other: str, match: NameMatch) -> None:
    assert compare_names(one, other) is match
    assert compare_names(other, one) is match


def test_a_number_is_masked_as_the_pages_show_it() -> None:
    assert mask_number("031012345623") == "0310******23"
    assert mask_number("031234567") == "031*****7"
    assert mask_number("0102357802-001") == "0102********01"
    assert mask_number("1234") == "****"
    assert mask_number("") == ""


def test_a_name_keeps_the_family_name_and_initials() -> None:
    assert mask_name("Trần Thị Bưởi") == "Trần T** B***"
    assert mask_name("  trần   bưởi ") == "trần b***"
    assert mask_name("Plato") == "P****"
    assert mask_name("") == ""
