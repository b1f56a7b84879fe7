"""Folding and fuzzy label search, and the measure of reading errors."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr import Line, PageText, Quality, Word, cer, wer
from ocr.fold import fold
from ocr.sheet import Sheet

QUALITY = Quality(dpi=200, sharpness=1.0, contrast=1.0, unevenness=0.0, blank=False)


def sheet(*lines: str) -> Sheet:
    """A page whose characters are 10 pixels wide and whose lines are 40 pixels apart."""
    built = []
    for number, line in enumerate(lines):
        words, place = [], 0
        for text in line.split():
            words.append(Word(text, 0.9, (place * 10, number * 40, (place + len(text)) * 10, number * 40 + 30)))
            place += len(text) + 1
        built.append(Line(tuple(words)))
    return Sheet(0, PageText(1000, 1400, 100, tuple(built), QUALITY))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"])))
def test_folding_keeps_every_place(text: str) -> None:
    import unicodedata  # noqa: PLC0415 - only this test looks below NFC

    assert len(fold(text)) == len(unicodedata.normalize("NFC", text))


def test_folding_forgives_tone_placement() -> None:
    assert fold("CỘNG HOÀ") == fold("Cộng hòa")
    assert fold("Đường") == "duong"


def test_a_label_is_found_with_wrong_marks_spaces_and_one_wrong_letter() -> None:
    page = sheet("Ho,chữ đệm,tẽn ngưởi mẹ: BÙI THỊ MẪU", "Hợ, chữ đêm, ten ngưòi cba: LÊ MẪU")
    (mother,) = page.find("Họ, chữ đệm, tên người mẹ")
    assert (mother.start, mother.edits) == (0, 0)
    assert page.text[mother.end :].startswith(": BÙI")
    (father,) = page.find("Họ, chữ đệm, tên người cha")
    assert father.edits == 1
    assert page.line_at(father.start) == 1


def test_a_label_is_found_only_as_whole_words() -> None:
    assert sheet("Sống ở thành phố").find("Số") == []
    assert len(sheet("Số: 12").find("Số")) == 1


def _distance(one: str, other: str) -> int:
    """Levenshtein's distance as the textbook has it."""
    row = list(range(len(other) + 1))
    for number, char in enumerate(one, start=1):
        before, row[0] = row[0], number
        for place, letter in enumerate(other, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (char != letter))
    return row[-1]


@given(
    st.text(alphabet="abcd", min_size=10, max_size=40),
    st.text(alphabet="abcd", max_size=12),
    st.integers(0, 3),
    st.data(),
)
def test_a_label_with_slips_is_found_with_as_many_edits_as_it_needs(
    label: str, before: str, slips: int, data: st.DataObject
) -> None:
    said = list(label)
    for _ in range(slips):
        place = data.draw(st.integers(0, len(said) - 1))
        said[place] = data.draw(st.sampled_from("xyz"))
    read = "".join(said)
    page = sheet(f"{before or 'x'} {read} 1")
    found = page.find(label, edits=slips)
    assert any(match.start <= len(before or "x") + 1 + slips for match in found)
    for match in found:
        letters = "".join(char for char in page.folded[match.start : match.end] if char.isalnum())
        assert match.edits == _distance(label, letters) <= slips


@pytest.mark.parametrize("degrees", [-3.0, -1.4, 0.0, 2.0])
def test_lines_of_a_page_that_leans_lie_straight_and_places_stay_those_of_the_page(degrees: float) -> None:
    rows = "Quốc tịch: Việt Nam|Dân tộc: Kinh và một dòng dài|Họ tên mẹ của con: Lê Mẫu|Nơi sinh: phường Mẫu, thành phố"
    straight = sheet(*rows.split("|"), "Số định danh cá nhân: 031")
    turn = math.radians(degrees)

    def leaning(word: Word) -> Word:
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        left = round(x * math.cos(turn) - y * math.sin(turn) - (word.box[2] - word.box[0]) / 2)
        top = round(x * math.sin(turn) + y * math.cos(turn) - 15)
        return Word(word.text, word.conf, (left, top, left + word.box[2] - word.box[0], top + 30))

    lines = tuple(Line(tuple(leaning(word) for word in line.words)) for line in straight.source.lines)
    page = Sheet(0, replace(straight.source, lines=lines))
    for before, after in zip(straight.lines, page.lines, strict=True):
        for one, other in zip(before.words, after.words, strict=True):
            assert max(abs(a - b) for a, b in zip(one.box, other.box, strict=True)) <= 3
    assert page.box_on_page(0, 4) == lines[0].words[0].box


def test_a_title_over_two_lines_is_one_match() -> None:
    (found,) = sheet("GIẤY CHỨNG NHẬN", "KẾT HÔN").find("GIẤY CHỨNG NHẬN KẾT HÔN")
    assert found.edits == 0


def test_boxes_cut_words_in_proportion() -> None:
    page = sheet("Số:125/2023 ngày")
    assert page.box(3, 11) == (30, 0, 110, 30)


def test_measure_does_not_punish_another_order() -> None:
    truth = "BỘ CÔNG AN\nCỘNG HÒA XÃ HỘI\nSố: 12"
    assert cer(truth, "CỘNG HÒA XÃ HỘI Số: 12\nBỘ CÔNG AN").errors == 0
    assert wer(truth, "CỘNG HÒA XÃ HỘI Số: 12\nBỘ CÔNG AN").errors == 0


def test_measure_counts_edits_losses_and_false_text() -> None:
    assert cer("Số: 12", "Số: 17").errors == 1
    assert cer("Số: 12\nHà Nội", "Số: 12").errors == len("Hà Nội")
    assert cer("Số: 12", "").rate == 1.0
    false = cer("Số: 12", "Số: 12\nqwx")
    assert (false.errors, false.extra) == (0, 3)
    assert (cer("a", "a") + cer("bc", "bd")).units == 3


@given(st.text(alphabet="abc \n", max_size=40), st.text(alphabet="abc \n", max_size=40))
def test_measure_is_bounded(truth: str, read: str) -> None:
    score = cer(truth, read)
    assert 0 <= score.errors <= score.units
    assert cer(truth, truth).errors == 0
