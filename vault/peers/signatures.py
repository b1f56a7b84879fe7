"""HTTP Message Signatures (RFC 9421) between vaults, with Content-Digest (RFC 9530).

A request is signed over its method, its whole address, its body's digest and type, with `created`, a nonce, the key's
thumbprint and the tag `kho-so`. The address is the one that the answering vault goes by, so that no vault can pass a
question on to another as its own. An answer is signed over its status, digest and type, and over the signature of the
request it answers. The algorithm is ecdsa-p256-sha256 with keys of the trust list whose use is `peer`; the library's
own defaults (a day of age, any components) are not used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import http_message_signatures as hms
from cryptography.hazmat.primitives.asymmetric import ec

import qr
from vault.domain.errors import Forbidden
from vault.ports import IncomingPeer

TAG, LABEL = "kho-so", "vault"
MAX_AGE = timedelta(seconds=60)
SKEW = timedelta(seconds=30)
"""How far two vaults' clocks may be apart."""
KEPT = MAX_AGE + 2 * SKEW
"""How long a nonce must be remembered: as long as its signature could count."""
_REQUEST = ("@method", "@target-uri", "content-digest", "content-type")
_ANSWER = ("@status", "content-digest", "content-type", '"signature";req')
_ALGORITHM = hms.algorithms.ECDSA_P256_SHA256


@dataclass
class Outgoing:
    """A request as the library reads it. A response has `status_code` and `request` beside."""

    method: str
    url: str
    headers: MutableMapping[str, str]


@dataclass
class Answer:
    """A response to a request."""

    status_code: int
    headers: MutableMapping[str, str]
    request: Outgoing


@dataclass(frozen=True, slots=True)
class PeerKeys:
    """Our signing key, and the keys that the trust list names, as of a time."""

    signer: Callable[[datetime], qr.SigningKey]
    trusted: Callable[[datetime], qr.TrustList]

    def known(self, kid: str, now: datetime) -> qr.TrustEntry:
        """The entry of a key that may sign for its agency now; `PEER_KEY`."""
        try:
            entry = self.trusted(now).by_kid.get(bytes.fromhex(kid))
        except ValueError:
            entry = None
        if entry is None or entry.use != "peer" or entry.revoked_at is not None:
            raise Forbidden("PEER_KEY")
        if not entry.not_before <= now <= entry.not_after:
            raise Forbidden("PEER_KEY")
        return entry


class _Resolver(hms.HTTPSignatureKeyResolver):
    """Looks keys up in the trust list, and remembers whose the last one was."""

    def __init__(self, keys: PeerKeys, now: datetime) -> None:
        self._keys, self._now = keys, now
        self.issuer = ""

    def resolve_public_key(self, key_id: str) -> ec.EllipticCurvePublicKey:
        entry = self._keys.known(key_id, self._now)
        self.issuer = entry.issuer
        return entry.public_key

    def resolve_private_key(self, key_id: str) -> Any:
        del key_id
        raise Forbidden("PEER_KEY")  # signing goes through `prepare` and `apply`: private halves stay in the ring


class _Verifier(hms.HTTPMessageVerifier):
    max_clock_skew = SKEW


def sign_request(message: Outgoing, body: bytes, *, nonce: str, keys: PeerKeys, now: datetime) -> None:
    """Put digest and signature into the headers."""
    _sign(message, _REQUEST, body, nonce=nonce, keys=keys, now=now)


def sign_answer(
    asked: IncomingPeer, status: int, headers: MutableMapping[str, str], body: bytes, *, keys: PeerKeys, now: datetime
) -> Mapping[str, str]:
    """The headers with digest and signature, bound to the request."""
    _sign(Answer(status, headers, asked.request), _ANSWER, body, nonce=None, keys=keys, now=now)
    return headers


def _sign(
    message: Outgoing | Answer,
    covered: Sequence[str],
    body: bytes,
    *,
    nonce: str | None,
    keys: PeerKeys,
    now: datetime,
) -> None:
    key = keys.signer(now)
    signer = hms.HTTPMessageSigner(signature_algorithm=_ALGORITHM)
    prepared = signer.prepare(
        message,
        key_id=key.kid.hex(),
        created=now,
        nonce=nonce,
        label=LABEL,
        tag=TAG,
        covered_component_ids=covered,
        body=body,
    )
    signer.apply(message, prepared, key.sign(prepared.signature_base))


def check_request(
    method: str, url: str, headers: Mapping[str, str], body: bytes, *, keys: PeerKeys, now: datetime
) -> IncomingPeer:
    """Who signed this request for this very address; `PEER_SIGNATURE` or `PEER_KEY` (Forbidden) for anything else."""
    message = Outgoing(method, url, dict(headers))
    found, issuer = _check(message, _REQUEST, body, keys=keys, now=now)
    if not found.nonce or len(found.nonce) > 200:  # noqa: PLR2004 - longer than any nonce, shorter than a flood
        raise Forbidden("PEER_SIGNATURE")
    return IncomingPeer(issuer, found.nonce, message)


def check_answer(message: Any, body: bytes, *, keys: PeerKeys, now: datetime) -> str:
    """Whose key signed an answer to our request; refused as a request is."""
    return _check(message, _ANSWER, body, keys=keys, now=now)[1]


def _check(
    message: Any, covered: Sequence[str], body: bytes, *, keys: PeerKeys, now: datetime
) -> tuple[hms.VerifyResult, str]:
    resolver = _Resolver(keys, now)
    verifier = _Verifier(signature_algorithm=_ALGORITHM, key_resolver=resolver)
    try:
        [found] = verifier.verify(message, max_age=MAX_AGE, expect_tag=TAG, require_components=covered, body=body)
    except (hms.HTTPMessageSignaturesException, ValueError) as error:
        cause = error.args[0] if error.args else None
        if isinstance(cause, Forbidden):  # the resolver's own refusal, which the library wraps
            raise cause from error
        raise Forbidden("PEER_SIGNATURE") from error
    return found, resolver.issuer
