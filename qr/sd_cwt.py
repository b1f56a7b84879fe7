"""Selective disclosure in CBOR: the salted digests of draft-ietf-spice-sd-cwt (April 2026), both ways.

A redacted claim leaves only its digest in the signed payload, under the map key simple(59); a redacted array element is
tag 60 around its digest. The holder hands over the salted entries of what is to be seen. The digest is the SHA-256 of
the entry as an encoded byte string, head included.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qr import cbor
from qr.errors import EncodingError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

SALT_SIZE = 16
DIGEST_SIZE = 32
MAX_DISCLOSURE = 512
_DECOY, _ELEMENT, _CLAIM = 1, 2, 3  # items of an entry: salt; salt, value; salt, value, key
_REDACTED_ELEMENT = 60


def digest(disclosure: bytes) -> bytes:
    """The blinded hash of one salted entry."""
    return hashlib.sha256(cbor.encode(disclosure)).digest()


def redact(
    claims: Mapping[cbor.Key, cbor.Value], redacted: Collection[cbor.Key], *, salt: Callable[[], bytes]
) -> tuple[dict[cbor.Key, cbor.Value], list[bytes]]:
    """Hide the claims named in `redacted`; the payload, and the salted entries in the order of the claims.

    `salt` gives 16 fresh random bytes a call. Digests stand sorted, so that their order tells nothing.
    """
    disclosures = [cbor.encode([salt(), value, key]) for key, value in claims.items() if key in redacted]
    payload = {key: value for key, value in claims.items() if key not in redacted}
    if disclosures:
        payload[cbor.Simple.REDACTED_KEYS] = sorted(map(digest, disclosures))
    return payload, disclosures


def restore(payload: Mapping[cbor.Key, cbor.Value], disclosures: Sequence[bytes]) -> dict[cbor.Key, cbor.Value]:
    """The claims with what was disclosed put back; redacted claims that were not disclosed are gone.

    Raises EncodingError DISCLOSURE: an entry that is malformed, doubled, or whose digest is nowhere in the payload; a
    digest that stands twice; a disclosed claim that is there already.
    """
    entries = {digest(raw): _entry(raw) for raw in disclosures}
    if len(entries) != len(disclosures):
        raise EncodingError("DISCLOSURE", "the same entry twice")
    restorer = _Restorer(entries)
    claims = restorer.mapping(payload)
    if restorer.met < entries.keys():
        raise EncodingError("DISCLOSURE", "a digest that the issuer did not sign")
    return claims


@dataclass
class _Restorer:
    entries: Mapping[bytes, Sequence[cbor.Value]]
    met: set[bytes] = field(default_factory=set)
    seen: set[bytes] = field(default_factory=set)

    def mapping(self, value: Mapping[cbor.Key, cbor.Value]) -> dict[cbor.Key, cbor.Value]:
        restored: dict[cbor.Key, cbor.Value] = {
            key: self.value(item) for key, item in value.items() if key is not cbor.Simple.REDACTED_KEYS
        }
        digests = value.get(cbor.Simple.REDACTED_KEYS, [])
        if not isinstance(digests, list):
            raise EncodingError("DISCLOSURE", "digests are an array")
        for item in digests:
            entry = self._look_up(item)
            if entry is None or len(entry) == _DECOY:
                continue
            if len(entry) != _CLAIM:
                raise EncodingError("DISCLOSURE", "an array element where a claim was redacted")
            key = entry[2]
            if isinstance(key, bool) or not isinstance(key, (int, str)) or key in restored:
                raise EncodingError("DISCLOSURE", "a claim that is there already, or no claim key")
            restored[key] = self.value(entry[1])
        return restored

    def value(self, value: cbor.Value) -> cbor.Value:
        if isinstance(value, dict):
            return self.mapping(value)
        if isinstance(value, cbor.Tagged):
            raise EncodingError("DISCLOSURE", "a redacted element outside an array")
        if not isinstance(value, list):
            return value
        restored: list[cbor.Value] = []
        for item in value:
            if not isinstance(item, cbor.Tagged):
                restored.append(self.value(item))
                continue
            if item.tag != _REDACTED_ELEMENT:
                raise EncodingError("DISCLOSURE", f"tag {item.tag}")
            entry = self._look_up(item.value)
            if entry is None or len(entry) == _DECOY:
                continue
            if len(entry) != _ELEMENT:
                raise EncodingError("DISCLOSURE", "a claim where an array element was redacted")
            restored.append(self.value(entry[1]))
        return restored

    def _look_up(self, value: cbor.Value) -> Sequence[cbor.Value] | None:
        if not isinstance(value, bytes) or len(value) != DIGEST_SIZE or value in self.seen:
            raise EncodingError("DISCLOSURE", "a digest that is malformed or stands twice")
        self.seen.add(value)
        entry = self.entries.get(value)
        if entry is not None:
            self.met.add(value)
        return entry


def _entry(raw: bytes) -> Sequence[cbor.Value]:
    try:
        entry = cbor.decode(raw, max_size=MAX_DISCLOSURE, redactions=True)
    except EncodingError as error:
        raise EncodingError("DISCLOSURE", error.detail) from error
    if not isinstance(entry, list) or not _DECOY <= len(entry) <= _CLAIM:
        raise EncodingError("DISCLOSURE", "an entry is an array of one to three")
    salt = entry[0]
    if not isinstance(salt, bytes) or len(salt) != SALT_SIZE:
        raise EncodingError("DISCLOSURE", "a salt has 16 bytes")
    return entry
