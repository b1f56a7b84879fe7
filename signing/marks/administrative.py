"""Marks of NĐ 30/2020 on administrative documents: the electronic-copy line, the leader's signature and the seal image.

None of these belongs on a citizen's paper: a birth certificate is converted (see `strip`), never "SAO Y". So each
function asks for an `AdministrativeDocument`, which only a caller who knows the document's kind can fill in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image, UnidentifiedImageError
from pypdf import PageObject, PdfReader, Transformation
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from signing.errors import BrokenPdfError, ImageUnreadableError, MarkError
from signing.marks import fonts
from signing.marks.reading import carrying, writer_over, written
from signing.marks.strip import vietnam_time

if TYPE_CHECKING:
    from datetime import datetime

COPY_LINE_POINTS: Final = 10.0
COPY_LINE_TOP: Final = 10 * mm
COPY_LINE_RIGHT: Final = 15 * mm
COPY_LINE_WIDTH: Final = 90 * mm
SEAL_OVER_SIGNATURE: Final = 1 / 3
MAX_IMAGE_PIXELS: Final = 25_000_000


class CopyForm(StrEnum):
    """The forms of copy of NĐ 30/2020, điều 25."""

    SAO_Y = "SAO Y"
    SAO_LUC = "SAO LỤC"
    TRICH_SAO = "TRÍCH SAO"


@dataclass(frozen=True)
class AdministrativeDocument:
    """The caller's statement that the file is a văn bản hành chính which the agency issued or received."""

    number_and_symbol: str
    issuing_agency: str

    def __post_init__(self) -> None:
        if not self.number_and_symbol.strip() or not self.issuing_agency.strip():
            raise MarkError("an administrative document has a number and an issuing agency")


@dataclass(frozen=True)
class CopyLine:
    """`form; agency; time`: the words at the top right of the first page (box 14)."""

    form: CopyForm
    agency: str
    at: datetime

    @property
    def text(self) -> str:
        """For example `SAO Y; UBND PHƯỜNG A; 2026-11-22T09:15:30+07:00`."""
        if self.at.utcoffset() is None:
            raise MarkError("the time of the copy has no zone")
        return f"{self.form.value}; {self.agency}; {vietnam_time(self.at)}"


@dataclass(frozen=True)
class SignatureBlock:
    """Where and what: the gap between the leader's title and name, in millimetres from the page's lower left corner.

    `signature_png` is the wet signature in blue, `seal_png` the agency's seal in red (both transparent), `seal_mm` its
    real diameter. `page` counts from 1. The signature is centred in the gap; the seal covers its left third.
    """

    page: int
    centre_x_mm: float
    title_baseline_mm: float
    name_top_mm: float
    signature_png: bytes
    signature_width_mm: float
    seal_png: bytes | None = None
    seal_mm: float = 36.0


def add_copy_line(pdf: bytes, *, document: AdministrativeDocument, line: CopyLine) -> bytes:
    """Write the electronic-copy line on the first page: upright, 10 pt, black, Times-like, no picture.

    Source: NĐ 30/2020, Phụ lục I, phần II.I.3. The lines end at the right margin and wrap at 90 mm.
    """
    del document  # its existence is the caller's statement; see the module
    fonts.load()
    lines = fonts.wrapped(line.text, fonts.ROMAN, COPY_LINE_POINTS, COPY_LINE_WIDTH)
    writer = writer_over(pdf)
    with carrying():
        page = _upright(writer.pages[0])
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    target = BytesIO()
    canvas = Canvas(target, pagesize=(width, height), pdfVersion=(1, 7), invariant=1)
    canvas.setFillGray(0)
    canvas.setFont(fonts.ROMAN, COPY_LINE_POINTS)
    left = width - COPY_LINE_RIGHT - max(pdfmetrics.stringWidth(t, fonts.ROMAN, COPY_LINE_POINTS) for t in lines)
    for index, text in enumerate(lines):
        canvas.drawString(left, height - COPY_LINE_TOP - COPY_LINE_POINTS * (1 + 1.2 * index), text)
    _merge(page, canvas, target)
    return written(writer)


