"""The conversion mark and the QR in their own strip under the first page: nothing of the scan is ever covered.

The facts of the mark: Luật Giao dịch điện tử 20/2023/QH15, điều 12 khoản 1 c; NĐ 137/2024/NĐ-CP, điều 4 (words that
state the conversion, time, full name of the person). Box 14 (top right) and the seal's box of NĐ 30/2020 stay free.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from io import BytesIO
from typing import TYPE_CHECKING, Final

from pypdf import PageObject, PdfReader, Transformation
from pypdf.generic import NameObject, RectangleObject
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from signing.errors import BrokenPdfError, ImageUnreadableError, MarkError
from signing.marks import fonts
from signing.marks.pages import MAX_SIDE_POINTS
from signing.marks.reading import carrying, writer_over, written

if TYPE_CHECKING:
    from collections.abc import Sequence

VIETNAM: Final = timezone(timedelta(hours=7))
MARGIN: Final = 4 * mm
TEXT_SIZE: Final = 9.0
LEADING: Final = 11.5
MIN_TEXT_WIDTH: Final = 55 * mm
MIN_QR_MM: Final = 15.0
MAX_QR_MM: Final = 100.0
MAX_UNIT: Final = 75_000.0  # ISO 32000-2, annex C


@dataclass(frozen=True)
class ConversionMark:
    """What the law wants to be seen on a paper turned into data. `at` is aware; it is shown with seconds at +07:00."""

    words: str
    agency: str
    person: str
    at: datetime
    lookup_code: str
    lookup_url: str

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise MarkError("the time of the mark has no zone")
        empty = [n for n in ("words", "agency", "person", "lookup_code", "lookup_url") if not getattr(self, n).strip()]
        if empty:
            raise MarkError(f"empty: {', '.join(empty)}")

    @property
    def time_text(self) -> str:
        """ISO 8601 with seconds and the zone of Việt Nam, e.g. 2026-11-22T09:15:30+07:00."""
        return vietnam_time(self.at)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the mark below its words, in the order of printing."""
        return (
            f"Cơ quan: {self.agency}",
            f"Người thực hiện: {self.person}",
            f"Thời điểm: {self.time_text}",
            f"Mã tra cứu: {self.lookup_code}",
            self.lookup_url,
        )


def vietnam_time(at: datetime) -> str:
    """ISO 8601 to the second at +07:00."""
    return at.astimezone(VIETNAM).isoformat(timespec="seconds")


def add_strip(pdf: bytes, *, mark: ConversionMark, qr_png: bytes, qr_mm: float) -> bytes:
    """Lengthen the first page at its visible bottom by a white band holding `mark` and the QR.

    `qr_png` includes its quiet zone and is printed `qr_mm` millimetres wide and high. The page's own content and
    coordinates stay as they are (also on turned pages). Raises the errors of an unreadable file, ALREADY_SIGNED,
    FONT_MISSING, GLYPH_MISSING, IMAGE_UNREADABLE.
    """
    if not MIN_QR_MM <= qr_mm <= MAX_QR_MM:
        raise MarkError(f"a QR of {qr_mm} mm")
    writer = writer_over(pdf)
    with carrying():
        page = writer.pages[0]
        box = page.cropbox
        turn = int(page.rotation) % 360
        unit = float(page.get("/UserUnit", 1.0))
        seen = (float(box.width), float(box.height)) if turn in {0, 180} else (float(box.height), float(box.width))
    if turn % 90 or not 0 < unit <= MAX_UNIT or not all(0 < side * unit <= MAX_SIDE_POINTS for side in seen):
        raise BrokenPdfError("the first page has no usable size")
    band = _drawn(mark, qr_png, qr_mm * mm, seen[0] * unit)
    with carrying():
        _attach(page, band, turn, unit)
    return written(writer)


def _drawn(mark: ConversionMark, qr_png: bytes, qr_side: float, page_width: float) -> PageObject:
    """The band as a page of its own, in points of 1/72 inch."""
    width = max(page_width, qr_side + MIN_TEXT_WIDTH + 3 * MARGIN)
    text_width = width - qr_side - 3 * MARGIN
    fonts.load()
    lines = [(fonts.BOLD, line) for line in fonts.wrapped(mark.words, fonts.BOLD, TEXT_SIZE, text_width)]
    for text in mark.lines:
        lines += [(fonts.ROMAN, line) for line in fonts.wrapped(text, fonts.ROMAN, TEXT_SIZE, text_width)]
    height = max(qr_side, len(lines) * LEADING) + 2 * MARGIN
    target = BytesIO()
    canvas = Canvas(target, pagesize=(width, height), pdfVersion=(1, 7), invariant=1)
    canvas.setFillGray(1)
    canvas.rect(0, 0, width, height, stroke=0, fill=1)
    canvas.setStrokeGray(0.6)
    canvas.setLineWidth(0.4)
    canvas.line(0, height - 0.2, width, height - 0.2)
    draw_lines(canvas, lines, x=MARGIN, top=height - MARGIN)
    draw_qr(canvas, qr_png, x=width - MARGIN - qr_side, y=(height - qr_side) / 2, side=qr_side)
    canvas.showPage()
    canvas.save()
    return PdfReader(target).pages[0]


def draw_lines(canvas: Canvas, lines: Sequence[tuple[str, str]], *, x: float, top: float) -> None:
    """Write (font, line) pairs downwards from `top`, in black."""
    canvas.setFillGray(0)
    y = top - TEXT_SIZE
    for font, line in lines:
        canvas.setFont(font, TEXT_SIZE)
        canvas.drawString(x, y, line)
        y -= LEADING


def draw_qr(canvas: Canvas, qr_png: bytes, *, x: float, y: float, side: float) -> None:
    """Draw a square picture; IMAGE_UNREADABLE when it is none."""
    try:
        picture = ImageReader(BytesIO(qr_png))
        wide, high = picture.getSize()
        if wide != high:
            raise ImageUnreadableError("the QR is not square")
        canvas.drawImage(picture, x, y, side, side)
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageUnreadableError("the QR is not a PNG") from error


def _attach(page: PageObject, band: PageObject, turn: int, unit: float) -> None:
    """Put the band against the edge that is seen as the bottom, and grow the page by it."""
    box = page.cropbox
    left, bottom, right, top = (float(v) for v in (box.left, box.bottom, box.right, box.top))
    wide, high = float(band.mediabox.width) / unit, float(band.mediabox.height) / unit
    scale = 1 / unit
    if turn == 0:
        matrix = (scale, 0.0, 0.0, scale, left, bottom - high)
        grown = (left, bottom - high, max(right, left + wide), top)
    elif turn == 90:  # noqa: PLR2004 - degrees clockwise: the right edge is seen at the bottom
        matrix = (0.0, scale, -scale, 0.0, right + high, bottom)
        grown = (left, bottom, right + high, max(top, bottom + wide))
    elif turn == 180:  # noqa: PLR2004 - the top edge is seen at the bottom
        matrix = (-scale, 0.0, 0.0, -scale, right, top + high)
        grown = (min(left, right - wide), bottom, right, top + high)
    else:
        matrix = (0.0, -scale, scale, 0.0, left - high, top)
        grown = (left - high, min(bottom, top - wide), right, top)
    page.merge_transformed_page(band, Transformation(matrix))
    for name in ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"):
        if name in {"/MediaBox", "/CropBox"} or name in page:
            page[NameObject(name)] = RectangleObject(grown)
