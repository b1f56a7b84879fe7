"""A P-256 key that signs: made here or opened from an encrypted PEM file; HSMs hand in their own `sign` callable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from qr import cose
from qr.errors import EncodingError, KeyFileError


@dataclass(frozen=True)
class SigningKey:
    """An EC P-256 private key. `key.sign` is the `sign` callable of every `issue` function of this engine.

    `deterministic=True` signs by RFC 6979: the same bytes give the same signature (golden vectors).

    >>> key = SigningKey.generate()
    >>> len(key.kid), len(key.sign(b"..."))
    (8, 64)
    """

    private: ec.EllipticCurvePrivateKey
    deterministic: bool = False

    @classmethod
    def generate(cls) -> Self:
        """A fresh key from the system's random source."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_pem(cls, pem: bytes, password: bytes) -> Self:
        """Open a PKCS#8 PEM file; KeyFileError KEY_FILE (unreadable or wrong pass word) or KEY_CURVE."""
        try:
            private = serialization.load_pem_private_key(pem, password)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyFileError("KEY_FILE", "not a PEM key, or the pass word is wrong") from error
        if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
            raise KeyFileError("KEY_CURVE", "an EC P-256 key is needed")
        return cls(private)

    def to_pem(self, password: bytes) -> bytes:
        """The key as PKCS#8 PEM, encrypted under `password` (never in clear)."""
        if not password:
            raise KeyFileError("KEY_FILE", "a private key is written only under a pass word")
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password),
        )

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The public half."""
        return self.private.public_key()

    @property
    def coordinates(self) -> tuple[bytes, bytes]:
        """The coordinates x and y of the public key, 32 bytes each."""
        return cose.coordinates(self.public)

    @property
    def kid(self) -> bytes:
        """The first 8 bytes of the RFC 9679 thumbprint."""
        return cose.key_id(*self.coordinates)

    def sign(self, data: bytes) -> bytes:
        """The raw 64-byte r||s ES256 signature of `data`."""
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=self.deterministic)
        return cose.raw_from_der(self.private.sign(data, algorithm))


def public_key_from_pem(pem: bytes) -> ec.EllipticCurvePublicKey:
    """A P-256 public key from a SubjectPublicKeyInfo PEM (a pinned root); KeyFileError KEY_FILE or KEY_CURVE."""
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError("KEY_FILE", "not a PEM public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise KeyFileError("KEY_CURVE", "an EC P-256 key is needed")
    try:
        cose.coordinates(key)
    except EncodingError as error:
        raise KeyFileError("KEY_CURVE", "an EC P-256 key is needed") from error
    return key


def public_key_to_pem(key: ec.EllipticCurvePublicKey) -> bytes:
    """The SubjectPublicKeyInfo PEM of a public key."""
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def thumbprint_kid(key: ec.EllipticCurvePublicKey) -> bytes:
    """The kid of a public key: first 8 bytes of its RFC 9679 thumbprint."""
    return cose.key_id(*cose.coordinates(key))
