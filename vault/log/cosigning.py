"""Asks the witnesses of a log for their signatures under its newest checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from vault.log.cosignature import VerifierKey, cosigned_at
from vault.log.note import NoteError
from vault.log.witness import request_body

TIMEOUT = 5.0
Proof = Callable[[int], Sequence[bytes]]
"""Old size -> consistency proof from there to the checkpoint."""


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """Where a witness takes checkpoints, and its key."""

    url: str
    key: VerifierKey


class Witnesses:
    """The witnesses of one log. Remembers how far each of them is, so that a round is one request."""

    def __init__(self, addresses: Sequence[WitnessAddress]) -> None:
        self.addresses = tuple(addresses)
        self._sizes: dict[str, int] = {}
        self._client = httpx.Client(timeout=TIMEOUT) if addresses else None

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """Their keys."""
        return tuple(one.key for one in self.addresses)

    def sign(self, note: str, size: int, proof: Proof) -> str:
        """The note with every cosignature that could be had now; those that it carries are not asked for again."""
        missing = [one for one in self.addresses if cosigned_at(note, one.key) is None]
        if not missing:
            return note
        with ThreadPoolExecutor(len(missing)) as pool:
            lines = pool.map(lambda one: self._ask(one, note, size, proof), missing)
        return note + "".join(lines)

    def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            self._client.close()

    def _ask(self, witness: WitnessAddress, note: str, size: int, proof: Proof) -> str:
        """Its signature line, or nothing: a witness that is down or refuses is asked again next time."""
        for _ in range(2):
            old = self._sizes.get(witness.url, 0)
            if old > size:
                return ""  # it has seen a newer tree than this one: the next round shows it that
            answer = self._send(witness, request_body(old, proof(old) if 0 < old < size else (), note))
            if answer is None:
                return ""
            if answer.status_code == httpx.codes.OK:
                self._sizes[witness.url] = size
                return _own_line(answer.text, note, witness.key)
            told = answer.text.strip()
            if answer.status_code != httpx.codes.CONFLICT or not (told.isascii() and told.isdigit()):
                return ""
            self._sizes[witness.url] = int(told)
        return ""

    def _send(self, witness: WitnessAddress, body: str) -> httpx.Response | None:
        if self._client is None:
            return None
        try:
            return self._client.post(f"{witness.url.rstrip('/')}/add-checkpoint", content=body.encode())
        except httpx.HTTPError:
            return None


def _own_line(answer: str, note: str, key: VerifierKey) -> str:
    """The line of this key among those that came back, if it holds under the note."""
    for line in answer.splitlines():
        try:
            if cosigned_at(f"{note}{line}\n", key) is not None:
                return f"{line}\n"
        except NoteError:
            continue
    return ""
