"""Taking a presentation token apart: every shape and size is judged here, no signature is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qr import base32, cbor, characters, claims, cose, sd_cwt
from qr.errors import CredentialError
from qr.presentable import (
    AUD,
    CNF,
    CNONCE,
    COSE_KEY,
    CRV,
    CTI,
    EC2,
    EXP,
    FIELDS,
    IAT,
    ISS,
    KCWT,
    KTY,
    MAX_TEXT,
    MAX_TOKEN,
    NONCE_SIZE,
    P256,
    PURPOSE,
    SD_ALG,
    SHA_256,
    SHOWING_SIZE,
    STATUS,
    TYP_KB,
    TYP_SD_CWT,
    Field,
    X,
    Y,
    read_disclosures,
    read_message,
)
from qr.verdicts import Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric import ec

    from qr.claims import StatusRef

MAX_FRAGMENT = 2240  # base32 characters of MAX_TOKEN bytes


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A token taken apart; nothing in it is proven."""

    kid: bytes
    issuer: str
    issued_at: datetime
    credential_ends: datetime
    status: StatusRef
    holder: ec.EllipticCurvePublicKey
    credential: cose.Sign1
    binding: cose.Sign1
    fields: Mapping[Field, str]
    audience: str
    purpose: str
    presented_at: datetime
    expires_at: datetime
    nonce: bytes | None

    @property
    def token_id(self) -> bytes:
        """Names what the holder signed; the signature itself can be written in two ways, so it does not count."""
        return hashlib.sha256(self.binding.to_be_signed(b"")).digest()[:16]


def open_token(text: str, hosts: Collection[str]) -> Opened:
    """The token in a scanned text; QrError whose code is NOT_ISSUED_BY_US or a reason behind MALFORMED."""
    prefixes = (f"https://{host}/p#" for host in hosts)
    fragment = next((text[len(prefix) :] for prefix in prefixes if text.startswith(prefix)), None)
    if fragment is None:
        raise CredentialError(Verdict.NOT_ISSUED_BY_US, "no presentation of a pinned host")
    if len(fragment) > MAX_FRAGMENT:
        raise CredentialError(Reason.TOO_LONG, f"{len(fragment)} characters")
    binding = read_message(cbor.decode(base32.decode(fragment), max_size=MAX_TOKEN, redactions=True))
    _expect(binding, {cose.ALG, KCWT, cose.TYP}, TYP_KB)
    if binding.unprotected:
        raise CredentialError(Reason.COSE, "headers")
    credential = read_message(binding.protected[KCWT])
    _expect(credential, {cose.ALG, cose.KID, cose.TYP, SD_ALG}, TYP_SD_CWT)
    kid = credential.protected[cose.KID]
    if not isinstance(kid, bytes) or len(kid) != cose.KID_SIZE or credential.protected[SD_ALG] != SHA_256:
        raise CredentialError(Reason.COSE, "kid or digest algorithm")
    signed = _mapping(credential.payload)
    disclosed = sd_cwt.restore(signed, read_disclosures(credential))
    bound = _mapping(binding.payload)
    required = {ISS, EXP, IAT, CNF, STATUS}
    if signed.keys() - {cbor.Simple.REDACTED_KEYS} != required or not disclosed.keys() <= required | FIELDS.keys():
        raise CredentialError(Reason.CLAIMS, "the claims of the profile, every field salted")
    if not {AUD, EXP, IAT, PURPOSE} <= bound.keys() <= {AUD, EXP, IAT, PURPOSE, CNONCE, CTI}:
        raise CredentialError(Reason.CLAIMS, "the claims of a binding")
    nonce = bound.get(CNONCE)
    if CNONCE in bound and (not isinstance(nonce, bytes) or len(nonce) != NONCE_SIZE):
        raise CredentialError(Reason.CLAIMS, "nonce")
    showing = bound.get(CTI)
    if CTI in bound and (not isinstance(showing, bytes) or len(showing) != SHOWING_SIZE):
        raise CredentialError(Reason.CLAIMS, "what tells two showings apart")
    return Opened(
        kid=kid,
        issuer=_words(disclosed[ISS]),
        issued_at=claims.read_moment(disclosed[IAT]),
        credential_ends=claims.read_moment(disclosed[EXP]),
        status=claims.read_status(disclosed[STATUS]),
        holder=_holder(disclosed[CNF]),
        credential=credential,
        binding=binding,
        fields={FIELDS[label]: _field(label, disclosed[label]) for label in FIELDS if label in disclosed},
        audience=_words(bound[AUD]),
        purpose=_words(bound[PURPOSE]),
        presented_at=claims.read_moment(bound[IAT]),
        expires_at=claims.read_moment(bound[EXP]),
        nonce=nonce if isinstance(nonce, bytes) else None,
    )


def _expect(message: cose.Sign1, headers: set[int], typ: int) -> None:
    if message.protected.keys() != headers or message.protected[cose.TYP] != typ:
        raise CredentialError(Reason.COSE, "headers")
    if message.protected[cose.ALG] != cose.ES256:
        raise CredentialError(Reason.WRONG_ALGORITHM)
    if len(message.signature) != cose.SIGNATURE_SIZE:
        raise CredentialError(Reason.SIGNATURE_SIZE)


def _mapping(payload: bytes) -> Mapping[cbor.Key, cbor.Value]:
    value = cbor.decode(payload, max_size=MAX_TOKEN, redactions=True)
    if not isinstance(value, dict):
        raise CredentialError(Reason.CLAIMS, "claims are a map")
    return value


def _words(value: cbor.Value) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise CredentialError(Reason.CLAIMS, "a text is missing or too long")
    if not characters.is_plain(value):
        raise CredentialError(Reason.CHARACTERS)
    return value


def _holder(value: cbor.Value) -> ec.EllipticCurvePublicKey:
    key = value.get(COSE_KEY) if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(key, dict) or key.keys() != {KTY, CRV, X, Y}:
        raise CredentialError(Reason.CLAIMS, "the holder's key")
    if key[KTY] != EC2 or key[CRV] != P256 or isinstance(key[CRV], bool):
        raise CredentialError(Reason.CLAIMS, "the holder's key")
    x, y = key[X], key[Y]
    if not isinstance(x, bytes) or not isinstance(y, bytes):
        raise CredentialError(Reason.CLAIMS, "the holder's key")
    return cose.public_key(x, y)


def _field(label: int, value: cbor.Value) -> str:
    """The JSON form of a disclosed field: text, an ISO day, or lower-case hex."""
    name = FIELDS[label]
    if name is Field.ISSUED_ON:
        return claims.read_day(value).isoformat()
    if name is Field.RECORD_ID:
        return claims.read_bytes(value, claims.RECORD_ID_SIZE).hex()
    if name is Field.ORIGINAL_DIGEST16:
        return claims.read_bytes(value, claims.DIGEST_SIZE).hex()
    text = claims.read_text(value, empty=True)
    if not characters.is_plain(text):
        raise CredentialError(Reason.CHARACTERS)
    return text
