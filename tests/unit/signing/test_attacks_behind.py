"""Attacks on what lies behind a signature: numbers and tables that parsers read differently, and time stamps over them.

Anybody can have a file time-stamped, and another agency may seal a file in good faith. So each attack is tried three
ways: as it is, with a trusted time stamp over it, and (where it alters what is shown) with a trusted seal over it.
"""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from signing import Level, Reason, SigningError, Verdict, upgrade
from signing.sealing import _Clerk
from tests.unit.signing.builders import (
    Office,
    appended,
    last_startxref,
    number_of,
    object_body,
    plain_pdf,
)
from tests.unit.signing.test_attacks import (
    ATTACKS,
    EVIL,
    LEVELS,
    Attack,
    Sealed,
    a_new_catalog,
    catalog_number,
    catalog_with,
    content_number,
    filled,
    new_content,
    new_number,
    page_number,
    stream,
    visibly_signed,
    with_form,
)


def store_of(pdf: bytes, number: int, generation: int = 0) -> tuple[int, int, bytes]:
    """The catalog again, with a security store that names this object as a certificate."""
    ((own, body),) = catalog_with(
        re.sub(rb"/DSS \d+ 0 R", b"", pdf), b"/DSS << /Certs [%d %d R] >>" % (number, generation)
    ).items()
    return own, 0, body


def update(pdf: bytes, objects: list[tuple[int, int, bytes]], *, rows: bytes = b"", trailer: bytes = b"") -> bytes:
    """An update by hand whose objects name their generation: (number, generation, body)."""
    out, table = bytearray(pdf), bytearray()
    for number, generation, body in objects:
        table += b"%d 1\n%010d %05d n \n" % (number, len(out), generation)
        out += b"%d %d obj\n%s\nendobj\n" % (number, generation, body)
    start = len(out)
    size = max(new_number(pdf), *(number + 1 for number, _, _ in objects))
    root = re.findall(rb"/Root\s+(\d+ \d+ R)", pdf)[-1]
    out += (
        b"xref\n"
        + table
        + rows
        + b"trailer\n<< /Size %d /Root %s /Prev %d %s >>\n"
        % (
            size,
            root,
            last_startxref(pdf),
            trailer,
        )
    )
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def streamed(pdf: bytes, entries: dict[int, bytes], *, own: int, width: int, before: bytes = b"") -> bytes:
    """An update whose cross-reference stream is object `own`; None as an entry stands for the stream's own place."""
    out = pdf + before
    start = len(out)
    data = b"".join(entry or b"\x01" + start.to_bytes(width, "big") for _, entry in sorted(entries.items()))
    index = b" ".join(b"%d 1" % number for number in sorted(entries))
    root = re.findall(rb"/Root\s+(\d+ \d+ R)", pdf)[-1]
    head = b"/Type /XRef /Size %d /W [1 %d 0] /Index [%s] /Root %s /Prev %d" % (
        max(new_number(pdf), *entries) + 1,
        width,
        index,
        root,
        last_startxref(pdf),
    )
    return out + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, stream(data, head), start)


# --- object numbers --------------------------------------------------------------------------------------------------
def another_generation(pdf: bytes) -> bytes:
    """The page's content in generation 1: some viewers look at the number alone."""
    number = content_number(pdf)
    return update(pdf, [store_of(pdf, number, 1), (number, 1, stream(EVIL))])


def another_generation_unnamed(pdf: bytes) -> bytes:
    return update(pdf, [(content_number(pdf), 1, stream(EVIL))])


def a_number_that_overflows(pdf: bytes) -> bytes:
    """2^32 more than the page's content: the same number to a viewer that counts in 32 bits."""
    number = content_number(pdf) + 2**32
    return update(pdf, [store_of(pdf, number), (number, 0, stream(EVIL))])


def evidence_over_the_content(pdf: bytes) -> bytes:
    number = content_number(pdf)
    return update(pdf, [store_of(pdf, number), (number, 0, stream(EVIL))])


def evidence_that_names_the_content(pdf: bytes) -> bytes:
    new, number = new_number(pdf), content_number(pdf)
    named = stream(b"0", b"/X %d 0 R" % number)
    return update(pdf, [store_of(pdf, new), (new, 0, named), (number, 0, stream(EVIL))])


