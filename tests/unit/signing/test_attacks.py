"""Attacks on signed PDFs, each built from a file that was sealed a moment before. None may come back valid.

Families after Mladenov et al. 2019 (universal forgery, incremental saving, wrapping), Mainka et al. 2021 (shadow) and
Rohlmann et al. 2021 (certification); the appended update without `%%EOF` is what pyHanko alone does not see.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter

from signing import Level, LocalTimestampAuthority, Reason, Report, Sealer, Trust, Verdict, seal, upgrade
from signing.sealing import _Clerk, _Hand
from tests.unit.signing.builders import (
    Office,
    appended,
    last_startxref,
    number_of,
    object_body,
    open_office,
    picture_of,
    plain_pdf,
    text_of,
)

Sealed = Callable[[Level], bytes]
Attack = Callable[[bytes], bytes]
LEVELS = [Level.B_B, Level.B_LT, Level.B_LTA]

EVIL = b"BT /F1 24 Tf 72 600 Td (NOI DUNG GIA) Tj ET"


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), extra, data)


def content_number(pdf: bytes) -> int:
    page = object_body(pdf, number_of(pdf, b"/Type /Page\n"))
    found = re.search(rb"/Contents (\d+) 0 R", page)
    assert found
    return int(found[1])


def page_number(pdf: bytes) -> int:
    return number_of(pdf, b"/Type /Page\n")


def catalog_number(pdf: bytes) -> int:
    return int(re.findall(rb"/Root\s+(\d+) \d+ R", pdf)[-1])


def catalog_with(pdf: bytes, extra: bytes) -> dict[int, bytes]:
    number = catalog_number(pdf)
    body = object_body(pdf, number)
    return {number: body[: body.rindex(b">>")] + extra + b"\n>>"}


def new_number(pdf: bytes) -> int:
    return max(int(n) for n in re.findall(rb"/Size\s+(\d+)", pdf))


# --- incremental saving ----------------------------------------------------------------------------------------------
def new_content(pdf: bytes) -> bytes:
    return appended(pdf, {content_number(pdf): stream(EVIL)})


def new_content_without_eof(pdf: bytes) -> bytes:
    return appended(pdf, {content_number(pdf): stream(EVIL)}, eof=b"")


def new_content_with_cut_eof(pdf: bytes) -> bytes:
    return appended(pdf, {content_number(pdf): stream(EVIL)}, eof=b"%%EO")


def new_content_behind_a_comment(pdf: bytes) -> bytes:
    return appended(pdf, {content_number(pdf): stream(EVIL)}, eof=b"%%EOF %x\n")


def objects_without_a_table(pdf: bytes) -> bytes:
    body = b"%d 0 obj\n%s\nendobj\n" % (content_number(pdf), stream(EVIL))
    return pdf + body + b"startxref\n%d\n%%%%EOF\n" % last_startxref(pdf)


def objects_and_nothing_else(pdf: bytes) -> bytes:
    return pdf + b"%d 0 obj\n%s\nendobj\n" % (content_number(pdf), stream(EVIL))


def objects_then_the_old_end_again(pdf: bytes) -> bytes:
    body = b"%d 0 obj\n%s\nendobj\ntrailer\n<< /Root %d 0 R >>\n" % (
        content_number(pdf),
        stream(EVIL),
        catalog_number(pdf),
    )
    return pdf + body + b"startxref\n%d\n%%%%EOF\n" % last_startxref(pdf)


def update_that_points_back(pdf: bytes) -> bytes:
    """A whole update, whose `startxref` still names the old table: one parser sees it, another does not."""
    full = appended(pdf, {content_number(pdf): stream(EVIL)})
    start = last_startxref(full)
    return full.replace(b"startxref\n%d\n" % start, b"startxref\n%d\n" % last_startxref(pdf))


def page_with_other_content(pdf: bytes) -> bytes:
    new = new_number(pdf)
    page = re.sub(rb"/Contents \d+ 0 R", b"/Contents %d 0 R" % new, object_body(pdf, page_number(pdf)))
    return appended(pdf, {page_number(pdf): page, new: stream(EVIL)})


def an_annotation(pdf: bytes) -> bytes:
    new = new_number(pdf)
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [72 580 400 640] /Contents (GIA) /DA (/F1 20 Tf) /F 4 >>"
    page = object_body(pdf, page_number(pdf))
    page = re.sub(rb"/Annots\s*(\[[^\]]*\]|\d+ 0 R)", b"", page)
    page = page[: page.rindex(b">>")] + b"/Annots [%d 0 R] >>" % new
    return appended(pdf, {page_number(pdf): page, new: note})


def a_new_catalog(pdf: bytes) -> bytes:
    new = new_number(pdf)
    pages = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (new + 2)
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R >>" % (new + 1, new + 3)
    catalog = b"<< /Type /Catalog /Pages %d 0 R >>" % (new + 1)
    full = appended(pdf, {new: catalog, new + 1: pages, new + 2: page, new + 3: stream(EVIL)})
    head, tail = full[: len(pdf)], full[len(pdf) :]
    return head + re.sub(rb"/Root \d+ 0 R", b"/Root %d 0 R" % new, tail)


def an_opening_script(pdf: bytes) -> bytes:
    return appended(pdf, catalog_with(pdf, b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"))


def a_hidden_layer(pdf: bytes) -> bytes:
    new = new_number(pdf)
    layers = b"/OCProperties << /OCGs [%d 0 R] /D << /OFF [%d 0 R] >> >>" % (new, new)
    return appended(pdf, {**catalog_with(pdf, layers), new: b"<< /Type /OCG /Name (x) >>"})


def orphans_only(pdf: bytes) -> bytes:
    return appended(pdf, {new_number(pdf): stream(EVIL)})


def an_empty_update(pdf: bytes) -> bytes:
    return appended(pdf, {new_number(pdf): b"null"})


def evidence_with_a_stowaway(pdf: bytes) -> bytes:
    """A security store, as an honest tool would add, and the page's content with it."""
    new = new_number(pdf)
    store = catalog_with(re.sub(rb"/DSS \d+ 0 R", b"", pdf), b"/DSS << /CRLs [%d 0 R] >>" % new)
    return appended(pdf, {**store, new: stream(b"0"), content_number(pdf): stream(EVIL)})


