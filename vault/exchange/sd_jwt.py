"""A record as SD-JWT VC (RFC 9901; draft-ietf-oauth-sd-jwt-vc): what wallets outside this system read.

Every claim about the paper or its holder can be shown or kept back; who issued it, when, of what type and where its
status stands are always visible. The status is the same Token Status List entry that the QR credential names.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

TYPE = "dc+sd-jwt"


@dataclass(frozen=True, slots=True)
class SdJwtClaims:
    """`issuer` is an https URL, `vct` names the type; `shown` is always visible, `disclosable` at the holder's wish."""

    issuer: str
    vct: str
    issued_at: datetime
    expires_at: datetime | None
    status_uri: str
    status_index: int
    disclosable: Mapping[str, object]
    holder_key: Mapping[str, str] | None = None
    """Public JWK that the credential is bound to (`cnf`); None: whoever has it may show it."""


def issue_sd_jwt(claims: SdJwtClaims, *, sign: Callable[[bytes], bytes], kid: str, salt: Callable[[], bytes]) -> str:
    """The compact form `<JWT>~<disclosure>~…~`. `sign` gives the 64 raw bytes of ES256, `salt` 16 fresh random bytes.

    Digests are sorted, so that their order tells nothing about the claims (RFC 9901 section 4.2.4.1).
    """
    disclosures = [_disclosure(salt(), name, value) for name, value in claims.disclosable.items()]
    payload: dict[str, object] = {
        "iss": claims.issuer,
        "vct": claims.vct,
        "iat": int(claims.issued_at.timestamp()),
        "status": {"status_list": {"idx": claims.status_index, "uri": claims.status_uri}},
        "_sd": sorted(_b64(hashlib.sha256(one.encode()).digest()) for one in disclosures),
        "_sd_alg": "sha-256",
    }
    if claims.expires_at is not None:
        payload["exp"] = int(claims.expires_at.timestamp())
    if claims.holder_key is not None:
        payload["cnf"] = {"jwk": dict(claims.holder_key)}
    return "~".join((jwt({"alg": "ES256", "typ": TYPE, "kid": kid}, payload, sign=sign), *disclosures, ""))


def jwt(header: Mapping[str, object], payload: Mapping[str, object], *, sign: Callable[[bytes], bytes]) -> str:
    """A compact JWS (RFC 7515 section 7.1)."""
    signed = f"{_b64(_json(header))}.{_b64(_json(payload))}"
    return f"{signed}.{_b64(sign(signed.encode('ascii')))}"


def public_jwk(x: bytes, y: bytes, *, kid: str) -> dict[str, str]:
    """A P-256 key as JWK (RFC 7518 section 6.2), for `/.well-known/jwt-vc-issuer`."""
    return {"kty": "EC", "crv": "P-256", "x": _b64(x), "y": _b64(y), "kid": kid, "use": "sig", "alg": "ES256"}


def _disclosure(salt: bytes, name: str, value: object) -> str:
    return _b64(_json([_b64(salt), name, value]))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
