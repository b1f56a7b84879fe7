"""Born-digital pages: the text layer is believed where a reader saw the same, and loses where it lies."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pypdf
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ocr import Glyph, Line, PageImage, PageText, Tesseract, Word, models_folder, pages, read_page
from ocr.layer import DIFFERS, IGNORED, agrees, placed, settled
from ocr.page import Readers, default_readers
from ocr.strips import Band
from tests.unit.ocr import papers

LINES = ["Số định danh cá nhân: 031193001234", "Họ, chữ đệm, tên: NGUYỄN THỊ MẪU", "Nơi cư trú: phường Mẫu, Hải Phòng"]


def born_digital(lines: list[str], *, lie: dict[str, str] | None = None, turned: int = 0) -> PageImage:
    """A page typed by a program; ``lie`` says another word invisibly and shows the line as a picture of text."""
    pdfmetrics.registerFont(TTFont("Serif", papers.FONT))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(595, 842), invariant=1)
    for number, line in enumerate(lines):
        text = canvas.beginText(70, 760 - 40 * number)
        text.setFont("Serif", 14)
        said = (lie or {}).get(line)
        if said is not None:
            shown = papers.page([(0, 0, line)], size=(1250, 60), points=14)
            path = io.BytesIO()
            shown.save(path, "PNG")
            path.seek(0)
            canvas.drawImage(ImageReader(path), 70, 756 - 40 * number, 1250 * 72 / 200, 60 * 72 / 200)
            text.setTextRenderMode(3)
        text.textOut(said or line)
        canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    writer = pypdf.PdfWriter()
    writer.add_page(pypdf.PdfReader(stream).pages[0].rotate(turned))
    out = io.BytesIO()
    writer.write(out)
    return next(iter(pages(out.getvalue())))


def glyphs(text: str) -> tuple[Glyph, ...]:
    return tuple(Glyph(char, 0.9, 0, 1) for char in text)


def words(text: str, conf: float = 1.0) -> tuple[Word, ...]:
    return tuple(Word(part, conf, (10 * n, 0, 10 * n + 9, 10)) for n, part in enumerate(text.split()))


@pytest.mark.parametrize("turned", [0, 90])
def test_words_of_the_layer_lie_on_their_print(turned: int) -> None:
    page = born_digital(LINES, turned=turned)
    assert sorted(word.text for word in page.layer) == sorted(" ".join(LINES).split())
    for word in page.layer:
        left, top, right, bottom = word.box
        inside = page.rgb[top:bottom, left:right].min(axis=2)
        assert (inside < 100).mean() > 0.03, word


def test_scans_have_no_layer() -> None:
    assert next(iter(pages(papers.pdf_of(papers.page(papers.column(LINES)))))).layer == ()


def test_agreement_is_to_the_letter_and_the_mark() -> None:
    assert agrees(words("Độc lập - Tự do"), glyphs("Độc lập – Tựdo"))
    assert not agrees(words("Nguyễn Văn Hòa"), glyphs("Nguyễn Văn Hoa"))
    assert not agrees(words("031193001234"), glyphs("031193001284"))
    assert not agrees((), ())


def test_a_line_that_is_contradicted_keeps_what_was_read_and_goes_to_a_person() -> None:
    said = [words("Số: 15/QĐ"), *[words(f"dòng {n}") for n in range(9)]]
    seen = ["Số: 75/QĐ", *[f"dòng {n}" for n in range(9)]]
    lines, remarks = settled([Line(words(text, 0.97)) for text in seen], said, [[glyphs(text)] for text in seen])
    assert remarks == [DIFFERS]
    assert [line.text for line in lines] == seen
    assert [word.conf for word in lines[0].words] == [0.97, 0.4]
    assert lines[1].words[0].conf > 0.99


def test_a_layer_that_is_no_text_of_the_page_is_ignored() -> None:
    lines, remarks = settled([Line(words("Tên: A", 0.9))] * 3, [words("xx yy")] * 3, [[glyphs("Tên: A")]] * 3)
    assert remarks == [IGNORED]
    assert all(word.conf == 0.9 for line in lines for word in line.words)


def test_a_word_is_told_to_one_band_only() -> None:
    bands = [Band(50, 10, 100, 12, 0), Band(50, 22, 100, 12, 0)]
    found = placed(
        [Word("a", 1, (10, 5, 20, 15)), Word("b", 1, (10, 17, 20, 27)), Word("c", 1, (500, 5, 510, 15))], bands, tuple
    )
    assert [[word.text for word in one] for one in found] == [["a"], ["b"]]


@dataclass
class Counting:
    """A second reader that counts the lines it was asked for."""

    name: str = "counting"
    asked: list[int] = field(default_factory=list)

    def read(self, pictures: list[object]) -> list[tuple[Glyph, ...]]:
        self.asked.append(len(pictures))
        return [() for _ in pictures]


@pytest.mark.skipif(not (models_folder() / "lines.onnx").exists(), reason="no line finder (deploy/models)")
def test_a_true_layer_spares_the_second_reading_and_a_lying_one_loses() -> None:
    first, finder, second = default_readers().every[0], default_readers().lines, Counting()
    readers = Readers(whole=Tesseract(), lines=finder, every=(first,), doubtful=(second,))
    true: PageText = read_page(born_digital(LINES), readers=readers)
    assert [line.text for line in true.lines] == LINES
    assert min(word.conf for word in true.words) > 0.99
    assert sum(second.asked) < len(LINES)
    lying = born_digital(LINES * 2, lie={LINES[0]: "Số định danh cá nhân: 031193009999"})
    assert "031193009999" in {word.text for word in lying.layer}
    read = read_page(lying, readers=readers)
    assert "031193009999" not in read.text
    assert "031193001234" in read.text
    assert all(word.conf <= 0.4 for word in read.words if word.text == "031193001234") or IGNORED in read.warnings
