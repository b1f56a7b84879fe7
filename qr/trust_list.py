"""The trust list: which key may speak for which agency, signed by an offline root that every verifier pins.

Forward compatibility: a verifier of today meets the list of a later program. A key whose *use* it does not know is
passed over, whatever else stands in that entry, and the list holds for the others: such a key can sign nothing that is
verified here. Everything else that is unknown (a header, a field of the list, a field of a key of known use) may change
what the known parts mean, so it still refuses the whole list. What must not be missed goes there, or into `AAD`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Self

from qr import cbor, characters, claims, cose
from qr.errors import EncodingError, TrustError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric import ec

AAD = b"VNTL1"
MAX_SIZE = 4 * 1024 * 1024  # 40,000 keys
LEEWAY = timedelta(minutes=5)
VERSION, IAT, NEXT_UPDATE, KEYS = range(1, 5)
E_KID, E_ISS, E_X, E_Y, E_NBF, E_EXP, E_USE, E_REVOKED_AT = range(1, 9)
USES = ("qr", "status", "peer")

Use = Literal["qr", "status", "peer"]
"""What a key may sign: credentials, status lists, or requests between vaults (RFC 9421)."""
_ENTRY_REQUIRED = frozenset({E_KID, E_ISS, E_X, E_Y, E_NBF, E_EXP, E_USE})


@dataclass(frozen=True, kw_only=True)
class TrustEntry:
    """One key: it may sign for `issuer`, for one `use`, things issued from `not_before` to `not_after`, both included.

    What it signed in that time stays verifiable afterwards. From `revoked_at` on its signatures count for nothing, and
    earlier ones only with a proof from the transparency log.
    """

    kid: bytes
    issuer: str
    x: bytes
    y: bytes
    not_before: datetime
    not_after: datetime
    use: Use
    revoked_at: datetime | None = None

    @classmethod
    def for_key(
        cls,
        key: ec.EllipticCurvePublicKey,
        *,
        issuer: str,
        use: Use,
        not_before: datetime,
        not_after: datetime,
        revoked_at: datetime | None = None,
    ) -> Self:
        """The entry of a public key, with its kid worked out."""
        x, y = cose.coordinates(key)
        return cls(
            kid=cose.key_id(x, y),
            issuer=issuer,
            x=x,
            y=y,
            not_before=not_before,
            not_after=not_after,
            use=use,
            revoked_at=revoked_at,
        )

    @cached_property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The key object, built once; EncodingError KEY_POINT if x and y are no point of the curve."""
        return cose.public_key(self.x, self.y)


@dataclass(frozen=True, kw_only=True)
class TrustList:
    """The keys in force. `next_update` is when it stops being believed."""

    version: int
    issued_at: datetime
    next_update: datetime
    entries: tuple[TrustEntry, ...]
    passed_over: tuple[bytes, ...] = ()
    """The kids of keys whose use this program does not know. A list that has such is read, never issued anew here."""

    @cached_property
    def by_kid(self) -> Mapping[bytes, TrustEntry]:
        """The entries under their kid (unique in a list)."""
        return MappingProxyType({entry.kid: entry for entry in self.entries})


def issue_trust_list(trust: TrustList, *, sign: Callable[[bytes], bytes], root_kid: bytes) -> bytes:
    """Sign `trust` with the root key: an untagged COSE_Sign1. `sign` returns raw r||s. TrustError TRUST_SHAPE."""
    protected = cbor.encode({cose.ALG: cose.ES256, cose.KID: root_kid})
    payload = _encode(trust)
    if _decode(payload) != trust:
        detail = "times must be whole seconds in UTC, values of the documented types, every use a known one"
        raise TrustError("TRUST_SHAPE", detail)
    return cose.encode_sign1(protected, payload, sign(cose.sig_structure(protected, AAD, payload)))


def verify_trust_list(
    data: bytes,
    *,
    root: ec.EllipticCurvePublicKey,
    now: datetime,
    previous_version: int | None = None,
    leeway: timedelta = LEEWAY,
) -> TrustList:
    """The trust list in `data`, if the pinned `root` signed it and it is neither rolled back nor outdated.

    `previous_version` is the version the verifier held before; the same version again is fine. Raises TrustError:
    TRUST_MALFORMED, TRUST_WRONG_ROOT, TRUST_BAD_SIGNATURE, TRUST_ROLLED_BACK, TRUST_OUTDATED, TRUST_FROM_FUTURE.
    """
    try:
        message = cose.decode_sign1(data, max_size=MAX_SIZE)
    except EncodingError as error:
        raise TrustError("TRUST_MALFORMED", str(error)) from error
    if message.unprotected or message.protected.keys() != {cose.ALG, cose.KID}:
        raise TrustError("TRUST_MALFORMED", "headers")
    if message.protected[cose.ALG] != cose.ES256 or len(message.signature) != cose.SIGNATURE_SIZE:
        raise TrustError("TRUST_MALFORMED", "algorithm")
    if message.protected[cose.KID] != cose.key_id(*cose.coordinates(root)):
        raise TrustError("TRUST_WRONG_ROOT")
    if not cose.verify_es256(root, message.signature, message.to_be_signed(AAD)):
        raise TrustError("TRUST_BAD_SIGNATURE")
    trust = _decode(message.payload)
    if previous_version is not None and trust.version < previous_version:
        raise TrustError("TRUST_ROLLED_BACK", f"version {trust.version} after {previous_version}")
    if trust.issued_at - now > leeway:
        raise TrustError("TRUST_FROM_FUTURE")
    if now >= trust.next_update:
        raise TrustError("TRUST_OUTDATED")
    return trust


