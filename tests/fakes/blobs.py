"""`ports.Blobs` in memory; the same contract suite runs on it and on the real store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vault.domain.errors import NotFound, Unavailable
from vault.domain.ids import Digest, digest_of
from vault.domain.intake import IntakeId
from vault.ports import HeldKey


class MemoryBlobs:
    """Bytes in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[Digest, bytes] = {}
        self.used: dict[Digest, set[IntakeId]] = {}

    def put(self, data: bytes, *, mime: str, paper: IntakeId, agency: str) -> Digest:
        """Keep bytes under their digest."""
        del mime, agency
        digest = digest_of(data)
        self.kept.setdefault(digest, bytes(data))
        self.used.setdefault(digest, set()).add(paper)
        return digest

    def put_new(self, data: bytes, digest: Digest, *, mime: str, paper: IntakeId, agency: str) -> bool:
        """The same, unless somebody uses them."""
        return not self.used.get(digest) and self.put(data, mime=mime, paper=paper, agency=agency) == digest

    def get(self, digest: Digest) -> bytes:
        """The bytes, checked against their name."""
        data = self.kept.get(digest)
        if data is None:
            raise NotFound("BLOB", digest=digest)
        if digest_of(data) != digest:
            raise Unavailable("BLOB_DAMAGED", digest=digest)
        return data

    def open(self, digest: Digest) -> Iterator[bytes]:
        """The same in one piece."""
        yield self.get(digest)

    def let_go(self, digest: Digest, *, paper: IntakeId) -> bool:
        """Forget the bytes when nobody uses them any more."""
        users = self.used.get(digest, set())
        was_there = paper in users
        users.discard(paper)
        if was_there and not users:
            del self.kept[digest]
        return was_there and not users

    def discard(self, ended: Sequence[HeldKey], *, clear: Sequence[Digest] = ()) -> None:
        """Forget them; nothing lies here in clear."""
        del clear
        for one in ended:
            self.kept.pop(Digest(one.digest), None)

    def has(self, digest: Digest) -> bool:
        """Whether they are kept."""
        return digest in self.kept

    def damage(self, digest: Digest) -> None:
        """Rot one byte on the disk, as it were."""
        self.kept[digest] = self.kept[digest][:-1] + bytes([self.kept[digest][-1] ^ 1])
