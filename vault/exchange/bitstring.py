"""The states of a status list as W3C Bitstring Status List credentials (W3C Recommendation, 15 May 2025).

Two lists say what our one list of two bits says: `revocation` (revoked or superseded: not to be relied on again) and
`suspension`. Each is a Verifiable Credential secured as JWT (`vc+jwt`, VC-JOSE-COSE).
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from vault.domain.states import RecordState
from vault.exchange.sd_jwt import jwt

Purpose = Literal["revocation", "suspension"]
_SET: dict[Purpose, frozenset[RecordState]] = {
    "revocation": frozenset({RecordState.REVOKED, RecordState.SUPERSEDED}),
    "suspension": frozenset({RecordState.SUSPENDED}),
}
SIZE = 2**20


def encoded_list(states: Mapping[int, RecordState], purpose: Purpose, *, size: int = SIZE) -> str:
    """Multibase base64url of the gzipped bitstring; index 0 is the leftmost bit (section 3.2)."""
    bits = bytearray(size // 8)
    for index, state in states.items():
        if state in _SET[purpose]:
            bits[index >> 3] |= 0x80 >> (index & 7)
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def status_credential(
    states: Mapping[int, RecordState],
    purpose: Purpose,
    *,
    uri: str,
    issuer: str,
    now: datetime,
    ttl: timedelta,
    sign: Callable[[bytes], bytes],
    kid: str,
) -> str:
    """The signed list at `uri`, good for `ttl`."""
    payload = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": uri,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": _when(now),
        "validUntil": _when(now + ttl),
        "credentialSubject": {
            "id": f"{uri}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded_list(states, purpose),
            "ttl": int(ttl.total_seconds() * 1000),
        },
    }
    return jwt({"alg": "ES256", "typ": "vc+jwt", "cty": "vc", "kid": kid}, payload, sign=sign)


def _when(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
