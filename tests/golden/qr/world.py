"""The invented world of the golden cases: keys made from their names, one moment, builders for every stage."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

import qr
from qr import base32, cbor, claims, cose

HOST = "qr.kho-so.example"
URI = f"https://{HOST}/s/7"
ISSUER = "VN-MAU-01"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

CLAIMS = qr.Claims(
    issuer=ISSUER,
    issued_at=NOW - 3 * DAY,
    expires_at=NOW + 300 * DAY,
    record_id=bytes.fromhex("0102030405060708"),
    status=qr.StatusRef(4242, URI),
    type_code="giay-khai-sinh",
    number="123/2026",
    issued_on=date(2026, 1, 3),
    holder_name="Nguyễn Thị Mẫu",
    holder_masked="0010****1234",
)


def key(name: str) -> qr.SigningKey:
    """The P-256 key of a name; the scalar is the SHA-256 of the name, signatures are deterministic (RFC 6979)."""
    scalar = int.from_bytes(hashlib.sha256(f"qr golden key: {name}".encode()).digest(), "big") % ORDER
    return qr.SigningKey(ec.derive_private_key(scalar, ec.SECP256R1()), deterministic=True)


ROOT, OTHER_ROOT = key("root"), key("another root")
AGENCY, STATUS, STRANGER, FORGER = key("agency"), key("agency status"), key("stranger"), key("forger")
OTHER_AGENCY, OTHER_STATUS = key("another agency"), key("another agency status")


def entry(signer: qr.SigningKey, issuer: str = ISSUER, use: Any = "qr", **changes: Any) -> qr.TrustEntry:
    """A trust entry in force a year around now."""
    made = qr.TrustEntry.for_key(
        signer.public, issuer=issuer, use=use, not_before=NOW - 365 * DAY, not_after=NOW + 365 * DAY
    )
    return replace(made, **changes)


ENTRIES = (
    entry(AGENCY),
    entry(STATUS, use="status"),
    entry(OTHER_AGENCY, "VN-MAU-02"),
    entry(OTHER_STATUS, "VN-MAU-02", "status"),
)


def trust_list(*entries: qr.TrustEntry, **changes: Any) -> qr.TrustList:
    """Version 7, a day old, good for a month."""
    made = qr.TrustList(version=7, issued_at=NOW - DAY, next_update=NOW + 30 * DAY, entries=entries or ENTRIES)
    return replace(made, **changes)


def signed_trust(trust: qr.TrustList | None = None) -> bytes:
    """The list as the root signs it."""
    return qr.issue_trust_list(trust or trust_list(), sign=ROOT.sign, root_kid=ROOT.kid)


def raw_sign1(
    protected: bytes,
    payload: cbor.Value,
    aad: bytes,
    signer: qr.SigningKey,
    *,
    unprotected: Any = None,
    signature: Any = None,
) -> bytes:
    """A COSE_Sign1 with any of its parts bent; what can be signed is signed over the bent bytes."""
    signed = cose.sig_structure(protected, aad, payload if isinstance(payload, bytes) else b"")
    made = signer.sign(signed) if signature is None else signature
    return cbor.encode([protected, {} if unprotected is None else unprotected, payload, made])


def headers(**changes: Any) -> bytes:
    """The protected header of the agency's key; `alg=None` and `kid=None` leave them out, `more` adds to them."""
    made: dict[cbor.Key, cbor.Value] = {cose.ALG: cose.ES256, cose.KID: AGENCY.kid}
    for name, label in (("alg", cose.ALG), ("kid", cose.KID)):
        if name in changes:
            made[label] = changes[name]
            if changes[name] is None:
                del made[label]
    return cbor.encode(made | changes.get("more", {}))


def text_of(message: bytes, host: str = HOST) -> str:
    """The text around any message bytes."""
    return f"https://{host}/q#{base32.encode(message)}"


def message_of(payload: bytes | None = None, **bent: Any) -> bytes:
    """A signed message over any payload bytes, bent as asked (see `raw_sign1` and `headers`)."""
    protected = bent.pop("protected", None) or headers()
    made = claims.encode(CLAIMS) if payload is None else payload
    return raw_sign1(protected, made, bent.pop("aad", b"VNQ1"), bent.pop("signer", AGENCY), **bent)


def content(**changes: Any) -> dict[cbor.Key, Any]:
    """The CBOR map of the claims with some entries replaced; `drop` and `drop_paper` leave some out."""
    made: Any = cbor.decode(claims.encode(CLAIMS), max_size=claims.MAX_PAYLOAD)
    made[claims.PAPER] |= changes.get("paper", {})
    for label in changes.get("drop_paper", ()):
        del made[claims.PAPER][label]
    made |= changes.get("claims", {})
    for label in changes.get("drop", ()):
        del made[label]
    return made


def bent_text(**changes: Any) -> str:
    """The text of claims that break the format, correctly signed."""
    return text_of(message_of(cbor.encode(content(**changes))))


def status_token(statuses: dict[int, int] | None = None, *, signer: qr.SigningKey = STATUS, **changes: Any) -> bytes:
    """A status token an hour old, cached for a day, used for a week."""
    made = qr.StatusList.of(statuses or {}, entries=changes.pop("entries", 8192), bits=changes.pop("bits", 2))
    options: dict[str, Any] = {
        "uri": URI,
        "issuer": ISSUER,
        "now": NOW - timedelta(hours=1),
        "ttl": DAY,
        "exp": NOW + 7 * DAY,
        "sign": signer.sign,
        "kid": signer.kid,
    }
    return qr.issue_status_token(made, **(options | changes))


# One genuine credential, stage by stage.
GOOD = text_of(message_of())
FRAGMENT = GOOD.split("#", 1)[1]
MESSAGE = base32.decode(FRAGMENT)
PAYLOAD = claims.encode(CLAIMS)
INDEX = CLAIMS.status.index


@dataclass(frozen=True, kw_only=True)
class Case:
    """One golden case; `kind` is verify, trust or status, `note` says what it shows."""

    name: str
    note: str
    kind: str = "verify"
    text: str = ""
    content: qr.Claims | None = None
    trust: bytes = field(default_factory=signed_trust)
    status: bytes | None = field(default_factory=status_token)
    now: datetime = NOW
    loaded: datetime | None = None
    previous_version: int | None = None
    logged_at: datetime | None = None
    uri: str | None = None
    expected: str = ""
    reasons: tuple[str, ...] = ()
