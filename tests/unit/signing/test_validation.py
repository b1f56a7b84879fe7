"""The states of a signed file over time, the proof type, revocation, and evidence from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from signing import (
    Evidence,
    EvidenceMissingError,
    HttpTimestamper,
    Level,
    NotValidError,
    Reason,
    Report,
    RevocationPolicy,
    TimestampUnavailableError,
    Trust,
    TrustUnreadableError,
    Verdict,
    VerifiedReport,
    collect_evidence,
    signed_revision,
)
from signing.development import certificate, crl
from signing.validation.verdicts import CONSEQUENCES
from tests.unit.signing.builders import Office, open_office, plain_pdf, text_of

Sealed = Callable[[Level], bytes]


@pytest.mark.parametrize(
    ("level", "days", "expected"),
    [
        (Level.B_B, 0, (Verdict.VALID_WITH_WARNING, Reason.REVOCATION_UNKNOWN)),
        (Level.B_B, 3 * 365, (Verdict.NOT_ENOUGH_EVIDENCE, Reason.EXPIRED_WITHOUT_TIMESTAMP)),
        (Level.B_B, -30, (Verdict.NOT_ENOUGH_EVIDENCE, Reason.CERTIFICATE_NOT_YET_VALID)),
        (Level.B_T, 3 * 365, (Verdict.VALID_WITH_WARNING, Reason.CERTIFICATE_SINCE_EXPIRED)),
        (Level.B_LT, 0, (Verdict.VALID, Reason.LOCAL_TIMESTAMP)),
        (Level.B_LTA, 0, (Verdict.VALID, Reason.LOCAL_TIMESTAMP)),
        (Level.B_LTA, 200, (Verdict.VALID, Reason.LOCAL_TIMESTAMP)),
        (Level.B_LTA, 10 * 365, (Verdict.VALID, Reason.CERTIFICATE_SINCE_EXPIRED)),
        (Level.B_LTA, 19 * 365, (Verdict.NOT_ENOUGH_EVIDENCE, Reason.TIMESTAMP_EXPIRED)),
        (Level.B_LTA, -30, (Verdict.NOT_ENOUGH_EVIDENCE, Reason.TIMESTAMP_IN_FUTURE)),
    ],
)
def test_what_a_seal_is_worth_later(
    level: Level, days: int, expected: tuple[Verdict, Reason], sealed: Sealed, office: Office
) -> None:
    report = office.inspect(sealed(level), days=days)
    assert report.verdict is expected[0]
    assert expected[1] in report.reasons


def test_a_file_of_2020_is_valid_in_2035() -> None:
    old = open_office(datetime(2020, 1, 15, 8, tzinfo=UTC))
    report = old.inspect(old.seal(), days=15 * 365 + 4)
    assert report.checked_at.startswith("2035-01-15")
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].signed_at.startswith("2020-01-15")
    assert report.signatures[0].time_source == "timestamp"


def test_unsigned_and_foreign_bytes(office: Office) -> None:
    assert office.inspect(office.blank).verdict is Verdict.UNSIGNED
    assert office.inspect(b"").verdict is Verdict.INCONCLUSIVE
    assert office.inspect(b"\xff\xd8\xff a picture").verdict is Verdict.INCONCLUSIVE


def revoked_evidence(office: Office, at: datetime) -> Evidence:
    key, issuing, _ = pkcs12.load_key_and_certificates(office.pki.issuing_pkcs12, office.passphrase)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert issuing is not None
    serial = office.sealer.certificate.serial_number
    listed = crl(issuing, key, now=at + timedelta(hours=1), revoked=((serial, at),))
    return Evidence(crls=(listed, office.pki.crls[0]))


def test_a_certificate_that_was_revoked_before_signing_is_refused(office: Office, sealed: Sealed) -> None:
    evidence = revoked_evidence(office, office.now - timedelta(minutes=10))
    for level in (Level.B_B, Level.B_T):
        report = office.inspect(sealed(level), evidence=evidence)
        assert report.verdict is Verdict.REVOKED
        assert report.signatures[0].revocation == "revoked"


def test_a_revocation_after_the_time_stamp_does_not_reach_back(office: Office, sealed: Sealed) -> None:
    evidence = revoked_evidence(office, office.now + timedelta(days=20))
    assert office.inspect(sealed(Level.B_LTA), days=40, evidence=evidence).verdict is Verdict.VALID
    assert office.inspect(sealed(Level.B_B), days=40, evidence=evidence).verdict is Verdict.REVOKED


def test_evidence_kept_beside_the_file_counts(office: Office, sealed: Sealed) -> None:
    assert office.inspect(sealed(Level.B_T), evidence=office.pki.evidence).verdict is Verdict.VALID


def test_a_strict_verifier_wants_the_status(office: Office, sealed: Sealed) -> None:
    strict = replace(office.trust, revocation=RevocationPolicy.REQUIRE)
    report = office.inspect(sealed(Level.B_B), trust=strict)
    assert report.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert Reason.REVOCATION_MISSING in report.reasons
    assert office.inspect(sealed(Level.B_LTA), trust=strict).verdict is Verdict.VALID


def test_only_a_valid_report_gives_the_proof(office: Office, sealed: Sealed) -> None:
    good = office.inspect(sealed(Level.B_LTA))
    proof = good.require_valid(allow_warnings=False)
    assert proof.sha256 == good.sha256
    warned = office.inspect(sealed(Level.B_B))
    assert warned.require_valid().report is warned
    with pytest.raises(NotValidError, match="VALID_WITH_WARNING"):
        warned.require_valid(allow_warnings=False)
    with pytest.raises(NotValidError, match="UNSIGNED"):
        office.inspect(office.blank).require_valid()
    with pytest.raises(NotValidError):
        VerifiedReport(report=good, sha256=good.sha256)


def test_a_report_goes_through_json_and_back(office: Office, sealed: Sealed) -> None:
    report = office.inspect(sealed(Level.B_LTA))
    assert Report.from_dict(json.loads(json.dumps(report.as_dict()))) == report
    assert report.as_dict()["etsi"] == "TOTAL-PASSED"
    assert report.as_dict()["signatures"][0]["verdict"] == "VALID"


def test_every_reason_has_one_consequence_and_two_verdicts_begin_with_valid() -> None:
    assert set(CONSEQUENCES) == set(Reason)
    assert [v for v in Verdict if v.value.startswith("VALID")] == [v for v in Verdict if v.is_valid]


def test_each_signed_revision_can_be_viewed(office: Office) -> None:
    first = office.seal(plain_pdf(text="LAN DAU"), Level.B_B)
    second = office.seal(first, Level.B_B)
    report = office.inspect(second)
    assert [signed_revision(second, s) for s in report.signatures] == [first, second]
    assert "LAN DAU" in text_of(signed_revision(second, report.signatures[0]))


def test_trust_is_read_from_pem_and_added_up(office: Office) -> None:
    bundle = office.pki.root_pem + office.pki.issuing_pem
    trust = Trust.from_pem(bundle)
    assert (len(trust.roots), len(trust.intermediates)) == (1, 1)
    pinned = Trust.from_pem(office.pki.issuing_pem)
    assert office.inspect(office.seal(), trust=pinned).verdict.is_valid
    both = trust + Trust.vietnam_government(revocation=RevocationPolicy.REQUIRE)
    assert len(both.roots) == 3
    assert both.revocation is RevocationPolicy.REQUIRE
    with pytest.raises(TrustUnreadableError):
        Trust.from_pem(b"nothing")


def answering(office: Office, change: Callable[[bytes], bytes]) -> HttpTimestamper:
    def reply(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=change(office.tsa.respond(request.content)))

    client = httpx.Client(transport=httpx.MockTransport(reply))
    return HttpTimestamper("http://tsa.example.vn/", client=client)


def test_an_authority_by_url_stamps(office: Office) -> None:
    authority = answering(office, lambda answer: answer)
    assert office.inspect(office.seal(timestamper=authority)).verdict is Verdict.VALID


@pytest.mark.parametrize(
    "change", [lambda _: b"", lambda _: b"<html>", lambda a: a[:-20], lambda a: a + b"x", lambda _: b"\0" * 100_000]
)
def test_an_answer_that_is_no_token_counts_as_down(change: Callable[[bytes], bytes], office: Office) -> None:
    with pytest.raises(TimestampUnavailableError):
        answering(office, change).timestamp(b"\0" * 32)


def test_a_token_for_another_request_is_not_taken(office: Office) -> None:
    other: list[bytes] = []

    def first_answer(answer: bytes) -> bytes:
        other.append(answer)
        return other[0]

    authority = answering(office, first_answer)
    authority.timestamp(b"\1" * 32)
    with pytest.raises(TimestampUnavailableError, match="another digest or request"):
        authority.timestamp(b"\1" * 32)


def test_the_local_authority_refuses_what_is_no_request(office: Office) -> None:
    assert office.tsa.respond(b"junk") == bytes.fromhex("30093007020102" + "03020204")
    weak = tsp.TimeStampReq(
        {"version": 1, "message_imprint": {"hash_algorithm": {"algorithm": "md5"}, "hashed_message": b"\0" * 16}}
    )
    assert office.tsa.respond(weak.dump()) == bytes.fromhex("30093007020102" + "03020780")


def published(office: Office) -> tuple[x509.Certificate, x509.Certificate]:
    """A seal certificate that names where its CRL is, and its issuer."""
    issuer_key, issuing, _ = pkcs12.load_key_and_certificates(office.pki.issuing_pkcs12, office.passphrase)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    assert issuing is not None
    point = x509.DistributionPoint(
        [x509.UniformResourceIdentifier("http://crl.example.vn/issuing.crl")], None, None, None
    )
    own = certificate(
        office.sealer.certificate.subject,
        ec.generate_private_key(ec.SECP256R1()),
        issuing.subject,
        issuer_key,
        ((x509.CRLDistributionPoints([point]), False),),
        start=office.now,
        end=office.now + timedelta(days=1),
    )
    return own, issuing


def test_evidence_is_collected_where_the_certificate_says(office: Office) -> None:
    asked: list[str] = []

    def fetch(url: str, body: bytes | None) -> bytes:
        asked.append(url)
        assert body is None
        return office.pki.crls[1]

    evidence = collect_evidence(published(office), fetch=fetch, now=office.now)
    assert asked == ["http://crl.example.vn/issuing.crl"]
    assert evidence.crls == (office.pki.crls[1],)


@pytest.mark.parametrize("answer", [b"junk", None])
def test_missing_evidence_has_its_code(answer: bytes | None, office: Office) -> None:
    def fetch(url: str, body: bytes | None) -> bytes:
        if answer is None:
            raise OSError(url, body)
        return answer

    with pytest.raises(EvidenceMissingError):
        collect_evidence(published(office), fetch=fetch, now=office.now)
