"""The status list token in CWT form (IETF Token Status List draft, section 5.2), and what a verifier keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from qr import cbor, characters, claims, cose
from qr.errors import EncodingError, StatusError
from qr.status_list import MAX_COMPRESSED, StatusList

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qr.claims import StatusRef
    from qr.trust_list import TrustList

TYPE = "application/statuslist+cwt"
ISS, SUB, EXP, IAT, STATUS_LIST, TTL = 1, 2, 4, 6, 65533, 65534
MAX_SIZE = MAX_COMPRESSED + 4096
MAX_TTL = 366 * 24 * 3600
LEEWAY = timedelta(minutes=5)

_REQUIRED = frozenset({SUB, IAT, STATUS_LIST})
_KNOWN = _REQUIRED | {ISS, EXP, TTL}


@dataclass(frozen=True, kw_only=True)
class StatusFact:
    """The status of one credential: `value` as of `as_of`, to be believed until `fresh_until`, said by `issuer`."""

    value: int
    as_of: datetime
    fresh_until: datetime
    issuer: str


class StatusSource(Protocol):
    """Anything that knows statuses. The answer must come from verified data; None means "this list is not here"."""

    def status_of(self, ref: StatusRef) -> StatusFact | None:
        """What is known about `ref`."""
        ...  # pragma: no cover - a protocol


@dataclass(frozen=True, kw_only=True)
class StatusSnapshot:
    """A verified status list: what `issuer` said at `issued_at` about every entry of the list at `uri`.

    `fresh_until` is the earlier of the token's exp and of its iat + ttl; later the answer is still given, but stale.
    """

    uri: str
    issuer: str
    issued_at: datetime
    fresh_until: datetime
    statuses: StatusList

    def status_of(self, ref: StatusRef) -> StatusFact | None:
        """The status of `ref`, or None if it stands in another list or beyond the end of this one."""
        if ref.uri != self.uri or not 0 <= ref.index < len(self.statuses):
            return None
        return StatusFact(
            value=self.statuses[ref.index], as_of=self.issued_at, fresh_until=self.fresh_until, issuer=self.issuer
        )


@dataclass(frozen=True)
class StatusBook:
    """Several snapshots under their address: the StatusSource of a verifier that checks many issuers."""

    snapshots: Mapping[str, StatusSnapshot]

    def status_of(self, ref: StatusRef) -> StatusFact | None:
        """The status of `ref` in the list it names."""
        snapshot = self.snapshots.get(ref.uri)
        return None if snapshot is None else snapshot.status_of(ref)


@dataclass(frozen=True)
class KnownStatus:
    """One status from a database at hand: the StatusSource of a service that checks its own records online."""

    ref: StatusRef
    fact: StatusFact

    def status_of(self, ref: StatusRef) -> StatusFact | None:
        """The fact, if it is about `ref`."""
        return self.fact if ref == self.ref else None


def issue_status_token(
    statuses: StatusList,
    *,
    uri: str,
    issuer: str,
    now: datetime,
    ttl: timedelta,
    exp: datetime,
    sign: Callable[[bytes], bytes],
    kid: bytes,
) -> bytes:
    """Sign the status list at `uri` as a CWT (COSE_Sign1, tag 18, as in the draft's example).

    `now` becomes iat, `exp` the last moment it may be used, `ttl` how long it may be cached; `sign` returns raw r||s.
    """
    protected = cbor.encode({cose.ALG: cose.ES256, cose.KID: kid, cose.TYP: TYPE})
    payload = cbor.encode(
        {
            ISS: issuer,
            SUB: uri,
            EXP: claims.seconds(exp),
            IAT: claims.seconds(now),
            TTL: ttl // timedelta(seconds=1),
            STATUS_LIST: statuses.to_cbor(),
        }
    )
    signature = sign(cose.sig_structure(protected, b"", payload))
    return bytes([cose.TAG_SIGN1]) + cose.encode_sign1(protected, payload, signature)


def verify_status_token(
    token: bytes, *, trust: TrustList, now: datetime, uri: str | None = None, leeway: timedelta = LEEWAY
) -> StatusSnapshot:
    """The snapshot in `token`, if a `status` key of the pinned trust list signed it.

    `uri`, when given, is where the token was fetched from and must be its subject. An old token is not refused here:
    `qr.verify` says STATUS_STALE with its time. Raises StatusError: STATUS_MALFORMED, STATUS_WIDTH, STATUS_TOO_LARGE,
    STATUS_KEY_UNKNOWN (unknown, of another use, outside its term, or revoked), STATUS_BAD_SIGNATURE,
    STATUS_ISSUER_MISMATCH, STATUS_WRONG_URI, STATUS_FROM_FUTURE.
    """
    message = _open(token)
    kid = message.protected.get(cose.KID, message.unprotected.get(cose.KID))
    entry = trust.by_kid.get(kid) if isinstance(kid, bytes) else None
    if entry is None or entry.use != "status" or entry.revoked_at is not None:
        raise StatusError("STATUS_KEY_UNKNOWN")
    if not cose.verify_es256(entry.public_key, message.signature, message.to_be_signed(b"")):
        raise StatusError("STATUS_BAD_SIGNATURE")
    snapshot = _read(message.payload, entry.issuer)
    if not entry.not_before <= snapshot.issued_at <= entry.not_after:
        raise StatusError("STATUS_KEY_UNKNOWN", "signed outside the key's term")
    if snapshot.issued_at - now > leeway:
        raise StatusError("STATUS_FROM_FUTURE")
    if uri is not None and snapshot.uri != uri:
        raise StatusError("STATUS_WRONG_URI")
    return snapshot


def _open(token: bytes) -> cose.Sign1:
    if len(token) > MAX_SIZE:
        raise StatusError("STATUS_TOO_LARGE", f"{len(token)} bytes")
    untagged = token[1:] if token[:1] == bytes([cose.TAG_SIGN1]) else token
    try:
        message = cose.decode_sign1(untagged, max_size=MAX_SIZE, sorted_keys=False)
    except EncodingError as error:
        raise StatusError("STATUS_MALFORMED", str(error)) from error
    if not {cose.ALG, cose.TYP} <= message.protected.keys() <= {cose.ALG, cose.KID, cose.TYP}:
        raise StatusError("STATUS_MALFORMED", "headers")
    if message.protected[cose.ALG] != cose.ES256 or message.protected[cose.TYP] != TYPE:
        raise StatusError("STATUS_MALFORMED", "algorithm or type")
    if not message.unprotected.keys() <= {cose.KID} or len(message.signature) != cose.SIGNATURE_SIZE:
        raise StatusError("STATUS_MALFORMED", "headers")
    return message


def _read(payload: bytes, issuer: str) -> StatusSnapshot:
    try:
        content = cbor.decode(payload, max_size=MAX_SIZE, sorted_keys=False)
    except EncodingError as error:
        raise StatusError("STATUS_MALFORMED", str(error)) from error
    if not isinstance(content, dict) or not _REQUIRED <= content.keys() <= _KNOWN:
        raise StatusError("STATUS_MALFORMED", "claims")
    if content.get(ISS, issuer) != issuer:
        raise StatusError("STATUS_ISSUER_MISMATCH")
    uri = content[SUB]
    if not isinstance(uri, str) or not characters.is_plain(uri):
        raise StatusError("STATUS_MALFORMED", "subject")
    issued_at = _number(content[IAT], claims.LAST_SECOND)
    limits = [claims.LAST_SECOND]
    if EXP in content:
        limits.append(_number(content[EXP], claims.LAST_SECOND))
    if TTL in content:
        limits.append(issued_at + _number(content[TTL], MAX_TTL))
    if len(limits) == 1:
        raise StatusError("STATUS_MALFORMED", "neither exp nor ttl: nobody could tell when it is stale")
    return StatusSnapshot(
        uri=uri,
        issuer=issuer,
        issued_at=claims.moment(issued_at),
        fresh_until=claims.moment(min(limits)),
        statuses=StatusList.from_cbor(content[STATUS_LIST]),
    )


def _number(value: cbor.Value, high: int) -> int:
    if not isinstance(value, int) or not claims.is_integer(value, 0, high):
        raise StatusError("STATUS_MALFORMED", "a time")
    return value
