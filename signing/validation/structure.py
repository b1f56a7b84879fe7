"""The outside of a file, judged on its bytes: where pyHanko alone can be fooled.

A reader that searches for the last `%%EOF` ignores an update that was appended without one, while viewers show it. So
the bytes themselves must be what the parser believes: header first, end last, and every byte after the newest
signature accounted for by objects of revisions that the parser has seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.xref import ObjStreamRef

from signing.validation.verdicts import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER: Final = re.compile(rb"%PDF-[12]\.\d[\r\n \t%]")
_END: Final = re.compile(rb"startxref[\r\n \t]+(\d{1,12})[\r\n \t]+%%EOF[\r\n]*\Z")
# Some tools sign their work in a comment before `startxref`.
_TAIL_END: Final = re.compile(
    rb"(?:[\r\n \t]|%(?!%EOF)[^\r\n]{0,200}[\r\n])*startxref[\r\n \t]+(\d{1,12})[\r\n \t]+%%EOF[\r\n]*"
)
_OBJECT: Final = re.compile(rb"(\d{1,10})[ \t\r\n]+(\d{1,5})[ \t\r\n]+obj")
_TRAILER: Final = re.compile(rb"[\r\n \t]*(?:trailer)?[\r\n \t]*(?=<<)")
_ENDOBJ: Final = re.compile(rb"[\r\n \t]*endobj")
# The last two are written by a common word processor and repeated by every later revision; no viewer draws them.
_TRAILER_KEYS: Final = frozenset(
    {"/Size", "/Root", "/Prev", "/Info", "/ID", "/Encrypt", "/DocChecksum", "/AdditionalStreams"}
)
_STREAM_KEYS: Final = frozenset({"/Type", "/W", "/Index", "/Filter", "/DecodeParms", "/Length"})
# A comment that no repairing parser takes for an object.
_COMMENTS: Final = re.compile(rb"%(?:(?!obj|xref|trailer)[^\r\n]){0,200}(?=[\r\n])")
MAX_OBJECT_NUMBER: Final = 8_388_607
"""ISO 32000-1, annex C: what viewers can count to."""
_BLANK: Final = b"\x00\t\n\x0c\r "


def surface_faults(pdf: bytes) -> list[Reason]:
    """Faults that make any other finding worthless: no header at byte 0, no `%%EOF` with only line ends after it."""
    faults = []
    if not _HEADER.match(pdf[:16]):
        faults.append(Reason.NOT_A_PDF)
    if not _END.search(pdf[-2048:]):
        faults.append(Reason.NO_FINAL_EOF)
    return faults


@dataclass(frozen=True)
class Range:
    """A checked /ByteRange: the file without the hexadecimal string at [gap_start, gap_end)."""

    gap_start: int
    gap_end: int
    end: int


def checked_range(pdf: bytes, byte_range: object, contents: bytes) -> Range | Reason:
    """The range of a signature, or why it is not one.

    It must begin at 0, leave out exactly the string `<hex>` whose value is the parsed /Contents, and end in the file.
    """
    if not isinstance(byte_range, list) or len(byte_range) != 4:  # noqa: PLR2004 - two (offset, length) pairs
        return Reason.BYTE_RANGE_ABNORMAL
    if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in byte_range):
        return Reason.BYTE_RANGE_ABNORMAL
    start, first, second, rest = (int(n) for n in byte_range)
    if second + rest > len(pdf):
        return Reason.BYTE_RANGE_BEYOND_FILE
    gap = pdf[first:second]
    if start != 0 or second <= first or gap[:1] != b"<" or gap[-1:] != b">":
        return Reason.BYTE_RANGE_ABNORMAL
    try:
        same = bytes.fromhex(gap[1:-1].decode("ascii")) == contents and not re.search(rb"\s", gap)
    except ValueError:
        return Reason.BYTE_RANGE_ABNORMAL
    return Range(first, second, second + rest) if same else Reason.BYTE_RANGE_ABNORMAL


def padded_with_zeros_only(contents: bytes) -> bool:
    """Whether nothing but zero bytes follows the DER object in /Contents (ISO 32000-2, 12.8.3.3.1)."""
    return not contents[_der_length(contents) :].strip(b"\x00")


def _der_length(data: bytes) -> int:
    """Length of the first DER element with its header; all of `data` when the length is indefinite or absurd."""
    if len(data) < 2:  # noqa: PLR2004 - tag and length
        return len(data)
    first = data[1]
    if first < 0x80:  # noqa: PLR2004 - short form
        return 2 + first
    count = first & 0x7F
    if count == 0 or count > 4:  # noqa: PLR2004 - indefinite, or more than 4 GB
        return len(data)
    return 2 + count + int.from_bytes(data[2 : 2 + count], "big")


def is_whole(pdf: bytes, end: int) -> bool:
    """Whether a signature that ends at `end` covers the file, but for line ends after it."""
    return not pdf[end:].strip(b"\r\n")


def require_accounted_tail(reader: Any, pdf: bytes, end: int) -> None:
    """Raise PdfReadError unless every byte after `end` belongs to an object, table or trailer the reader knows.

    Bytes that only another parser would use are what attacks on signed files are made of; so are numbers that parsers
    understand differently: an object again in another generation, numbers beyond what most can count to, a table
    that takes the number of an object.
    """
    extents = _extents(reader, pdf, end, strict=True)
    if not extents:
        raise misc.PdfReadError("bytes that belong to no revision")
    for _, gap in _gaps(pdf, end, extents):
        if _COMMENTS.sub(b"", gap).strip(_BLANK):
            raise misc.PdfReadError("bytes that belong to no object")


def hides_objects(reader: Any, pdf: bytes, end: int) -> bool:
    """Whether object bodies lie after `end` to which no table points: a viewer that repairs files would show them."""
    try:
        extents = _extents(reader, pdf, end, strict=False)
    except (misc.PdfError, ValueError, OSError):
        return True
    return any(_OBJECT.search(gap) for _, gap in _gaps(pdf, end, extents))


def _extents(reader: Any, pdf: bytes, end: int, *, strict: bool) -> dict[int, int]:
    """Where everything lies that the revisions after `end` name: start -> end."""
    xrefs = reader.xrefs
    extents: dict[int, int] = {}
    generations: dict[int, int] = {}
    for revision in range(xrefs.total_revisions):
        section = xrefs.get_xref_container_info(revision)
        refs = xrefs.explicit_refs_in_revision(revision)
        if section.declared_startxref < end:
            generations.update((ref.idnum, ref.generation) for ref in refs)
            continue
        _require_clear_numbers(section, refs, generations, strict=strict)
        extents[section.declared_startxref] = _section_end(reader, pdf, section, strict=strict)
        for ref in refs:
            place = xrefs.get_historical_ref(ref, revision)
            if place is None or isinstance(place, ObjStreamRef):
                continue
            if place < end and strict:
                raise misc.PdfReadError("an object of a later revision lies in an earlier one")
            if place >= end and place not in extents:
                extents[place] = _object(reader, pdf, place, ref)[0]
        generations.update((ref.idnum, ref.generation) for ref in refs)
    return extents


def _require_clear_numbers(section: Any, refs: Any, before: dict[int, int], *, strict: bool) -> None:
    for ref in refs:
        again = strict and before.get(ref.idnum, ref.generation) != ref.generation
        if again or not 0 < ref.idnum <= MAX_OBJECT_NUMBER:
            raise misc.PdfReadError("an object number that parsers understand differently")
    stream = section.stream_ref
    if stream is not None and stream.idnum in before:
        raise misc.PdfReadError("a cross-reference stream takes the number of an object")


def _gaps(pdf: bytes, start: int, extents: dict[int, int]) -> Iterator[tuple[int, bytes]]:
    """What lies between the extents after `start`; raises for extents that overlap."""
    position = start
    for low, high in sorted(extents.items()):
        if low < position:
            raise misc.PdfReadError("objects that overlap")
        yield position, pdf[position:low]
        position = high
    yield position, pdf[position:]


def _section_end(reader: Any, pdf: bytes, section: Any, *, strict: bool) -> int:
    """Where `startxref N %%EOF` ends that closes a cross-reference section, and points at it."""
    start = int(section.declared_startxref)
    if pdf.startswith(b"xref", _skipped(pdf, start)):
        trailer = _TRAILER.match(pdf, section.end_location)
        if trailer is None:
            raise misc.PdfReadError("no trailer after a cross-reference table")
        reader.stream.seek(trailer.end())
        stated = generic.read_object(reader.stream, generic.TrailerReference(reader))  # type: ignore[no-untyped-call]
        after = reader.stream.tell()
        known = _TRAILER_KEYS
    else:
        after, stated = _object(reader, pdf, start, section.stream_ref)
        known = _TRAILER_KEYS | _STREAM_KEYS
    if not strict:
        return int(after)
    _require_plain(reader, stated, known)
    found = _TAIL_END.match(pdf, after)
    if found is None or int(found[1]) != start:
        raise misc.PdfReadError("a revision does not end with its own startxref and %%EOF")
    return found.end()


def _require_plain(reader: Any, trailer: Any, known: frozenset[str]) -> None:
    """A trailer of an uncovered revision names the catalog itself and holds nothing that parsers read differently."""
    if not isinstance(trailer, generic.DictionaryObject) or not {"/Root", "/Size"} <= set(trailer) <= known:
        raise misc.PdfReadError("a trailer lacks keys or holds unknown ones")
    if trailer.get_value_as_reference("/Root") != reader.root_ref:
        raise misc.PdfReadError("a trailer names another catalog")
    if ("/Encrypt" in trailer) != (reader.security_handler is not None):
        raise misc.PdfReadError("a trailer speaks differently of encryption")


def _object(reader: Any, pdf: bytes, start: int, ref: Any = None) -> tuple[int, Any]:
    """Where an object ends, and its value; `ref` is the number it must carry."""
    header = _OBJECT.match(pdf, _skipped(pdf, start))
    if header is None:
        raise misc.PdfReadError("no object where the table says")
    if ref is not None and (int(header[1]), int(header[2])) != (ref.idnum, ref.generation):
        raise misc.PdfReadError("another object than the table says")
    stream = reader.stream
    stream.seek(header.end())
    misc.skip_over_whitespace(stream)
    value = generic.read_object(stream, generic.Reference(int(header[1]), int(header[2]), reader))
    closing = _ENDOBJ.match(pdf, stream.tell())
    if closing is None:
        raise misc.PdfReadError("an object does not end")
    return closing.end(), value


def _skipped(pdf: bytes, offset: int) -> int:
    """The first byte at or after `offset` that is no white space: some tools point at the line end before it."""
    while pdf[offset : offset + 1].isspace():
        offset += 1
    return offset
