"""`ports.PeerDesk`: checks what other vaults send, and signs what they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from vault.domain.errors import Forbidden
from vault.domain.peers import Peer, PeerDirectory
from vault.peers.signatures import KEPT, PeerKeys, check_request, sign_answer
from vault.ports import Clock, IncomingPeer


class SignedPeerDesk:
    """The desk over the directory and the trust list."""

    kept: timedelta = KEPT

    def __init__(self, directory: PeerDirectory, *, keys: PeerKeys, clock: Clock) -> None:
        self._directory, self._keys, self._clock = directory, keys, clock

    def check(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> IncomingPeer:
        """Who signed it for this address."""
        return check_request(method, url, headers, body, keys=self._keys, now=self._clock.now())

    def peer(self, code: str) -> Peer:
        """The directory's entry of the signer; `PEER_UNKNOWN` for a key whose agency we do not answer."""
        found = self._directory.find(code, self._clock.now().date())
        if found is None or found.code != code:
            raise Forbidden("PEER_UNKNOWN")
        return found

    def sign(self, asked: IncomingPeer, status: int, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        """The answer's headers, bound to the request."""
        return sign_answer(asked, status, dict(headers), body, keys=self._keys, now=self._clock.now())
