"""Sealing: levels, what a dead authority costs, what is refused, and that nothing already there is touched."""

from __future__ import annotations

import time
from datetime import timedelta
from io import BytesIO

import pytest
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
    TimestampUnavailableError,
    Verdict,
    archive_expires_at,
    create_development_pki,
    inspect,
    is_development,
    refresh,
    seal,
    upgrade,
)
from signing.sealing import TOKEN_BYTES
from tests.unit.signing.builders import plain_pdf


class DeadAuthority:
    def __init__(self) -> None:
        self.asked = 0

    def timestamp(self, digest: bytes) -> bytes:
        self.asked += 1
        raise TimestampUnavailableError("down")


class TalkativeAuthority:
    """An authority whose tokens are far larger than the estimate."""

    def __init__(self, inner, extra: int) -> None:
        self._inner = inner
        self._extra = extra

    def timestamp(self, digest: bytes) -> bytes:
        from asn1crypto import cms

        token = cms.ContentInfo.load(self._inner.timestamp(digest))
        signer = token["content"]["signer_infos"][0]
        filler = cms.CMSAttribute({"type": "1.3.6.1.4.1.99999.1", "values": [cms.OctetString(b"x" * self._extra)]})
        signer["unsigned_attrs"] = cms.CMSAttributes([filler])
        return token.dump(force=True)


@pytest.mark.parametrize("level", list(Level))
def test_every_level_is_reached_and_reported(level, sealed, trust, now):
    pdf = sealed(level)
    report = inspect(pdf, trust=trust, now=now)
    assert report.verdict.is_valid
    assert report.signatures[0].level == level.value
    assert report.signatures[0].intact
    assert report.signatures[0].trusted
    assert report.signatures[0].subfilter == "ETSI.CAdES.detached"
    assert report.signatures[0].digest_algorithm == "sha256"


def test_what_was_there_stays_byte_for_byte_at_the_beginning(blank, sealed):
    assert all(sealed(level).startswith(blank) for level in Level)


def test_a_second_seal_leaves_the_first_valid(blank, sealer, tsa, pki, trust, now):
    once = seal(blank, sealer=sealer, now=now, timestamper=tsa, validation=pki.evidence).pdf
    twice = seal(once, sealer=sealer, now=now, timestamper=tsa, validation=pki.evidence).pdf
    assert twice.startswith(once)
    report = inspect(twice, trust=trust, now=now)
    assert report.verdict is Verdict.VALID
    assert [s.field for s in report.signatures] == ["Seal1", "ArchiveTimestamp1", "Seal2", "ArchiveTimestamp2"]
    assert [s.covers_whole_file for s in report.signatures] == [False, False, False, True]


@pytest.mark.parametrize("bits", [None, 3072])
def test_ecdsa_and_rsa_keys_seal(bits, blank, now, passphrase):
    own = create_development_pki(now, "UBND xã Mẫu", passphrase, rsa_bits=bits)
    sealer = Sealer.from_pkcs12(own.seal_pkcs12, passphrase)
    pdf = seal(blank, sealer=sealer, now=now, level=Level.B_B).pdf
    from signing import Trust

    report = inspect(pdf, trust=Trust.from_pem(own.root_pem), now=now)
    assert report.verdict.is_valid
    assert report.signatures[0].signature_algorithm == ("sha256_ecdsa" if bits is None else "sha256_rsa")


def test_a_pem_key_seals(pki, blank, now, passphrase, trust):
    key, own, chain = pkcs12.load_key_and_certificates(pki.seal_pkcs12, passphrase)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )
    certificates = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (own, *chain))
    sealer = Sealer.from_pem(pem, certificates, passphrase)
    assert inspect(seal(blank, sealer=sealer, now=now, level=Level.B_B).pdf, trust=trust, now=now).verdict.is_valid
    with pytest.raises(KeyUnusableError):
        Sealer.from_pem(pem, certificates, b"wrong")
    other = create_development_pki(now, "Khác", passphrase)
    with pytest.raises(KeyUnusableError, match="another key"):
        Sealer.from_pem(pem, other.root_pem, passphrase)


