"""Reading two credentials of others, EU DCC and MOSIP Claim 169: proof that the COSE machinery here is everybody's.

Nothing of this is trusted: no list of theirs is kept, and `verify` answers NOT_ISSUED_BY_US to their texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import cbor2

from qr import base45, cose
from qr.errors import CredentialError, EncodingError, StatusError
from qr.status_list import inflate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric import ec

MAX_TEXT = 8192  # characters; the largest symbol holds 4296
MAX_MESSAGE = 64 * 1024
_DCC_PREFIX = "HC1:"
_HCERT, _DCC, _CLAIM_169 = -260, 1, 169
_MAX_DEPTH = 16
_TAG_CWT = b"\xd8\x3d"  # tag 61, RFC 8392 section 6


@dataclass(frozen=True, kw_only=True)
class ForeignCredential:
    """A credential of another country's format; `claims` is its health certificate or its identity, nothing proven."""

    format: Literal["EU_DCC", "CLAIM_169"]
    algorithm: object
    kid: object
    cwt: Mapping[Any, Any]
    claims: Mapping[Any, Any]
    message: cose.Sign1

    def signed_by(self, key: ec.EllipticCurvePublicKey) -> bool:
        """Whether it says ES256 and its ES256 signature holds under a P-256 key."""
        signed = self.message.to_be_signed(b"")
        return self.algorithm == cose.ES256 and cose.verify_es256(key, self.message.signature, signed)


def read_foreign(text: str) -> ForeignCredential:
    """Take an EU DCC (`HC1:...`) or a Claim 169 text apart.

    Raises CredentialError: FOREIGN_TOO_LONG, FOREIGN_BASE45, FOREIGN_ZLIB, FOREIGN_COSE (no COSE_Sign1; encrypted ones
    too), FOREIGN_CLAIMS.
    """
    if len(text) > MAX_TEXT:
        raise CredentialError("FOREIGN_TOO_LONG", f"{len(text)} characters")
    is_dcc = text.startswith(_DCC_PREFIX)
    try:
        packed = base45.decode(text.removeprefix(_DCC_PREFIX))
    except EncodingError as error:
        raise CredentialError("FOREIGN_BASE45", error.detail) from error
    try:
        raw = inflate(packed, max_size=MAX_MESSAGE)
    except StatusError as error:
        raise CredentialError("FOREIGN_ZLIB", error.detail) from error
    message = _open(raw)
    cwt = _mapping(_loads(message.payload))
    claims = _mapping(cwt.get(_HCERT)).get(_DCC) if is_dcc else cwt.get(_CLAIM_169)
    return ForeignCredential(
        format="EU_DCC" if is_dcc else "CLAIM_169",
        algorithm=message.protected.get(cose.ALG, message.unprotected.get(cose.ALG)),
        kid=message.protected.get(cose.KID, message.unprotected.get(cose.KID)),
        cwt=cwt,
        claims=_mapping(claims),
        message=message,
    )


def _open(raw: bytes) -> cose.Sign1:
    untagged = raw.removeprefix(_TAG_CWT).removeprefix(bytes([cose.TAG_SIGN1]))
    try:
        return cose.decode_sign1(untagged, max_size=MAX_MESSAGE, sorted_keys=False)
    except EncodingError as error:
        raise CredentialError("FOREIGN_COSE", str(error)) from error


def _loads(payload: bytes) -> object:
    """Their payloads hold floating point numbers, dates and maps in any order: cbor2 reads them, doubles refused."""
    try:
        return cbor2.loads(payload, max_depth=_MAX_DEPTH, allow_duplicate_keys=False)
    except Exception as error:  # cbor2 builds dates, decimals, patterns: any of their errors may come through
        raise CredentialError("FOREIGN_CLAIMS", type(error).__name__) from error


def _mapping(value: object) -> Mapping[Any, Any]:
    if not isinstance(value, dict):
        raise CredentialError("FOREIGN_CLAIMS", "not a map")
    return value
