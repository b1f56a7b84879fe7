"""Seals under a PKI with real services: sealed in 2020 with OCSP evidence, judged offline in 2035; bad answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, load_der_ocsp_response

from signing import (
    Evidence,
    EvidenceMissingError,
    Level,
    Reason,
    RevocationPolicy,
    Sealed,
    Verdict,
    chains_of,
    collect_evidence,
    inspect,
    leads_to_root,
    seal,
    upgrade,
)
from tests.unit.signing.builders import plain_pdf
from tests.unit.signing.certomancy import ADDRESS, Certomancy, conjure
from vault.keys.evidence import evidence_of

IN_2020 = datetime(2020, 1, 15, 8, tzinfo=UTC)
IN_APRIL = datetime(2020, 4, 15, 8, tzinfo=UTC)
IN_JULY = datetime(2020, 7, 15, 8, tzinfo=UTC)
IN_2035 = datetime(2035, 1, 15, 8, tzinfo=UTC)
OCSP, ROOT_CRL, CRL = (
    f"{ADDRESS}/office/{one}" for one in ("ocsp/issuing", *(f"crls/{ca}/latest.crl" for ca in ("root", "issuing")))
)

Fetch = Callable[[str, bytes | None], bytes]


@pytest.fixture(scope="module")
def conjured(tmp_path_factory: pytest.TempPathFactory) -> Certomancy:
    return conjure(tmp_path_factory.mktemp("certomancy"), IN_2020)


@pytest.fixture
def pki(conjured: Certomancy) -> Certomancy:
    """The PKI of this module with its clock in January 2020."""
    return replace(conjured, at=IN_2020, responder="issuing", asked=[])


def sealed(pki: Certomancy, label: str = "signer", level: Level = Level.B_LTA) -> Sealed:
    evidence = pki.collect(label, "tsa") if level is Level.B_LTA else None
    return seal(plain_pdf(), sealer=pki.sealer(label), now=pki.at, level=level, timestamper=pki, validation=evidence)


def test_a_file_of_2020_with_ocsp_evidence_is_valid_offline_in_2035(pki: Certomancy) -> None:
    made = sealed(pki)
    assert (made.level, made.pending) == (Level.B_LTA, False)
    assert pki.asked == [OCSP, ROOT_CRL, OCSP, ROOT_CRL]
    report = inspect(made.pdf, trust=pki.trust, now=IN_2035)
    assert (report.verdict, report.reasons) == (Verdict.VALID, (Reason.CERTIFICATE_SINCE_EXPIRED,))
    one = report.signatures[0]
    assert (one.revocation, one.time_source, one.signed_at[:10]) == ("good", "timestamp", "2020-01-15")
    assert len(pki.asked) == 4, "judging asks nobody"
    strict = replace(pki.trust, revocation=RevocationPolicy.REQUIRE)
    assert inspect(made.pdf, trust=strict, now=IN_2035).verdict is Verdict.VALID


def test_a_seal_renewed_in_2035_outlives_the_authority_of_2020(pki: Certomancy) -> None:
    made, after = sealed(pki), datetime(2044, 1, 15, tzinfo=UTC)
    report = inspect(made.pdf, trust=pki.trust, now=after)
    assert (report.verdict, Reason.TIMESTAMP_EXPIRED in report.reasons) == (Verdict.NOT_ENOUGH_EVIDENCE, True)
    pki.at, pki.authority = IN_2035, "tsa-2035"
    renewed = upgrade(made.pdf, timestamper=pki, validation=pki.collect("tsa", "tsa-2035"))
    assert renewed.pdf.startswith(made.pdf)
    assert inspect(renewed.pdf, trust=pki.trust, now=after).verdict is Verdict.VALID


def test_evidence_that_has_aged_is_no_reason_to_doubt_the_path(pki: Certomancy) -> None:
    """Regression: after the CRL's next update every file under a CA with distribution points became UNKNOWN_ROOT."""
    made = seal(plain_pdf(), sealer=pki.sealer("signer"), now=pki.at, level=Level.B_B)
    old = pki.collect("signer")
    report = inspect(made.pdf, trust=pki.trust, now=IN_2020 + timedelta(days=400), evidence=old)
    assert report.verdict is Verdict.VALID_WITH_WARNING
    assert Reason.REVOCATION_UNKNOWN in report.reasons


def only_from(source: str, pki: Certomancy) -> Fetch:
    """Of the issuing CA's two services only this one can be reached."""

    def fetch(url: str, body: bytes | None) -> bytes:
        if url not in {source, ROOT_CRL}:
            raise OSError(url)
        return pki.fetch(url, body)

    return fetch


