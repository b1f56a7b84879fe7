"""RFC 3161 time stamps: a local authority for the single machine, and a client for an authority by URL.

Both keep the promise of `Timestamper`: a token for this SHA-256 digest, or `TimestampUnavailableError` within
the time limit; never a token for something else.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import TYPE_CHECKING, Final, Protocol

import httpx
from asn1crypto import cms, tsp  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from signing.cms import SignerIdentity, der, integer, signed_data
from signing.errors import KeyUnusableError, TimestampUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cryptography import x509

LOCAL_TSA_POLICY: Final = "2.25.212117230105346374961427462139917012188"
"""Policy identifier in every token of a local authority, so that reports can say "local"."""

TOKEN_LIMIT: Final = 64 * 1024
"""No answer longer than this many bytes is read."""

BAD_ALGORITHM: Final = 0
BAD_DATA_FORMAT: Final = 5

DEFAULT_TIMEOUT_S: Final = 1.5
"""Seconds for the whole exchange; leaves room to fall back to B-B within two seconds."""


class Timestamper(Protocol):
    """Gives out time-stamp tokens. Promise: the token is over exactly the given digest."""

    def timestamp(self, digest: bytes) -> bytes:
        """DER of a TimeStampToken (CMS ContentInfo) over a 32-byte SHA-256 digest, or `TimestampUnavailableError`."""


class LocalTimestampAuthority:
    """An authority in this process. Its tokens carry `LOCAL_TSA_POLICY` and bind the given `clock`.

    Such a time is as good as this machine's clock: reports name the authority, and many machines use a real one.
    """

    def __init__(
        self,
        certificate: x509.Certificate,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
        chain: tuple[x509.Certificate, ...],
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._key = key
        self._clock = clock
        self._identity = SignerIdentity.of(certificate, [c for c in chain if c.issuer != c.subject])
        self._name = asn1_x509.Name.load(certificate.subject.public_bytes())
        self.certificate = certificate

    @classmethod
    def from_pkcs12(
        cls, container: bytes, passphrase: bytes, *, clock: Callable[[], datetime]
    ) -> LocalTimestampAuthority:
        """Load the authority's key once. A wrong pass phrase or a foreign key is KEY_UNUSABLE."""
        try:
            key, own, others = pkcs12.load_key_and_certificates(container, passphrase)
        except ValueError as error:
            raise KeyUnusableError("wrong pass phrase or broken PKCS#12") from error
        if own is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise KeyUnusableError("the container holds no usable key")
        return cls(own, key, tuple(others), clock=clock)

    def timestamp(self, digest: bytes) -> bytes:
        """See `Timestamper`."""
        imprint = tsp.MessageImprint({"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest})
        return self._token(imprint, nonce=None)

    def respond(self, request: bytes) -> bytes:
        """Answer one DER TimeStampReq with a DER TimeStampResp, as an HTTP endpoint would (RFC 3161, 3.4)."""
        try:
            parsed = tsp.TimeStampReq.load(request, strict=True)
            imprint = parsed["message_imprint"]
            known = imprint["hash_algorithm"]["algorithm"].native in {"sha256", "sha384", "sha512"}
            nonce = parsed["nonce"].native
        except (ValueError, TypeError, KeyError):
            return _refusal(BAD_DATA_FORMAT)
        if not known:
            return _refusal(BAD_ALGORITHM)
        token = cms.ContentInfo.load(self._token(imprint, nonce=nonce))
        return bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())

    def _token(self, imprint: tsp.MessageImprint, *, nonce: int | None) -> bytes:
        now = self._clock()
        fields = {
            "version": "v1",
            "policy": LOCAL_TSA_POLICY,
            "message_imprint": imprint,
            "serial_number": secrets.randbits(63),
            "gen_time": now,
            "accuracy": {"seconds": 1},
            "tsa": asn1_x509.GeneralName(name="directory_name", value=self._name),
        }
        if nonce is not None:
            fields["nonce"] = nonce
        info = bytes(tsp.TSTInfo(fields).dump())
        return signed_data(self._identity, self._sign, digest=hashlib.sha256(info).digest(), encapsulated=info)

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class HttpTimestamper:
    """A client of one time-stamp authority by URL. `timeout_s` bounds the whole exchange, slow drips included."""

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        client: httpx.Client | None = None,
    ) -> None:
        self._url = url
        self._timeout_s = timeout_s
        self._client = client or httpx.Client(timeout=timeout_s)

    def timestamp(self, digest: bytes) -> bytes:
        """See `Timestamper`."""
        nonce = secrets.randbits(63)
        request = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
                "nonce": nonce,
                "cert_req": True,
            }
        )
        return _checked(self._post(request.dump()), digest, nonce)

    def _post(self, body: bytes) -> bytes:
        deadline = time.monotonic() + self._timeout_s
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        parts: list[bytes] = []
        try:
            with self._client.stream(
                "POST", self._url, content=body, headers=headers, timeout=self._timeout_s
            ) as response:
                if response.status_code != httpx.codes.OK:
                    raise TimestampUnavailableError(f"the authority answered HTTP {response.status_code}")
                for part in response.iter_bytes():
                    parts.append(part)
                    if time.monotonic() > deadline or sum(map(len, parts)) > TOKEN_LIMIT:
                        raise TimestampUnavailableError("the authority is too slow or answers too much")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TimestampUnavailableError(f"{type(error).__name__}: {error}") from error
        return b"".join(parts)


def stamped_at(token: bytes) -> datetime:
    """The time that a token of an authority names (RFC 3161, `genTime`)."""
    info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    at: datetime = info["gen_time"].native
    return at


def _checked(response: bytes, digest: bytes, nonce: int) -> bytes:
    """The token inside a response, after the checks of RFC 3161, 2.4.2: status, imprint, nonce."""
    try:
        parsed = tsp.TimeStampResp.load(response, strict=True)
        status = parsed["status"]["status"].native
        if status not in {"granted", "granted_with_mods"}:
            raise TimestampUnavailableError(f"the authority refused: {status}")
        token = parsed["time_stamp_token"]
        info = token["content"]["encap_content_info"]["content"].parsed
        imprint = info["message_imprint"]
        same = (
            imprint["hashed_message"].native == digest
            and imprint["hash_algorithm"]["algorithm"].native == "sha256"
            and info["nonce"].native == nonce
        )
        der = bytes(token.dump())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TimestampUnavailableError("the answer is not a time-stamp response") from error
    if not same:
        raise TimestampUnavailableError("the token is for another digest or request")
    return der


def _refusal(failure: int) -> bytes:
    """A TimeStampResp without a token: status rejection (2) and one bit of PKIFailureInfo (RFC 3161, 2.4.2)."""
    bits = der(0x03, bytes((7 - failure, 0x80 >> failure)))
    return der(0x30, der(0x30, integer(2), bits))
