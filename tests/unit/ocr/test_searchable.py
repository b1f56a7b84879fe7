"""The searchable copy: words where the picture has them, and the structure that PDF/A-2u asks for."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pypdf
import pypdfium2
import pypdfium2.raw as pdfium

from ocr import PageImage, PageText, Quality, searchable, turned
from ocr.values import Box, Line, Word
from tests.golden.specimens import draw

AT = datetime(2026, 11, 27, 3, 4, 5, tzinfo=UTC)
FINE = Quality(300, 0.9, 0.9, 0.0, blank=False)


@cache
def specimen() -> tuple[PageImage, PageText]:
    """A drawn page at 300 dpi with its exact words, as a perfect reader would read it."""
    paper = draw("KS", seed=8)
    rgb = np.asarray(paper.pages[0].convert("RGB"), dtype=np.uint8)
    lines: dict[int, list[Word]] = {}
    for word in paper.words:
        if word.page == 0:
            lines.setdefault(word.line, []).append(Word(word.text, 0.99, word.box))
    ordered = tuple(Line(tuple(words)) for _, words in sorted(lines.items()))
    page = PageImage(0, rgb.shape[1], rgb.shape[0], 300, rgb)
    return page, PageText(page.width, page.height, 300, ordered, FINE)


@cache
def copied() -> bytes:
    return searchable([specimen(), (specimen()[0], None)], title="Giấy khai sinh <&>", at=AT)


def extracted(data: bytes, index: int = 0) -> tuple[str, list[Box]]:
    """Text of a page, and the box of each of its characters in pixels at 300 dpi."""
    document = pypdfium2.PdfDocument(data)
    page = document[index]
    height = page.get_height()
    text = page.get_textpage()
    boxes: list[Box] = []
    for number in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(number)
        scale = 300 / 72
        boxes.append(
            (round(left * scale), round((height - top) * scale), round(right * scale), round((height - bottom) * scale))
        )
    letters = "".join(chr(pdfium.FPDFText_GetUnicode(text, number)) for number in range(text.count_chars()))
    return letters, boxes


def test_words_lie_on_the_print_to_two_pixels() -> None:
    letters, boxes = extracted(copied())
    place = 0
    _, text = specimen()
    for word in text.words:
        place = letters.index(word.text, place)
        own = boxes[place : place + len(word.text)]
        hull = (min(b[0] for b in own), min(b[1] for b in own), max(b[2] for b in own), max(b[3] for b in own))
        apart = [abs(one - other) for one, other in zip(hull, word.box, strict=True)]
        dash = not any(char.isalnum() for char in word.text)  # made as high as its line, so that lines stay whole
        assert max(apart[::2] if dash else apart) <= 2, (word, hull)
        place += len(word.text)


def test_text_is_found_and_copied_line_by_line() -> None:
    _, text = specimen()
    letters, _ = extracted(copied())
    said = [" ".join(line.split()) for line in letters.splitlines() if line.strip()]
    whole = [line.text for line in text.lines]
    assert sum(line in said for line in whole) >= 0.95 * len(whole)
    assert extracted(copied(), 1)[0] == ""
    other = pypdf.PdfReader(io.BytesIO(copied())).pages[0].extract_text()
    assert "".join(text.text.split()) == "".join(other.split())


def test_the_words_cannot_be_seen() -> None:
    first, second = (
        np.asarray(pypdfium2.PdfDocument(copied())[index].render(scale=1).to_pil().convert("L")) for index in (0, 1)
    )
    assert np.array_equal(first, second)


def test_the_structure_is_that_of_pdf_a() -> None:
    data = copied()
    assert re.match(rb"%PDF-1\.7\n%[\x80-\xff]{4}\n", data)
    reader = pypdf.PdfReader(io.BytesIO(data), strict=True)
    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_object()
    assert "/Filter" not in xmp
    said = xmp.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>" in said
    assert "Giấy khai sinh &lt;&amp;&gt;" in said
    (intent,) = root["/OutputIntents"]
    assert intent["/S"] == "/GTS_PDFA1"
    profile = intent["/DestOutputProfile"].get_object().get_data()
    assert profile[36:40] == b"acsp"
    assert profile[16:20] == b"RGB "
    assert int.from_bytes(profile[:4]) == len(profile)
    assert "/ID" in reader.trailer
    assert "/Encrypt" not in reader.trailer
    assert "/Info" not in reader.trailer
    for name in (
        b"/JavaScript",
        b"/JS ",
        b"/AA ",
        b"/OpenAction",
        b"/SMask",
        b"/Group",
        b"/EmbeddedFile",
        b"/LZWDecode",
    ):
        assert name not in data


def test_the_font_is_embedded_and_its_widths_are_those_of_the_program() -> None:
    page = pypdf.PdfReader(io.BytesIO(copied())).pages[0]
    font = page["/Resources"]["/Font"]["/F"]
    (inner,) = font["/DescendantFonts"]
    inner = inner.get_object()
    program = inner["/FontDescriptor"]["/FontFile2"].get_object()
    tables = program.get_data()
    assert int.from_bytes(tables[4:6]) == 6
    assert program["/Length1"] == len(tables)
    hmtx = tables.index(b"hmtx") + 8
    at = int.from_bytes(tables[hmtx : hmtx + 4])
    assert int.from_bytes(tables[at : at + 2]) == inner["/DW"]
    assert len(inner["/CIDToGIDMap"].get_object().get_data()) % 2 == 0
    assert font["/ToUnicode"].get_object().get_data().count(b"beginbfchar") >= 1


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert copied() == searchable([specimen(), (specimen()[0], None)], title="Giấy khai sinh <&>", at=AT)


def test_a_page_that_lay_on_its_side_stands_upright_in_the_copy() -> None:
    page, text = specimen()
    laid = PageImage(0, page.height, page.width, 300, turned(page.rgb, 3))
    data = searchable([(laid, PageText(text.width, text.height, 300, text.lines, FINE, turned=1))], title="x", at=AT)
    sheet = pypdfium2.PdfDocument(data)[0]
    assert sheet.get_width() < sheet.get_height()
    assert extracted(data)[0] == extracted(copied())[0]
