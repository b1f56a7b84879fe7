"""The holder's side of a showing: an SD-CWT bound to the holder's key, and the token that shows part of it.

The citizen's page holds the credential (at most 72 hours old) and a key that cannot leave the browser. For every
showing it signs a token that names audience, purpose and time; with a challenge also the verifier's nonce. Formats:
draft-ietf-spice-sd-cwt (April 2026), in the profile of this engine: ES256, flat claims, strict CBOR.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from qr import base32, cbor, claims, cose, sd_cwt
from qr.errors import CredentialError, EncodingError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from cryptography.hazmat.primitives.asymmetric import ec

    from qr.claims import Claims

LIFETIME = timedelta(hours=72)
"""The longest a credential lives in a browser, which may evict it at any time."""
ONE_WAY_SECONDS = 45
NONCE_SIZE = 12
MAX_TOKEN = 1400  # bytes
MAX_TEXT = 120  # characters of an audience or a purpose

TYP_SD_CWT, TYP_KB = 293, 294
SD_CLAIMS, KCWT, SD_ALG, SHA_256 = 17, 13, 170, -16
SHOWING_SIZE = 8
"""Bytes of the claim that tells two showings apart."""
ISS, AUD, EXP, IAT, CTI, CNF, CNONCE, STATUS, PURPOSE = 1, 3, 4, 6, 7, 8, 39, 65535, -70002
COSE_KEY, KTY, CRV, X, Y = 1, 1, -1, -2, -3
EC2, P256 = 2, 1
SIGN1 = 18
_PROOF = "VNPP1"


class Field(StrEnum):
    """What a holder may show or keep back; each is one salted claim."""

    RECORD_ID = "record_id"
    TYPE_CODE = "type_code"
    NUMBER = "number"
    ISSUED_ON = "issued_on"
    HOLDER_NAME = "holder_name"
    HOLDER_MASKED = "holder_masked"
    ORIGINAL_DIGEST16 = "original_digest16"


LABELS: Mapping[Field, int] = {
    Field.RECORD_ID: CTI,
    Field.TYPE_CODE: -70011,
    Field.NUMBER: -70012,
    Field.ISSUED_ON: -70013,
    Field.HOLDER_NAME: -70014,
    Field.HOLDER_MASKED: -70015,
    Field.ORIGINAL_DIGEST16: -70016,
}
FIELDS = {label: name for name, label in LABELS.items()}


def holder_key(x: bytes, y: bytes, *, nonce: bytes, proof: bytes) -> ec.EllipticCurvePublicKey:
    """The holder's public key, once the browser has proven that it holds the private half.

    `x` and `y` are its coordinates, `nonce` is what the service sent for this sign-in, `proof` the raw r||s signature
    of `holder_proof_bytes`. Without it somebody else's key could be bound to one's own papers. Raises CredentialError
    HOLDER_KEY (no point of P-256) or HOLDER_PROOF.
    """
    try:
        key = cose.public_key(x, y)
    except EncodingError as error:
        raise CredentialError("HOLDER_KEY", error.detail) from error
    if not cose.verify_es256(key, proof, holder_proof_bytes(x, y, nonce=nonce)):
        raise CredentialError("HOLDER_PROOF")
    return key


def holder_proof_bytes(x: bytes, y: bytes, *, nonce: bytes) -> bytes:
    """What a holder signs to prove its key: no other signature of this engine is over an array that begins so."""
    return cbor.encode([_PROOF, nonce, x, y])


def issue_presentable(
    content: Claims,
    *,
    holder: ec.EllipticCurvePublicKey,
    now: datetime,
    salt: Callable[[], bytes],
    sign: Callable[[bytes], bytes],
    kid: bytes,
    lifetime: timedelta = LIFETIME,
) -> bytes:
    """The holder's credential: an SD-CWT with every field salted, bound to the holder's public key.

    It lives from `now` for `lifetime`, at most 72 hours and never beyond the paper's own term. `salt` gives 16 fresh
    random bytes a call. Raises CredentialError: CLAIMS, CHARACTERS, LIFETIME (nothing left of it), KID.
    """
    claims.decode(claims.encode(content))
    ends = now + min(lifetime, LIFETIME)
    if content.expires_at is not None:
        ends = min(ends, content.expires_at)
    if ends <= now:
        raise CredentialError("LIFETIME", "nothing is left of it")
    if len(kid) != cose.KID_SIZE:
        raise CredentialError("KID", f"{cose.KID_SIZE} bytes")
    x, y = cose.coordinates(holder)
    stated: dict[cbor.Key, cbor.Value] = {
        ISS: content.issuer,
        EXP: claims.seconds(ends),
        IAT: claims.seconds(now),
        CNF: {COSE_KEY: {KTY: EC2, CRV: P256, X: x, Y: y}},
        STATUS: {"status_list": {"idx": content.status.index, "uri": content.status.uri}},
        **_salted(content),
    }
    payload, disclosures = sd_cwt.redact(stated, set(FIELDS), salt=salt)
    protected = cbor.encode({cose.ALG: cose.ES256, cose.KID: kid, cose.TYP: TYP_SD_CWT, SD_ALG: SHA_256})
    encoded = cbor.encode(payload)
    signature = sign(cose.sig_structure(protected, b"", encoded))
    return cbor.encode(cbor.Tagged(SIGN1, [protected, {SD_CLAIMS: disclosures}, encoded, signature]))


def _salted(content: Claims) -> dict[cbor.Key, cbor.Value]:
    fields: dict[Field, cbor.Value] = {
        Field.RECORD_ID: content.record_id,
        Field.TYPE_CODE: content.type_code,
        Field.NUMBER: content.number,
        Field.ISSUED_ON: None if content.issued_on is None else (content.issued_on - claims.EPOCH).days,
        Field.HOLDER_NAME: content.holder_name,
        Field.HOLDER_MASKED: content.holder_masked,
        Field.ORIGINAL_DIGEST16: content.original_digest16,
    }
    return {LABELS[name]: value for name, value in fields.items() if value is not None}


def present(
    credential: bytes,
    *,
    show: Collection[Field],
    audience: str,
    purpose: str,
    now: datetime,
    sign: Callable[[bytes], bytes],
    nonce: bytes | None = None,
    showing: bytes | None = None,
    seconds: int = ONE_WAY_SECONDS,
) -> bytes:
    """The key-binding token that shows `show` to `audience` for `purpose`; `sign` is the holder's key.

    `showing` (CWT claim cti, 8 random bytes) tells two showings of the same in the same second apart.

    The page does this in the browser; here it serves tests and other clients. `nonce` answers a challenge.
    Raises CredentialError CREDENTIAL (not one of `issue_presentable`) or FIELD (a field it does not have).
    """
    try:
        outer = cbor.decode(credential, max_size=MAX_TOKEN, redactions=True)
        message = read_message(outer)
    except (CredentialError, EncodingError) as error:
        raise CredentialError("CREDENTIAL", str(error)) from error
    chosen = []
    wanted = {LABELS[name] for name in show}
    for raw in read_disclosures(message):
        entry = cbor.decode(raw, max_size=sd_cwt.MAX_DISCLOSURE)
        if isinstance(entry, list) and entry[-1] in wanted:
            chosen.append(raw)
    if len(chosen) != len(wanted):
        raise CredentialError("FIELD", "the credential does not have every field that is to be shown")
    shown: dict[cbor.Key, cbor.Value] = {SD_CLAIMS: chosen} if chosen else {}
    inner: list[cbor.Value] = [message.protected_bytes, shown, message.payload, message.signature]
    protected = cbor.encode({cose.ALG: cose.ES256, KCWT: cbor.Tagged(SIGN1, inner), cose.TYP: TYP_KB})
    bound: dict[cbor.Key, cbor.Value] = {
        AUD: audience,
        EXP: claims.seconds(now) + seconds,
        IAT: claims.seconds(now),
        PURPOSE: purpose,
    }
    if nonce is not None:
        bound[CNONCE] = nonce
    if showing is not None:
        bound[CTI] = showing
    payload = cbor.encode(bound)
    signature = sign(cose.sig_structure(protected, b"", payload))
    return cbor.encode(cbor.Tagged(SIGN1, [protected, {}, payload, signature]))


def presentation_text(token: bytes, *, host: str) -> str:
    """The text of the symbol that shows a token: `https://<host>/p#<base32>`."""
    return f"https://{host}/p#{base32.encode(token)}"


def read_message(value: cbor.Value) -> cose.Sign1:
    """The COSE_Sign1 under tag 18; CredentialError COSE or EncodingError."""
    if not isinstance(value, cbor.Tagged) or value.tag != SIGN1:
        raise CredentialError("COSE", "tag 18")
    return cose.read_sign1(value.value, max_size=MAX_TOKEN, redactions=True)


def read_disclosures(message: cose.Sign1) -> list[bytes]:
    """The salted entries in the unprotected header of an SD-CWT; CredentialError COSE or DISCLOSURE."""
    if not message.unprotected:
        return []
    entries = message.unprotected.get(SD_CLAIMS)
    if len(message.unprotected) != 1 or not isinstance(entries, list) or not entries:
        raise CredentialError("COSE", "unprotected headers")
    if not all(isinstance(entry, bytes) for entry in entries):
        raise CredentialError("DISCLOSURE", "entries are byte strings")
    return [bytes(entry) for entry in entries if isinstance(entry, bytes)]