def evidence_with_an_orphan(pdf: bytes) -> bytes:
    new = new_number(pdf)
    store = catalog_with(re.sub(rb"/DSS \d+ 0 R", b"", pdf), b"/DSS << /CRLs [%d 0 R] >>" % new)
    return appended(pdf, {**store, new: stream(b"0"), new + 1: stream(EVIL)})


def another_title(pdf: bytes) -> bytes:
    """Only what the file says of itself changes: a title that nobody signed."""
    number = int(re.findall(rb"/Info\s+(\d+) \d+ R", pdf)[-1])
    return appended(pdf, {number: b"<< /Title (Quyet dinh gia) >>"}, trailer=b"/Info %d 0 R" % number)


def another_title_in_xmp(pdf: bytes) -> bytes:
    new = new_number(pdf)
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
        b'<rdf:li xml:lang="x-default">Quyet dinh gia</rdf:li></rdf:Alt></dc:title>'
        b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    described = catalog_with(re.sub(rb"/Metadata \d+ 0 R", b"", pdf), b"/Metadata %d 0 R" % new)
    return appended(pdf, {**described, new: stream(xmp, b"/Type /Metadata /Subtype /XML")})


def a_trailer_with_unknown_keys(pdf: bytes) -> bytes:
    return appended(pdf, {new_number(pdf): b"null"}, trailer=b"/XRefStm 17")


def a_trailer_without_its_catalog(pdf: bytes) -> bytes:
    """The last trailer of an evidence revision no longer names the catalog; parsers differ on what is meant."""
    if b"/DSS" not in pdf:
        return an_empty_update(pdf)
    head, tail = pdf.rsplit(b"/Root", 1)
    return head + b"/Rkot" + tail


def the_signature_copied_to_the_end(pdf: bytes) -> bytes:
    """The old signature value again in a new field of an update, to make its coverage look whole."""
    number = number_of(pdf, b"/ByteRange")
    new = new_number(pdf)
    return appended(pdf, {content_number(pdf): stream(EVIL), new: object_body(pdf, number)})


# --- tails and heads -------------------------------------------------------------------------------------------------
def tail(data: bytes) -> Attack:
    return lambda pdf: pdf + data