def the_content_freed(pdf: bytes) -> bytes:
    new = new_number(pdf)
    freed = b"%d 1\n0000000000 00001 f \n" % content_number(pdf)
    return update(pdf, [store_of(pdf, new), (new, 0, stream(b"0"))], rows=freed)


# --- tables and streams of objects -----------------------------------------------------------------------------------
def a_table_over_the_content(pdf: bytes) -> bytes:
    """The cross-reference stream takes the content's number; its entries of no known type spell what is drawn."""
    entries = {content_number(pdf): b"", new_number(pdf): b" " + EVIL.ljust(63)}
    return streamed(pdf, entries, own=content_number(pdf), width=63)


def a_table_over_the_content_unlisted(pdf: bytes) -> bytes:
    return streamed(pdf, {new_number(pdf): b" " + EVIL.ljust(63)}, own=content_number(pdf), width=63)


def a_table_over_the_page(pdf: bytes) -> bytes:
    return streamed(pdf, {new_number(pdf): b" " + EVIL.ljust(63)}, own=page_number(pdf), width=63)


def a_table_and_nothing_else(pdf: bytes) -> bytes:
    new = new_number(pdf)
    return streamed(pdf, {new: b""}, own=new, width=7)


def packed(pdf: bytes, inner: list[tuple[int, bytes]], *, into: int, listed: bool) -> bytes:
    """Objects in an object stream with number `into`."""
    index, data = b"", b""
    for number, body in inner:
        index += b"%d %d " % (number, len(data))
        data += body + b"\n"
    head = b"/Type /ObjStm /N %d /First %d" % (len(inner), len(index))
    body = b"%d 0 obj\n%s\nendobj\n" % (into, stream(index + data, head))
    table = max(new_number(pdf), into) + 5
    entries = {into: b"\x01" + len(pdf).to_bytes(7, "big"), table: b""}
    if listed:
        entries |= {number: b"\x02" + into.to_bytes(7, "big") for number, _ in inner[:1]}
    return streamed(pdf, entries, own=table, width=7, before=body)


def a_packed_page(pdf: bytes) -> bytes:
    page = re.sub(rb"/MediaBox \[[^]]*\]", b"/MediaBox [0 0 10 10]", object_body(pdf, page_number(pdf)))
    return packed(pdf, [(page_number(pdf), page)], into=new_number(pdf), listed=True)


def a_packed_page_unlisted(pdf: bytes) -> bytes:
    page = re.sub(rb"/MediaBox \[[^]]*\]", b"/MediaBox [0 0 10 10]", object_body(pdf, page_number(pdf)))
    return packed(pdf, [(page_number(pdf), page)], into=new_number(pdf), listed=False)


def objects_packed_over_the_content(pdf: bytes) -> bytes:
    return packed(pdf, [(new_number(pdf), b"null"), (new_number(pdf) + 1, EVIL)], into=content_number(pdf), listed=True)


# --- what a viewer draws from elsewhere ------------------------------------------------------------------------------
def form_with(pdf: bytes, extra: bytes) -> bytes:
    number = catalog_number(pdf)
    body = object_body(pdf, number)
    apart = re.search(rb"/AcroForm (\d+) 0 R", body)
    if apart is None:
        return appended(pdf, {number: re.sub(rb"/AcroForm\s*<<", b"/AcroForm << " + extra, body)})
    form = object_body(pdf, int(apart[1]))
    return appended(pdf, {int(apart[1]): form[: form.rindex(b">>")] + extra + b" >>"})


def fields_drawn_anew(pdf: bytes) -> bytes:
    return form_with(pdf, b"/NeedAppearances true")


def other_fonts(pdf: bytes) -> bytes:
    return form_with(pdf, b"/DR << /Font << /Helv << /Type /Font /Subtype /Type1 /BaseFont /Symbol >> >> >>")


def another_size(pdf: bytes) -> bytes:
    return form_with(pdf, b"/DA (/Helv 99 Tf)")


def a_form_of_another_kind(pdf: bytes) -> bytes:
    return form_with(pdf, b"/XFA (x)")


def a_seal_with_a_new_look(pdf: bytes) -> bytes:
    number, new = number_of(pdf, b"/FT /Sig"), new_number(pdf)
    body = re.sub(rb"/AP\s*<<[^>]*>>", b"", object_body(pdf, number))
    body = re.sub(rb"/Rect \[[^]]*\]", b"/Rect [72 500 500 700]", body)
    look = stream(EVIL, b"/Type /XObject /Subtype /Form /BBox [0 0 500 700]")
    return appended(pdf, {number: body[: body.rindex(b">>")] + b"/AP << /N %d 0 R >> >>" % new, new: look})


