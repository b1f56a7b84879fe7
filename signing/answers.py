"""Is what a CA's server answered evidence about a certificate: whole, signed by who may, for this question, fresh.

RFC 6960 (OCSP), RFC 9654 (its nonce), RFC 5280, section 5 (CRL). Validation checks all of it again later, when
nobody can be asked any more; checking here means that a bad answer is noticed while there is another address to ask.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far the clocks of the server and of this machine may differ."""
MAX_AGE: Final = timedelta(days=7)
"""An OCSP response that names no next update is taken for this long."""

_UNREADABLE: Final = (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound, x509.DuplicateExtension)


def is_usable_ocsp(
    answer: bytes,
    *,
    request: ocsp.OCSPRequest,
    nonce: bytes,
    issuer: x509.Certificate,
    now: datetime,
) -> bool:
    """Whether `answer` (DER) tells, good or revoked, how the certificate of `request` stands at `now` (aware).

    A nonce that comes back must be ours; servers that answer from a store leave it out (RFC 6960, 4.4.1).
    """
    try:
        response = ocsp.load_der_ocsp_response(answer)
        return (
            response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
            and _echoes(response, nonce)
            and any(_answers(one, request, now) for one in response.responses)
            and any(_signed_by(response, who) for who in _responders(response, issuer, now))
        )
    except _UNREADABLE:
        return False


def is_usable_crl(answer: bytes, *, issuer: x509.Certificate, now: datetime) -> bool:
    """Whether `answer` (DER) is a full list of `issuer` itself that is in force at `now` (aware)."""
    try:
        listed = x509.load_der_x509_crl(answer)
        public = issuer.public_key()
        if not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            return False
        kinds = {type(extension.value) for extension in listed.extensions}
        return (
            listed.issuer == issuer.subject
            and x509.DeltaCRLIndicator not in kinds  # a list of changes says nothing about who is not on it
            and _in_force(listed.last_update_utc, listed.next_update_utc, now)
            and listed.is_signature_valid(public)
        )
    except _UNREADABLE:
        return False


def _echoes(response: ocsp.OCSPResponse, nonce: bytes) -> bool:
    try:
        value = response.extensions.get_extension_for_class(x509.OCSPNonce).value
    except x509.ExtensionNotFound:
        return True
    return value.nonce == nonce


def _answers(one: ocsp.OCSPSingleResponse, request: ocsp.OCSPRequest, now: datetime) -> bool:
    return (
        one.serial_number == request.serial_number
        and one.issuer_key_hash == request.issuer_key_hash
        and one.issuer_name_hash == request.issuer_name_hash
        and one.certificate_status is not ocsp.OCSPCertStatus.UNKNOWN
        and _in_force(one.this_update_utc, one.next_update_utc, now)
    )


def _in_force(start: datetime, end: datetime | None, now: datetime) -> bool:
    return start - CLOCK_TOLERANCE <= now <= (end or start + MAX_AGE) + CLOCK_TOLERANCE


def _responders(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> list[x509.Certificate]:
    """Who may sign (RFC 6960, 4.2.2.2): the CA itself, or whom it certified for OCSP signing and nobody further."""
    return [issuer, *(c for c in response.certificates if c != issuer and _is_delegate(c, issuer, now))]


def _is_delegate(candidate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    try:
        candidate.verify_directly_issued_by(issuer)
        usage = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, *_UNREADABLE):
        return False
    return (
        ExtendedKeyUsageOID.OCSP_SIGNING in usage
        and candidate.not_valid_before_utc <= now <= candidate.not_valid_after_utc
    )


def _signed_by(response: ocsp.OCSPResponse, who: x509.Certificate) -> bool:
    public, algorithm = who.public_key(), response.signature_hash_algorithm
    if algorithm is None or isinstance(algorithm, hashes.SHA1 | hashes.MD5):
        return False
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True