def _encode(trust: TrustList) -> bytes:
    keys: list[cbor.Value] = []
    for entry in trust.entries:
        fields: dict[cbor.Key, cbor.Value] = {
            E_KID: entry.kid,
            E_ISS: entry.issuer,
            E_X: entry.x,
            E_Y: entry.y,
            E_NBF: claims.seconds(entry.not_before),
            E_EXP: claims.seconds(entry.not_after),
            E_USE: entry.use,
        }
        if entry.revoked_at is not None:
            fields[E_REVOKED_AT] = claims.seconds(entry.revoked_at)
        keys.append(fields)
    return cbor.encode(
        {
            VERSION: trust.version,
            IAT: claims.seconds(trust.issued_at),
            NEXT_UPDATE: claims.seconds(trust.next_update),
            KEYS: keys,
        }
    )


def _decode(payload: bytes) -> TrustList:
    try:
        content = cbor.decode(payload, max_size=MAX_SIZE)
    except EncodingError as error:
        raise TrustError("TRUST_MALFORMED", str(error)) from error
    if not isinstance(content, dict) or content.keys() != {VERSION, IAT, NEXT_UPDATE, KEYS}:
        raise TrustError("TRUST_MALFORMED", "fields")
    version, keys = content[VERSION], content[KEYS]
    if not isinstance(version, int) or not claims.is_integer(version, 1, cbor.MAX_INTEGER):
        raise TrustError("TRUST_MALFORMED", "version")
    if not isinstance(keys, list):
        raise TrustError("TRUST_MALFORMED", "keys")
    passed_over = tuple(kid for kid in map(_kid_of_unknown_use, keys) if kid is not None)
    entries = tuple(_entry(value) for value in keys if _kid_of_unknown_use(value) is None)
    if len({*passed_over, *(entry.kid for entry in entries)}) != len(keys):
        raise TrustError("TRUST_MALFORMED", "the same kid twice")
    return TrustList(
        version=version,
        issued_at=_moment(content[IAT]),
        next_update=_moment(content[NEXT_UPDATE]),
        entries=entries,
        passed_over=passed_over,
    )


def _kid_of_unknown_use(value: cbor.Value) -> bytes | None:
    """The kid of a key that is passed over; None for one that must be read. A use is plain text, or it is no use."""
    if not isinstance(value, dict):
        return None
    use, kid = value.get(E_USE), value.get(E_KID)
    if not isinstance(use, str) or not use or use in USES or not characters.is_plain(use):
        return None
    if not isinstance(kid, bytes) or len(kid) != cose.KID_SIZE:
        raise TrustError("TRUST_MALFORMED", "kid of a key of unknown use")
    return kid


def _entry(value: cbor.Value) -> TrustEntry:
    if not isinstance(value, dict) or not _ENTRY_REQUIRED <= value.keys() <= _ENTRY_REQUIRED | {E_REVOKED_AT}:
        raise TrustError("TRUST_MALFORMED", "fields of a key")
    issuer, x, y, use = value[E_ISS], value[E_X], value[E_Y], value[E_USE]
    if not isinstance(issuer, str) or not issuer or not characters.is_plain(issuer):
        raise TrustError("TRUST_MALFORMED", "issuer")
    if not isinstance(x, bytes) or not isinstance(y, bytes) or not len(x) == len(y) == cose.COORDINATE_SIZE:
        raise TrustError("TRUST_MALFORMED", "coordinates")
    if not cose.is_on_curve(x, y):
        raise TrustError("TRUST_MALFORMED", "not a point of P-256")
    kid = cose.key_id(x, y)
    if value[E_KID] != kid:
        raise TrustError("TRUST_MALFORMED", "kid is not the thumbprint of the key")
    if use != "qr" and use != "status" and use != "peer":  # noqa: PLR1714 - spelled out for the type checker
        raise TrustError("TRUST_MALFORMED", "use")
    return TrustEntry(
        kid=kid,
        issuer=issuer,
        x=x,
        y=y,
        not_before=_moment(value[E_NBF]),
        not_after=_moment(value[E_EXP]),
        use=use,
        revoked_at=_moment(value[E_REVOKED_AT]) if E_REVOKED_AT in value else None,
    )


def _moment(value: cbor.Value) -> datetime:
    if not isinstance(value, int) or not claims.is_integer(value, 0, claims.LAST_SECOND):
        raise TrustError("TRUST_MALFORMED", "a time is whole seconds since 1970")
    return claims.moment(value)