@pytest.mark.parametrize("source", [OCSP, CRL])
@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_a_time_stamp_after_the_revocation_does_not_help(level: Level, source: str, pki: Certomancy) -> None:
    """Revoked on 1 March, signed and stamped in April, seen in July."""
    pki.at = IN_APRIL
    made = sealed(pki, "revoked", level)
    pki.at = IN_JULY
    evidence = pki.collect("revoked", "tsa", fetch=only_from(source, pki))
    assert bool(evidence.ocsps) is (source == OCSP)
    report = inspect(made.pdf, trust=pki.trust, now=IN_JULY, evidence=evidence)
    assert (report.verdict, report.signatures[0].revocation) == (Verdict.REVOKED, "revoked")


@pytest.mark.parametrize("source", [OCSP, CRL])
def test_a_time_stamp_before_the_revocation_keeps_its_worth(source: str, pki: Certomancy) -> None:
    """Sealed in January with the good status of that day inside; the revocation of 1 March comes later."""
    made = sealed(pki, "revoked")
    bare = sealed(pki, "revoked", Level.B_B)
    pki.at = IN_JULY
    evidence = pki.collect("revoked", "tsa", fetch=only_from(source, pki))
    report = inspect(made.pdf, trust=pki.trust, now=IN_JULY, evidence=evidence)
    assert (report.verdict, report.signatures[0].revocation) == (Verdict.VALID, "good")
    assert inspect(bare.pdf, trust=pki.trust, now=IN_JULY, evidence=evidence).verdict is Verdict.REVOKED


def test_a_revocation_is_final_however_old_its_evidence(pki: Certomancy) -> None:
    """Regression: once a CRL or OCSP response had aged, the revocation that it tells was no longer seen."""
    pki.at = IN_APRIL
    made = sealed(pki, "revoked", Level.B_T)
    evidence = pki.collect("revoked", "tsa")
    assert load_der_ocsp_response(evidence.ocsps[0]).certificate_status is OCSPCertStatus.REVOKED
    for later in (timedelta(0), timedelta(days=120), timedelta(days=400)):
        report = inspect(made.pdf, trust=pki.trust, now=IN_APRIL + later, evidence=evidence)
        assert report.verdict is Verdict.REVOKED, later


def test_a_broken_list_of_the_root_hides_no_revocation(pki: Certomancy) -> None:
    pki.at = IN_APRIL
    made = sealed(pki, "revoked", Level.B_T)
    good = pki.collect("revoked", "tsa")
    spoilt = Evidence(good.certificates, tuple(der[:-8] + bytes(8) for der in good.crls), good.ocsps)
    assert inspect(made.pdf, trust=pki.trust, now=IN_APRIL, evidence=spoilt).verdict is Verdict.REVOKED


def test_a_responder_that_is_down_leaves_the_list(pki: Certomancy) -> None:
    def down(url: str, body: bytes | None) -> bytes:
        if body is not None:
            raise TimeoutError(url)
        return pki.fetch(url, body)

    evidence = pki.collect("signer", fetch=down)
    assert (len(evidence.ocsps), len(evidence.crls)) == (0, 2)


@pytest.mark.parametrize("responder", ["issuing", "by-ca", "endless"])
def test_the_ca_and_its_delegate_may_answer(responder: str, pki: Certomancy) -> None:
    pki.responder = responder
    assert len(pki.collect("signer").ocsps) == 1


def test_every_request_carries_a_fresh_nonce_of_32_bytes(pki: Certomancy) -> None:
    nonces: list[bytes] = []

    def watched(url: str, body: bytes | None) -> bytes:
        if body is not None:
            nonces.append(ocsp.OCSPRequest.load(body).nonce_value.native)
        return pki.fetch(url, body)

    pki.collect("signer", "signer", fetch=watched)
    assert [len(one) for one in nonces] == [32, 32]
    assert nonces[0] != nonces[1]


def without_nonce(request: bytes) -> bytes:
    parsed = ocsp.OCSPRequest.load(request)
    parsed["tbs_request"]["request_extensions"] = None
    return bytes(parsed.dump(force=True))


def test_a_server_that_answers_from_a_store_leaves_the_nonce_out(pki: Certomancy) -> None:
    evidence = pki.collect("signer", fetch=lambda url, body: pki.fetch(url, body and without_nonce(body)))
    assert len(evidence.ocsps) == 1


def ocsp_only(answer: Callable[[bytes], bytes], pki: Certomancy) -> Fetch:
    """`answer` is all that the OCSP address says, and the issuing CA's list cannot be had."""

    def fetch(url: str, body: bytes | None) -> bytes:
        if url == CRL:
            raise OSError(url)
        return pki.fetch(url, None) if body is None else answer(body)

    return fetch


def test_a_replayed_answer_is_refused(pki: Certomancy) -> None:
    kept: list[bytes] = []

    def replay(request: bytes) -> bytes:
        kept.append(pki.ocsp(request))
        return kept[0]

    pki.collect("signer", fetch=ocsp_only(replay, pki))
    with pytest.raises(EvidenceMissingError):
        pki.collect("signer", fetch=ocsp_only(replay, pki))


