"""A development PKI in memory: root, issuing CA, seal and time-stamp certificates, CRLs.

For the single-machine service and for tests. Every subject says that it is for development, and `is_development` finds
it again by a private policy identifier, so that a production service can refuse to start with such a key.
Profiles follow RFC 5280; the time-stamp certificate follows RFC 3161 section 2.3 (one critical extended key usage).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.errors import KeyUnusableError
from signing.evidence import Evidence
from signing.timestamps import LocalTimestampAuthority

if TYPE_CHECKING:
    from collections.abc import Callable

MARK: Final = "CHỈ DÙNG ĐỂ PHÁT TRIỂN"
"""Printed in every subject of a development certificate ("for development only")."""

# 2.25.<UUID> (ITU-T X.667) needs no registration; this UUID was drawn once for this purpose.
DEVELOPMENT_POLICY: Final = x509.ObjectIdentifier("2.25.212117230105346374961427462139917012187")

ROOT_YEARS: Final = 22
ISSUING_YEARS: Final = 20
TSA_YEARS: Final = 18
SEAL_YEARS: Final = 2  # two-year keys that overlap
CRL_DAYS: Final = 90
_YEAR: Final = timedelta(days=365)

type_of_key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class DevelopmentPki:
    """Everything a single machine needs to seal. Private keys stand only inside the encrypted PKCS#12 containers.

    `root_pem`: what verifiers pin. `crls`: DER, one of the root and one of the issuing CA, good for 90 days from `now`.
    """

    root_pem: bytes
    issuing_pem: bytes
    seal_pkcs12: bytes = field(repr=False)
    tsa_pkcs12: bytes = field(repr=False)
    root_pkcs12: bytes = field(repr=False)
    issuing_pkcs12: bytes = field(repr=False)
    crls: tuple[bytes, ...] = field(repr=False)

    @property
    def evidence(self) -> Evidence:
        """Certificates and CRLs to embed at level B-LT and above."""
        issuing = x509.load_pem_x509_certificate(self.issuing_pem)
        return Evidence(certificates=(issuing.public_bytes(serialization.Encoding.DER),), crls=self.crls)

    def timestamp_authority(self, passphrase: bytes, clock: Callable[[], datetime]) -> LocalTimestampAuthority:
        """The local authority of this PKI; `clock` gives an aware time on every call."""
        return LocalTimestampAuthority.from_pkcs12(self.tsa_pkcs12, passphrase, clock=clock)

    def renewed_crls(self, now: datetime, passphrase: bytes) -> DevelopmentPki:
        """The same PKI with CRLs issued at `now` (an empty list each); call it before they are 90 days old."""
        root, root_key = _open(self.root_pkcs12, passphrase)
        issuing, issuing_key = _open(self.issuing_pkcs12, passphrase)
        return replace(self, crls=(crl(root, root_key, now=now), crl(issuing, issuing_key, now=now)))


def create_development_pki(
    now: datetime, agency_name: str, passphrase: bytes, *, rsa_bits: int | None = None
) -> DevelopmentPki:
    """Make a fresh PKI whose seal certificate names `agency_name` as its organisation.

    `now` is aware; certificates begin one hour before it. The seal key is ECDSA P-256, or RSA of `rsa_bits`.
    """
    start = now.astimezone(UTC) - timedelta(hours=1)
    root_key, issuing_key, tsa_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    seal_key: type_of_key = (
        ec.generate_private_key(ec.SECP256R1()) if rsa_bits is None else rsa.generate_private_key(65537, rsa_bits)
    )
    root_name = _name("Kho số - Root CA", agency_name)
    issuing_name = _name("Kho số - Issuing CA", agency_name)
    root = certificate(
        root_name, root_key, root_name, root_key, _ca(path_length=1), start=start, end=start + ROOT_YEARS * _YEAR
    )
    issuing = certificate(
        issuing_name,
        issuing_key,
        root_name,
        root_key,
        _ca(path_length=0),
        start=start,
        end=start + ISSUING_YEARS * _YEAR,
    )
    seal = certificate(
        _name(agency_name, agency_name),
        seal_key,
        issuing_name,
        issuing_key,
        _signer(),
        start=start,
        end=start + SEAL_YEARS * _YEAR,
    )
    tsa = certificate(
        _name("Kho số - Local TSA", agency_name),
        tsa_key,
        issuing_name,
        issuing_key,
        _tsa(),
        start=start,
        end=start + TSA_YEARS * _YEAR,
    )
    return DevelopmentPki(
        root_pem=root.public_bytes(serialization.Encoding.PEM),
        issuing_pem=issuing.public_bytes(serialization.Encoding.PEM),
        seal_pkcs12=to_pkcs12(seal_key, seal, (issuing,), passphrase),
        tsa_pkcs12=to_pkcs12(tsa_key, tsa, (issuing,), passphrase),
        root_pkcs12=to_pkcs12(root_key, root, (), passphrase),
        issuing_pkcs12=to_pkcs12(issuing_key, issuing, (root,), passphrase),
        crls=(crl(root, root_key, now=now), crl(issuing, issuing_key, now=now)),
    )


def is_development(certificate: x509.Certificate) -> bool:
    """Whether this certificate was made by `create_development_pki`; production refuses such keys."""
    try:
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return any(policy.policy_identifier == DEVELOPMENT_POLICY for policy in policies)


def certificate(
    subject: x509.Name,
    key: type_of_key,
    issuer: x509.Name,
    issuer_key: type_of_key,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...],
    *,
    start: datetime,
    end: datetime,
) -> x509.Certificate:
    """Issue one certificate; `extensions` are (value, critical) pairs, key identifiers are added."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(DEVELOPMENT_POLICY, policy_qualifiers=None)]),
            critical=False,
        )
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(issuer_key, hashes.SHA256())


