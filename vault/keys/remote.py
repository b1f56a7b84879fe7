"""A seal whose key lies with a signing service: a digest goes out, the signature comes by asking or by its webhook.

Any service fits behind `signing.RemoteSigner`; `HttpRemoteSigner` speaks the smallest protocol that does the job.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

import httpx
from cryptography import x509

import signing

MAX_SIGNATURE: Final = 1024
"""Bytes: RSA-4096 needs 512."""
POLL_S: Final = 0.5
PATIENCE: Final = timedelta(days=2)
"""So long an answer is waited for; then the seal is asked for again with the time of that day."""


class AnswerBox(Protocol):
    """Where the webhook leaves signatures for whoever waits, on whatever machine."""

    def get(self, path: str) -> bytes | None:
        """What was left under this name; None while nothing was."""
        ...


class Diary(AnswerBox, Protocol):
    """Where it is kept when a seal was first asked for."""

    def put(self, path: str, data: bytes, *, mime: str) -> None:
        """Keep it under this name."""
        ...


class FirstAsked:
    """When the seal of a file was first asked for.

    A signer on a person's phone may answer hours later, when the job that asked has long ended. The job runs again,
    composes the same file, seals it with the time of its first try, and so asks for the same digest under the same
    name: the answer fits, and the person is not asked twice. Nothing of the paper is kept for that but this time.
    """

    def __init__(self, diary: Diary) -> None:
        self._diary = diary

    def __call__(self, pdf: bytes, now: datetime) -> datetime:
        """The time to seal `pdf` with; `now` when it was never asked for, or too long ago."""
        name = hashlib.sha256(pdf).hexdigest()
        kept = self._diary.get(name)
        if kept is not None:
            before = datetime.fromisoformat(kept.decode())
            if now - PATIENCE < before <= now:
                return before
        self._diary.put(name, now.isoformat().encode(), mime="text/plain")
        return now


class HttpRemoteSigner:
    """`signing.RemoteSigner` over HTTP.

    `PUT {url}/{id}` with `{"digest": hex, "hash": "SHA-256"}` asks, and asking again is the same request;
    `GET {url}/{id}` answers 200 with `{"signature": base64}`, or 202 while there is none.
    """

    def __init__(self, url: str, token: str, *, client: httpx.Client | None = None) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = client or httpx.Client(timeout=10)

    def submit(self, request_id: str, digest: bytes) -> None:
        """See `signing.RemoteSigner`."""
        self._ask("PUT", request_id, {"digest": digest.hex(), "hash": "SHA-256"})

    def poll(self, request_id: str) -> bytes | None:
        """See `signing.RemoteSigner`."""
        answer = self._ask("GET", request_id, None)
        if answer.status_code == httpx.codes.ACCEPTED:
            return None
        try:
            return read_signature(answer.json()["signature"])
        except (ValueError, KeyError, TypeError) as error:
            raise signing.SignerUnavailableError("the answer holds no signature") from error

    def _ask(self, method: str, request_id: str, body: object) -> httpx.Response:
        try:
            answer = self._client.request(method, f"{self._url}/{request_id}", json=body, headers=self._headers)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise signing.SignerUnavailableError(f"{type(error).__name__}: {error}") from error
        return answer


def read_signature(text: object) -> bytes:
    """A signature value in base64; ValueError for anything else."""
    if not isinstance(text, str) or len(text) > 2 * MAX_SIGNATURE:
        raise ValueError("no signature")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error


class RemoteKey:
    """`signing.RawSigner` that waits for a remote signature, at most `wait_s`.

    An answer that does not fit the request (another's, forged, out of order) is as good as none; one that comes twice
    is the same. A request is named by what is to be signed: asking again, in another process or after hours, is the
    same request (see `FirstAsked`).
    """

    def __init__(
        self,
        signer: signing.RemoteSigner,
        certificate: x509.Certificate,
        *,
        answers: AnswerBox,
        wait_s: float,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._signer = signer
        self._certificate = certificate
        self._answers = answers
        self._wait_s = wait_s
        self._pause = pause

    def sign(self, data: bytes) -> bytes:
        """See `signing.RawSigner`; SIGNER_UNAVAILABLE when no fitting answer came in time."""
        digest = hashlib.sha256(data).digest()
        request_id = digest.hex()
        self._signer.submit(request_id, digest)
        until = time.monotonic() + self._wait_s
        while True:
            for answer in (self._answers.get(request_id), self._signer.poll(request_id)):
                if answer is not None and signing.fits(self._certificate, answer, digest):
                    return answer
            if time.monotonic() >= until:
                raise signing.SignerUnavailableError(f"no signature within {self._wait_s:g} s")
            self._pause(POLL_S)