@pytest.mark.parametrize("responder", ["rogue", "wrong-key"])
def test_who_may_not_sign_is_no_responder(responder: str, pki: Certomancy) -> None:
    """`rogue` is certified by the CA, but not for OCSP; `wrong-key` shows a certificate that it has no key for."""
    pki.responder = responder
    with pytest.raises(EvidenceMissingError):
        pki.collect("signer", fetch=ocsp_only(pki.ocsp, pki))


@pytest.mark.parametrize("hours", [-1, 1])
@pytest.mark.parametrize("responder", ["issuing", "endless"])
def test_an_answer_of_another_time_is_refused(hours: int, responder: str, pki: Certomancy) -> None:
    """Answers hold for ten minutes; those without an end (`endless`) for a week."""
    old = replace(pki, responder=responder, at=pki.at + timedelta(hours=hours * (200 if responder == "endless" else 1)))
    with pytest.raises(EvidenceMissingError):
        pki.collect("signer", fetch=ocsp_only(old.ocsp, pki))


def about_another(request: bytes) -> bytes:
    parsed = ocsp.OCSPRequest.load(request)
    identity = parsed["tbs_request"]["request_list"][0]["req_cert"]
    identity["serial_number"] = int(identity["serial_number"].native) + 1
    return bytes(parsed.dump(force=True))


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "a page of a proxy": lambda _: b"<html>please sign in</html>",
    "cut": lambda answer: answer[:-40],
    "one bit of the signature": lambda answer: answer[:-1] + bytes([answer[-1] ^ 1]),
    "zeros": lambda answer: bytes(len(answer)),
    "refusal": lambda _: bytes(ocsp.OCSPResponse({"response_status": "try_later"}).dump()),
    "longer than is kept": lambda answer: answer + bytes(20_000_001),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_malformed_answer_is_refused(kind: str, pki: Certomancy) -> None:
    with pytest.raises(EvidenceMissingError):
        pki.collect("signer", fetch=ocsp_only(lambda request: SPOILT[kind](pki.ocsp(request)), pki))


def test_an_answer_about_another_certificate_is_refused(pki: Certomancy) -> None:
    with pytest.raises(EvidenceMissingError):
        pki.collect("signer", fetch=ocsp_only(lambda request: pki.ocsp(about_another(request)), pki))


def test_a_list_that_is_old_or_of_another_ca_is_refused(pki: Certomancy) -> None:
    def stale(url: str, body: bytes | None) -> bytes:
        if body is not None:
            raise OSError(url)
        return replace(pki, at=IN_2020 - timedelta(days=60)).fetch(url, None)

    def exchanged(url: str, body: bytes | None) -> bytes:
        if body is not None:
            raise OSError(url)
        return pki.fetch(ROOT_CRL if url == CRL else CRL, None)

    for fetch in (stale, exchanged):
        with pytest.raises(EvidenceMissingError):
            collect_evidence(pki.chain("signer"), fetch=fetch, now=pki.at)


# --- what is kept beside a file that came signed ---------------------------------------------------------------------
def taken_in(pki: Certomancy, pdf: bytes, kept: Evidence | None = None) -> Evidence:
    """What intake does: the chains of the file, their status now, a time stamp over file and evidence."""
    return evidence_of(
        chains_of(pdf, trust=pki.trust, now=pki.at),
        sha256=hashlib.sha256(pdf).digest(),
        kept=kept or Evidence(),
        fetch=pki.fetch,
        timestamper=pki,
        trust=pki.trust,
        clock=FixedClock(pki.at),
    )


@dataclass
class FixedClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


def test_what_intake_kept_saves_a_signature_whose_certificate_ended(pki: Certomancy) -> None:
    """Signed in 2020 without any time stamp by a certificate that ended in 2021, judged off line in 2035."""
    pdf = sealed(pki, level=Level.B_B).pdf
    kept = Evidence.from_bytes(taken_in(pki, pdf).to_bytes())
    assert pki.asked == [OCSP, ROOT_CRL, OCSP]  # the signer and the authority of the time stamp
    assert inspect(pdf, trust=pki.trust, now=IN_2035).verdict is Verdict.NOT_ENOUGH_EVIDENCE
    strict = replace(pki.trust, revocation=RevocationPolicy.REQUIRE)
    report = inspect(pdf, trust=strict, now=IN_2035, evidence=kept)
    assert report.verdict is Verdict.VALID
    assert report.reasons == (Reason.CERTIFICATE_SINCE_EXPIRED,)
    assert report.signatures[0].time_source == "timestamp"
    assert report.signatures[0].signed_at.startswith("2020-01-15")


