"""What runs by itself in a PDF: scripts, actions that start programs, programs that travel inside. Runs in a child.

A paper is looked at for years, on phones of citizens and desks of officers. A file that can act when it is opened, or
show another thing tomorrow, is no paper: PDF/A (ISO 19005) forbids all three. Attachments that are data (the XML of an
invoice) are no programs and pass.

Every object of the file is looked at, whether a page leads to it or not: viewers mend broken files each in its own way.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

MOST_OBJECTS = 200_000
_DEPTH = 40
_START = {
    "/JavaScript": "JavaScript",
    "/Launch": "Launch",
    "/ImportData": "ImportData",
    "/Rendition": "Rendition",
    "/RichMediaExecute": "RichMedia",
}
_NAMES = {"/JS": "JavaScript", "/RichMediaContent": "RichMedia", "/XFA": "XFA"}
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!"),
    b"L\x00\x00\x00\x01\x14\x02",  # a shortcut of Windows
)
_ENDINGS = tuple(
    """.app .apk .bat .chm .cmd .com .cpl .docm .dll .exe .hta .iso .jar .js .jse .lnk .mjs .msi .pif .ppam .pptm .ps1
    .py .reg .scf .scr .sh .url .vb .vbe .vbs .wsf .wsh .xlam .xlsm""".split()  # noqa: SIM905 - so many read better so
)


class ActiveContentError(ValueError):
    """The file can act by itself; `detail` says how."""

    code = "ACTIVE_CONTENT"

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__(self.code)
        self.facts = {"kinds": ", ".join(kinds)}


def refuse_active(pdf: bytes) -> None:
    """Raise `ActiveContentError` for a PDF that can act by itself. One that does not open is judged by others."""
    found = sorted(set(_kinds(pdf)))
    if found:
        raise ActiveContentError(tuple(found))


def _kinds(pdf: bytes) -> Iterator[str]:
    # Closed at once: pypdf's objects point at each other, and would keep the file until they are collected.
    with io.BytesIO(pdf) as source:
        yield from _kinds_in(source, pdf)


def _kinds_in(source: io.BytesIO, pdf: bytes) -> Iterator[str]:
    try:
        reader = PdfReader(source, strict=False)
        if reader.is_encrypted:
            reader.decrypt("")
        numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
        yield from _in(reader.trailer, 0)
    except Exception:  # noqa: BLE001 - whatever a broken file does to pypdf, a viewer may mend it and act
        yield from _in_raw(pdf)
        return
    for number in sorted(numbers)[:MOST_OBJECTS]:
        try:
            one = reader.get_object(number)
        except Exception:  # noqa: BLE001, S112 - as above: the other objects are still looked at
            continue
        yield from _in(one, 0)


def _in_raw(pdf: bytes) -> Iterator[str]:
    """Names in the bytes themselves, with their escapes undone: all that is left of a file that does not open."""
    plain = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), pdf)
    for name, kind in (_START | _NAMES).items():
        if re.search(re.escape(name.encode()) + rb"(?![A-Za-z0-9])", plain):
            yield kind


def _in(value: Any, depth: int) -> Iterator[str]:
    """Kinds in one object and what lies directly in it; what it refers to is an object of its own."""
    if depth > _DEPTH:
        return
    if isinstance(value, DictionaryObject):
        yield from _of_dictionary(value)
        for inner in dict.values(value):
            yield from _in(inner, depth + 1)
    elif isinstance(value, ArrayObject):
        for inner in list.__iter__(value):
            yield from _in(inner, depth + 1)


def _of_dictionary(value: DictionaryObject) -> Iterator[str]:
    started = _START.get(str(dict.get(value, "/S", "")))
    if started is not None:
        yield started
    yield from (kind for name, kind in _NAMES.items() if name in value)
    if "/EF" in value and any(str(dict.get(value, name, "")).lower().endswith(_ENDINGS) for name in ("/F", "/UF")):
        yield "EmbeddedProgram"
    if isinstance(value, StreamObject) and str(dict.get(value, "/Type", "")) == "/EmbeddedFile" and _is_program(value):
        yield "EmbeddedProgram"


def _is_program(stream: StreamObject) -> bool:
    try:
        head = stream.get_data()[:8]
    except Exception:  # noqa: BLE001 - as above: what does not unpack, starts nothing
        return False
    return head.startswith(_PROGRAMS)


__all__ = ["ActiveContentError", "refuse_active"]
