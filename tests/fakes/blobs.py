"""`ports.Blobs` in memory; the same contract suite runs on it and on the real store."""

from __future__ import annotations

from vault.domain.errors import NotFound, Unavailable
from vault.domain.ids import Digest, digest_of


class MemoryBlobs:
    """Bytes in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[Digest, bytes] = {}

    def put(self, data: bytes, *, mime: str) -> Digest:
        """Keep bytes under their digest."""
        del mime
        digest = digest_of(data)
        self.kept.setdefault(digest, bytes(data))
        return digest

    def get(self, digest: Digest) -> bytes:
        """The bytes, checked against their name."""
        data = self.kept.get(digest)
        if data is None:
            raise NotFound("BLOB", digest=digest)
        if digest_of(data) != digest:
            raise Unavailable("BLOB_DAMAGED", digest=digest)
        return data

    def has(self, digest: Digest) -> bool:
        """Whether they are kept."""
        return digest in self.kept

    def damage(self, digest: Digest) -> None:
        """Rot one byte on the disk, as it were."""
        self.kept[digest] = self.kept[digest][:-1] + bytes([self.kept[digest][-1] ^ 1])