def test_no_signing_time_attribute_and_the_certificate_is_bound(sealed):
    reader = PdfFileReader(BytesIO(sealed(Level.B_B)))
    attributes = reader.embedded_signatures[0].signer_info["signed_attrs"]
    names = {a["type"].native for a in attributes}
    assert "signing_certificate_v2" in names
    assert "signing_time" not in names


def test_a_dead_authority_leaves_a_pending_b_b_within_two_seconds(blank, sealer, pki, now, trust):
    authority = DeadAuthority()
    started = time.monotonic()
    result = seal(blank, sealer=sealer, now=now, timestamper=authority, validation=pki.evidence)
    assert time.monotonic() - started < 2
    assert authority.asked == 1
    assert (result.level, result.pending, result.reasons) == (Level.B_B, True, ("TIMESTAMP_PENDING",))
    assert inspect(result.pdf, trust=trust, now=now).verdict.is_valid


def test_a_closed_port_counts_as_a_dead_authority(blank, sealer, pki, now):
    with pytest.raises(TimestampUnavailableError):
        HttpTimestamper("http://127.0.0.1:9/", timeout_s=0.5).timestamp(b"\0" * 32)
    result = seal(
        blank,
        sealer=sealer,
        now=now,
        timestamper=HttpTimestamper("http://127.0.0.1:9/", timeout_s=0.5),
        validation=pki.evidence,
    )
    assert result.pending


def test_a_pending_file_is_lifted_without_signing_again(blank, sealer, pki, tsa, now, trust):
    pending = seal(blank, sealer=sealer, now=now, timestamper=DeadAuthority(), validation=pki.evidence)
    assert upgrade(pending.pdf, timestamper=DeadAuthority(), validation=pki.evidence).pending
    lifted = upgrade(pending.pdf, timestamper=tsa, validation=pki.evidence)
    assert (lifted.level, lifted.pending) == (Level.B_LTA, False)
    assert lifted.pdf.startswith(pending.pdf)
    report = inspect(lifted.pdf, trust=trust, now=now + timedelta(days=5 * 365))
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].time_source == "timestamp"


def test_missing_evidence_is_pending_not_lost(blank, sealer, tsa, now):
    result = seal(blank, sealer=sealer, now=now, timestamper=tsa, validation=Evidence())
    assert (result.level, result.reasons) == (Level.B_T, ("EVIDENCE_PENDING",))


def test_the_placeholder_grows_until_the_token_fits(blank, sealer, tsa, pki, now, trust):
    authority = TalkativeAuthority(tsa, 3 * TOKEN_BYTES)
    result = seal(blank, sealer=sealer, now=now, timestamper=authority, validation=pki.evidence)
    assert (result.level, result.pending) == (Level.B_LTA, False)
    assert inspect(result.pdf, trust=trust, now=now).verdict is Verdict.VALID


def test_archive_time_stamps_are_renewed_before_they_end(pki, sealer, blank, now, passphrase, trust, sealed):
    first_end = archive_expires_at(sealed(Level.B_LTA))
    assert first_end > now + timedelta(days=17 * 365)
    assert archive_expires_at(blank) is None
    later = now + timedelta(days=10 * 365)
    renewed = pki.renewed_crls(later, passphrase)
    authority = renewed.timestamp_authority(passphrase, lambda: later)
    result = refresh(sealed(Level.B_LTA), timestamper=authority, validation=renewed.evidence)
    assert result.pdf.startswith(sealed(Level.B_LTA))
    report = inspect(result.pdf, trust=trust, now=later + timedelta(days=300))
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].signed_at.startswith(str(now.year))


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda pdf: b"hello", NotAPdfError),
        (lambda pdf: b"", NotAPdfError),
        (lambda pdf: b"junk " + pdf, NotAPdfError),
        (lambda pdf: pdf[: len(pdf) // 2], BrokenPdfError),
        (lambda pdf: pdf.replace(b"startxref", b"startxxxx"), BrokenPdfError),
    ],
)
def test_what_is_no_sound_pdf_is_refused_with_its_code(damage, error, blank, sealer, now):
    with pytest.raises(error):
        seal(damage(blank), sealer=sealer, now=now, level=Level.B_B)