def a_title_of_the_content(pdf: bytes) -> bytes:
    """/Info names the content stream, and the update replaces it."""
    number = content_number(pdf)
    return update(pdf, [(number, 0, stream(EVIL, b"/Producer (x)"))], trailer=b"/Info %d 0 R" % number)


def metadata_over_the_content(pdf: bytes) -> bytes:
    number = content_number(pdf)
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- %s --></x:xmpmeta>' % EVIL
    described = catalog_with(re.sub(rb"/Metadata \d+ 0 R", b"", pdf), b"/Metadata %d 0 R" % number)
    return appended(pdf, {**described, number: stream(xmp, b"/Type /Metadata /Subtype /XML")})


def an_extension_over_the_content(pdf: bytes) -> bytes:
    number = content_number(pdf)
    return appended(pdf, {**catalog_with(pdf, b"/Extensions %d 0 R" % number), number: stream(EVIL)})


def marks_for_readers(pdf: bytes) -> bytes:
    return appended(pdf, catalog_with(pdf, b"/MarkInfo << /Marked true >>"))


def an_outline(pdf: bytes) -> bytes:
    return appended(pdf, catalog_with(pdf, b"/Outlines << /Type /Outlines >>"))


def another_attachment(pdf: bytes) -> bytes:
    new = new_number(pdf)
    file = b"<< /Type /Filespec /F (a.pdf) /EF << /F %d 0 R >> >>" % new
    names = b"/Names << /EmbeddedFiles << /Names [(a) %s] >> >>" % file
    return appended(pdf, {**catalog_with(pdf, names), new: stream(b"x", b"/Type /EmbeddedFile")})


def encryption_that_was_not_there(pdf: bytes) -> bytes:
    new = new_number(pdf)
    blank = b"00" * 32
    handler = (
        b"<< /Filter /Standard /V 4 /R 4 /Length 128 /CF << >> /StmF /Identity /StrF /Identity /O <%s> /U <%s> /P -4 >>"
        % (blank, blank)
    )
    return update(pdf, [(new, 0, handler)], trailer=b"/Encrypt %d 0 R /ID [<00><00>]" % new)


def a_chain_that_skips_the_seal(pdf: bytes) -> bytes:
    """The update's /Prev jumps over the sealed revision, so that the seal is no longer in sight."""
    full = new_content(pdf)
    first = int(re.findall(rb"startxref\s+(\d+)", pdf)[0])
    head, tail = full.rsplit(b"/Prev %d" % last_startxref(pdf), 1)
    return head + b"/Prev %d" % first + tail


SHOWN: dict[str, Attack] = {
    f.__name__: f
    for f in (
        another_generation,
        another_generation_unnamed,
        a_number_that_overflows,
        evidence_over_the_content,
        evidence_that_names_the_content,
        the_content_freed,
        a_table_over_the_content,
        a_table_over_the_content_unlisted,
        a_table_over_the_page,
        a_packed_page,
        objects_packed_over_the_content,
        a_form_of_another_kind,
        a_seal_with_a_new_look,
        a_title_of_the_content,
        metadata_over_the_content,
        an_extension_over_the_content,
        an_outline,
        another_attachment,
    )
}
"""Each may alter what somebody sees, so not even a trusted seal over it makes the first seal good again."""
SILENT: dict[str, Attack] = {
    f.__name__: f
    for f in (
        a_packed_page_unlisted,
        a_table_and_nothing_else,
        fields_drawn_anew,
        other_fonts,
        another_size,
        marks_for_readers,
        encryption_that_was_not_there,
        a_chain_that_skips_the_seal,
    )
}
"""These show nothing else by themselves; nobody who may has added them all the same."""
BLANKS = {"tail_of_zeros", "tail_of_spaces", "tail_of_a_comment"}
"""What no parser reads: under a time stamp it is as good as not there."""


