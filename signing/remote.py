"""Seals whose signature comes later: from a person's phone, a USB token at a desk, a signing service elsewhere.

The file is prepared and kept; only 32 bytes travel. The answer may come late, twice, or in another order than asked: it
is tried against the request it names, so a wrong one changes nothing and a repeated one gives the same seal.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from signing.cms import SignerIdentity, assembled, signed_attributes
from signing.errors import KeyUnusableError, SignerUnavailableError
from signing.evidence import Evidence
from signing.keys import Sealer
from signing.sealing import Level, Sealed, lift, prepare
from signing.timestamps import Timestamper


class RemoteSigner(Protocol):
    """A service that signs digests under requests named by the caller.

    Promise of `submit`: asking again under the same name is the same request. Errors are `SignerUnavailableError`.
    """

    def submit(self, request_id: str, digest: bytes) -> None:
        """Ask for a signature over a SHA-256 digest of 32 bytes."""

    def poll(self, request_id: str) -> bytes | None:
        """The signature value (DER ECDSA, or RSASSA-PKCS1-v1_5) if it has come; None while it has not."""


@dataclass(frozen=True)
class PendingSeal:
    """A prepared file that waits for its signature. Keep it as it is; it holds no secret.

    `pdf`: the whole file with room for the signature at [`start`, `end`). `attributes`: the DER that is signed.
    """

    request_id: str
    pdf: bytes = field(repr=False)
    start: int
    end: int
    attributes: bytes = field(repr=False)

    @property
    def digest(self) -> bytes:
        """What the remote key signs: the SHA-256 of the attributes."""
        return hashlib.sha256(self.attributes).digest()


def prepare_remote_seal(
    pdf: bytes,
    *,
    request_id: str,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate] = (),
    now: datetime,
    reason: str | None = None,
    location: str | None = None,
    field_name: str | None = None,
    password: str | None = None,
) -> PendingSeal:
    """Everything of `seal` up to the signature. Raises what `seal` raises for the file and the certificate."""
    sealer = Sealer(_Nobody(), certificate, chain)
    sealer.check_usable(now)
    stream, digest, start, end = asyncio.run(
        prepare(pdf, sealer=sealer, now=now, reason=reason, location=location, field_name=field_name, password=password)
    )
    attributes = signed_attributes(sealer.identity, digest)
    return PendingSeal(request_id=request_id, pdf=stream, start=start, end=end, attributes=attributes)


def finish_remote_seal(
    pending: PendingSeal,
    signature: bytes,
    *,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate] = (),
    level: Level = Level.B_LTA,
    timestamper: Timestamper | None = None,
    validation: Evidence | None = None,
    password: str | None = None,
) -> Sealed:
    """Put the signature in, then lift the file as `seal` does. KEY_UNUSABLE when it is not for this request."""
    _require_match(certificate, signature, pending.digest)
    identity = SignerIdentity.of(certificate, [c for c in chain if c.issuer != c.subject])

    def value(token: bytes | None) -> bytes:
        return assembled(identity, pending.attributes, signature, token=token)

    def filled(content: bytes) -> BytesIO:
        room = pending.end - pending.start - 2
        if 2 * len(content) > room:
            raise KeyUnusableError("the signature does not fit the place that was prepared")
        stream = BytesIO(pending.pdf)
        stream.seek(pending.start + 1)
        stream.write(content.hex().upper().encode().ljust(room, b"0"))
        return stream

    return lift(
        value,
        filled,
        signature=signature,
        identity=identity,
        level=level,
        timestamper=timestamper,
        validation=validation,
        password=password,
    )


def fits(certificate: x509.Certificate, signature: bytes, digest: bytes) -> bool:
    """Whether `signature` is the certificate's over data with this SHA-256 digest."""
    try:
        _require_match(certificate, signature, digest)
    except KeyUnusableError:
        return False
    return True


def _require_match(certificate: x509.Certificate, signature: bytes, digest: bytes) -> None:
    public = certificate.public_key()
    algorithm = Prehashed(hashes.SHA256())
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, digest, padding.PKCS1v15(), algorithm)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, digest, ec.ECDSA(algorithm))
        else:
            raise KeyUnusableError("neither RSA nor ECDSA")
    except InvalidSignature as error:
        raise KeyUnusableError("the signature is not for this request") from error


class _Nobody:
    """Stands where a key would: preparing signs nothing."""

    def sign(self, data: bytes) -> bytes:
        raise SignerUnavailableError(f"nobody signs {len(data)} bytes here")
