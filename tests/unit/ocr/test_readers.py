"""Voting, finding lines, and what happens when a reader is missing or breaks. Fakes stand in for networks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ocr import (
    AsterNet,
    Glyph,
    House,
    LineFinder,
    PageText,
    ReaderFailedError,
    ReaderMissingError,
    Readers,
    Reading,
    Tesseract,
    cer,
    default_readers,
    models_folder,
    pages,
    read_page,
)
from ocr.doubt import doubtful
from ocr.order import bands_in_order
from ocr.strips import Band, Strip, cut
from ocr.vote import vote
from ocr.words import as_line
from tests.unit.ocr import papers
from tests.unit.ocr.test_read import LINES

MODELS = models_folder()
needs_models = pytest.mark.skipif(not (MODELS / "lines.onnx").is_file(), reason="deploy/models was not run")


def said(text: str, conf: float = 0.9) -> Reading:
    return tuple(Glyph(char, conf, 10.0 * place, 10.0 * place + 9) for place, char in enumerate(text))


def text_of(reading: Reading) -> str:
    return "".join(glyph.char for glyph in reading)


class TestVote:
    def test_agreement_is_surer_than_either(self) -> None:
        won = vote([("tesseract", said("Số: 12")), ("asternet", said("Số: 12"))])
        assert text_of(won) == "Số: 12"
        assert min(glyph.conf for glyph in won) > 0.98

    def test_a_surer_reader_wins_a_tone_mark_and_doubt_remains(self) -> None:
        won = vote([("tesseract", said("QUYÉT ĐỊNH", 0.6)), ("asternet", said("QUYẾT ĐỊNH", 0.99))])
        assert text_of(won) == "QUYẾT ĐỊNH"
        assert won[3].conf < 0.9
        assert won[0].conf > 0.99

    def test_lost_characters_come_back_from_the_reader_that_has_them(self) -> None:
        won = vote([("tesseract", said("các ông, bà có")), ("asternet", said("các ông, bà c"))])
        assert text_of(won) == "các ông, bà có"

    def test_a_reader_that_lost_the_line_does_not_empty_it(self) -> None:
        assert text_of(vote([("tesseract", ()), ("asternet", said("Hà Nội"))])) == "Hà Nội"
        assert vote([("tesseract", ()), ("asternet", ())]) == ()

    def test_two_against_one(self) -> None:
        won = vote([("tesseract", said("2118", 0.8)), ("asternet", said("2178", 0.9)), ("other", said("2118", 0.8))])
        assert text_of(won) == "2118"

    def test_no_vote_invents_what_nobody_saw(self) -> None:
        readings = [said("Nguyến Vân A"), said("Nguyên Văn À")]
        won = vote([("tesseract", readings[0]), ("asternet", readings[1])])
        for one, other, glyph in zip(*readings, won, strict=True):
            assert glyph.char in {one.char, other.char}


def test_word_boxes_come_from_the_ink() -> None:
    picture = np.full((40, 300), 255, dtype=np.uint8)
    picture[10:30, 20:90] = 0
    picture[10:30, 120:260] = 0
    strip = Strip(picture, np.array([[1.0, 0.0, 500.0], [0.0, 1.0, 700.0]]))
    reading = tuple(
        Glyph(char, 0.9, left, left + 10) for char, left in [("a", 15), ("b", 50), (" ", 95), ("c", 120), ("d", 200)]
    )
    line = as_line(strip, reading)
    assert line is not None
    assert [(word.text, word.box) for word in line.words] == [
        ("ab", (520, 710, 590, 730)),
        ("cd", (620, 710, 760, 730)),
    ]


def test_a_strip_leaves_out_what_reaches_in_from_the_neighbours() -> None:
    page = np.full((200, 400), 255, dtype=np.uint8)
    page[80:110, 50:350] = 0
    page[60:74, 100:110] = 0
    page[116:125, 200:210] = 0
    strip = cut(page, Band(200, 95, 320, 30, 0.0))
    ink = np.argwhere(strip.picture < 128)
    rows = {strip.on_page(0, int(row), 1, int(row) + 1)[1] for row in ink[:, 0]}
    assert min(rows) >= 79
    assert max(rows) <= 110


def test_a_leaning_strip_comes_out_upright_and_its_boxes_go_back() -> None:
    page = np.full((400, 600), 255, dtype=np.uint8)
    slope = np.tan(np.radians(5))
    for column in range(100, 500):
        middle = round(200 + slope * (column - 300))
        page[middle - 10 : middle + 10, column] = 0
    strip = cut(page, Band(300, 200, 420, 24, 5.0))
    rows = np.argwhere(strip.picture < 128)[:, 0]
    assert rows.max() - rows.min() < 24
    left, top, right, bottom = strip.on_page(0, 0, strip.picture.shape[1], strip.picture.shape[0])
    assert left < 110
    assert right > 490
    assert top < 185
    assert bottom > 215


def test_rows_lean_with_the_page() -> None:
    slope = float(np.tan(np.radians(2)))
    places = [(1, 800), (0, 800), (1, 250), (0, 250), (2, 250)]
    bands = [Band(x, 100 + 40 * row + slope * x, 400, 30, 2.0) for row, x in places]
    assert [(band.x, round(band.y - slope * band.x)) for band in bands_in_order(bands)] == [
        (250, 100),
        (800, 100),
        (250, 140),
        (800, 140),
        (250, 180),
    ]


class Broken:
    name = "broken"

    def read(self, lines: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]) -> list[Reading]:
        raise ReaderFailedError(f"broke on {len(lines)} lines")


def read(readers: Readers) -> PageText:
    (page,) = pages(papers.encoded(papers.page(papers.column(LINES))))
    return read_page(page, readers=readers)


def test_without_networks_tesseract_reads_alone_and_says_what_is_missing(tmp_path: Path) -> None:
    found = read(Readers(Tesseract(), LineFinder(tmp_path), (House(),), (AsterNet(tmp_path),)))
    assert cer("\n".join(LINES), found.text).rate < 0.03
    assert found.readers == ("tesseract",)
    assert found.warnings == ("READER_MISSING:lines",)


@needs_models
def test_a_page_that_breaks_one_reader_is_read_by_the_others() -> None:
    found = read(Readers(Tesseract(), LineFinder(MODELS), (Broken(), Tesseract())))
    assert cer("\n".join(LINES), found.text).rate < 0.03
    assert found.readers == ("tesseract",)
    assert found.warnings == ("READER_FAILED:broken",)


@needs_models
def test_where_all_break_tesseract_steps_in() -> None:
    found = read(Readers(Tesseract(), LineFinder(MODELS), (House(MODELS / "none.onnx"), Broken())))
    assert cer("\n".join(LINES), found.text).rate < 0.03
    assert found.readers == ("tesseract",)
    assert found.warnings == ("READER_MISSING:house", "READER_FAILED:broken")


@needs_models
def test_two_readers_read_a_clean_page_without_an_error() -> None:
    found = read(Readers(Tesseract(), LineFinder(MODELS), (Tesseract(), AsterNet(MODELS))))
    assert found.readers == ("tesseract", "asternet")
    assert cer("\n".join(LINES), found.text).errors <= 1


@needs_models
@pytest.mark.parametrize("fast", [False, True])
def test_both_modes_read_a_clean_page(fast: bool) -> None:  # noqa: FBT001 - a parameter of the test
    found = read(default_readers(fast=fast))
    assert found.readers[:1] == ("house",)
    assert ("tesseract" in found.readers) is not fast
    assert cer("\n".join(LINES), found.text).errors <= 3


class Told:
    """Says what it is told of each line, and remembers how many it was asked."""

    def __init__(self, name: str, *texts: str, conf: float = 0.99) -> None:
        self.name, self._texts, self._conf, self.asked = name, texts, conf, -1

    def read(self, lines: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]) -> list[Reading]:
        self.asked = len(lines)
        return [said(self._texts[number % len(self._texts)], self._conf) for number in range(len(lines))]


class TestDoubt:
    """The third reader is asked where the first two differ or are unsure, and nowhere else."""

    def test_lines_that_readers_agree_on_are_left_alone(self) -> None:
        heard = [[("a", said("Số: 12")), ("b", said("Số: 12"))], [("a", said("Số: 12")), ("b", said("Số: 17"))]]
        assert doubtful([(10, 100)] * 2, heard, 0.8, 400) == [1]

    def test_the_least_sure_come_first_and_only_as_many_as_may(self) -> None:
        heard = [[("a", said("x", 0.7))], [("a", said("x", 0.3))], [("a", said("x", 0.5))]]
        assert doubtful([(10, 100)] * 3, heard, 0.8, 400) == [1, 2, 0]
        assert doubtful([(10, 100)] * 3, heard, 0.8, 20) == [1, 2]

    def test_a_line_that_nobody_read_is_in_doubt(self) -> None:
        assert doubtful([(10, 100)], [[]], 0.1, 400) == [0]
        assert doubtful([(10, 100)], [[("a", ())]], 0.1, 400) == [0]

    @needs_models
    def test_nobody_is_asked_about_lines_without_doubt(self) -> None:
        one, other, third = Told("one", "Hà Nội"), Told("other", "Hà Nội"), Told("third", "Hà Nam")
        found = read(Readers(Tesseract(), LineFinder(MODELS), (one, other), (third,)))
        assert third.asked == -1
        assert found.readers == ("one", "other")
        assert set(found.text.splitlines()) == {"Hà Nội"}


def line_of(text: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    page = papers.page([(20, 30, text)], size=(200 + 30 * len(text), 120))
    grey = np.asarray(page.convert("L"))
    rows, columns = np.flatnonzero((grey < 128).any(axis=1)), np.flatnonzero((grey < 128).any(axis=0))
    return grey[rows[0] - 8 : rows[-1] + 9, columns[0] - 8 : columns[-1] + 9]


def test_what_the_house_reads_does_not_depend_on_the_other_lines() -> None:
    texts = ["Số: 2118/QĐ-UBND", "Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014;", "GIẤY KHAI SINH", "0310900000"]
    lines = [line_of(text) for text in texts]
    together = [text_of(reading) for reading in House().read(lines)]
    assert together == [text_of(House().read([line])[0]) for line in lines]
    assert together == texts


def test_the_house_knows_every_vietnamese_letter() -> None:
    marks = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
    letters = {unicodedata.normalize("NFC", vowel + mark) for vowel in "aăâeêioôơuưy" for mark in marks} | {"đ"}
    assert letters | {letter.upper() for letter in letters} <= set(House()._alphabet)


def test_a_line_wider_than_the_network_is_read_in_pieces_and_placed() -> None:
    text = "Ủy ban nhân dân thành phố thuộc tỉnh cấp Giấy chứng nhận này theo quy định của Luật và các nghị định"
    picture = line_of(text)
    (reading,) = House().read([picture])
    assert cer(text, text_of(reading)).errors <= 3
    places = [glyph.left for glyph in reading]
    assert places == sorted(places)
    assert places[-1] > picture.shape[1] * 0.95


def test_tesseract_without_its_language_is_missing_not_failed() -> None:
    with pytest.raises(ReaderMissingError):
        Tesseract(language="xyz").read([np.full((40, 200), 255, dtype=np.uint8)])


def test_no_lines_no_process() -> None:
    assert Tesseract(language="xyz").read([]) == []


def test_a_gap_as_wide_as_the_line_is_high_parts_words() -> None:
    picture = np.full((40, 300), 255, dtype=np.uint8)
    picture[10:30, 20:90] = 0
    picture[10:30, 160:260] = 0
    strip = Strip(picture, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    reading = tuple(Glyph(char, 0.9, left, left + 10) for char, left in [("a", 20), ("b", 70), ("c", 165), ("d", 240)])
    line = as_line(strip, reading)
    assert line is not None
    assert line.text == "ab cd"


def test_dot_leaders_are_no_ink_and_a_full_stop_is() -> None:
    page = np.full((200, 600), 255, dtype=np.uint8)
    page[80:110, 50:150] = 0
    page[106:110, 154:158] = 0
    for left in range(200, 500, 10):
        page[106:109, left : left + 3] = 0
    strip = cut(page, Band(300, 95, 540, 32, 0.0))
    columns = np.flatnonzero((strip.picture < 128).any(axis=0))
    right = strip.on_page(int(columns[-1]), 0, int(columns[-1]) + 1, 1)[2]
    assert right == pytest.approx(158, abs=2)
