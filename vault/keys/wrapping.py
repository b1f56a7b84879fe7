"""Agencies' wrapping keys in a file: each derived from a key of 256 random bits, kept under the pass phrase.

`wrapping.json` holds every version that was ever made; the newest wraps, the older ones only open. An agency's key is
HKDF-SHA-256 over a version and the agency's code, so one file serves every agency and each has a key of its own.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TypedDict

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vault.domain.errors import Conflict, Unavailable
from vault.keys.folder import write_private
from vault.ports import WrappedKey

KEY_SIZE = 32
_NONCE = 12
_KIND = "file"
_COST = 1 << 15


class _Row(TypedDict):
    name: str
    created_at: str
    sealed: str


class _Rows(TypedDict):
    salt: str
    keys: list[_Row]


@dataclass(frozen=True, slots=True)
class WrappingVersion:
    """One version of the key: its name and when it was made."""

    name: str
    created_at: datetime


class WrappingFile:
    """The versions in a file. Every read takes up what another process wrote."""

    def __init__(self, path: Path, passphrase: Callable[[], bytes]) -> None:
        self._path = path
        self._passphrase = passphrase
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._keys: dict[str, bytes] = {}
        self._versions: tuple[WrappingVersion, ...] = ()

    @property
    def versions(self) -> tuple[WrappingVersion, ...]:
        """The oldest first; `KEY_MISSING` when there is no file, `KEY_UNUSABLE` when it does not open."""
        self._refresh()
        return self._versions

    def key(self, name: str) -> bytes:
        """A version's key; `KEY_UNWRAP` when it is not there."""
        self._refresh()
        found = self._keys.get(name)
        if found is None:
            raise Unavailable("KEY_UNWRAP", key=name)
        return found

    def newest(self) -> str:
        """The version that wraps."""
        return self.versions[-1].name

    def add(self, *, at: datetime) -> WrappingVersion:
        """Make the next version; it wraps from now on, and what older ones wrapped still opens."""
        with self._alone():
            return self._add(at)

    def add_first(self, *, at: datetime) -> None:
        """Make the first version, unless another process is faster."""
        with self._alone():
            if not self._path.exists():
                self._add(at)

    def _add(self, at: datetime) -> WrappingVersion:
        rows: _Rows = self._read() if self._path.exists() else {"salt": _text(os.urandom(16)), "keys": []}
        number = 1 + max((int(one["name"].rpartition(":")[2]) for one in rows["keys"]), default=0)
        name = f"{_KIND}:{number}"
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self._outer(rows["salt"])).encrypt(nonce, os.urandom(KEY_SIZE), name.encode())
        rows["keys"].append({"name": name, "created_at": at.isoformat(), "sealed": _text(nonce + sealed)})
        write_private(self._path, json.dumps(rows, indent=1).encode())
        return WrappingVersion(name, at)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, whichever process it is in: a version that is written over takes its papers along."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def drop(self, name: str, *, used: int) -> None:
        """Destroy a version. `KEY_IN_USE` for the one that wraps, and while it still wraps `used` keys."""
        if used or name == self.newest():
            raise Conflict("KEY_IN_USE", key=name)
        with self._alone():
            rows = self._read()
            rows["keys"] = [one for one in rows["keys"] if one["name"] != name]
            write_private(self._path, json.dumps(rows, indent=1).encode())

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
        except OSError as error:
            raise Unavailable("KEY_MISSING", file=self._path.name) from error
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp == self._seen:
            return
        with self._lock:
            rows = self._read()
            try:
                outer = self._outer(rows["salt"])
                opened = {one["name"]: _opened(outer, one["name"], one["sealed"]) for one in rows["keys"]}
                versions = tuple(
                    WrappingVersion(one["name"], datetime.fromisoformat(one["created_at"])) for one in rows["keys"]
                )
            except (InvalidTag, KeyError, ValueError, TypeError) as error:
                raise Unavailable("KEY_UNUSABLE", file=self._path.name) from error
            if not versions:
                raise Unavailable("KEY_UNUSABLE", file=self._path.name)
            self._keys, self._versions, self._seen = opened, versions, stamp

    def _read(self) -> _Rows:
        try:
            found: _Rows = json.loads(self._path.read_bytes())
        except (OSError, ValueError) as error:
            raise Unavailable("KEY_UNUSABLE", file=self._path.name) from error
        return found

    def _outer(self, salt: str) -> bytes:
        return Scrypt(salt=base64.b64decode(salt), length=KEY_SIZE, n=_COST, r=8, p=1).derive(self._passphrase())


class FileKeyService:
    """`ports.KeyService` over a `WrappingFile`."""

    def __init__(self, file: WrappingFile) -> None:
        self._file = file

    def wrap(self, key: bytes, *, agency: str, context: bytes) -> WrappedKey:
        """Under the agency's key of the newest version."""
        name, nonce = self._file.newest(), os.urandom(_NONCE)
        sealed = AESGCM(self._of(agency, name)).encrypt(nonce, key, context)
        return WrappedKey(agency, name, nonce + sealed)

    def unwrap(self, wrapped: WrappedKey, *, context: bytes) -> bytes:
        """With the version that wrapped it."""
        key, raw = self._of(wrapped.agency, wrapped.key), wrapped.wrapped
        try:
            return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], context)
        except (InvalidTag, ValueError) as error:
            raise Unavailable("KEY_UNWRAP", key=wrapped.key) from error

    def current(self, agency: str) -> str:
        """The newest version, for every agency."""
        del agency
        return self._file.newest()

    def _of(self, agency: str, name: str) -> bytes:
        return _derived(self._file.key(name), agency)


@lru_cache(maxsize=1024)
def _derived(key: bytes, agency: str) -> bytes:
    return HKDF(SHA256(), KEY_SIZE, salt=None, info=b"kho-so agency key\n" + agency.encode()).derive(key)


def _opened(outer: bytes, name: str, sealed: str) -> bytes:
    raw = base64.b64decode(sealed)
    return AESGCM(outer).decrypt(raw[:_NONCE], raw[_NONCE:], name.encode())


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
