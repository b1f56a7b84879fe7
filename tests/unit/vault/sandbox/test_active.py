"""Files that act by themselves are refused, however they hide it; data that travels inside a PDF is not."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from vault.sandbox.active import ActiveContentError, refuse_active


def pdf_with(change: Callable[[PdfWriter], object], *, password: bool = False) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    change(writer)
    if password:
        writer.encrypt("", "owner", algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def action(kind: str, **values: object) -> DictionaryObject:
    entries = {NameObject("/S"): NameObject(kind)} | {NameObject(f"/{name}"): value for name, value in values.items()}
    return DictionaryObject(entries)


def on_open(kind: str, **values: object) -> Callable[[PdfWriter], object]:
    return lambda writer: writer.root_object.update({NameObject("/OpenAction"): action(kind, **values)})


def on_link(writer: PdfWriter) -> None:
    link = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4),
            NameObject("/A"): action("/Launch", F=TextStringObject("cmd.exe")),
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])


def unreachable(writer: PdfWriter) -> None:
    """An object that no page leads to: a viewer that mends the file may find it all the same."""
    writer._add_object(action("/JavaScript", JS=TextStringObject("app.alert(1)")))


def script_in_stream(writer: PdfWriter) -> None:
    stream = DecodedStreamObject()
    stream.set_data(b"app.alert(1)")
    on_open("/JavaScript", JS=writer._add_object(stream))(writer)


def form(writer: PdfWriter) -> None:
    form = DictionaryObject({NameObject("/XFA"): ArrayObject([]), NameObject("/Fields"): ArrayObject([])})
    writer.root_object[NameObject("/AcroForm")] = form


ACTIVE: dict[str, tuple[str, Callable[[PdfWriter], object]]] = {
    "script at opening": ("JavaScript", on_open("/JavaScript", JS=TextStringObject("app.alert(1)"))),
    "script in a stream": ("JavaScript", script_in_stream),
    "script that nothing leads to": ("JavaScript", unreachable),
    "launch at opening": ("Launch", on_open("/Launch", F=TextStringObject("calc.exe"))),
    "launch behind a link": ("Launch", on_link),
    "program by its name": ("EmbeddedProgram", lambda writer: writer.add_attachment("hoa-don.EXE", b"not really")),
    "program by its bytes": ("EmbeddedProgram", lambda writer: writer.add_attachment("anh.jpg", b"MZ\x90\x00\x03")),
    "script file inside": ("EmbeddedProgram", lambda writer: writer.add_attachment("a.txt", b"#!/bin/sh\nrm -rf /")),
    "dynamic form": ("XFA", form),
}


@pytest.mark.parametrize("name", ACTIVE)
@pytest.mark.parametrize("password", [False, True], ids=["plain", "encrypted without a password"])
def test_what_acts_by_itself_is_refused_by_name(name: str, *, password: bool) -> None:
    kind, change = ACTIVE[name]
    with pytest.raises(ActiveContentError) as caught:
        refuse_active(pdf_with(change, password=password))
    assert kind in caught.value.facts["kinds"]


HARMLESS: dict[str, Callable[[PdfWriter], object]] = {
    "nothing": lambda _: None,
    "data of an invoice": lambda writer: writer.add_attachment("hoadon.xml", b"<?xml version='1.0'?><HDon/>"),
    "a link to a page of the web": on_open("/URI", URI=TextStringObject("https://example.vn/JavaScript")),
    "the words in the title": lambda writer: writer.add_metadata({"/Title": "/JavaScript /Launch /JS"}),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_lies_there_passes(name: str) -> None:
    refuse_active(pdf_with(HARMLESS[name]))


def test_a_name_written_with_escapes_is_the_same_name() -> None:
    raw = pdf_with(unreachable).replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS ", b"/J#53 ")
    with pytest.raises(ActiveContentError):
        refuse_active(raw)


def test_a_file_that_does_not_open_is_looked_at_as_bytes() -> None:
    whole = pdf_with(ACTIVE["launch behind a link"][1])
    with pytest.raises(ActiveContentError):
        refuse_active(whole[: whole.rindex(b"xref")].replace(b"endobj", b"endob"))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=6))
def test_broken_files_end_in_our_error_or_in_none(place: int, change: bytes) -> None:
    raw = bytearray(pdf_with(ACTIVE["script at opening"][1]))
    place %= len(raw)
    raw[place : place + len(change)] = change
    with suppress(ActiveContentError):
        refuse_active(bytes(raw))


@pytest.mark.needs_samples
def test_letters_of_real_authorities_pass(samples: Path) -> None:
    letters = sorted((samples / "signed-government-pdf").glob("*.pdf"))
    assert len(letters) >= 6
    for letter in letters:
        refuse_active(letter.read_bytes())
