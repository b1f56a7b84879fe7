"""Files that must be refused with a clear code, or read in spite of how they come; all built in memory.

`CASES` maps a name to its builder; `bad_input(name)` builds one, `every()` builds all, one after the other. Nothing big
is ever held: the bombs and the giant picture are written by the rules of DEFLATE, their contents never exist here.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image
from pypdf import PdfReader, PdfWriter

from tests.golden.specimens import as_jpeg, as_pdf, as_png, draw, scans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OK = "OK"
NOT_A_PAPER, EMPTY_FILE, TRUNCATED = "NOT_A_PAPER", "EMPTY_FILE", "TRUNCATED"
PASSWORD_PROTECTED, NO_PAGES, TOO_MANY_PAGES = "PASSWORD_PROTECTED", "NO_PAGES", "TOO_MANY_PAGES"
PAGE_TOO_LARGE, BOMB = "PAGE_TOO_LARGE", "BOMB"

PASSWORD = "mật khẩu"  # of the protected file; the reader is not given it
GIANT_SIDE = 20_000
MANY_PAGES = 10_000
UNPACKED = 10_000_000_000  # bytes that the bombs claim to hold


class BadInput(NamedTuple):
    """A file and what must come of it: an error code, or `OK` for one that is to be read all the same."""

    name: str
    filename: str
    content: bytes
    expected: str


# --- a paper to spoil ----------------------------------------------------------------------------------------------


@cache
def _pdf() -> bytes:
    return as_pdf(draw("XNTTHN", seed=7), 2)


@cache
def _jpeg() -> bytes:
    return as_jpeg(draw("XNTTHN", seed=7), 2)


@cache
def _page() -> Image.Image:
    return scans(draw("XNTTHN", seed=7), 2)[0].image


# --- refused -------------------------------------------------------------------------------------------------------


def _plain_text() -> tuple[str, bytes, str]:
    return "don.txt", "Kính gửi: Ủy ban nhân dân phường An Mẫu\n".encode(), NOT_A_PAPER


def _word_file() -> tuple[str, bytes, str]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("word/document.xml"), "<w:document/>")
    return "don.docx", stream.getvalue(), NOT_A_PAPER


def _page_of_a_browser_named_pdf() -> tuple[str, bytes, str]:
    return "ket-qua.pdf", b"<!doctype html><html><body>404 Not Found</body></html>", NOT_A_PAPER


def _noise() -> tuple[str, bytes, str]:
    return "scan.jpg", bytes((number * 167 + 13) % 256 for number in range(5000)), NOT_A_PAPER


def _empty() -> tuple[str, bytes, str]:
    return "scan.pdf", b"", EMPTY_FILE


def _truncated_pdf() -> tuple[str, bytes, str]:
    return "scan.pdf", _pdf()[: len(_pdf()) * 6 // 10], TRUNCATED


def _truncated_jpeg() -> tuple[str, bytes, str]:
    return "scan.jpg", _jpeg()[: len(_jpeg()) // 2], TRUNCATED


def _truncated_png() -> tuple[str, bytes, str]:
    whole = as_png(draw("XNTTHN", seed=7), 3)
    return "scan.png", whole[: len(whole) * 7 // 10], TRUNCATED


def _password() -> tuple[str, bytes, str]:
    return "mat.pdf", _encrypted(PASSWORD), PASSWORD_PROTECTED


def _encrypted(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf())))
    writer.encrypt(password, "owner", algorithm="AES-256")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _no_pages() -> tuple[str, bytes, str]:
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"]
    return "trong.pdf", _assemble([part.encode() for part in objects]), NO_PAGES


def _many_pages() -> tuple[str, bytes, str]:
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + MANY_PAGES))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {MANY_PAGES} >>"]
    objects += ["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"] * MANY_PAGES
    return "dai.pdf", _assemble([part.encode() for part in objects]), TOO_MANY_PAGES


def _giant_png() -> tuple[str, bytes, str]:
    row = bytes(1 + GIANT_SIDE // 8)
    header = struct.pack(">IIBBBBB", GIANT_SIDE, GIANT_SIDE, 1, 0, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", _zeros(len(row) * GIANT_SIDE)), (b"IEND", b"")
    content = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)
    return "to.png", content, PAGE_TOO_LARGE


def _giant_picture_in_a_pdf() -> tuple[str, bytes, str]:
    picture = _stream(
        f"/Type /XObject /Subtype /Image /Width {GIANT_SIDE} /Height {GIANT_SIDE} /BitsPerComponent 1 "
        "/ColorSpace /DeviceGray /Filter /FlateDecode",
        _zeros(GIANT_SIDE // 8 * GIANT_SIDE),
    )
    return "to.pdf", _one_page(b"q 595 0 0 842 0 0 cm /Im0 Do Q", picture), PAGE_TOO_LARGE


def _bomb_in_the_content() -> tuple[str, bytes, str]:
    bomb = _stream("/Filter /FlateDecode", _zeros(UNPACKED))
    return "bom.pdf", _one_page(None, bomb), BOMB


def _bomb_packed_twice() -> tuple[str, bytes, str]:
    bomb = _stream("/Filter [/FlateDecode /FlateDecode]", zlib.compress(_zeros(UNPACKED)))
    return "bom2.pdf", _one_page(None, bomb), BOMB


def _bomb_in_a_picture() -> tuple[str, bytes, str]:
    bomb = _stream(
        "/Type /XObject /Subtype /Image /Width 100 /Height 100 /BitsPerComponent 8 /ColorSpace /DeviceGray "
        "/Filter /FlateDecode",
        _zeros(UNPACKED),
    )
    return "bom3.pdf", _one_page(b"q 595 0 0 842 0 0 cm /Im0 Do Q", bomb), BOMB


# --- unusual, yet to be read -----------------------------------------------------------------------------------------


def _jpeg_named_pdf() -> tuple[str, bytes, str]:
    return "scan.pdf", _jpeg(), OK


def _pdf_named_jpg() -> tuple[str, bytes, str]:
    return "scan.jpg", _pdf(), OK


def _turned_by_exif() -> tuple[str, bytes, str]:
    # Orientation 6: the camera was held upright, its sensor lies: "turn by 90 degrees clockwise to see it".
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    _page().transpose(Image.Transpose.ROTATE_90).save(stream, "JPEG", quality=85, dpi=(200, 200), exif=exif)
    return "anh.jpg", stream.getvalue(), OK


def _cmyk_jpeg() -> tuple[str, bytes, str]:
    stream = io.BytesIO()
    _page().convert("CMYK").save(stream, "JPEG", quality=88, dpi=(200, 200))
    return "may-in.jpg", stream.getvalue(), OK


def _owner_password_only() -> tuple[str, bytes, str]:
    return "chi-doc.pdf", _encrypted(""), OK


CASES: dict[str, Callable[[], tuple[str, bytes, str]]] = {
    "plain-text": _plain_text,
    "word-file": _word_file,
    "web-page-named-pdf": _page_of_a_browser_named_pdf,
    "noise-named-jpg": _noise,
    "empty": _empty,
    "truncated-pdf": _truncated_pdf,
    "truncated-jpeg": _truncated_jpeg,
    "truncated-png": _truncated_png,
    "password": _password,
    "no-pages": _no_pages,
    "ten-thousand-pages": _many_pages,
    "giant-png": _giant_png,
    "giant-picture-in-pdf": _giant_picture_in_a_pdf,
    "bomb-in-content": _bomb_in_the_content,
    "bomb-packed-twice": _bomb_packed_twice,
    "bomb-in-picture": _bomb_in_a_picture,
    "jpeg-named-pdf": _jpeg_named_pdf,
    "pdf-named-jpg": _pdf_named_jpg,
    "turned-by-exif": _turned_by_exif,
    "cmyk-jpeg": _cmyk_jpeg,
    "owner-password-only": _owner_password_only,
}


def bad_input(name: str) -> BadInput:
    """The case of this name (a key of `CASES`)."""
    return BadInput(name, *CASES[name]())


def every() -> Iterator[BadInput]:
    """All cases, each built when its turn comes."""
    return (bad_input(name) for name in CASES)


# --- building blocks -------------------------------------------------------------------------------------------------


def _zeros(length: int) -> bytes:
    """A zlib stream (RFC 1950) that unpacks to `length` zero bytes; the zeros themselves never exist.

    One flushed block of a mebibyte is repeated; the checksum of n zeros is known: Adler-32 has A = 1, B = n mod 65521.
    """
    block = 1 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    flushed = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    rest = last.compress(bytes(length % block)) + last.flush()
    return b"\x78\xda" + flushed * (length // block) + rest + struct.pack(">I", (length % 65521) << 16 | 1)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _stream(entries: str, data: bytes) -> bytes:
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _one_page(content: bytes | None, last: bytes) -> bytes:
    """A PDF of one page; `last` is its picture Im0, or without `content` the content stream itself."""
    resources = "/Resources << /XObject << /Im0 5 0 R >> >>" if content is not None else ""
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {resources} /Contents 4 0 R >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page.encode()]
    return _assemble([*objects, *([_stream("", content)] if content is not None else []), last])


def _assemble(objects: list[bytes]) -> bytes:
    """Objects numbered from 1, with a cross-reference table (ISO 32000-1, 7.5.4)."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