def junk_before_the_header(pdf: bytes) -> bytes:
    return b"\n" + pdf


def another_file_in_front(pdf: bytes) -> bytes:
    return plain_pdf(text="NOI DUNG GIA") + pdf


def another_file_behind(pdf: bytes) -> bytes:
    return pdf + plain_pdf(text="NOI DUNG GIA")


# --- forgery of the signature object ---------------------------------------------------------------------------------
def ranged(new: bytes) -> Attack:
    """Another /ByteRange of the same written length."""

    def attack(pdf: bytes) -> bytes:
        found = re.search(rb"/ByteRange (\[[^\]]*\][ ]*)", pdf)
        assert found
        room = found.end(1) - found.start(1)
        return pdf[: found.start(1)] + new[:room].ljust(room) + pdf[found.end(1) :]

    return attack


def range_renamed(pdf: bytes) -> bytes:
    return pdf.replace(b"/ByteRange", b"/ByteRonge", 1)


def contents_renamed(pdf: bytes) -> bytes:
    return pdf.replace(b"/Contents <", b"/Contends <", 1)


def contents_emptied(pdf: bytes) -> bytes:
    found = re.search(rb"/Contents <([0-9A-Fa-f]+)>", pdf)
    assert found
    return pdf[: found.start(1)] + b"0" * len(found[1]) + pdf[found.end(1) :]


def value_flipped(pdf: bytes) -> bytes:
    """One bit inside the CMS signature value."""
    signature = PdfFileReader(BytesIO(pdf)).embedded_signatures[0]
    value = signature.signer_info["signature"].native.hex().upper().encode()
    place = pdf.index(value) + len(value) - 1
    return pdf[:place] + (b"0" if pdf[place : place + 1] != b"0" else b"1") + pdf[place + 1 :]


def padding_filled(pdf: bytes) -> bytes:
    """Something after the DER object in /Contents, where only zeros belong."""
    found = re.search(rb"0{64}>", pdf)
    assert found
    return pdf[: found.start()] + b"4D5A" + pdf[found.start() + 4 :]


def text_flipped(pdf: bytes) -> bytes:
    number = content_number(pdf)
    place = pdf.index(b"stream", pdf.index(b"\n%d 0 obj" % number)) + 12
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def wrapped(pdf: bytes) -> bytes:
    """Signature wrapping: the signed bytes stay, a forged signature dictionary names them by another range.

    The second signed part moves to the end; between the parts stand its copy, a forged table exactly where the last
    `startxref` points, and forged objects. Digest and signature value still fit.
    """
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", pdf)
    assert found
    first, second, rest = (int(found[n]) for n in (1, 2, 3))
    table = last_startxref(pdf[: second + rest])
    number = number_of(pdf, b"/ByteRange")
    offsets = rows_of(pdf, table)
    trailer = pdf[pdf.index(b"trailer", table) : pdf.index(b"startxref", table)]
    size = 4096
    forged_at = table + size
    moved = forged_at + size * 8
    signature = object_body(pdf, number).replace(found[0], b"/ByteRange [0 %d %d %d]" % (first, moved, rest))
    offsets |= {number: forged_at, content_number(pdf): forged_at + len(signature) + 40}
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % row for row in sorted(offsets.items()))
    forged_table = (b"xref\n" + rows + trailer).ljust(size)
    forged = b"%d 0 obj\n%s\nendobj\n" % (number, signature)
    forged = forged.ljust(len(signature) + 40) + b"%d 0 obj\n%s\nendobj\n" % (content_number(pdf), stream(EVIL))
    return pdf[:table] + forged_table + forged.ljust(size * 8) + pdf[second : second + rest]


def rows_of(pdf: bytes, table: int) -> dict[int, int]:
    """The entries in use of one cross-reference table: object number -> offset."""
    offsets: dict[int, int] = {}
    number = 0
    for line in pdf[table : pdf.index(b"trailer", table)].splitlines()[1:]:
        fields = line.split()
        if len(fields) == 2:
            number = int(fields[0])
        elif len(fields) == 3:
            offsets |= {number: int(fields[0])} if fields[2] == b"n" else {}
            number += 1
    return offsets


