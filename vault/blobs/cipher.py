"""A blob as it lies in the bucket: AES-256-GCM in chunks, so that a large one is read and written piece by piece.

    b"KHO1" | chunk 0 | chunk 1 | ... | last chunk          each chunk: at most 1 MiB of text and its 16-byte tag

A data key belongs to one blob and encrypts nothing else. So a chunk's nonce is its place (11 bytes, big endian) and a
byte that says whether it is the last (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, 2015), and the
same bytes always give the same object: storing them twice changes nothing. The blob's digest goes into every tag: a
chunk that was moved, left out, repeated or taken from another blob does not open.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.domain.ids import Digest

MAGIC = b"KHO1"
CHUNK = 1 << 20
TAG = 16
KEY_SIZE = 32
_COUNTER = 11


class CipherError(ValueError):
    """Bytes that this key and this name do not open."""


def encrypted_size(size: int) -> int:
    """How many bytes a blob of `size` bytes takes in the bucket; the empty blob has one empty chunk."""
    chunks = max(1, -(-size // CHUNK))
    return len(MAGIC) + size + chunks * TAG


def _nonce(place: int, *, last: bool) -> bytes:
    return place.to_bytes(_COUNTER, "big") + bytes([last])


def encrypt(data: bytes | memoryview, *, key: bytes, digest: Digest) -> Iterator[bytes]:
    """The object of a blob, piece by piece."""
    cipher, name, view = AESGCM(key), digest.encode(), memoryview(data)
    yield MAGIC
    starts = range(0, len(view), CHUNK) or range(1)
    for place, start in enumerate(starts):
        last = start + CHUNK >= len(view)
        yield cipher.encrypt(_nonce(place, last=last), view[start : start + CHUNK], name)


def decrypt(source: BinaryIO, *, key: bytes, digest: Digest) -> Iterator[bytes]:
    """The blob, piece by piece; each piece is authentic when it is given. `CipherError` as soon as one is not."""
    cipher, name = AESGCM(key), digest.encode()
    if _read(source, len(MAGIC)) != MAGIC:
        raise CipherError("another format")
    place, ahead = 0, _read(source, CHUNK + TAG)
    while True:
        chunk, ahead = ahead, _read(source, CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(place, last=not ahead), chunk, name)
        except (InvalidTag, ValueError) as error:
            raise CipherError(f"chunk {place}") from error
        if not ahead:
            return
        place += 1


def _read(source: BinaryIO, size: int) -> bytes:
    """So many bytes, fewer only at the end: a connection gives what has come."""
    found = source.read(size)
    if not found or len(found) == size:
        return found or b""
    parts, missing = [found], size - len(found)
    while missing and (more := source.read(missing)):
        parts.append(more)
        missing -= len(more)
    return b"".join(parts)


class Reader(io.RawIOBase):
    """An iterable of pieces as a file to read from, for a client that wants one."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, fewer only at the end; all that is left without a size."""
        found, wanted = [], size if size >= 0 else None
        while wanted is None or wanted > 0:
            if not self._rest:
                piece = next(self._pieces, None)
                if piece is None:
                    break
                self._rest = memoryview(piece)
                continue
            taken = self._rest if wanted is None else self._rest[:wanted]
            found.append(taken)
            self._rest = self._rest[len(taken) :]
            wanted = None if wanted is None else wanted - len(taken)
        return found[0].tobytes() if len(found) == 1 else b"".join(found)
