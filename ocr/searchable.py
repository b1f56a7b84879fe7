"""A searchable copy of a paper: its pages as pictures, and over them the words that were read, invisible.

PDF/A-2u (ISO 19005-2): fonts embedded with Unicode maps, device-independent colour by an output intent, XMP metadata,
no encryption, no scripts, no transparency. The words are drawn with rendering mode 3 in a font whose one glyph has no
area, each stretched over its box, so a viewer marks, finds and copies what the picture shows. It is a rendition beside
the original: no seal is on it, and a signed original is never touched.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from xml.sax.saxutils import escape

from PIL import Image, ImageCms

from ocr.turn import turned
from ocr.values import Box, Line, PageImage, PageText, Word

_POINTS = 72.0
_EM = 1000
_ADVANCE = 500
_QUALITY = 80
_MOST_DPI = 300
_CODES_A_BLOCK = 100
_TALL_ENOUGH = 0.4
_SRGB = "sRGB IEC61966-2.1"


@dataclass
class _File:
    """Objects of a PDF, numbered from 1 as they are reserved."""

    bodies: dict[int, bytes] = field(default_factory=dict)
    last: int = 0

    def reserve(self) -> int:
        self.last += 1
        return self.last

    def put(self, number: int, body: bytes) -> int:
        self.bodies[number] = body
        return number

    def stream(self, head: bytes, data: bytes, *, pack: bool = True) -> int:
        """A stream object; ``head`` is its dictionary without length and filter."""
        packed = zlib.compress(data, 9) if pack else data
        filters = b" /Filter /FlateDecode" if pack else b""
        body = b"<<%s%s /Length %d>>\nstream\n%s\nendstream" % (head, filters, len(packed), packed)
        return self.put(self.reserve(), body)

    def bytes(self, root: int) -> bytes:
        out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number in range(1, self.last + 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, self.bodies[number])
        table = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (self.last + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        mark = b"%016x" % zlib.crc32(bytes(out)) * 2
        out += b"trailer\n<</Size %d /Root %d 0 R /ID [<%s> <%s>]>>\n" % (self.last + 1, root, mark, mark)
        out += b"startxref\n%d\n%%%%EOF\n" % table
        return bytes(out)


def searchable(pages: Iterable[tuple[PageImage, PageText | None]], *, title: str, at: datetime) -> bytes:
    """The copy as PDF/A-2u. ``pages`` are taken one at a time; one that could not be read has a picture only.

    ``at`` (aware) is the time that the copy says it was made; the same arguments give the same bytes.
    """
    file = _File()
    catalog, tree, font = file.reserve(), file.reserve(), file.reserve()
    codes: dict[str, int] = {}
    leaves = [_page(file, image, text, codes, tree=tree, font=font) for image, text in pages]
    _font(file, font, codes)
    intent = file.stream(b"/N 3", _profile())
    metadata = file.stream(b"/Type /Metadata /Subtype /XML", _xmp(title, at), pack=False)
    file.put(
        tree, b"<</Type /Pages /Count %d /Kids [%s]>>" % (len(leaves), b" ".join(b"%d 0 R" % leaf for leaf in leaves))
    )
    file.put(
        catalog,
        b"<</Type /Catalog /Pages %d 0 R /Metadata %d 0 R /Lang (vi-VN) /OutputIntents [<</Type /OutputIntent"
        b" /S /GTS_PDFA1 /OutputConditionIdentifier (%s) /Info (%s) /DestOutputProfile %d 0 R>>]>>"
        % (tree, metadata, _SRGB.encode(), _SRGB.encode(), intent),
    )
    return file.bytes(catalog)


def _page(file: _File, image: PageImage, text: PageText | None, codes: dict[str, int], *, tree: int, font: int) -> int:
    rgb = turned(image.rgb, text.turned if text else 0)
    height, width = rgb.shape[:2]
    dpi = text.dpi if text else image.dpi
    point = _POINTS / dpi
    picture = Image.fromarray(rgb)
    if dpi > _MOST_DPI:
        picture.thumbnail((round(width * _MOST_DPI / dpi), round(height * _MOST_DPI / dpi)))
    grey = bool((rgb[::7, ::7].max(axis=2) - rgb[::7, ::7].min(axis=2)).max() < 12)  # noqa: PLR2004 - noise of JPEG
    target = io.BytesIO()
    picture.convert("L" if grey else "RGB").save(target, "JPEG", quality=_QUALITY)
    head = (
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /%s /Filter /DCTDecode"
        % (
            picture.width,
            picture.height,
            b"DeviceGray" if grey else b"DeviceRGB",
        )
    )
    shown = file.stream(head, target.getvalue(), pack=False)
    content = [f"q {width * point:.4f} 0 0 {height * point:.4f} 0 0 cm /P Do Q"]
    if text and text.lines:
        content.append("BT 3 Tr")
        content.extend(part for line in text.lines for part in _words(line, point, height, codes))
        content.append("ET")
    body = file.stream(b"", "\n".join(content).encode("ascii"))
    fonts = b" /Font <</F %d 0 R>>" % font if text and text.lines else b""
    return file.put(
        file.reserve(),
        b"<</Type /Page /Parent %d 0 R /MediaBox [0 0 %.4f %.4f] /Contents %d 0 R"
        b" /Resources <</XObject <</P %d 0 R>>%s>>>>" % (tree, width * point, height * point, body, shown, fonts),
    )


def _words(line: Line, point: float, page_height: int, codes: dict[str, int]) -> list[str]:
    """Each word over its box, and between two words a space over the gap.

    A dash or a full stop is as high as its line: viewers begin a new line where the letters' size jumps.
    """
    drawn = []
    words = [_as_high_as(word, line.box) for word in line.words]
    for number, word in enumerate(words):
        drawn.append(_shown(word, point, page_height, codes))
        if number + 1 < len(words):
            left, right = word.box[2], max(word.box[2] + 1, words[number + 1].box[0])
            gap = Word(" ", 1.0, (left, word.box[1], right, word.box[3]))
            drawn.append(_shown(gap, point, page_height, codes))
    return drawn


def _as_high_as(word: Word, line: Box) -> Word:
    left, top, right, bottom = word.box
    if bottom - top >= _TALL_ENOUGH * (line[3] - line[1]):
        return word
    return replace(word, box=(left, line[1], right, line[3]))


def _shown(word: Word, point: float, page_height: int, codes: dict[str, int]) -> str:
    left, top, right, bottom = word.box
    size = max(1, bottom - top) * point
    wide = max(1, right - left) * point
    stretch = 100.0 * wide / (len(word.text) * size * _ADVANCE / _EM)
    text = "".join(f"{codes.setdefault(char, len(codes) + 1):04X}" for char in word.text)
    place = f"{left * point:.4f} {(page_height - bottom) * point:.4f}"
    return f"/F {size:.4f} Tf {stretch:.4f} Tz 1 0 0 1 {place} Tm <{text}> Tj"


def _font(file: _File, number: int, codes: dict[str, int]) -> None:
    """A composite font of one glyph; every character has a code of its own, and the map back to Unicode."""
    program = _glyphless()
    embedded = file.stream(b"/Length1 %d" % len(program), program)
    glyphs = file.stream(b"", struct.pack(">H", 0) + struct.pack(">H", 1) * len(codes))
    unicode_map = file.stream(b"", _to_unicode(codes))
    descriptor = file.put(
        file.reserve(),
        b"<</Type /FontDescriptor /FontName /KHOSOA+Invisible /Flags 4 /FontBBox [0 0 %d %d] /ItalicAngle 0"
        b" /Ascent %d /Descent 0 /CapHeight %d /StemV 80 /FontFile2 %d 0 R>>" % (_ADVANCE, _EM, _EM, _EM, embedded),
    )
    descendant = file.put(
        file.reserve(),
        b"<</Type /Font /Subtype /CIDFontType2 /BaseFont /KHOSOA+Invisible /CIDSystemInfo <</Registry (Adobe)"
        b" /Ordering (Identity) /Supplement 0>> /FontDescriptor %d 0 R /DW %d /CIDToGIDMap %d 0 R>>"
        % (descriptor, _ADVANCE, glyphs),
    )
    file.put(
        number,
        b"<</Type /Font /Subtype /Type0 /BaseFont /KHOSOA+Invisible /Encoding /Identity-H"
        b" /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>" % (descendant, unicode_map),
    )


def _to_unicode(codes: dict[str, int]) -> bytes:
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    pairs = [f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>" for char, code in codes.items()]
    for first in range(0, len(pairs), _CODES_A_BLOCK):
        block = pairs[first : first + _CODES_A_BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")


@lru_cache(maxsize=1)
def _glyphless() -> bytes:
    """A TrueType font with two glyphs without area: the tables that ISO 32000-1, 9.9 asks of an embedded font."""
    head = struct.pack(
        ">IIIIHHqqhhhhHHhhh", 0x00010000, 0x00010000, 0, 0x5F0F3CF5, 3, _EM, 0, 0, 0, 0, _ADVANCE, _EM, 0, 8, 2, 0, 0
    )
    hhea = struct.pack(">IhhhHhhhhhhhhhhhH", 0x00010000, _EM, 0, 0, _ADVANCE, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2)
    maxp = struct.pack(">IHHHHHHHHHHHHHH", 0x00010000, 2, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    hmtx = struct.pack(">HhHh", _ADVANCE, 0, _ADVANCE, 0)
    # One contour of two points: no area, but a box, which is what viewers mark when the text is searched.
    glyph = struct.pack(">hhhhhHHBBhhhh", 1, 0, 0, _ADVANCE, _EM, 1, 0, 1, 1, 0, _ADVANCE, 0, _EM)
    tables = {
        b"glyf": glyph,
        b"head": head,
        b"hhea": hhea,
        b"hmtx": hmtx,
        b"loca": struct.pack(">HHH", 0, 0, len(glyph) // 2),
        b"maxp": maxp,
    }
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    out = struct.pack(">IHHHH", 0x00010000, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    place, body, entries = 12 + 16 * count, b"", b""
    for tag, table in sorted(tables.items()):
        padded = table + b"\0" * (-len(table) % 4)
        entries += struct.pack(">4sIII", tag, _sum(padded), place + len(body), len(table))
        body += padded
    whole = out + entries + body
    adjust = (0xB1B0AFBA - _sum(whole + b"\0" * (-len(whole) % 4))) & 0xFFFFFFFF
    at = whole.index(head) + 8
    return whole[:at] + struct.pack(">I", adjust) + whole[at + 4 :]


def _sum(table: bytes) -> int:
    numbers: tuple[int, ...] = struct.unpack(f">{len(table) // 4}I", table)
    return sum(numbers) & 0xFFFFFFFF


@lru_cache(maxsize=1)
def _profile() -> bytes:
    """An ICC profile of sRGB, version 4.2 (the newest that PDF/A-2 knows), with a fixed date so that copies repeat."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[8:12] = b"\x04\x20\x00\x00"
    profile[24:36] = struct.pack(">6H", 2020, 1, 1, 0, 0, 0)
    profile[84:100] = bytes(16)
    return bytes(profile)


def _xmp(title: str, at: datetime) -> bytes:
    made = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">\n'
        "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>\n"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>\n'
        f"<xmp:CreateDate>{made}</xmp:CreateDate><xmp:ModifyDate>{made}</xmp:ModifyDate>\n"
        "</rdf:Description></rdf:RDF></x:xmpmeta>\n"
        f"{' ' * 200}\n"
        '<?xpacket end="w"?>'
    ).encode()
