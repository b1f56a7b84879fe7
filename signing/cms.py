"""CMS SignedData (RFC 5652) as sealing and time stamping need it, written straight as DER (ITU-T X.690).

Building the same object from typed ASN.1 classes takes two thirds of the time of a seal, nearly all of it in encoding
certificates again that are DER already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

DATA: Final = "1.2.840.113549.1.7.1"
TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_ALGORITHM_PROTECTION: Final = "1.2.840.113549.1.9.52"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_SIGNATURE_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.14"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_ECDSA_SHA256: Final = "1.2.840.10045.4.3.2"
_RSA_SHA256: Final = "1.2.840.113549.1.1.11"

_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_OID: Final = 0x06
_NULL: Final = b"\x05\x00"


def der(tag: int, *parts: bytes) -> bytes:
    """One DER element: tag, definite length, contents."""
    contents = b"".join(parts)
    size = len(contents)
    if size < 0x80:  # noqa: PLR2004 - X.690, 8.1.3.4: the short form
        return bytes((tag, size)) + contents
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + contents


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER (X.690, 8.19)."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    body = bytearray()
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        body += bytes(reversed(groups))
    return der(_OID, bytes(body))


def integer(value: int) -> bytes:
    """A non-negative INTEGER."""
    return der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


@dataclass(frozen=True)
class SignerIdentity:
    """What of a signer goes into every CMS object, encoded once."""

    certificate: bytes
    chain: tuple[bytes, ...]
    issuer_and_serial: bytes
    certificate_id: bytes
    signature_algorithm: bytes

    @classmethod
    def of(cls, certificate: x509.Certificate, chain: Sequence[x509.Certificate] = ()) -> SignerIdentity:
        """For a certificate with an RSA or ECDSA key; `chain` are its issuers without the root."""
        own = certificate.public_bytes(Encoding.DER)
        is_rsa = isinstance(certificate.public_key(), rsa.RSAPublicKey)
        # RFC 5035, 4: the hash algorithm SHA-256 is the default, so it is left out.
        certificate_id = der(_SEQUENCE, der(_SEQUENCE, der(_SEQUENCE, der(_OCTETS, hashlib.sha256(own).digest()))))
        return cls(
            certificate=own,
            chain=tuple(c.public_bytes(Encoding.DER) for c in chain),
            issuer_and_serial=der(_SEQUENCE, certificate.issuer.public_bytes(), integer(certificate.serial_number)),
            certificate_id=certificate_id,
            signature_algorithm=der(_SEQUENCE, oid(_RSA_SHA256), _NULL)
            if is_rsa
            else der(_SEQUENCE, oid(_ECDSA_SHA256)),
        )


def signed_data(
    identity: SignerIdentity,
    sign: Callable[[bytes], bytes],
    *,
    digest: bytes,
    encapsulated: bytes | None = None,
    stamp: Callable[[bytes], bytes | None] | None = None,
) -> bytes:
    """DER of a ContentInfo with one SHA-256 signature over content with this `digest`.

    `encapsulated`: a TSTInfo to carry inside; without it the content is detached (PDF). `sign` gets the DER of the
    signed attributes. `stamp` gets the SHA-256 of the signature value and answers a time-stamp token or None.
    """
    attributes = signed_attributes(identity, digest, stamping=encapsulated is not None)
    signature = sign(attributes)
    token = stamp(hashlib.sha256(signature).digest()) if stamp is not None else None
    return assembled(identity, attributes, signature, token=token, encapsulated=encapsulated)


def signed_attributes(identity: SignerIdentity, digest: bytes, *, stamping: bool = False) -> bytes:
    """DER of the SET OF attributes that is signed for content with this SHA-256 `digest` (EN 319 142-1, 6.3)."""
    sha256 = der(_SEQUENCE, oid(_SHA256))
    content_type = oid(TST_INFO if stamping else DATA)
    attributes = [
        _attribute(_CONTENT_TYPE, content_type),
        _attribute(_MESSAGE_DIGEST, der(_OCTETS, digest)),
        _attribute(_SIGNING_CERTIFICATE_V2, identity.certificate_id),
        # RFC 6211: the algorithms are signed too. [1] IMPLICIT, so only the tag of the SEQUENCE changes.
        _attribute(_ALGORITHM_PROTECTION, der(_SEQUENCE, sha256, b"\xa1" + identity.signature_algorithm[1:])),
    ]
    return der(_SET, *sorted(attributes))  # X.690, 11.6: a SET OF is in ascending order


def assembled(
    identity: SignerIdentity,
    attributes: bytes,
    signature: bytes,
    *,
    token: bytes | None = None,
    encapsulated: bytes | None = None,
) -> bytes:
    """DER of the ContentInfo around signed `attributes` and their `signature`, with a time-stamp token if any."""
    sha256 = der(_SEQUENCE, oid(_SHA256))
    content_type = oid(DATA if encapsulated is None else TST_INFO)
    unsigned = der(0xA1, _attribute(_SIGNATURE_TIME_STAMP, token)) if token is not None else b""
    signer = der(
        _SEQUENCE,
        integer(1),
        identity.issuer_and_serial,
        sha256,
        b"\xa0" + attributes[1:],
        identity.signature_algorithm,
        der(_OCTETS, signature),
        unsigned,
    )
    carried = der(0xA0, der(_OCTETS, encapsulated)) if encapsulated is not None else b""
    body = der(
        _SEQUENCE,
        integer(1 if encapsulated is None else 3),
        der(_SET, sha256),
        der(_SEQUENCE, content_type, carried),
        der(0xA0, *sorted({identity.certificate, *identity.chain})),
        der(_SET, signer),
    )
    return der(_SEQUENCE, oid(_SIGNED_DATA), der(0xA0, body))


def _attribute(kind: str, value: bytes) -> bytes:
    return der(_SEQUENCE, oid(kind), der(_SET, value))
