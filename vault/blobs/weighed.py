"""A file that remembers what was read from it, so that a store can be held to what it says it kept."""

from __future__ import annotations

import hashlib
import io


class Weighed(io.RawIOBase):
    """Hands `source` on, and weighs what passes by the ETag that S3 stores give (RFC 1321 MD5).

    An object put in one request has the MD5 of its bytes; one put in parts of `part` bytes the MD5 of the parts' MD5s
    and their number. A store that encrypts by itself may give another ETag: then only reading back tells.
    """

    def __init__(self, source: io.IOBase, *, part: int) -> None:
        self._source, self._part, self._room = source, part, part
        self._of_part = hashlib.md5(usedforsecurity=False)
        self._parts: list[bytes] = []

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """What the source gives."""
        data: bytes = self._source.read(size)
        left = memoryview(data)
        while left:
            if not self._room:
                self._close_part()
            now, left = left[: self._room], left[self._room :]
            self._of_part.update(now)
            self._room -= len(now)
        return data

    def _close_part(self) -> None:
        self._parts.append(self._of_part.digest())
        self._of_part, self._room = hashlib.md5(usedforsecurity=False), self._part

    @property
    def etag(self) -> str:
        """Of everything that was read."""
        if not self._parts:
            return self._of_part.hexdigest()
        parts = [*self._parts, self._of_part.digest()]
        return f"{hashlib.md5(b''.join(parts), usedforsecurity=False).hexdigest()}-{len(parts)}"
