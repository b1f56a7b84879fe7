"""Keys that seal: loaded once, kept in memory as key objects, never printed.

pyHanko parses the private key again for every signature (an RSA-3072 check alone takes 0.3 s); `Sealer` keeps the
loaded key and embeds no root, which is most of the speed of `seal`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from asn1crypto import algos  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from signing.cms import SignerIdentity
from signing.development import is_development
from signing.errors import KeyUnusableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MIN_RSA_BITS: Final = 2048
CURVES: Final = ("secp256r1",)


class RawSigner(Protocol):
    """Holds one private key somewhere. Promise: `sign` returns after at most its own time limit.

    Errors are `SignerUnavailableError` (try again later) or `KeyUnusableError` (never works).
    """

    def sign(self, data: bytes) -> bytes:
        """Signature over `data`: DER ECDSA with SHA-256, or RSASSA-PKCS1-v1_5 with SHA-256, as the certificate says."""


class Sealer:
    """One key that may seal, with its certificate and issuers (root left out). Safe to share between threads."""

    def __init__(self, raw: RawSigner, certificate: x509.Certificate, chain: Sequence[x509.Certificate] = ()) -> None:
        self.raw = raw
        self.certificate = certificate
        self.chain = tuple(c for c in chain if c.subject != c.issuer and c != certificate)
        self.mechanism = _mechanism(certificate)
        self.identity = SignerIdentity.of(certificate, self.chain)
        self._asn1 = asn1_x509.Certificate.load(self.identity.certificate)

    @classmethod
    def from_pkcs12(cls, container: bytes, passphrase: bytes) -> Sealer:
        """Load a key from PKCS#12. A wrong pass phrase, a missing key or a weak algorithm is KEY_UNUSABLE."""
        try:
            key, own, others = pkcs12.load_key_and_certificates(container, passphrase)
            if own is None:
                raise KeyUnusableError("the container holds no certificate for its key")
            return cls(_local(key, own), own, others)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyUnusableError("wrong pass phrase or broken PKCS#12") from error

    @classmethod
    def from_pem(cls, key: bytes, certificates: bytes, passphrase: bytes | None = None) -> Sealer:
        """Load a PEM private key; `certificates` holds its own certificate first, then the issuers."""
        try:
            loaded = serialization.load_pem_private_key(key, passphrase)
            own, *others = x509.load_pem_x509_certificates(certificates)
            return cls(_local(loaded, own), own, others)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyUnusableError("wrong pass phrase or broken PEM") from error

    @property
    def agency(self) -> str:
        """The organisation named in the certificate, or its common name."""
        for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
            found = self.certificate.subject.get_attributes_for_oid(oid)
            if found:
                return str(found[0].value)
        return self.certificate.subject.rfc4514_string()

    @property
    def is_development(self) -> bool:
        """Whether the key is marked for development only."""
        return is_development(self.certificate)

    def check_key(self) -> None:
        """Sign a probe and verify it: KEY_UNUSABLE when the key is not the certificate's."""
        probe = b"probe of a new key"
        signature = self.raw.sign(probe)
        public = self.certificate.public_key()
        try:
            if isinstance(public, rsa.RSAPublicKey):
                public.verify(signature, probe, padding.PKCS1v15(), hashes.SHA256())
            elif isinstance(public, ec.EllipticCurvePublicKey):
                public.verify(signature, probe, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise KeyUnusableError("the certificate belongs to another key") from error

    def check_usable(self, now: datetime) -> None:
        """KEY_UNUSABLE outside the certificate's dates."""
        if not self.certificate.not_valid_before_utc <= now <= self.certificate.not_valid_after_utc:
            raise KeyUnusableError("the certificate is outside its dates")

    @property
    def asn1_certificate(self) -> Any:
        """For pyHanko: the certificate as asn1crypto sees it."""
        return self._asn1

    def close(self) -> None:
        """Let go of a device or service that holds the key; a key in memory needs nothing."""
        close = getattr(self.raw, "close", None)
        if close is not None:
            close()

    def __repr__(self) -> str:
        return f"Sealer({self.certificate.subject.rfc4514_string()!r})"


class _LocalKey:
    """A private key in this process."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
        self._key = key

    def sign(self, data: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def _local(key: object, certificate: x509.Certificate) -> _LocalKey:
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise KeyUnusableError("only RSA and ECDSA keys seal")
    if key.public_key() != certificate.public_key():
        raise KeyUnusableError("the certificate belongs to another key")
    return _LocalKey(key)


def _mechanism(certificate: x509.Certificate) -> Any:
    """The CMS signature mechanism for this certificate's key; weak or foreign keys are refused."""
    public = certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= MIN_RSA_BITS:
        return algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"})
    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in CURVES:
        return algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
    raise KeyUnusableError("the key is neither RSA of 2048 bits or more nor ECDSA on P-256")