def gap_widened(pdf: bytes) -> bytes:
    """The range leaves out more than the signature value: what stands there is not signed."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]( *)", pdf)
    assert found
    first, second, rest = (int(found[n]) for n in (1, 2, 3))
    text = b"/ByteRange [0 %d %d %d]" % (first, second + 40, rest - 40)
    return pdf[: found.start()] + text.ljust(found.end() - found.start()) + pdf[found.end() :]


ATTACKS: dict[str, Attack] = {
    f.__name__: f
    for f in (
        new_content,
        new_content_without_eof,
        new_content_with_cut_eof,
        new_content_behind_a_comment,
        objects_without_a_table,
        objects_and_nothing_else,
        objects_then_the_old_end_again,
        update_that_points_back,
        page_with_other_content,
        an_annotation,
        a_new_catalog,
        an_opening_script,
        a_hidden_layer,
        orphans_only,
        an_empty_update,
        evidence_with_a_stowaway,
        evidence_with_an_orphan,
        another_title,
        another_title_in_xmp,
        a_trailer_with_unknown_keys,
        a_trailer_without_its_catalog,
        the_signature_copied_to_the_end,
        junk_before_the_header,
        another_file_in_front,
        another_file_behind,
        range_renamed,
        contents_renamed,
        contents_emptied,
        value_flipped,
        padding_filled,
        text_flipped,
        wrapped,
        gap_widened,
    )
} | {
    "tail_of_zeros": tail(b"\0" * 16),
    "tail_of_spaces": tail(b"   \n"),
    "tail_of_a_comment": tail(b"% nothing\n"),
    "tail_with_a_second_end": tail(b"%%EOF\n"),
    "tail_of_junk_and_end": tail(b"junk\n%%EOF\n"),
    "range_of_nothing": ranged(b"[0 0 0 0]"),
    "range_of_null": ranged(b"null"),
    "range_of_all": ranged(b"[0 99999 99999 0]"),
    "range_negative": ranged(b"[0 -1 5 10]"),
    "range_beyond": ranged(b"[0 10 20 999999999]"),
    "range_of_two": ranged(b"[0 200]"),
    "range_of_six": ranged(b"[0 10 20 30 40 50]"),
    "range_of_words": ranged(b"[/a /b /c /d]"),
    "range_not_from_the_start": ranged(b"[5 100 200 300]"),
}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_comes_back_valid(name: str, level: Level, sealed: Sealed, office: Office) -> None:
    good = sealed(level)
    assert office.inspect(good).verdict.is_valid
    bad = ATTACKS[name](good)
    assert bad != good
    report = office.inspect(bad)
    assert not report.verdict.is_valid, report
    assert Report.from_dict(report.as_dict()) == report


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("new_content", Verdict.CHANGED_AFTER_SIGNING),
        ("new_content_without_eof", Verdict.CHANGED_AFTER_SIGNING),
        ("an_annotation", Verdict.CHANGED_AFTER_SIGNING),
        ("text_flipped", Verdict.CHANGED_AFTER_SIGNING),
        ("value_flipped", Verdict.BAD_SIGNATURE),
        ("range_beyond", Verdict.SIGNATURE_DESTROYED),
        ("junk_before_the_header", Verdict.INCONCLUSIVE),
        ("padding_filled", Verdict.INCONCLUSIVE),
    ],
)
def test_the_verdict_names_what_happened(name: str, verdict: Verdict, sealed: Sealed, office: Office) -> None:
    assert office.inspect(ATTACKS[name](sealed(Level.B_B))).verdict is verdict


def test_an_appended_update_without_an_end_is_what_a_viewer_shows_and_pyhanko_does_not(sealed: Sealed) -> None:
    """Why the wrapper exists."""
    forged = new_content_with_cut_eof(sealed(Level.B_B))
    assert "NOI DUNG GIA" in text_of(forged)
    assert picture_of(forged).tobytes() != picture_of(sealed(Level.B_B)).tobytes()
    reader = PdfFileReader(BytesIO(forged), strict=True)
    assert reader.xrefs.total_revisions == 2
    assert reader.embedded_signatures[0].signed_revision == 1


def test_a_wrapped_signature_still_has_the_right_digest(sealed: Sealed) -> None:
    """The attack is real: every byte range digest and signature value holds, and another text is shown."""
    forged = wrapped(sealed(Level.B_B))
    assert "NOI DUNG GIA" in text_of(forged)
    signature = PdfFileReader(BytesIO(forged), strict=True).embedded_signatures[0]
    attributes = {a["type"].native: a["values"] for a in signature.signer_info["signed_attrs"]}
    assert signature.compute_digest() == attributes["message_digest"][0].native


def test_line_ends_after_the_file_are_no_attack(sealed: Sealed, office: Office) -> None:
    for end in (b"\n", b"\r\n", b"\n\n\n"):
        for level in (Level.B_B, Level.B_LTA):
            assert office.inspect(sealed(level) + end).verdict.is_valid


# --- keys and time ---------------------------------------------------------------------------------------------------
def test_a_look_alike_agency_has_an_unknown_root(office: Office) -> None:
    forger = open_office(office.now)
    assert forger.sealer.certificate.subject == office.sealer.certificate.subject
    assert office.inspect(forger.seal()).verdict is Verdict.UNKNOWN_ROOT


def test_a_value_copied_from_another_file_is_a_changed_file(office: Office) -> None:
    """The CMS of a sealed file under the range of another one."""
    donor, victim = office.seal(level=Level.B_B), office.seal(plain_pdf(text="KHAC"), Level.B_B)
    value = re.search(rb"/Contents <([0-9A-F]+)>", donor)
    place = re.search(rb"/Contents <([0-9A-F]+)>", victim)
    assert value
    assert place
    assert len(value[1]) == len(place[1])
    forged = victim[: place.start(1)] + value[1] + victim[place.end(1) :]
    assert office.inspect(forged).verdict is Verdict.CHANGED_AFTER_SIGNING


def foreign_authority(office: Office) -> LocalTimestampAuthority:
    return open_office(office.now).tsa


def test_a_foreign_archive_stamp_does_not_cover_up_a_change(office: Office, sealed: Sealed) -> None:
    changed = appended(sealed(Level.B_B), {content_number(sealed(Level.B_B)): stream(EVIL)})
    forger = open_office(office.now)
    covered = upgrade(changed, timestamper=forger.tsa, validation=forger.pki.evidence)
    report = office.inspect(covered.pdf)
    assert report.verdict is Verdict.CHANGED_AFTER_SIGNING
    own = upgrade(changed, timestamper=office.tsa, validation=office.pki.evidence)
    assert office.inspect(own.pdf).verdict is Verdict.CHANGED_AFTER_SIGNING


def test_a_foreign_archive_stamp_alone_is_not_valid(office: Office, sealed: Sealed) -> None:
    stamped = upgrade(sealed(Level.B_B), timestamper=foreign_authority(office), validation=office.pki.evidence)
    assert office.inspect(stamped.pdf).verdict is Verdict.UNKNOWN_ROOT


def test_a_seal_over_a_change_does_not_heal_the_first_seal(office: Office, sealed: Sealed) -> None:
    changed = new_content(sealed(Level.B_B))
    report = office.inspect(office.seal(changed, Level.B_B))
    assert report.verdict is Verdict.CHANGED_AFTER_SIGNING
    assert Reason.FORBIDDEN_CHANGE in report.signatures[0].reasons
    assert report.signatures[1].verdict.is_valid


def test_a_seal_by_a_stranger_on_top_is_not_valid(office: Office, sealed: Sealed) -> None:
    forger = open_office(office.now)
    assert office.inspect(forger.seal(sealed(Level.B_LTA))).verdict is Verdict.UNKNOWN_ROOT


# --- certification ---------------------------------------------------------------------------------------------------
def visibly_signed(pdf: bytes, by: Office, *, name: str = "Sneaky") -> bytes:
    metadata = signers.PdfSignatureMetadata(field_name=name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    field = SigFieldSpec(name, on_page=0, box=(72, 580, 400, 640))
    signer = signers.PdfSigner(metadata, _Hand(by.sealer, _Clerk(None)), new_field_spec=field)
    signer._enforce_certification_constraints = lambda _: None
    return bytes(signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=16384).getvalue())


@pytest.mark.parametrize("permission", [1, 2, 3])
def test_a_certified_file_is_valid_as_it_is(permission: int, office: Office) -> None:
    report = office.inspect(office.certify(office.blank, permission))
    assert report.verdict.is_valid
    assert report.signatures[0].certified == permission


@pytest.mark.parametrize("permission", [1, 2, 3])
@pytest.mark.parametrize("attack", [an_annotation, new_content, an_opening_script, page_with_other_content])
def test_unsigned_changes_break_a_certified_file(permission: int, attack: Attack, office: Office) -> None:
    report = office.inspect(attack(office.certify(office.blank, permission)))
    assert report.verdict is Verdict.CHANGED_AFTER_SIGNING


@pytest.mark.parametrize("permission", [1, 2, 3])
def test_an_annotation_under_a_later_seal_breaks_a_certified_file(permission: int, office: Office) -> None:
    noted = an_annotation(office.certify(office.blank, permission))
    assert office.inspect(visibly_signed(noted, office)).verdict is Verdict.CHANGED_AFTER_SIGNING


def test_the_sneaky_signature_of_a_stranger_is_not_valid(office: Office) -> None:
    forger = open_office(office.now)
    for permission in (1, 2, 3):
        forged = visibly_signed(office.certify(office.blank, permission), forger)
        assert not office.inspect(forged).verdict.is_valid


def test_a_second_signature_under_p_1_breaks_the_certification(office: Office) -> None:
    report = office.inspect(visibly_signed(office.certify(office.blank, 1), office))
    assert report.verdict is Verdict.CHANGED_AFTER_SIGNING
    assert Reason.CERTIFICATION_BROKEN in report.signatures[0].reasons


def test_a_trusted_visible_signature_under_p_2_is_a_warning(office: Office) -> None:
    report = office.inspect(visibly_signed(office.certify(office.blank, 2), office))
    assert report.verdict is Verdict.VALID_WITH_WARNING
    assert Reason.FIELD_ADDED_AFTER_CERTIFICATION in report.signatures[0].reasons
    assert Reason.VISIBLE_SIGNATURE_LATER in report.reasons


def test_an_archive_stamp_keeps_a_p_1_certification(office: Office) -> None:
    certified = office.certify(office.blank, 2)
    lifted = upgrade(certified, timestamper=office.tsa, validation=office.pki.evidence)
    assert office.inspect(lifted.pdf).verdict is Verdict.VALID


# --- shadow ----------------------------------------------------------------------------------------------------------
def with_form(value: bytes = b"(1.000)") -> bytes:
    pdf = plain_pdf()
    new = new_number(pdf)
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (SoTien) /V %s /Rect [72 500 300 530] /F 4 "
        b"/AP << /N %d 0 R >> /DA (/Helv 12 Tf) >>" % (value, new + 1)
    )
    look = stream(b"BT /F1 12 Tf 2 8 Td %s Tj ET" % value, b"/Type /XObject /Subtype /Form /BBox [0 0 228 30]")
    page = object_body(pdf, page_number(pdf))
    page = page[: page.rindex(b">>")] + b"/Annots [%d 0 R] >>" % new
    return appended(
        pdf,
        {
            **catalog_with(pdf, b"/AcroForm << /Fields [%d 0 R] >>" % new),
            page_number(pdf): page,
            new: field,
            new + 1: look,
        },
    )


def filled(pdf: bytes, value: bytes) -> bytes:
    number = number_of(pdf, b"/T (SoTien)")
    body = object_body(pdf, number)
    look = re.search(rb"/N (\d+) 0 R", body)
    assert look
    drawn = stream(b"BT /F1 12 Tf 2 8 Td %s Tj ET" % value, b"/Type /XObject /Subtype /Form /BBox [0 0 228 30]")
    return appended(pdf, {number: re.sub(rb"/V \([^)]*\)", b"/V " + value, body), int(look[1]): drawn})


def test_a_form_filled_after_the_seal_is_changed(office: Office) -> None:
    good = office.seal(with_form(), Level.B_B)
    assert office.inspect(good).verdict.is_valid
    assert office.inspect(filled(good, b"(9.000.000)")).verdict is Verdict.CHANGED_AFTER_SIGNING


def test_a_form_filled_and_sealed_again_is_a_warning(office: Office) -> None:
    again = office.seal(filled(office.seal(with_form(), Level.B_B), b"(9.000)"), Level.B_B)
    report = office.inspect(again)
    assert report.verdict is Verdict.VALID_WITH_WARNING
    assert Reason.FORM_FILLED_LATER in report.signatures[0].reasons
    assert report.signatures[0].changes_after == "form"


def shadowed() -> bytes:
    """Hide and replace: a second page tree lies in the file, reachable by no reference, before anybody signs."""
    pdf = plain_pdf()
    new = new_number(pdf)
    pages = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (new + 1)
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R >>" % (new, new + 2)
    return appended(pdf, {new: pages, new + 1: page, new + 2: stream(EVIL)})


def test_hidden_pages_are_reported_when_the_file_is_sealed(office: Office) -> None:
    report = office.inspect(office.seal(shadowed()))
    assert report.verdict is Verdict.VALID_WITH_WARNING
    assert Reason.HIDDEN_OBJECTS in report.reasons


def test_switching_to_the_hidden_pages_is_a_change(office: Office) -> None:
    good = office.seal(shadowed(), Level.B_B)
    tree = number_of(good, b"/Kids [ %d 0 R ]" % page_number(plain_pdf()))
    hidden = re.findall(rb"\n(\d+) 0 obj\n<< /Type /Page /Parent", good)[-1]
    switched = appended(good, {tree: b"<< /Type /Pages /Kids [%s 0 R] /Count 1 >>" % hidden})
    assert office.inspect(switched).verdict is Verdict.CHANGED_AFTER_SIGNING


def test_a_second_body_of_an_object_is_reported(office: Office) -> None:
    pdf = plain_pdf()
    number = content_number(pdf)
    place = pdf.index(b"xref\n")
    body = b"\n%d 0 obj\n%s\nendobj\n" % (number, stream(EVIL))
    prepared = (
        pdf[:place]
        + body
        + pdf[place:].replace(
            b"startxref\n%d" % last_startxref(pdf), b"startxref\n%d" % (last_startxref(pdf) + len(body))
        )
    )
    report = office.inspect(office.seal(prepared, Level.B_LTA))
    assert report.verdict is Verdict.VALID_WITH_WARNING
    assert Reason.DUPLICATE_OBJECTS in report.reasons


def test_a_revision_that_no_table_names_is_reported(office: Office) -> None:
    pdf = plain_pdf()
    detour = appended(pdf, {content_number(pdf): stream(EVIL)})
    # The next update's /Prev jumps over the forged one.
    prepared = appended(detour, {new_number(pdf): b"<< /X 1 >>"})
    prev = b"/Prev %d" % last_startxref(detour)
    prepared = prepared.replace(prev, b"/Prev %d" % last_startxref(pdf))
    report = office.inspect(office.seal(prepared, Level.B_LTA))
    assert Reason.HIDDEN_REVISION in report.reasons
    assert report.verdict is not Verdict.VALID


@pytest.mark.parametrize(
    ("attack", "reason"), [(an_opening_script, Reason.ACTIVE_CONTENT), (a_hidden_layer, Reason.HIDDEN_LAYERS)]
)
def test_content_that_acts_or_hides_is_a_warning_when_sealed(attack: Attack, reason: Reason, office: Office) -> None:
    report = office.inspect(office.seal(attack(office.blank)))
    assert report.verdict is Verdict.VALID_WITH_WARNING
    assert reason in report.reasons


# --- trust -----------------------------------------------------------------------------------------------------------
def test_without_a_pinned_root_nothing_is_valid(sealed: Sealed, office: Office) -> None:
    assert office.inspect(sealed(Level.B_LTA), trust=Trust.nothing()).verdict is Verdict.UNKNOWN_ROOT


def test_a_certificate_for_something_else_does_not_sign(office: Office) -> None:
    """The time-stamp key of the same trusted tree must not pass as an agency's seal."""
    sealer = Sealer.from_pkcs12(office.pki.tsa_pkcs12, office.passphrase)
    pdf = seal(office.blank, sealer=sealer, now=office.now, level=Level.B_B).pdf
    report = office.inspect(pdf)
    assert report.verdict is Verdict.UNKNOWN_ROOT
    assert Reason.CERTIFICATE_UNSUITABLE in report.reasons


def test_a_seal_key_does_not_stamp_time(office: Office) -> None:
    authority = LocalTimestampAuthority.from_pkcs12(office.pki.seal_pkcs12, office.passphrase, clock=lambda: office.now)
    report = office.inspect(office.seal(timestamper=authority))
    assert not report.verdict.is_valid
