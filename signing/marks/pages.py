"""Pages from scanned images, and splitting, joining and counting. Image bytes are kept as they came.

Source of the form: NĐ 30/2020, Phụ lục I, phần II.I.2: PDF 1.4 or newer, colour, 200 dpi or more, 100 % scale.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image, UnidentifiedImageError
from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from signing.errors import ImageUnreadableError
from signing.marks.reading import carrying, reader, written

if TYPE_CHECKING:
    from collections.abc import Sequence

POINTS_PER_INCH: Final = 72.0
MAX_PIXELS: Final = 200_000_000
MAX_SIDE_POINTS: Final = 14_400.0  # ISO 32000-2, annex C: the largest page side of common readers
_EXIF_ORIENTATION: Final = 0x0112
_CHANNELS: Final = {"L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}

# Where the unit square of an image lands on the unit page, per EXIF orientation 1 to 8 (CIPA DC-008, tag 274).
_ORIENTATIONS: Final = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}


@dataclass(frozen=True)
class PageImageBytes:
    """One scanned page: the bytes of a JPEG or PNG, its size in pixels as stored, and its resolution."""

    data: bytes
    width_px: int
    height_px: int
    dpi: float


def pages_to_pdf(images: Sequence[PageImageBytes]) -> bytes:
    """A PDF 1.7 with one page per image at 100 % scale; the page size is pixels / dpi.

    JPEG data is embedded byte for byte (EXIF rotation becomes a placement, inverted CMYK a /Decode array); PNG is
    embedded without loss, transparency on white. Raises IMAGE_UNREADABLE.
    """
    if not images:
        raise ImageUnreadableError("no page")
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    for image in images:
        _add_page(writer, image)
    return written(writer)


def page_count(pdf: bytes) -> int:
    """Number of pages; raises as `add_strip` does for a file that cannot be read."""
    return len(reader(pdf).pages)


def split_pdf(pdf: bytes, ranges: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
    """One file per (first, last) pair of page numbers, counted from 1, both included."""
    source = reader(pdf)
    parts = []
    for first, last in ranges:
        if not 1 <= first <= last <= len(source.pages):
            raise ValueError(f"pages {first} to {last} are not in a file of {len(source.pages)}")
        writer = PdfWriter()
        writer.pdf_header = "%PDF-1.7"
        with carrying():
            for number in range(first - 1, last):
                writer.add_page(source.pages[number])
        parts.append(written(writer))
    return tuple(parts)


def join_pdfs(pdfs: Sequence[bytes]) -> bytes:
    """All pages of all files, in order."""
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    with carrying():
        for pdf in pdfs:
            writer.append(reader(pdf))
    return written(writer)


def _add_page(writer: PdfWriter, image: PageImageBytes) -> None:
    picture, orientation = _embedded(image)
    wide, high = image.width_px, image.height_px
    if orientation >= 5:  # noqa: PLR2004 - the four orientations that stand on their side
        wide, high = high, wide
    if not 1 <= image.dpi <= 4800:  # noqa: PLR2004 - no scanner is outside
        raise ImageUnreadableError(f"{image.dpi} dpi")
    width, height = (round(side * POINTS_PER_INCH / image.dpi, 4) for side in (wide, high))
    if max(width, height) > MAX_SIDE_POINTS:
        raise ImageUnreadableError("the page would be wider or higher than 200 inches")
    page = PageObject.create_blank_page(width=width, height=height)
    name = NameObject("/Scan")
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({name: writer._add_object(picture)})}  # noqa: SLF001 - pypdf has no public way to add a stream
    )
    a, b, c, d, e, f = _ORIENTATIONS[orientation]
    # The unit square, turned, then stretched to the page: x is scaled by the width, y by the height.
    matrix = (a * width, b * height, c * width, d * height, e * width, f * height)
    drawing = DecodedStreamObject()
    drawing.set_data(b"q " + b" ".join(b"%.4f" % value for value in matrix) + b" cm /Scan Do Q")
    page[NameObject("/Contents")] = writer._add_object(drawing)  # noqa: SLF001 - as above
    writer.add_page(page)


def _embedded(image: PageImageBytes) -> tuple[StreamObject, int]:
    """The image as a PDF stream, and its EXIF orientation (1 when upright or unknown)."""
    try:
        with Image.open(BytesIO(image.data), formats=("JPEG", "PNG")) as opened:
            if opened.size != (image.width_px, image.height_px):
                raise ImageUnreadableError(f"the picture is {opened.width} x {opened.height} pixels")
            if opened.width * opened.height > MAX_PIXELS:
                raise ImageUnreadableError("more than 200 million pixels")
            if opened.format == "JPEG" and opened.mode in _CHANNELS:
                orientation = int(opened.getexif().get(_EXIF_ORIENTATION, 1))
                return _jpeg(image, opened), orientation if orientation in _ORIENTATIONS else 1
            return _lossless(opened), 1
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageUnreadableError(f"{type(error).__name__}: {error}") from error


def _jpeg(image: PageImageBytes, opened: Image.Image) -> StreamObject:
    stream = EncodedStreamObject()
    _describe(stream, image.width_px, image.height_px, _CHANNELS[opened.mode], "/DCTDecode")
    if opened.mode == "CMYK" and "adobe" in opened.info:
        # Adobe writes inverted CMYK; readers show a negative without this.
        stream[NameObject("/Decode")] = ArrayObject(NumberObject(n) for n in (1, 0) * 4)
    stream._data = image.data  # noqa: SLF001 - the encoded bytes as they are; pypdf would encode them again
    return stream


def _lossless(opened: Image.Image) -> StreamObject:
    flat: Image.Image = opened
    if opened.mode in {"RGBA", "LA", "PA"} or "transparency" in opened.info:
        rgba = opened.convert("RGBA")
        flat = Image.new("RGB", opened.size, "white")
        flat.paste(rgba, mask=rgba.getchannel("A"))
    elif opened.mode not in {"1", "L", "RGB"}:
        flat = opened.convert("RGB")
    stream = EncodedStreamObject()
    bits = 1 if flat.mode == "1" else 8
    space = "/DeviceRGB" if flat.mode == "RGB" else "/DeviceGray"
    _describe(stream, flat.width, flat.height, space, "/FlateDecode", bits=bits)
    stream._data = zlib.compress(flat.tobytes(), 6)  # noqa: SLF001 - already encoded, as above
    return stream


def _describe(stream: StreamObject, width: int, height: int, space: str, codec: str, *, bits: int = 8) -> None:
    stream.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(width),
            NameObject("/Height"): NumberObject(height),
            NameObject("/ColorSpace"): NameObject(space),
            NameObject("/BitsPerComponent"): NumberObject(bits),
            NameObject("/Filter"): NameObject(codec),
        }
    )


def number(value: float) -> FloatObject:
    """A PDF number with four decimals."""
    return FloatObject(f"{value:.4f}")