def test_an_encrypted_file_asks_for_its_password(blank, sealer, now, trust):
    writer = PdfWriter(clone_from=BytesIO(blank))
    writer.encrypt("mở", algorithm="AES-256")
    target = BytesIO()
    writer.write(target)
    for password in (None, "sai"):
        with pytest.raises(PasswordProtectedError):
            seal(target.getvalue(), sealer=sealer, now=now, level=Level.B_B, password=password)
    result = seal(target.getvalue(), sealer=sealer, now=now, level=Level.B_B, password="mở")
    assert inspect(result.pdf, trust=trust, now=now, password="mở").verdict.is_valid
    locked = inspect(result.pdf, trust=trust, now=now)
    assert locked.verdict is Verdict.INCONCLUSIVE
    assert "PASSWORD_PROTECTED" in locked.reasons


@pytest.mark.needs_vectors
def test_a_hybrid_file_is_refused(vectors, sealer, now):
    pdf = (vectors / "pyhanko-pdf/pdf/minimal-hybrid-xref.pdf").read_bytes()
    with pytest.raises(HybridFileError):
        seal(pdf, sealer=sealer, now=now, level=Level.B_B)


def test_a_file_certified_against_all_changes_is_refused(blank, sealer, now):
    with pytest.raises(DocMdpForbidsError):
        seal(certified(blank, sealer, 1), sealer=sealer, now=now, level=Level.B_B)


def certified(pdf: bytes, sealer: Sealer, permission: int) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    from signing.sealing import _Clerk, _Hand

    metadata = signers.PdfSignatureMetadata(
        field_name="Certification",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm(permission),
    )
    signer = signers.PdfSigner(metadata, _Hand(sealer, _Clerk(None)))
    return signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=16384).getvalue()


def test_a_named_field_is_used_once(blank, sealer, now):
    once = seal(blank, sealer=sealer, now=now, level=Level.B_B, field_name="CoQuan").pdf
    with pytest.raises(FieldTakenError):
        seal(once, sealer=sealer, now=now, level=Level.B_B, field_name="CoQuan")


def test_a_key_outside_its_dates_is_refused(blank, sealer, now):
    for moment in (now - timedelta(days=2), now + timedelta(days=3 * 365)):
        with pytest.raises(KeyUnusableError):
            seal(blank, sealer=sealer, now=moment, level=Level.B_B)


def test_a_wrong_pass_phrase_is_key_unusable(pki):
    with pytest.raises(KeyUnusableError) as caught:
        Sealer.from_pkcs12(pki.seal_pkcs12, b"wrong")
    assert caught.value.code == "KEY_UNUSABLE"
    with pytest.raises(KeyUnusableError):
        Sealer.from_pkcs12(b"not a container", b"")


def test_development_keys_are_marked_and_never_shown(pki, sealer, passphrase):
    assert sealer.is_development
    assert sealer.agency == "UBND phường Ỹ La (BẢN MẪU)"
    assert "CHỈ DÙNG ĐỂ PHÁT TRIỂN" in sealer.certificate.subject.rfc4514_string()
    assert is_development(x509.load_pem_x509_certificate(pki.root_pem))
    assert "PRIVATE" not in repr(sealer)
    assert all(passphrase not in part for part in (pki.seal_pkcs12, pki.root_pkcs12))


def test_a_file_with_cross_reference_streams_is_sealed(sealer, now, trust):
    target = BytesIO()
    writer = copy_into_new_writer(PdfFileReader(BytesIO(plain_pdf())))
    writer.stream_xrefs = True
    writer.write(target)
    pdf = seal(target.getvalue(), sealer=sealer, now=now, level=Level.B_B).pdf
    assert inspect(pdf, trust=trust, now=now).verdict.is_valid
