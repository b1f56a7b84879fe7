"""Attacks inside the signature value: broken digests, short keys, wrong attributes, certificates that may not sign.

The bytes of the PDF are honest in each of them; the CMS object in it is built by hand and leads to the pinned root.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing import Evidence, Reason, Report, RevocationPolicy, Sealer, Trust, Verdict, inspect
from signing.remote import _Nobody
from signing.sealing import prepare
from tests.unit.signing.builders import plain_pdf

NOW = datetime(2026, 11, 22, 2, 15, 30, tzinfo=UTC)
DAY = timedelta(days=1)
DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 - what is attacked
    "sha1": hashes.SHA1(),  # noqa: S303 - the same
    "sha256": hashes.SHA256(),
    "sha512": hashes.SHA512(),
}
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    del name
    return rsa.generate_private_key(65537, bits)


def certificate(subject: str, key: Key, issuer: str = "Root", by: Key | None = None, **wishes: Any) -> x509.Certificate:
    """A certificate; `by` is its issuer's key, the root's by default. Wishes: ca, path, usages, start, end."""
    ca = wishes.get("ca", False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(wishes.get("start", NOW - 30 * DAY))
        .not_valid_after(wishes.get("end", NOW + 300 * DAY))
        .add_extension(x509.BasicConstraints(ca, wishes.get("path") if ca else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca,
                content_commitment=not ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=ca,
                crl_sign=ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if "usages" in wishes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(wishes["usages"]), critical=False)
    return builder.sign(by or rsa_key("root"), hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "UBND phường Mẫu (BẢN MẪU)"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


@cache
def root() -> x509.Certificate:
    return certificate("Root", rsa_key("root"), ca=True)


@cache
def leaf() -> x509.Certificate:
    return certificate("Leaf", rsa_key("leaf"))


def by_rsa(key: rsa.RSAPrivateKey, digest: str = "sha256") -> Callable[[bytes], bytes]:
    return lambda data: key.sign(data, padding.PKCS1v15(), DIGESTS[digest])


@dataclass(frozen=True)
class Cms:
    """How the signature value is made; the defaults make a sound one."""

    own: x509.Certificate
    sign: Callable[[bytes], bytes]
    digest: str = "sha256"
    algorithm: str = "sha256_rsa"
    parameters: Any = None
    attributes: Callable[[bytes], list[Any]] | None = None
    named: x509.Certificate | None = None
    others: tuple[x509.Certificate, ...] = ()
    signers: int = 1

    def build(self, content: bytes) -> bytes:
        digest = hashlib.new(self.digest, content).digest()
        own = _asn1(self.own)
        signed = cms.CMSAttributes((self.attributes or self._usual)(digest))
        algorithm = {"algorithm": self.algorithm, **({"parameters": self.parameters} if self.parameters else {})}
        info: dict[str, Any] = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": self.digest}),
            "signature_algorithm": algos.SignedDigestAlgorithm(algorithm),
            "signature": self.sign(signed.dump() if len(signed) else content),
        }
        if len(signed):
            info["signed_attrs"] = signed
        data = cms.SignedData(
            {
                "version": "v1",
                "digest_algorithms": [{"algorithm": self.digest}],
                "encap_content_info": {"content_type": "data"},
                "certificates": [own, *map(_asn1, self.others)],
                "signer_infos": [cms.SignerInfo(info)] * self.signers,
            }
        )
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())

    def _usual(self, digest: bytes) -> list[Any]:
        named = hashlib.sha256((self.named or self.own).public_bytes(Encoding.DER)).digest()
        certificates = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": named})]})
        return [kind(), imprint(digest), attribute("signing_certificate_v2", certificates)]


def attribute(kind: str, *values: Any) -> Any:
    return cms.CMSAttribute({"type": kind, "values": list(values)})


def kind(value: str = "data") -> Any:
    return attribute("content_type", value)


def imprint(*digests: bytes) -> Any:
    return attribute("message_digest", *digests)


def _asn1(one: x509.Certificate) -> Any:
    return asn1_x509.Certificate.load(one.public_bytes(Encoding.DER))


@cache
def prepared() -> tuple[bytes, int, int]:
    sealer = Sealer(_Nobody(), leaf())
    pdf, _, start, end = asyncio.run(
        prepare(plain_pdf(), sealer=sealer, now=NOW, reason=None, location=None, field_name=None, password=None)
    )
    return pdf, start, end


def report_of(value: Cms, *, crls: Iterable[bytes] = (), policy: RevocationPolicy = RevocationPolicy.WARN) -> Report:
    pdf, start, end = prepared()
    written = value.build(pdf[:start] + pdf[end:]).hex().upper().encode().ljust(end - start - 2, b"0")
    signed = pdf[: start + 1] + written + pdf[end - 1 :]
    return inspect(signed, trust=Trust((root(),), revocation=policy), now=NOW, evidence=Evidence(crls=tuple(crls)))


def sound(**changes: Any) -> Cms:
    return Cms(**{"own": leaf(), "sign": by_rsa(rsa_key("leaf")), **changes})


def by_pss(digest: str) -> Cms:
    chosen = DIGESTS[digest]
    parameters = algos.RSASSAPSSParams(
        {
            "hash_algorithm": {"algorithm": digest},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
            "salt_length": 20,
        }
    )

    def sign(data: bytes) -> bytes:
        return rsa_key("leaf").sign(data, padding.PSS(padding.MGF1(chosen), 20), chosen)

    return sound(sign=sign, algorithm="rsassa_pss", parameters=parameters)


def by_curve(curve: ec.EllipticCurve, digest: str = "sha256") -> Cms:
    key = ec.generate_private_key(curve)
    own = certificate("Curve", key)
    return Cms(own, lambda data: key.sign(data, ec.ECDSA(DIGESTS[digest])), algorithm=f"{digest}_ecdsa")


def by_dsa() -> Cms:
    key = dsa.generate_private_key(1024)  # noqa: S505 - what is attacked
    return Cms(certificate("DSA", key), lambda data: key.sign(data, hashes.SHA256()), algorithm="sha256_dsa")


def for_usages(*usages: x509.ObjectIdentifier) -> Cms:
    return sound(own=certificate("Leaf", rsa_key("leaf"), usages=list(usages)))


def below(path: int | None, *, ca: bool) -> Cms:
    """Signed by a certificate two steps under the root."""
    middle = certificate("Middle", rsa_key("middle"), ca=ca, path=path)
    lower = certificate("Lower", rsa_key("lower"), "Middle", rsa_key("middle"), ca=True)
    own = certificate("Leaf", rsa_key("leaf"), "Lower", rsa_key("lower"))
    return sound(own=own, others=(middle, lower))


GOOD: dict[str, Callable[[], Cms]] = {
    "as it should be": sound,
    "SHA-512": lambda: sound(sign=by_rsa(rsa_key("leaf"), "sha512"), digest="sha512", algorithm="sha512_rsa"),
    "RSA without a digest in its name": lambda: sound(algorithm="rsassa_pkcs1v15"),
    "PSS": lambda: by_pss("sha256"),
    "P-256": lambda: by_curve(ec.SECP256R1()),
    "P-384": lambda: by_curve(ec.SECP384R1()),
    "a key for signing in and mail": lambda: for_usages(
        ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION
    ),
    "two authorities in between": lambda: below(None, ca=True),
    "no certificate attribute": lambda: sound(attributes=lambda digest: [kind(), imprint(digest)]),
}
BAD: dict[str, tuple[Callable[[], Cms], Verdict]] = {
    "SHA-1": (
        lambda: sound(sign=by_rsa(rsa_key("leaf"), "sha1"), digest="sha1", algorithm="sha1_rsa"),
        Verdict.NOT_ENOUGH_EVIDENCE,
    ),
    "SHA-1 over attributes that hold a SHA-256": (
        lambda: sound(sign=by_rsa(rsa_key("leaf"), "sha1"), algorithm="sha1_rsa"),
        Verdict.NOT_ENOUGH_EVIDENCE,
    ),
    "MD5 over attributes that hold a SHA-256": (
        lambda: sound(sign=by_rsa(rsa_key("leaf"), "md5"), algorithm="md5_rsa"),
        Verdict.NOT_ENOUGH_EVIDENCE,
    ),
    "SHA-1 under a signature with SHA-256": (lambda: sound(digest="sha1"), Verdict.NOT_ENOUGH_EVIDENCE),
    "PSS with SHA-1": (lambda: by_pss("sha1"), Verdict.NOT_ENOUGH_EVIDENCE),
    "ECDSA with SHA-1": (lambda: by_curve(ec.SECP256R1(), "sha1"), Verdict.NOT_ENOUGH_EVIDENCE),
    "RSA-1024": (
        lambda: Cms(certificate("Short", rsa_key("short", 1024)), by_rsa(rsa_key("short", 1024))),
        Verdict.NOT_ENOUGH_EVIDENCE,
    ),
    "P-192": (lambda: by_curve(ec.SECP192R1()), Verdict.NOT_ENOUGH_EVIDENCE),
    "DSA-1024": (by_dsa, Verdict.NOT_ENOUGH_EVIDENCE),
    "no signed attributes": (lambda: sound(attributes=lambda _: []), Verdict.INCONCLUSIVE),
    "no message digest": (lambda: sound(attributes=lambda _: [kind()]), Verdict.INCONCLUSIVE),
    "no content type": (lambda: sound(attributes=lambda digest: [imprint(digest)]), Verdict.INCONCLUSIVE),
    "content type of a time stamp": (
        lambda: sound(attributes=lambda digest: [kind("tst_info"), imprint(digest)]),
        Verdict.INCONCLUSIVE,
    ),
    "two digests, one fits": (
        lambda: sound(attributes=lambda digest: [kind(), imprint(b"x" * 32), imprint(digest)]),
        Verdict.INCONCLUSIVE,
    ),
    "two values, one fits": (
        lambda: sound(attributes=lambda digest: [kind(), imprint(b"x" * 32, digest)]),
        Verdict.INCONCLUSIVE,
    ),
    "another digest": (
        lambda: sound(attributes=lambda _: [kind(), imprint(b"x" * 32)]),
        Verdict.CHANGED_AFTER_SIGNING,
    ),
    "certificate attribute of another": (lambda: sound(named=root()), Verdict.INCONCLUSIVE),
    "another certificate for the same key": (
        lambda: sound(own=certificate("Leaf", rsa_key("leaf")), named=leaf()),
        Verdict.INCONCLUSIVE,
    ),
    "two signers": (lambda: sound(signers=2), Verdict.INCONCLUSIVE),
    "another's signature value": (lambda: sound(sign=by_rsa(rsa_key("other"))), Verdict.BAD_SIGNATURE),
    "issued by a certificate that may not": (
        lambda: sound(own=certificate("Leaf", rsa_key("leaf"), "Leaf", rsa_key("other")), others=(leaf(),)),
        Verdict.UNKNOWN_ROOT,
    ),
    "an authority that is none": (lambda: below(None, ca=False), Verdict.UNKNOWN_ROOT),
    "beyond the path length": (lambda: below(0, ca=True), Verdict.UNKNOWN_ROOT),
    "a root of the same name": (
        lambda: sound(
            own=certificate("Leaf", rsa_key("leaf"), by=rsa_key("other")),
            others=(certificate("Root", rsa_key("other"), by=rsa_key("other"), ca=True),),
        ),
        Verdict.UNKNOWN_ROOT,
    ),
    "for web servers": (lambda: for_usages(ExtendedKeyUsageOID.SERVER_AUTH), Verdict.UNKNOWN_ROOT),
    "for web servers and their clients": (
        lambda: for_usages(ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH),
        Verdict.UNKNOWN_ROOT,
    ),
    "for programs": (lambda: for_usages(ExtendedKeyUsageOID.CODE_SIGNING), Verdict.UNKNOWN_ROOT),
    "for OCSP": (lambda: for_usages(ExtendedKeyUsageOID.OCSP_SIGNING), Verdict.UNKNOWN_ROOT),
    "ended": (
        lambda: sound(own=certificate("Leaf", rsa_key("leaf"), end=NOW - DAY)),
        Verdict.NOT_ENOUGH_EVIDENCE,
    ),
    "not begun": (
        lambda: sound(own=certificate("Leaf", rsa_key("leaf"), start=NOW + DAY)),
        Verdict.NOT_ENOUGH_EVIDENCE,
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_sound_values_of_every_kind_are_valid(name: str) -> None:
    report = report_of(GOOD[name]())
    assert report.verdict is Verdict.VALID_WITH_WARNING, report  # nobody gave any revocation evidence
    assert Reason.REVOCATION_UNKNOWN in report.reasons


@pytest.mark.parametrize("name", BAD)
def test_no_attack_inside_the_value_is_valid(name: str) -> None:
    make, verdict = BAD[name]
    report = report_of(make())
    assert report.verdict is verdict, report


# --- revocation ------------------------------------------------------------------------------------------------------
def crl(*, revoked: bool, start: datetime = NOW - DAY, by: rsa.RSAPrivateKey | None = None) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(_name("Root")).last_update(start)
    builder = builder.next_update(start + 8 * DAY)
    if revoked:
        gone = x509.RevokedCertificateBuilder().serial_number(leaf().serial_number).revocation_date(NOW - 2 * DAY)
        builder = builder.add_revoked_certificate(gone.build())
    return builder.sign(by or rsa_key("root"), hashes.SHA256()).public_bytes(Encoding.DER)


def test_evidence_in_force_makes_the_strict_policy_content() -> None:
    report = report_of(sound(), crls=[crl(revoked=False)], policy=RevocationPolicy.REQUIRE)
    assert report.verdict is Verdict.VALID


@pytest.mark.parametrize("policy", RevocationPolicy)
@pytest.mark.parametrize(
    "beside",
    [
        [],
        [crl(revoked=False, start=NOW - 3 * DAY)],
        [crl(revoked=False, by=rsa_key("other"), start=NOW - timedelta(hours=1))],
    ],
    ids=["alone", "an older clean list", "a newer clean list that is forged"],
)
def test_a_revoked_signer_is_not_valid(beside: list[bytes], policy: RevocationPolicy) -> None:
    report = report_of(sound(), crls=[*beside, crl(revoked=True)], policy=policy)
    assert report.verdict is Verdict.REVOKED


def test_a_forged_list_is_no_evidence() -> None:
    forged = crl(revoked=False, by=rsa_key("other"))
    assert report_of(sound(), crls=[forged], policy=RevocationPolicy.REQUIRE).verdict is Verdict.NOT_ENOUGH_EVIDENCE
