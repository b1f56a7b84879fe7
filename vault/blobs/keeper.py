"""The bucket as its keeper sees it: where each blob lies, whether it reads back, and how a copy brings it back."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from vault.blobs.cipher import CipherError, decrypt
from vault.blobs.encrypted import object_name, plain_name
from vault.blobs.s3 import S3Store
from vault.domain.errors import Unavailable
from vault.domain.ids import Digest
from vault.domain.upkeep import Fault
from vault.ports import HeldBlob, KeyService, Looked, Place, key_context

_SEALED = "application/octet-stream"


class BucketKeeper:
    """`ports.Bucket` over an object store, its copies by name, and the key service."""

    def __init__(self, store: S3Store, *, copies: Mapping[str, S3Store], keys: KeyService) -> None:
        self._store = store
        self._copies = copies
        self._keys = keys

    def place(self, blob: HeldBlob) -> Place:
        """Open every wrap; the key that most of them hold is the blob's."""
        opened: dict[str, bytes] = {}
        closed = []
        for one in blob.held:
            try:
                opened[one.paper] = self._keys.unwrap(one.wrapped, context=key_context(one.digest, one.paper))
            except Unavailable as error:
                if error.code != "KEY_UNWRAP":  # the service is down: nothing is known about this key
                    raise
                closed.append(one.paper)
        if not opened:
            return Place(None, (), tuple(closed))
        keys = list(dict.fromkeys(opened.values()))
        key = self._right_one(blob.digest, keys)
        other = tuple(paper for paper, held in opened.items() if held != key)
        names = tuple(object_name(one, blob.digest) for one in keys)
        return Place(object_name(key, blob.digest), names, tuple(closed), other)

    def _right_one(self, digest: Digest, keys: list[bytes]) -> bytes:
        """Of several keys the one under whose name something lies."""
        if len(keys) == 1:
            return keys[0]
        return next((key for key in keys if self._store.has(object_name(key, digest))), keys[0])

    def has(self, name: str) -> bool:
        """Whether there is an object."""
        return self._store.has(name)

    def look(self, blob: HeldBlob) -> Looked:
        """Every byte, in pieces."""
        key = self._key(blob)
        if key is None:
            return Looked(Fault.KEY_CLOSED, 0)
        with self._store.stream(object_name(key, blob.digest)) as source:
            if source is None:
                return Looked(Fault.BLOB_MISSING, 0)
            size = _whole(source, key, blob.digest)
        return Looked(Fault.BLOB_DAMAGED if size is None else None, size or 0)

    def heal(self, blob: HeldBlob) -> str | None:
        """The first copy that reads back whole takes the place of what is there."""
        key = self._key(blob)
        if key is None:
            return None
        name = object_name(key, blob.digest)
        for copy, store in self._copies.items():
            try:
                data = store.get(name)
            except Unavailable:
                continue  # the next copy may answer
            if data is not None and _whole(io.BytesIO(data), key, blob.digest) is not None:
                self._store.put(name, data, mime=_SEALED)
                return copy
        return None

    def _key(self, blob: HeldBlob) -> bytes | None:
        keys = []
        for one in blob.held:
            try:
                keys.append(self._keys.unwrap(one.wrapped, context=key_context(one.digest, one.paper)))
            except Unavailable as error:
                if error.code != "KEY_UNWRAP":
                    raise
        return self._right_one(blob.digest, list(dict.fromkeys(keys))) if keys else None

    def sealed(self, shard: int, before: datetime) -> Iterator[str]:
        """By the first two letters of the name."""
        yield from self._store.names(f"sealed/{shard:02x}/", before=before)

    def clear(self, before: datetime) -> Iterator[tuple[str, Digest]]:
        """Objects under `blob/`."""
        for name in self._store.names("blob/", before=before):
            digest = Digest(name.rpartition("/")[2])
            yield plain_name(digest), digest

    def remove(self, name: str) -> None:
        """Remove an object."""
        self._store.remove(name)


class FileShards:
    """`ports.NameShards` in files: 32 bytes a name, one file for each first byte."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[int, BinaryIO] = {}
        self._folder = folder

    def add(self, name: str) -> None:
        """Append it to the file of its first byte."""
        digest = bytes.fromhex(name.rpartition("/")[2])
        file = self._files.get(digest[0])
        if file is None:
            file = self._files[digest[0]] = (self._folder / f"{digest[0]:02x}").open("wb")
        file.write(digest)

    def shard(self, number: int) -> frozenset[str]:
        """Read one file back."""
        file = self._files.get(number)
        if file is None:
            return frozenset()
        file.flush()
        data = (self._folder / f"{number:02x}").read_bytes()
        hexadecimal = (data[at : at + 32].hex() for at in range(0, len(data), 32))
        return frozenset(f"sealed/{one[:2]}/{one}" for one in hexadecimal)

    def close(self) -> None:
        """Close the files; the folder is the caller's."""
        for file in self._files.values():
            file.close()


def _whole(source: BinaryIO, key: bytes, digest: Digest) -> int | None:
    """How many bytes the blob has; None when it does not open or is not what its name says."""
    seen, size = hashlib.sha256(), 0
    try:
        for piece in decrypt(source, key=key, digest=digest):
            seen.update(piece)
            size += len(piece)
    except CipherError:
        return None
    return size if seen.hexdigest() == digest else None
