"""Sound files that another tool made (pyHanko as it comes) are not refused."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import crl, pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko_certvalidator import ValidationContext

from signing import Level, Reason, Verdict
from signing.sealing import _Clerk
from tests.unit.signing.builders import Office


def context(office: Office) -> ValidationContext:
    def loaded(data: bytes) -> Any:
        return asn1_x509.Certificate.load(pem.unarmor(data)[2])

    return ValidationContext(
        trust_roots=[loaded(office.pki.root_pem)],
        other_certs=[loaded(office.pki.issuing_pem)],
        crls=[crl.CertificateList.load(der) for der in office.pki.crls],
        allow_fetching=False,
        moment=office.now,
        revocation_mode="require",
    )


def signed(office: Office, folder: Path, pdf: bytes, *, field: SigFieldSpec | None = None, **wishes: Any) -> bytes:
    container = folder / "key.p12"
    container.write_bytes(office.pki.seal_pkcs12)
    signer = signers.SimpleSigner.load_pkcs12(str(container), passphrase=office.passphrase)
    wishes = {"field_name": "S", "md_algorithm": "sha256", "subfilter": SigSeedSubFilter.PADES, **wishes}
    metadata = signers.PdfSignatureMetadata(
        embed_validation_info=True, validation_context=context(office), signer_key_usage={"digital_signature"}, **wishes
    )
    maker = signers.PdfSigner(metadata, signer, timestamper=_Clerk(office.tsa), new_field_spec=field)
    return bytes(maker.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf), strict=False)).getvalue())


WISHES: dict[str, dict[str, Any]] = {
    "evidence in its own revision": {},
    "archive time stamp": {"use_pades_lta": True},
    "visible": {"use_pades_lta": True, "field": SigFieldSpec("S", on_page=0, box=(50, 50, 250, 120))},
    "certified against all changes": {
        "use_pades_lta": True,
        "certify": True,
        "docmdp_permissions": MDPPerm.NO_CHANGES,
    },
    "PKCS#7 with evidence inside": {"subfilter": SigSeedSubFilter.ADOBE_PKCS7_DETACHED},
}


@pytest.mark.parametrize("name", WISHES)
def test_files_of_another_tool_are_valid(name: str, office: Office, tmp_path: Path) -> None:
    report = office.inspect(signed(office, tmp_path, office.blank, **WISHES[name]))
    assert report.verdict is Verdict.VALID, report


def test_two_archived_signatures_and_a_renewed_archive_are_valid(office: Office, tmp_path: Path) -> None:
    once = signed(office, tmp_path, office.blank, use_pades_lta=True)
    twice = signed(office, tmp_path, once, use_pades_lta=True, field_name="S2")
    assert office.inspect(twice).verdict is Verdict.VALID
    stamper = signers.PdfTimeStamper(_Clerk(office.tsa))
    renewed = stamper.update_archival_timestamp_chain(PdfFileReader(BytesIO(once)), context(office), in_place=False)
    assert office.inspect(renewed.getvalue()).verdict is Verdict.VALID


def test_a_seal_of_ours_on_top_of_theirs_keeps_both_valid(office: Office, tmp_path: Path) -> None:
    theirs = signed(office, tmp_path, office.blank, use_pades_lta=True)
    assert office.inspect(office.seal(theirs, Level.B_LTA)).verdict is Verdict.VALID


@pytest.mark.needs_vectors
def test_a_word_processors_hybrid_file_is_a_warning_when_it_was_so_before(
    vectors: Path, office: Office, tmp_path: Path
) -> None:
    hybrid = (vectors / "pyhanko-pdf/pdf/minimal-hybrid-xref-mswordstyle.pdf").read_bytes()
    report = office.inspect(signed(office, tmp_path, hybrid, use_pades_lta=True))
    assert report.verdict is Verdict.VALID_WITH_WARNING
    assert Reason.HYBRID_BEFORE_SIGNING in report.reasons
