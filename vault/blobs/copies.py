r"""Copies of everything in another bucket: objects as they are, files of the database encrypted before they leave.

    b"KHOA1\n" | one line of JSON {"agency", "key", "wrapped"} | the chunks of `cipher`, bound to the file's name

The data key of each file is wrapped by the key service like those of papers: whoever holds the copy and not the
wrapping keys holds nothing. Nothing is written over. Where the bucket has Object Lock the store itself sees to that;
elsewhere this program refuses, which does not bind somebody else who has the keys of the store.
"""

from __future__ import annotations

import base64
import json
import mmap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from vault.blobs.cipher import KEY_SIZE, CipherError, Reader, decrypt, encrypt, encrypted_size
from vault.blobs.s3 import ObjectLock, S3Store
from vault.domain.errors import Unavailable
from vault.domain.ids import digest_of
from vault.ports import Clock, Ids, KeyService, WrappedKey, key_context

_MAGIC = b"KHOA1\n"
_FILES = "backup/"
_PAPERS = ("sealed/", "blob/")
_MIME = "application/octet-stream"
_LONGEST_HEADER = 16_384
_AT_A_TIME = 4
_PORTION = 200


class S3Copy:
    """`ports.archive.Copy` over a bucket."""

    def __init__(
        self,
        store: S3Store,
        *,
        name: str,
        place: str,
        lock_days: int,
        own: Callable[[], S3Store],
        agency: str,
        keys: KeyService,
        ids: Ids,
        clock: Clock,
    ) -> None:
        self._store = store
        self._name = name
        self._place = place
        self._lock_days = lock_days
        self._own = own  # asked when it is needed: before a restore there is none
        self._agency = agency
        self._keys = keys
        self._ids = ids
        self._clock = clock

    @property
    def name(self) -> str:
        """In reports."""
        return self._name

    @property
    def place(self) -> str:
        """Where it stands."""
        return self._place

    def prepare(self) -> str:
        """`object lock`, `refused by the program`, or that a lock was asked for and the store has none."""
        self._store.prepare(lock=self._lock_days > 0)
        if not self._lock_days:
            return "refused by the program"
        if self._store.object_lock() is ObjectLock.NONE:
            return "refused by the program: the store has no object lock"
        return f"object lock, {self._lock_days} days"

    def put(self, name: str, file: Path) -> bool:
        """Never over what is there."""
        if self._store.has(_FILES + name):
            return False
        key, bound = self._ids.random(KEY_SIZE), digest_of(name.encode())
        wrapped = self._keys.wrap(key, agency=self._agency, context=key_context(bound, name))
        told = {"agency": wrapped.agency, "key": wrapped.key, "wrapped": base64.b64encode(wrapped.wrapped).decode()}
        header = _MAGIC + json.dumps(told).encode() + b"\n"
        size = file.stat().st_size
        data = _mapped(file) if size else b""

        def pieces() -> Iterator[bytes]:
            yield header
            yield from encrypt(memoryview(data), key=key, digest=bound)

        whole = len(header) + encrypted_size(size)
        self._store.put_stream(_FILES + name, Reader(pieces()), whole, mime=_MIME, locked_until=self._lock())
        return True

    def get(self, name: str, file: Path) -> None:
        """To a draft first: a file that is there is whole."""
        draft = file.with_name(f"{file.name}.part")
        with self._store.stream(_FILES + name) as source:
            if source is None:
                raise Unavailable("BACKUP_UNREADABLE", file=name, reason="not there")
            if source.read(len(_MAGIC)) != _MAGIC:
                raise Unavailable("BACKUP_UNREADABLE", file=name, reason="another format")
            header = bytearray()
            while (letter := source.read(1)) not in {b"\n", b""} and len(header) < _LONGEST_HEADER:
                header += letter
            try:
                told = json.loads(header)
                wrapped = WrappedKey(told["agency"], told["key"], base64.b64decode(told["wrapped"]))
            except (ValueError, KeyError, TypeError) as error:
                raise Unavailable("BACKUP_UNREADABLE", file=name, reason="header") from error
            bound = digest_of(name.encode())
            key = self._keys.unwrap(wrapped, context=key_context(bound, name))
            try:
                with draft.open("wb") as target:
                    for piece in decrypt(source, key=key, digest=bound):
                        target.write(piece)
            except CipherError as error:
                draft.unlink()
                raise Unavailable("BACKUP_UNREADABLE", file=name, reason="damaged") from error
        draft.replace(file)

    def names(self, prefix: str) -> Iterator[str]:
        """In order."""
        for name in self._store.names(_FILES + prefix):
            yield name.removeprefix(_FILES)

    def remove(self, name: str) -> bool:
        """A lock is no error: what it keeps goes another time."""
        try:
            self._store.remove(_FILES + name)
        except Unavailable:
            return False
        return True

    def pull(self) -> int:
        """By comparing names: an object's name gives its content, so what is there is the same."""
        return sum(_bring(self._own(), self._store, prefix, self._lock()) for prefix in _PAPERS)

    def push(self) -> int:
        """The other way."""
        return sum(_bring(self._store, self._own(), prefix, None) for prefix in _PAPERS)

    def _lock(self) -> datetime | None:
        return self._clock.now() + timedelta(days=self._lock_days) if self._lock_days else None


def _bring(source: S3Store, target: S3Store, prefix: str, locked_until: datetime | None) -> int:
    """Several at a time, in portions, so that memory holds a few files however many there are."""

    def bring(name: str) -> bool:
        data = source.get(name)
        if data is None:  # removed since it was listed: its paper was erased
            return False
        target.put(name, data, mime=_MIME, locked_until=locked_until)
        return True

    count, missing = 0, _missing(source, target, prefix)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        while portion := list(islice(missing, _PORTION)):
            count += sum(pool.map(bring, portion))
    return count


def _missing(source: S3Store, target: S3Store, prefix: str) -> Iterator[str]:
    """Two lists in the same order, walked side by side: neither is ever held whole."""
    there = iter(target.names(prefix))
    other = next(there, None)
    for name in source.names(prefix):
        while other is not None and other < name:
            other = next(there, None)
        if other != name:
            yield name


def _mapped(file: Path) -> mmap.mmap:
    """The file's bytes without holding them: a base backup may be larger than memory."""
    with file.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
