"""A report as PDF: title, notes and tables on A4, in a font with the whole Vietnamese alphabet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors  # type: ignore[import-untyped]
from reportlab.lib.enums import TA_RIGHT  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle  # type: ignore[import-untyped]

import signing
from vault.domain.errors import Unavailable

_ROMAN, _BOLD = "Report", "Report-Bold"
_MARGIN = 18 * mm
_LINE, _HEAD = colors.HexColor("#b9c4c8"), colors.HexColor("#e6eff1")


@dataclass(frozen=True, slots=True)
class PdfTable:
    """A table: its heading, its head, its rows as words, and the widths of its columns as parts of the page."""

    heading: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    widths: tuple[int, ...]
    numbers_from: int
    """The first column that holds numbers: they stand to the right."""


@dataclass(frozen=True, slots=True)
class PdfReport:
    """What stands on the pages."""

    title: str
    agency: str
    notes: tuple[str, ...]
    tables: tuple[PdfTable, ...]
    foot: str


@cache
def _fonts() -> None:
    try:
        regular, bold = signing.text_font_paths()
    except signing.SigningError as error:
        raise Unavailable("FONT_MISSING") from error
    pdfmetrics.registerFont(TTFont(_ROMAN, str(regular)))
    pdfmetrics.registerFont(TTFont(_BOLD, str(bold)))
    pdfmetrics.registerFontFamily(_ROMAN, normal=_ROMAN, bold=_BOLD, italic=_ROMAN, boldItalic=_BOLD)


def render_pdf(report: PdfReport, *, language: str) -> bytes:
    """The PDF. `FONT_MISSING` (a part that is down) where no font has the letters."""
    _fonts()
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=report.title,
        author=report.agency,
        lang=language,
        invariant=1,
    )
    width = A4[0] - 2 * _MARGIN
    story: list[Any] = [
        Paragraph(escape(report.agency), _style(11, bold=True)),
        Spacer(0, 3 * mm),
        Paragraph(escape(report.title), _style(16, bold=True)),
        Spacer(0, 2 * mm),
        *(Paragraph(escape(one), _style(10)) for one in report.notes),
    ]
    for table in report.tables:
        story += [Spacer(0, 5 * mm), Paragraph(escape(table.heading), _style(12, bold=True)), Spacer(0, 2 * mm)]
        story.append(_table(table, width))

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont(_ROMAN, 8)
        canvas.drawString(_MARGIN, 10 * mm, report.foot)
        canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, str(canvas.getPageNumber()))

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return target.getvalue()


def _style(size: float, *, bold: bool = False, right: bool = False) -> ParagraphStyle:
    alignment = {"alignment": TA_RIGHT} if right else {}
    font = _BOLD if bold else _ROMAN
    return ParagraphStyle(f"{font}{size}{right}", fontName=font, fontSize=size, leading=size * 1.3, **alignment)


def _table(table: PdfTable, width: float) -> Table:
    parts = sum(table.widths)

    def row(cells: tuple[str, ...], *, bold: bool) -> list[Paragraph]:
        return [
            Paragraph(escape(cell), _style(9, bold=bold, right=number >= table.numbers_from))
            for number, cell in enumerate(cells)
        ]

    found = Table(
        [row(table.head, bold=True), *(row(one, bold=False) for one in table.rows)],
        colWidths=[width * one / parts for one in table.widths],
        repeatRows=1,
    )
    found.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, _LINE),
                ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return found
