"""COSE_Sign1 (RFC 9052 section 4.2) with ES256, and the COSE Key Thumbprint (RFC 9679).

About a hundred lines instead of a COSE library: one algorithm, one message type, no algorithm agility to attack.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from qr import cbor
from qr.errors import EncodingError

if TYPE_CHECKING:
    from collections.abc import Mapping

ES256 = -7
ALG, KID, TYP = 1, 4, 16
SIGNATURE_SIZE = 64
COORDINATE_SIZE = 32
KID_SIZE = 8
TAG_SIGN1 = 0xD2  # the one-byte head of tag 18

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_ECDSA = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, kw_only=True)
class Sign1:
    """A decoded COSE_Sign1: `protected` is both the raw bytes that were signed and their decoded map."""

    protected_bytes: bytes
    protected: Mapping[cbor.Key, cbor.Value]
    unprotected: Mapping[cbor.Key, cbor.Value]
    payload: bytes
    signature: bytes

    def to_be_signed(self, external_aad: bytes) -> bytes:
        """The bytes that the signature is over."""
        return sig_structure(self.protected_bytes, external_aad, self.payload)


def sig_structure(protected: bytes, external_aad: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052 section 4.4, context "Signature1".

    A protected bucket that holds an empty map is hashed as a zero-length byte string (section 3).
    """
    return cbor.encode(["Signature1", b"" if protected == b"\xa0" else protected, external_aad, payload])


def encode_sign1(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    """An untagged COSE_Sign1 with an empty unprotected header."""
    if len(signature) != SIGNATURE_SIZE:
        raise EncodingError("SIGNATURE_SIZE", "ES256 signatures are r||s, 64 bytes")
    return cbor.encode([protected, {}, payload, signature])


def decode_sign1(data: bytes, *, max_size: int, sorted_keys: bool = True, redactions: bool = False) -> Sign1:
    """Take an untagged COSE_Sign1 apart; EncodingError CBOR_* or COSE_MALFORMED. Header values are not judged here."""
    return read_sign1(
        cbor.decode(data, max_size=max_size, sorted_keys=sorted_keys),
        max_size=max_size,
        sorted_keys=sorted_keys,
        redactions=redactions,
    )


def read_sign1(message: cbor.Value, *, max_size: int, sorted_keys: bool = True, redactions: bool = False) -> Sign1:
    """The same for a message that is already decoded (a token inside a token)."""
    if not isinstance(message, list) or len(message) != 4:  # noqa: PLR2004 - COSE_Sign1 is an array of four
        raise EncodingError("COSE_MALFORMED", "not an array of four")
    protected_bytes, unprotected, payload, signature = message
    if not (isinstance(protected_bytes, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise EncodingError("COSE_MALFORMED", "protected, payload and signature are byte strings")
    protected: cbor.Value = {}
    if protected_bytes:
        protected = cbor.decode(protected_bytes, max_size=max_size, sorted_keys=sorted_keys, redactions=redactions)
    if not isinstance(protected, dict) or not isinstance(unprotected, dict):
        raise EncodingError("COSE_MALFORMED", "headers are maps")
    return Sign1(
        protected_bytes=protected_bytes,
        protected=protected,
        unprotected=unprotected,
        payload=payload,
        signature=signature,
    )


def verify_es256(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    """Whether `signature` (raw r||s) is an ES256 signature of `signed`; r and s outside 1..n-1 are simply wrong."""
    if len(signature) != SIGNATURE_SIZE:
        return False
    try:
        key.verify(der_from_raw(signature), signed, _ECDSA)
    except InvalidSignature:
        return False
    return True


def der_from_raw(signature: bytes) -> bytes:
    """The DER form (RFC 3279) of a raw 64-byte r||s signature (RFC 9053 section 2.1)."""
    half = SIGNATURE_SIZE // 2
    return utils.encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))


def raw_from_der(signature: bytes) -> bytes:
    """The raw 64-byte r||s form of a DER ECDSA signature on P-256; EncodingError SIGNATURE_SIZE for anything else."""
    try:
        r, s = utils.decode_dss_signature(signature)
        return r.to_bytes(COORDINATE_SIZE, "big") + s.to_bytes(COORDINATE_SIZE, "big")
    except (ValueError, OverflowError) as error:
        raise EncodingError("SIGNATURE_SIZE", "not a DER ECDSA signature on P-256") from error


def coordinates(key: ec.EllipticCurvePublicKey) -> tuple[bytes, bytes]:
    """The affine coordinates of a P-256 public key, 32 bytes each."""
    if not isinstance(key.curve, ec.SECP256R1):
        raise EncodingError("KEY_CURVE", key.curve.name)
    numbers = key.public_numbers()
    return numbers.x.to_bytes(COORDINATE_SIZE, "big"), numbers.y.to_bytes(COORDINATE_SIZE, "big")


def public_key(x: bytes, y: bytes) -> ec.EllipticCurvePublicKey:
    """The public key of two 32-byte coordinates; EncodingError KEY_POINT if they are not a point of P-256."""
    if len(x) != COORDINATE_SIZE or len(y) != COORDINATE_SIZE:
        raise EncodingError("KEY_POINT", "coordinates are 32 bytes each")
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1())
    try:
        return numbers.public_key()
    except ValueError as error:
        raise EncodingError("KEY_POINT", "not a point of P-256") from error


def is_on_curve(x: bytes, y: bytes) -> bool:
    """Whether two 32-byte coordinates are a point of P-256 (y^2 = x^3 - 3x + b, SP 800-186 section 3.2.1.3)."""
    a, b = int.from_bytes(x, "big"), int.from_bytes(y, "big")
    return a < _P and b < _P and (b * b - (a * a * a - 3 * a + _B)) % _P == 0


def thumbprint(x: bytes, y: bytes) -> bytes:
    """The SHA-256 COSE Key Thumbprint (RFC 9679) of a P-256 key, 32 bytes."""
    return hashlib.sha256(cbor.encode({1: 2, -1: 1, -2: x, -3: y})).digest()


def key_id(x: bytes, y: bytes) -> bytes:
    """The kid of this engine: the first 8 bytes of the thumbprint."""
    return thumbprint(x, y)[:KID_SIZE]
