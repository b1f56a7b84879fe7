"""An A4 sheet that goes beside an already signed PDF: mark, QR, facts and the list of its signatures.

The signed file itself is never touched, so what would stand in a strip stands on a sheet of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from signing.errors import MarkError
from signing.marks import fonts
from signing.marks.strip import MAX_QR_MM, MIN_QR_MM, ConversionMark, draw_qr

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN_X: Final = 25 * mm
MARGIN_TOP: Final = 22 * mm
MARGIN_BOTTOM: Final = 20 * mm
BODY: Final = 11.0
LABEL_WIDTH: Final = 48 * mm
MAX_ROWS: Final = 2000


@dataclass(frozen=True)
class SignatureLine:
    """One signature of the file beside the sheet, in words ready to print."""

    signer: str
    organisation: str
    signed_at: str
    verdict: str


def cover_sheet(
    *,
    mark: ConversionMark,
    qr_png: bytes,
    title: str,
    rows: Sequence[tuple[str, str]],
    signatures: Sequence[SignatureLine] = (),
    qr_mm: float = 30.0,
) -> bytes:
    """One or more A4 pages: title, the mark with its QR, (label, value) rows, then the signatures.

    Raises FONT_MISSING, GLYPH_MISSING, IMAGE_UNREADABLE; more than 2,000 rows are refused.
    """
    if len(rows) + len(signatures) > MAX_ROWS or not MIN_QR_MM <= qr_mm <= MAX_QR_MM:
        raise MarkError("too many rows, or a QR of unusable size")
    fonts.load()
    sheet = _Sheet()
    sheet.heading(title)
    sheet.mark(mark, qr_png, qr_mm * mm)
    for label, value in rows:
        sheet.row(label, value)
    if signatures:
        sheet.section(f"Chữ ký số trong tệp: {len(signatures)}")
        for number, line in enumerate(signatures, start=1):
            sheet.row(f"{number}. {line.verdict}", " · ".join(p for p in _parts(line) if p))
    return sheet.finished()


def _parts(line: SignatureLine) -> tuple[str, str, str]:
    return line.signer, line.organisation, line.signed_at


class _Sheet:
    """A cursor that goes down A4 pages and turns over when one is full."""

    def __init__(self) -> None:
        self._target = BytesIO()
        self._canvas = Canvas(self._target, pagesize=A4, pdfVersion=(1, 7), invariant=1)
        self._width = A4[0] - 2 * MARGIN_X
        self._y = A4[1] - MARGIN_TOP

    def heading(self, text: str) -> None:
        for line in fonts.wrapped(text, fonts.BOLD, 15, self._width):
            self._down(20)
            self._canvas.setFont(fonts.BOLD, 15)
            self._canvas.drawCentredString(A4[0] / 2, self._y, line)
        self._down(12)

    def section(self, text: str) -> None:
        self._down(10)
        self._lines([(fonts.BOLD, line) for line in fonts.wrapped(text, fonts.BOLD, 12, self._width)], 12, MARGIN_X)

    def mark(self, mark: ConversionMark, qr_png: bytes, side: float) -> None:
        top = self._y
        text_width = self._width - side - 6 * mm
        lines = [(fonts.BOLD, line) for line in fonts.wrapped(mark.words, fonts.BOLD, BODY, text_width)]
        for text in mark.lines:
            lines += [(fonts.ROMAN, line) for line in fonts.wrapped(text, fonts.ROMAN, BODY, text_width)]
        self._lines(lines, BODY, MARGIN_X)
        draw_qr(self._canvas, qr_png, x=A4[0] - MARGIN_X - side, y=top - side, side=side)
        self._y = min(self._y, top - side) - 8
        self._canvas.setLineWidth(0.5)
        self._canvas.line(MARGIN_X, self._y, A4[0] - MARGIN_X, self._y)
        self._down(6)

    def row(self, label: str, value: str) -> None:
        labels = fonts.wrapped(label, fonts.BOLD, BODY, LABEL_WIDTH - 4 * mm)
        values = fonts.wrapped(value, fonts.ROMAN, BODY, self._width - LABEL_WIDTH)
        for index in range(max(len(labels), len(values))):
            self._down(BODY * 1.3)
            if index < len(labels):
                self._canvas.setFont(fonts.BOLD, BODY)
                self._canvas.drawString(MARGIN_X, self._y, labels[index])
            if index < len(values):
                self._canvas.setFont(fonts.ROMAN, BODY)
                self._canvas.drawString(MARGIN_X + LABEL_WIDTH, self._y, values[index])
        self._down(3)

    def finished(self) -> bytes:
        self._canvas.showPage()
        self._canvas.save()
        return self._target.getvalue()

    def _lines(self, lines: Sequence[tuple[str, str]], size: float, x: float) -> None:
        for font, line in lines:
            self._down(size * 1.3)
            self._canvas.setFont(font, size)
            self._canvas.drawString(x, self._y, line)

    def _down(self, by: float) -> None:
        self._y -= by
        if self._y < MARGIN_BOTTOM:
            self._canvas.showPage()
            self._y = A4[1] - MARGIN_TOP - by
