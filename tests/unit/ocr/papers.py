"""Small papers drawn by the tests themselves: invented people, and files that are broken in one way each."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import pypdf
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
A4 = (1654, 2339)
DPI = 200

Placed = tuple[int, int, str]
"""Left and top in pixels at 200 dpi, and the text."""


def page(texts: Sequence[Placed], size: tuple[int, int] = A4, points: int = 14) -> Image.Image:
    """A white page at 200 dpi with black text."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(FONT, round(points * DPI / 72))
    for left, top, text in texts:
        pen.text((left, top), text, font=font, fill="black")
    return picture


def column(lines: Sequence[str], left: int = 200, top: int = 160, step: int = 64) -> list[Placed]:
    return [(left, top + number * step, line) for number, line in enumerate(lines)]


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **{"dpi": (DPI, DPI), **options})
    return out.getvalue()


def tiff(pictures: Sequence[Image.Image]) -> bytes:
    return encoded(pictures[0], "TIFF", save_all=True, append_images=list(pictures[1:]), compression="tiff_lzw")


def pdf(count: int = 1, password: str | None = None) -> bytes:
    """A PDF with ``count`` blank A4 pages."""
    writer = pypdf.PdfWriter()
    for _ in range(count):
        writer.add_blank_page(595, 842)
    if password is not None:
        writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_of(picture: Image.Image, dpi: int = DPI) -> bytes:
    """A PDF whose only page is the picture."""
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=dpi)
    return out.getvalue()


def pdf_with_content(content: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    """A one-page PDF around an already packed content stream."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length %d /Filter %s >>\nstream\n%s\nendstream" % (len(content), filters, content),
    ]
    return _assembled(objects)


def pdf_without_pages() -> bytes:
    return _assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])


def _assembled(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and has no more to say."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def bomb(size: int) -> bytes:
    """``size`` zero bytes, packed."""
    packer = zlib.compressobj(9)
    step = bytes(1 << 20)
    return b"".join(packer.compress(step) for _ in range(size >> 20)) + packer.flush()
