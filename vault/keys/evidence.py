"""What proves later that a signature was good when its file came in: CRLs, OCSP responses, a time stamp beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import httpx
from cryptography import x509

import signing
from vault.ports import Clock

Fetch = Callable[[str, bytes | None], bytes]

MAX_BYTES: Final = 20_000_000
BUDGET_S: Final = 20.0
"""For everything that one file needs; what does not come in time is left out."""
ONE_S: Final = 5.0


class HttpFetch:
    """`fetch` of `signing.collect_evidence` over HTTP, for one file. Raises OSError for every fault."""

    def __init__(self, client: httpx.Client, *, budget_s: float = BUDGET_S) -> None:
        self._client = client
        self._deadline = time.monotonic() + budget_s

    def __call__(self, url: str, body: bytes | None) -> bytes:
        """Get a list, or post an OCSP request (RFC 6960, A.1)."""
        left = self._deadline - time.monotonic()
        if left <= 0 or not url.startswith(("http://", "https://")):
            raise OSError("no time left, or no web address")
        headers = {} if body is None else {"Content-Type": "application/ocsp-request"}
        method = "GET" if body is None else "POST"
        found = bytearray()
        try:
            with self._client.stream(
                method, url, content=body, headers=headers, timeout=min(ONE_S, left), follow_redirects=True
            ) as response:
                response.raise_for_status()
                for part in response.iter_bytes():
                    found += part
                    if len(found) > MAX_BYTES or time.monotonic() > self._deadline:
                        raise OSError("too much, or too slow")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OSError(f"{type(error).__name__}: {error}") from error
        return bytes(found)


def evidence_of(
    chains: Sequence[Sequence[x509.Certificate]],
    *,
    sha256: bytes,
    kept: signing.Evidence,
    fetch: Fetch,
    timestamper: signing.Timestamper,
    trust: signing.Trust,
    clock: Clock,
) -> signing.Evidence:
    """`kept` with the status of every chain as of now and one more time stamp over the file with this SHA-256.

    The chain of the time stamp is looked after as well.

    What cannot be had is left out: a paper is not kept waiting for another authority's server.
    """
    found, every = kept, list(chains)
    lists: dict[str, bytes] = {}

    def once(url: str, body: bytes | None) -> bytes:
        # Chains meet in the same authorities: a list is fetched once, a request with its nonce each time.
        if body is not None:
            return fetch(url, body)
        if url not in lists:
            lists[url] = fetch(url, None)
        return lists[url]

    with suppress(signing.TimestampUnavailableError):
        token = timestamper.timestamp(signing.existence_digest(sha256, kept.tokens))
        known = trust + signing.Trust(roots=(), intermediates=tuple(one for chain in chains for one in chain[1:]))
        every.append(signing.chain_of_token(token, trust=known))
        found += signing.Evidence(tokens=(token,))
    for chain in every:
        with suppress(signing.EvidenceMissingError):
            found += signing.collect_evidence(chain, fetch=once, now=clock.now())
    return found


def nothing_fetched(url: str, body: bytes | None) -> bytes:
    """For a deployment that may not reach the authorities' servers: only the time stamp is kept."""
    raise OSError(f"{url} is not asked: VAULT_EVIDENCE=off ({len(body or b'')} bytes)")
