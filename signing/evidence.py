"""Certificates and revocation evidence that travel with a document, and how they are collected at intake."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from signing.answers import is_usable_crl, is_usable_ocsp
from signing.errors import EvidenceMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

MAX_EVIDENCE_BYTES: Final = 20_000_000
"""A CRL or OCSP response longer than this is not kept."""
_PARTS: Final = ("certificates", "crls", "ocsps", "tokens")
NONCE_BYTES: Final = 32
"""RFC 9654, 2.1: what a client should send."""


@dataclass(frozen=True)
class Evidence:
    """DER objects for the document security store: issuer certificates, CRLs (RFC 5280), OCSP responses (RFC 6960).

    `tokens` are for a file that must not be touched: RFC 3161 time stamps kept beside it, the oldest first, each over
    `existence_digest` of the file and the tokens before it. They prove that its signatures existed then.
    """

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    tokens: tuple[bytes, ...] = ()

    @classmethod
    def from_bytes(cls, data: bytes) -> Evidence:
        """Inverse of `to_bytes`; ValueError for anything else."""
        try:
            held = json.loads(data)
            return cls(**{name: tuple(b64decode(one, validate=True) for one in held[name]) for name in _PARTS})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("no evidence") from error

    def to_bytes(self) -> bytes:
        """A JSON object of lists of base64, to be kept beside the file."""
        return json.dumps({name: [b64encode(one).decode() for one in getattr(self, name)] for name in _PARTS}).encode()

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            certificates=_merged(self.certificates, other.certificates),
            crls=_merged(self.crls, other.crls),
            ocsps=_merged(self.ocsps, other.ocsps),
            tokens=_merged(self.tokens, other.tokens),
        )

    @property
    def has_revocation(self) -> bool:
        """Whether any CRL or OCSP response is here."""
        return bool(self.crls or self.ocsps)


def existence_digest(sha256: bytes, tokens: Sequence[bytes]) -> bytes:
    """What the next token over a file with this SHA-256 stamps: the file, then each token over what it was over.

    So a newer token proves that the older ones existed before their authority's certificate ended (the idea of
    RFC 4998, 5.2).
    """
    digest = sha256
    for token in tokens:
        digest = hashlib.sha256(digest + token).digest()
    return digest


def collect_evidence(
    chain: Sequence[x509.Certificate],
    *,
    fetch: Callable[[str, bytes | None], bytes],
    now: datetime,
) -> Evidence:
    """The revocation status of every certificate of `chain` (end entity first, root last), as the CAs publish it.

    `fetch(url, body)` gets (body None) or posts an OCSP request and raises OSError on failure; the caller owns time
    limits and proxies. OCSP is asked first (RFC 6960), then the CRLs (RFC 5280, 4.2.1.13). An answer that is not signed
    by who may, is about something else or is not in force at `now` (aware) counts as none. EVIDENCE_MISSING when a
    certificate below the root is left without any.
    """
    found = Evidence(certificates=tuple(c.public_bytes(Encoding.DER) for c in chain[1:] if c.subject != c.issuer))
    for own, issuer in pairwise(chain):
        one = _by_ocsp(own, issuer, fetch, now) or _by_crl(own, issuer, fetch, now)
        if one is None:
            raise EvidenceMissingError(own.subject.rfc4514_string())
        found += one
    return found


def _by_ocsp(
    own: x509.Certificate, issuer: x509.Certificate, fetch: Callable[[str, bytes | None], bytes], now: datetime
) -> Evidence | None:
    nonce = secrets.token_bytes(NONCE_BYTES)
    builder = ocsp.OCSPRequestBuilder().add_certificate(own, issuer, hashes.SHA1())  # noqa: S303 - a name, not a proof: the identifier every responder knows
    request = builder.add_extension(x509.OCSPNonce(nonce), critical=False).build()
    body = request.public_bytes(Encoding.DER)
    for url in _ocsp_urls(own):
        answer = _fetched(fetch, url, body)
        if answer is not None and is_usable_ocsp(answer, request=request, nonce=nonce, issuer=issuer, now=now):
            return Evidence(ocsps=(answer,))
    return None


def _by_crl(
    own: x509.Certificate, issuer: x509.Certificate, fetch: Callable[[str, bytes | None], bytes], now: datetime
) -> Evidence | None:
    for url in _crl_urls(own):
        answer = _fetched(fetch, url, None)
        if answer is not None and is_usable_crl(answer, issuer=issuer, now=now):
            return Evidence(crls=(answer,))
    return None


def _fetched(fetch: Callable[[str, bytes | None], bytes], url: str, body: bytes | None) -> bytes | None:
    try:
        answer = fetch(url, body)
    except OSError:
        return None
    return answer if len(answer) <= MAX_EVIDENCE_BYTES else None


def _ocsp_urls(certificate: x509.Certificate) -> list[str]:
    try:
        value = certificate.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_INFORMATION_ACCESS).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    if not isinstance(value, x509.AuthorityInformationAccess):
        return []
    return [
        access.access_location.value
        for access in value
        if access.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(access.access_location, x509.UniformResourceIdentifier)
    ]


def _crl_urls(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [
        name.value
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]


def _merged(first: tuple[bytes, ...], second: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys((*first, *second)))