def crl(
    issuer: x509.Certificate,
    key: type_of_key,
    *,
    now: datetime,
    revoked: tuple[tuple[int, datetime], ...] = (),
) -> bytes:
    """DER of a CRL issued at `now` and good for 90 days; `revoked` holds (serial number, revocation time) pairs."""
    moment = now.astimezone(UTC).replace(microsecond=0) - timedelta(minutes=30)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(moment)
        .next_update(moment + timedelta(days=CRL_DAYS))
        .add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    for serial, at in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at.astimezone(UTC)).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def to_pkcs12(key: type_of_key, own: x509.Certificate, chain: tuple[x509.Certificate, ...], passphrase: bytes) -> bytes:
    """An encrypted PKCS#12 container (PBES2 with AES-256) of one key, its certificate and its issuers."""
    encryption = serialization.BestAvailableEncryption(passphrase)
    return pkcs12.serialize_key_and_certificates(b"seal", key, own, chain, encryption)


def _open(container: bytes, passphrase: bytes) -> tuple[x509.Certificate, type_of_key]:
    try:
        key, own, _ = pkcs12.load_key_and_certificates(container, passphrase)
    except ValueError as error:
        raise KeyUnusableError("wrong pass phrase or broken PKCS#12") from error
    if own is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise KeyUnusableError("the container holds no usable key")
    return own, key


def _name(common: str, agency: str) -> x509.Name:
    # RFC 5280 bounds O, OU and CN at 64 characters.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, agency[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"{MARK} (DEVELOPMENT ONLY)"),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _usage(*wanted: str) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in wanted for name in names})


def _ca(*, path_length: int) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    return (
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_usage("key_cert_sign", "crl_sign"), True),
    )


def _signer() -> tuple[tuple[x509.ExtensionType, bool], ...]:
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage("digital_signature", "content_commitment"), True),
    )


def _tsa() -> tuple[tuple[x509.ExtensionType, bool], ...]:
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage("digital_signature", "content_commitment"), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
    )