def add_signature_block(pdf: bytes, *, document: AdministrativeDocument, block: SignatureBlock) -> bytes:
    """Draw the leader's signature image and the seal image where NĐ 30/2020 puts them (boxes 7c and 8).

    MARK_REFUSED when the signature is not blue or the seal not red, when there is no room, or outside the page.
    """
    del document
    writer = writer_over(pdf)
    if not 1 <= block.page <= len(writer.pages):
        raise MarkError(f"no page {block.page}")
    with carrying():
        page = _upright(writer.pages[block.page - 1])
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    signature = _picture(block.signature_png)
    _require_colour(signature, "blue")
    wide = block.signature_width_mm * mm
    high = wide * signature.height / signature.width
    gap = (block.title_baseline_mm - block.name_top_mm) * mm
    if wide <= 0 or high > gap:
        raise MarkError("the signature does not fit between title and name")
    x = block.centre_x_mm * mm - wide / 2
    y = block.name_top_mm * mm + (gap - high) / 2
    target = BytesIO()
    canvas = Canvas(target, pagesize=(width, height), pdfVersion=(1, 7), invariant=1)
    _require_inside(x, y, wide, high, (width, height))
    canvas.drawImage(ImageReader(signature), x, y, wide, high, mask="auto")
    if block.seal_png is not None:
        seal = _picture(block.seal_png)
        _require_colour(seal, "red")
        side = block.seal_mm * mm
        # Its right edge lies one third into the signature, seen from the left.
        seal_x, seal_y = x + wide * SEAL_OVER_SIGNATURE - side, y + (high - side) / 2
        _require_inside(seal_x, seal_y, side, side, (width, height))
        canvas.drawImage(ImageReader(seal), seal_x, seal_y, side, side, mask="auto")
    _merge(page, canvas, target)
    return written(writer)


def _upright(page: PageObject) -> PageObject:
    if int(page.rotation) % 360:
        page.transfer_rotation_to_content()
    if min(float(page.mediabox.width), float(page.mediabox.height)) <= 0:
        raise BrokenPdfError("the page has no size")
    return page


def _merge(page: PageObject, canvas: Canvas, target: BytesIO) -> None:
    canvas.showPage()
    canvas.save()
    layer = PdfReader(target).pages[0]
    corner = Transformation().translate(float(page.mediabox.left), float(page.mediabox.bottom))
    with carrying():
        page.merge_transformed_page(layer, corner)


def _picture(png: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(png), formats=("PNG",)) as opened:
            if opened.width * opened.height > MAX_IMAGE_PIXELS:
                raise ImageUnreadableError("the picture is too large")
            return opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise ImageUnreadableError("not a PNG") from error


def _require_colour(picture: Image.Image, colour: str) -> None:
    """The ink that is drawn must be mostly of the colour the decree names, on a transparent ground."""
    small = picture.copy()
    small.thumbnail((64, 64))
    raw = small.tobytes()
    ink = [raw[i : i + 3] for i in range(0, len(raw), 4) if raw[i + 3] > 96]  # noqa: PLR2004 - more than a third opaque
    if not ink or len(ink) == small.width * small.height:
        raise MarkError("the picture is empty or has no transparent ground")
    red, green, blue = (sum(pixel[n] for pixel in ink) / len(ink) for n in range(3))
    fits = red > max(green, blue) + 40 if colour == "red" else blue > red + 30
    if not fits:
        raise MarkError(f"the ink is not {colour}")


def _require_inside(x: float, y: float, wide: float, high: float, page: tuple[float, float]) -> None:
    if x < 0 or y < 0 or x + wide > page[0] or y + high > page[1]:
        raise MarkError("the picture would leave the page")
