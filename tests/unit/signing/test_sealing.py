"""Sealing: levels, what a dead authority costs, what is refused, and that nothing already there is touched."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pypdf import PdfWriter

from signing import (
    BrokenPdfError,
    DocMdpForbidsError,
    Evidence,
    FieldTakenError,
    HttpTimestamper,
    HybridFileError,
    KeyUnusableError,
    Level,
    NotAPdfError,
    PasswordProtectedError,
    Sealer,
    SigningError,
    Timestamper,
    TimestampUnavailableError,
    Verdict,
    archive_expires_at,
    is_development,
    refresh,
    seal,
    upgrade,
)
from signing.sealing import TOKEN_BYTES
from tests.unit.signing.builders import Office, open_office

Sealed = Callable[[Level], bytes]


class DeadAuthority:
    """Counts how often it was asked, and never answers."""

    def __init__(self) -> None:
        self.asked = 0

    def timestamp(self, digest: bytes) -> bytes:
        self.asked += 1
        raise TimestampUnavailableError(f"down, asked for {len(digest)} bytes")


class TalkativeAuthority:
    """An authority whose tokens are far larger than the estimate."""

    def __init__(self, inner: Timestamper, extra: int) -> None:
        self._inner = inner
        self._extra = extra

    def timestamp(self, digest: bytes) -> bytes:
        token = cms.ContentInfo.load(self._inner.timestamp(digest))
        signer = token["content"]["signer_infos"][0]
        filler = cms.CMSAttribute({"type": "1.3.6.1.4.1.99999.1", "values": [cms.OctetString(b"x" * self._extra)]})
        signer["unsigned_attrs"] = cms.CMSAttributes([filler])
        return bytes(token.dump(force=True))


@pytest.mark.parametrize("level", list(Level))
def test_every_level_is_reached_and_reported(level: Level, sealed: Sealed, office: Office) -> None:
    report = office.inspect(sealed(level))
    assert report.verdict.is_valid
    signature = report.signatures[0]
    assert signature.level == level.value
    assert signature.intact
    assert signature.trusted
    assert signature.subfilter == "ETSI.CAdES.detached"
    assert signature.digest_algorithm == "sha256"


def test_what_was_there_stays_byte_for_byte_at_the_beginning(office: Office, sealed: Sealed) -> None:
    assert all(sealed(level).startswith(office.blank) for level in Level)


def test_a_second_seal_leaves_the_first_valid(office: Office) -> None:
    once = office.seal()
    twice = office.seal(once)
    assert twice.startswith(once)
    report = office.inspect(twice)
    assert report.verdict is Verdict.VALID
    assert [s.field for s in report.signatures] == ["Seal1", "ArchiveTimestamp1", "Seal2", "ArchiveTimestamp2"]
    assert [s.covers_whole_file for s in report.signatures] == [False, False, False, True]


def test_an_rsa_3072_key_seals(office: Office) -> None:
    other = open_office(office.now, rsa_bits=3072)
    report = other.inspect(other.seal())
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].signature_algorithm == "sha256_rsa"


def test_a_pem_key_seals(office: Office) -> None:
    key, own, chain = pkcs12.load_key_and_certificates(office.pki.seal_pkcs12, office.passphrase)
    assert key is not None
    assert own is not None
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(office.passphrase),
    )
    certificates = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (own, *chain))
    sealer = Sealer.from_pem(pem, certificates, office.passphrase)
    pdf = seal(office.blank, sealer=sealer, now=office.now, level=Level.B_B).pdf
    assert office.inspect(pdf).verdict.is_valid
    with pytest.raises(KeyUnusableError):
        Sealer.from_pem(pem, certificates, b"wrong")
    with pytest.raises(KeyUnusableError, match="another key"):
        Sealer.from_pem(pem, office.pki.root_pem, office.passphrase)


def test_no_signing_time_attribute_and_the_certificate_is_bound(sealed: Sealed) -> None:
    reader = PdfFileReader(BytesIO(sealed(Level.B_B)))
    attributes = reader.embedded_signatures[0].signer_info["signed_attrs"]
    names = {a["type"].native for a in attributes}
    assert "signing_certificate_v2" in names
    assert "signing_time" not in names


def test_a_dead_authority_leaves_a_pending_b_b_within_two_seconds(office: Office) -> None:
    waited = []
    for _ in range(5):  # a burst of other work on the machine does not fail it; a wait stays
        authority = DeadAuthority()
        started = time.monotonic()
        result = seal(
            office.blank, sealer=office.sealer, now=office.now, timestamper=authority, validation=office.pki.evidence
        )
        waited.append(time.monotonic() - started)
        assert authority.asked == 1
        assert (result.level, result.pending, result.reasons) == (Level.B_B, True, ("TIMESTAMP_PENDING",))
        if waited[-1] < 2:
            break
    assert min(waited) < 2
    assert office.inspect(result.pdf).verdict.is_valid


def test_a_closed_port_counts_as_a_dead_authority(office: Office) -> None:
    authority = HttpTimestamper("http://127.0.0.1:9/", timeout_s=0.5)
    with pytest.raises(TimestampUnavailableError):
        authority.timestamp(b"\0" * 32)
    assert seal(office.blank, sealer=office.sealer, now=office.now, timestamper=authority).pending


def test_a_pending_file_is_lifted_without_signing_again(office: Office) -> None:
    evidence = office.pki.evidence
    pending = seal(office.blank, sealer=office.sealer, now=office.now, timestamper=DeadAuthority(), validation=evidence)
    assert upgrade(pending.pdf, timestamper=DeadAuthority(), validation=evidence).pending
    lifted = upgrade(pending.pdf, timestamper=office.tsa, validation=evidence)
    assert (lifted.level, lifted.pending) == (Level.B_LTA, False)
    assert lifted.pdf.startswith(pending.pdf)
    report = office.inspect(lifted.pdf, days=5 * 365)
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].time_source == "timestamp"


def test_missing_evidence_is_pending_not_lost(office: Office) -> None:
    result = seal(office.blank, sealer=office.sealer, now=office.now, timestamper=office.tsa, validation=Evidence())
    assert (result.level, result.reasons) == (Level.B_T, ("EVIDENCE_PENDING",))


def test_the_placeholder_grows_until_the_token_fits(office: Office) -> None:
    authority = TalkativeAuthority(office.tsa, 3 * TOKEN_BYTES)
    result = seal(
        office.blank, sealer=office.sealer, now=office.now, timestamper=authority, validation=office.pki.evidence
    )
    assert (result.level, result.pending) == (Level.B_LTA, False)
    assert office.inspect(result.pdf).verdict is Verdict.VALID


def test_archive_time_stamps_are_renewed_before_they_end(office: Office, sealed: Sealed) -> None:
    first_end = archive_expires_at(sealed(Level.B_LTA))
    assert first_end is not None
    assert first_end > office.now + timedelta(days=17 * 365)
    assert archive_expires_at(office.blank) is None
    later = office.now + timedelta(days=10 * 365)
    renewed = office.pki.renewed_crls(later, office.passphrase)
    authority = renewed.timestamp_authority(office.passphrase, lambda: later)
    result = refresh(sealed(Level.B_LTA), timestamper=authority, validation=renewed.evidence)
    assert result.pdf.startswith(sealed(Level.B_LTA))
    report = office.inspect(result.pdf, days=11 * 365)
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].signed_at.startswith(str(office.now.year))


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda _: b"hello", NotAPdfError),
        (lambda _: b"", NotAPdfError),
        (lambda pdf: b"junk " + pdf, NotAPdfError),
        (lambda pdf: pdf[: len(pdf) // 2], BrokenPdfError),
        (lambda pdf: pdf.replace(b"startxref", b"startxxxx"), BrokenPdfError),
    ],
)
def test_what_is_no_sound_pdf_is_refused_with_its_code(
    damage: Callable[[bytes], bytes], error: type[SigningError], office: Office
) -> None:
    with pytest.raises(error) as caught:
        office.seal(damage(office.blank), Level.B_B)
    assert caught.value.code == error.code


def test_an_encrypted_file_asks_for_its_password(office: Office) -> None:
    writer = PdfWriter(clone_from=BytesIO(office.blank))
    writer.encrypt("mở", algorithm="AES-256")
    target = BytesIO()
    writer.write(target)
    for password in (None, "sai"):
        with pytest.raises(PasswordProtectedError):
            office.seal(target.getvalue(), Level.B_B, password=password)
    pdf = office.seal(target.getvalue(), Level.B_B, password="mở")
    assert office.inspect(pdf, password="mở").verdict.is_valid
    locked = office.inspect(pdf)
    assert locked.verdict is Verdict.INCONCLUSIVE
    assert "PASSWORD_PROTECTED" in locked.reasons


@pytest.mark.needs_vectors
def test_a_hybrid_file_is_refused(vectors: Path, office: Office) -> None:
    with pytest.raises(HybridFileError):
        office.seal((vectors / "pyhanko-pdf/pdf/minimal-hybrid-xref.pdf").read_bytes(), Level.B_B)


def test_a_file_certified_against_all_changes_is_refused(office: Office) -> None:
    with pytest.raises(DocMdpForbidsError):
        office.seal(office.certify(office.blank, 1), Level.B_B)


def test_a_named_field_is_used_once(office: Office) -> None:
    once = office.seal(level=Level.B_B, field_name="CoQuan")
    with pytest.raises(FieldTakenError):
        office.seal(once, Level.B_B, field_name="CoQuan")


def test_a_key_outside_its_dates_is_refused(office: Office) -> None:
    for moment in (office.now - timedelta(days=2), office.now + timedelta(days=3 * 365)):
        with pytest.raises(KeyUnusableError):
            seal(office.blank, sealer=office.sealer, now=moment, level=Level.B_B)


def test_a_wrong_pass_phrase_is_key_unusable(office: Office) -> None:
    with pytest.raises(KeyUnusableError) as caught:
        Sealer.from_pkcs12(office.pki.seal_pkcs12, b"wrong")
    assert caught.value.code == "KEY_UNUSABLE"
    with pytest.raises(KeyUnusableError):
        Sealer.from_pkcs12(b"not a container", b"")


def test_development_keys_are_marked_and_never_shown(office: Office) -> None:
    assert office.sealer.is_development
    assert office.sealer.agency == "UBND phường Ỹ La (BẢN MẪU)"
    assert "CHỈ DÙNG ĐỂ PHÁT TRIỂN" in office.sealer.certificate.subject.rfc4514_string()
    assert is_development(x509.load_pem_x509_certificate(office.pki.root_pem))
    assert "PRIVATE" not in repr(office.sealer)
    assert all(office.passphrase not in part for part in (office.pki.seal_pkcs12, office.pki.root_pkcs12))


def test_a_file_with_cross_reference_streams_is_sealed(office: Office) -> None:
    target = BytesIO()
    writer = copy_into_new_writer(PdfFileReader(BytesIO(office.blank)))
    writer.stream_xrefs = True
    writer.write(target)
    for level in (Level.B_B, Level.B_LT, Level.B_LTA):
        assert office.inspect(office.seal(target.getvalue(), level)).verdict.is_valid