def test_evidence_without_its_time_stamp_does_not_outlive_the_certificate(pki: Certomancy) -> None:
    pdf = sealed(pki, level=Level.B_B).pdf
    kept = replace(taken_in(pki, pdf), tokens=())
    assert inspect(pdf, trust=pki.trust, now=IN_2020, evidence=kept).verdict is Verdict.VALID
    assert inspect(pdf, trust=pki.trust, now=IN_2035, evidence=kept).verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_what_was_kept_for_one_file_says_nothing_about_another(pki: Certomancy) -> None:
    pdf = sealed(pki, level=Level.B_B).pdf
    other = seal(plain_pdf(text="KHAC"), sealer=pki.sealer("signer"), now=pki.at, level=Level.B_B).pdf
    for tokens in (taken_in(pki, other).tokens, (b"junk",), (b"",), (*taken_in(pki, pdf).tokens[:1], b"junk")):
        kept = replace(taken_in(pki, pdf), tokens=tokens)
        assert inspect(pdf, trust=pki.trust, now=IN_2035, evidence=kept).verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_a_changed_file_is_not_saved_by_what_was_kept(pki: Certomancy) -> None:
    pdf = sealed(pki, level=Level.B_B).pdf
    changed = pdf + b"1 0 obj\nnull\nendobj\n"
    for now in (IN_2020, IN_2035):
        assert not inspect(changed, trust=pki.trust, now=now, evidence=taken_in(pki, changed)).verdict.is_valid


def test_a_revocation_before_intake_is_kept_too(pki: Certomancy) -> None:
    at_april = replace(pki, at=IN_APRIL)
    pdf = seal(plain_pdf(), sealer=pki.sealer("revoked"), now=IN_2020, level=Level.B_B).pdf
    kept = taken_in(at_april, pdf)
    for now in (IN_APRIL, IN_2035):
        assert inspect(pdf, trust=pki.trust, now=now, evidence=kept).verdict is Verdict.REVOKED


def test_what_was_kept_is_renewed_before_its_authority_ends(pki: Certomancy) -> None:
    pdf = sealed(pki, level=Level.B_B).pdf
    kept = taken_in(pki, pdf)
    renewing = replace(pki, at=IN_2035, authority="tsa-2035")
    renewed = evidence_of(
        (),
        sha256=hashlib.sha256(pdf).digest(),
        kept=kept,
        fetch=renewing.fetch,
        timestamper=renewing,
        trust=pki.trust,
        clock=FixedClock(IN_2035),
    )
    in_2040 = datetime(2040, 1, 1, tzinfo=UTC)
    assert inspect(pdf, trust=pki.trust, now=in_2040, evidence=kept).verdict is Verdict.NOT_ENOUGH_EVIDENCE
    report = inspect(pdf, trust=pki.trust, now=in_2040, evidence=renewed)
    assert report.verdict.is_valid
    assert report.signatures[0].signed_at.startswith("2020-01-15")
    swapped = replace(renewed, tokens=renewed.tokens[::-1])
    assert not inspect(pdf, trust=pki.trust, now=in_2040, evidence=swapped).verdict.is_valid


def test_a_stranger_s_file_sends_nobody_anywhere(pki: Certomancy, tmp_path: Path) -> None:
    """Its certificates name addresses too; only those of a pinned authority are asked."""
    stranger = conjure(tmp_path, IN_2020)
    pdf = sealed(stranger, level=Level.B_B).pdf
    assert chains_of(pdf, trust=pki.trust, now=IN_2020) == ()
    chain = stranger.chain("signer")
    assert leads_to_root(chain, stranger.trust)
    assert not leads_to_root((*chain[:-1], pki.certificate("root")), pki.trust)
    assert not leads_to_root((), pki.trust)


def test_chains_of_a_broken_file_are_none(pki: Certomancy) -> None:
    for data in (b"", b"%PDF-1.7\n", plain_pdf(), sealed(pki, level=Level.B_B).pdf[:3000]):
        assert chains_of(data, trust=pki.trust, now=IN_2020) == ()


def test_a_server_that_is_down_leaves_what_can_be_had(pki: Certomancy) -> None:
    def down(url: str, body: bytes | None) -> bytes:
        raise OSError(f"{url} {body!r}")

    pdf = sealed(pki, level=Level.B_B).pdf
    kept = evidence_of(
        chains_of(pdf, trust=pki.trust, now=pki.at),
        sha256=hashlib.sha256(pdf).digest(),
        kept=Evidence(),
        fetch=down,
        timestamper=pki,
        trust=pki.trust,
        clock=FixedClock(pki.at),
    )
    assert len(kept.tokens) == 1
    assert not kept.has_revocation


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b'{"certificates": ["?"]}', b"\xff"])
def test_what_is_no_evidence_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Evidence.from_bytes(data)