@pytest.mark.parametrize("level", [Level.B_B, Level.B_LTA])
@pytest.mark.parametrize("name", [*SHOWN, *SILENT])
def test_no_attack_comes_back_valid(name: str, level: Level, sealed: Sealed, office: Office) -> None:
    good = sealed(level)
    bad = (SHOWN | SILENT)[name](good)
    assert bad != good
    assert not office.inspect(bad).verdict.is_valid


@pytest.mark.parametrize("name", [*SHOWN, *SILENT, *(name for name in ATTACKS if name not in BLANKS)])
def test_no_time_stamp_makes_an_attack_good(name: str, sealed: Sealed, office: Office) -> None:
    bad = (SHOWN | SILENT | ATTACKS)[name](sealed(Level.B_B))
    try:
        stamped = upgrade(bad, timestamper=office.tsa, validation=office.pki.evidence).pdf
    except SigningError:
        return  # nobody can stamp what nobody can read
    report = office.inspect(stamped)
    assert not report.verdict.is_valid, report


@pytest.mark.parametrize("name", SHOWN)
def test_no_seal_over_an_attack_heals_the_first_seal(name: str, sealed: Sealed, office: Office) -> None:
    bad = SHOWN[name](sealed(Level.B_LTA))
    try:
        again = office.seal(bad, Level.B_B)
    except SigningError:
        return
    report = office.inspect(again)
    assert not report.verdict.is_valid, report


@pytest.mark.parametrize(
    "name",
    ["new_content_without_eof", "objects_without_a_table", "objects_and_nothing_else", "update_that_points_back"],
)
def test_objects_between_two_seals_that_no_table_names_are_a_change(name: str, sealed: Sealed, office: Office) -> None:
    """A viewer that repairs files would show them under two seals."""
    report = office.inspect(office.seal(ATTACKS[name](sealed(Level.B_LTA)), Level.B_B))
    assert report.verdict is Verdict.CHANGED_AFTER_SIGNING
    assert Reason.FORBIDDEN_CHANGE in report.signatures[0].reasons


def test_a_time_stamp_alone_is_no_signature(office: Office, sealed: Sealed) -> None:
    """A forger needs nobody's key to have his own file time-stamped."""
    stamped = upgrade(plain_pdf(text="NOI DUNG GIA"), timestamper=office.tsa, validation=office.pki.evidence).pdf
    report = office.inspect(stamped)
    assert report.verdict is Verdict.UNSIGNED
    assert report.reasons[0] is Reason.NO_SIGNATURE
    replaced = upgrade(a_new_catalog(sealed(Level.B_B)), timestamper=office.tsa, validation=office.pki.evidence).pdf
    assert office.inspect(replaced).verdict is Verdict.UNSIGNED


def test_a_form_filled_under_a_time_stamp_is_a_change(office: Office) -> None:
    again = filled(office.seal(with_form(), Level.B_LTA), b"(9.000.000)")
    stamped = upgrade(again, timestamper=office.tsa, validation=office.pki.evidence).pdf
    assert office.inspect(stamped).verdict is Verdict.CHANGED_AFTER_SIGNING


def test_a_time_stamp_that_shows_something_is_a_change(office: Office, sealed: Sealed) -> None:
    """A visible field for a document time stamp could draw anything over the page."""
    writer = IncrementalPdfFileWriter(BytesIO(sealed(Level.B_LTA)))
    append_signature_field(writer, SigFieldSpec("Shown", on_page=0, box=(72, 580, 400, 640)))
    stamper = signers.PdfTimeStamper(_Clerk(office.tsa), field_name="Shown")
    report = office.inspect(bytes(stamper.timestamp_pdf(writer, "sha256", bytes_reserved=16384).getvalue()))
    assert report.verdict is Verdict.CHANGED_AFTER_SIGNING


@pytest.mark.parametrize("level", LEVELS)
def test_a_renewed_archive_and_a_second_seal_stay_good(level: Level, sealed: Sealed, office: Office) -> None:
    lifted = upgrade(sealed(level), timestamper=office.tsa, validation=office.pki.evidence).pdf
    again = upgrade(lifted, timestamper=office.tsa, validation=office.pki.evidence).pdf
    assert office.inspect(again).verdict is Verdict.VALID
    assert office.inspect(visibly_signed(again, office)).verdict is Verdict.VALID_WITH_WARNING
    assert (
        office.inspect(upgrade(office.seal(again), timestamper=office.tsa, validation=office.pki.evidence).pdf).verdict
        is Verdict.VALID
    )
