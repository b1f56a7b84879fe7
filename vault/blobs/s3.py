"""Named bytes in one bucket of any S3 store."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from http import HTTPStatus
from typing import Any, BinaryIO, cast
from urllib.parse import quote, urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.credentials.credentials import Credentials
from minio.error import MinioException, S3Error
from minio.retention import Retention
from minio.signer import sign_v4_s3
from minio.time import to_amz_date, utcnow
from urllib3.response import BaseHTTPResponse

from vault.blobs.cipher import Reader
from vault.blobs.weighed import Weighed
from vault.domain.errors import Unavailable

_MISSING = frozenset({"NoSuchKey", "NoSuchObject"})
# A store that does not answer is reported within seconds; the job or the citizen tries again, not this call.
ANSWER_SECONDS = 20.0
_PART = 5 << 20
"""The least that S3 allows for a part, and what a larger object is put in."""
_CONNECT_SECONDS = 3
_UNSIGNED = "UNSIGNED-PAYLOAD"
_CHECKSUM = "x-amz-checksum-crc32"
"""Amazon S3 User Guide, Checking object integrity: a store that tells it back has taken it of what it received."""
# What was not answered in time is not asked again here: three times the patience would be a minute a call.
_RETRIES = urllib3.Retry(total=2, read=0, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504))


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Where the bucket is and who may use it."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    secure: bool
    region: str


Answered = Callable[[int, int, int], None]
Seen = Callable[[str], AbstractContextManager[Answered]]
"""Goes around each request, by its method; what it gives is told status, bytes sent, bytes that come."""


@contextmanager
def _unseen(method: str) -> Iterator[Answered]:
    del method
    yield lambda *_: None


class _Pool(urllib3.PoolManager):
    """The connections; every request that they make is seen, the client's too."""

    def __init__(self, seen: Seen, **settings: Any) -> None:
        super().__init__(**settings)
        self._seen = seen

    def urlopen(  # type: ignore[override]  # as in urllib3 itself
        self, method: str, url: str, *, redirect: bool = True, **said: Any
    ) -> BaseHTTPResponse:
        """One request, seen."""
        with self._seen(method) as answered:
            told = super().urlopen(method, url, redirect=redirect, **said)
            body = said.get("body")
            sent = (said.get("headers") or {}).get("Content-Length", len(body) if isinstance(body, bytes) else 0)
            answered(told.status, int(sent), int(told.headers.get("Content-Length", 0)))
            return told


class ObjectLock(StrEnum):
    """What the store promises about objects that are already there."""

    NONE = "none"
    GOVERNANCE = "governance"
    COMPLIANCE = "compliance"
    UNSET = "enabled, no default retention"


class S3Store:
    """One bucket: put, get, look, remove. A store that does not answer is `Unavailable` (`OBJECT_STORE_DOWN`)."""

    def __init__(self, settings: S3Settings, *, answer_seconds: float = ANSWER_SECONDS, seen: Seen = _unseen) -> None:
        """`answer_seconds`: how long a silence of the store is waited for, once it is connected; `seen`: see there."""
        self._bucket, self._region = settings.bucket, settings.region
        self._base = f"{'https' if settings.secure else 'http'}://{settings.endpoint}"
        self._credentials = Credentials(settings.access_key, settings.secret_key)
        timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, read=answer_seconds)
        self._http = _Pool(seen, timeout=timeout, retries=_RETRIES, maxsize=16)
        self._client = Minio(
            settings.endpoint,
            access_key=settings.access_key,
            secret_key=settings.secret_key,
            secure=settings.secure,
            region=settings.region,
            http_client=self._http,
        )

    def prepare(self, *, lock: bool = False) -> None:
        """Make the bucket if it is not there; with `lock` one whose objects can be locked, if the store can that."""
        try:
            if not self._client.bucket_exists(self._bucket):
                self._make(lock=lock)
        except S3Error as error:
            if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                raise Unavailable("OBJECT_STORE_DOWN") from error
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error

    def _make(self, *, lock: bool) -> None:
        try:
            self._client.make_bucket(self._bucket, object_lock=lock)
        except S3Error as error:
            if not lock or error.code in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                raise
            self._client.make_bucket(self._bucket)  # a store without locks says so by refusing

    def ping(self) -> None:
        """Raise `Unavailable` unless the bucket answers."""
        try:
            there = self._client.bucket_exists(self._bucket)
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error
        if not there:
            raise Unavailable("BUCKET_MISSING", bucket=self._bucket)

    @cached_property
    def _locks(self) -> bool:
        return self.object_lock() is not ObjectLock.NONE

    def object_lock(self) -> ObjectLock:
        """Whether the bucket keeps versions that nobody can remove; a store without the feature says no."""
        try:
            found = self._client.get_object_lock_config(self._bucket)
        except S3Error:
            return ObjectLock.NONE
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error
        mode = (found.mode or "").lower()
        return ObjectLock(mode) if mode in {ObjectLock.GOVERNANCE, ObjectLock.COMPLIANCE} else ObjectLock.UNSET

    def put(self, name: str, data: bytes, *, mime: str, locked_until: datetime | None = None) -> None:
        """Store bytes under a name."""
        if locked_until is None:
            self.put_pieces(name, (data,), len(data), mime=mime)
        else:
            self.put_stream(name, io.BytesIO(data), len(data), mime=mime, locked_until=locked_until)

    def put_pieces(self, name: str, pieces: Iterable[bytes], size: int, *, mime: str) -> None:
        """Store `size` bytes, given piece by piece, as `put_stream`; what is not large is neither joined nor copied.

        A CRC-32 goes with it, which a store that knows it holds against what came, refuses other bytes (`BadDigest`)
        and says so by telling it back; what any other store tells is its ETag. The signature leaves the bytes out (one
        more digest of them) and is in the headers, for an address may end in a log.
        """
        if size > _PART:
            self.put_stream(name, Reader(pieces), size, mime=mime)
            return
        body = tuple(pieces)
        checksum = _checksum(body)
        url, now = urlsplit(f"{self._base}/{self._bucket}/{quote(name)}"), utcnow()
        said: dict[str, Any] = {
            "Host": url.netloc,
            "Content-Type": mime,
            "Content-Length": str(size),
            "x-amz-content-sha256": _UNSIGNED,
            "x-amz-date": to_amz_date(now),
            _CHECKSUM: checksum,
        }
        signed = sign_v4_s3(
            method="PUT",
            url=url,
            region=self._region,
            headers=said,
            credentials=self._credentials,
            content_sha256=_UNSIGNED,
            date=now,
        )
        try:
            told = self._http.urlopen("PUT", url.geturl(), body=body, headers=signed, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error
        if told.status != HTTPStatus.OK:
            raise Unavailable("OBJECT_STORE_DOWN", status=told.status)
        if told.headers.get(_CHECKSUM) != checksum:
            self._hold_to(name, told.headers.get("etag"), _md5(body))

    def put_stream(
        self, name: str, source: io.IOBase, size: int, *, mime: str, locked_until: datetime | None = None
    ) -> None:
        """Store what a file gives, in parts when it is large: never more than a part is held.

        `locked_until`: nobody removes or replaces it before, where the bucket has Object Lock. Not every store holds
        what came against the checksum that came with it: so its ETag is held against what was sent, and one that is
        another is settled by reading back. Other bytes are `OBJECT_STORE_DOWN`.
        """
        weighed = Weighed(source, part=_PART)
        locks = locked_until is not None and self._locks
        retention = Retention(COMPLIANCE, cast("datetime", locked_until)) if locks else None
        try:
            told = self._client.put_object(
                self._bucket,
                name,
                cast("BinaryIO", weighed),
                size,
                content_type=mime,
                part_size=_PART,
                retention=retention,
            )
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error
        self._hold_to(name, told.etag, weighed.etag)

    def _hold_to(self, name: str, told: str | None, sent: str) -> None:
        """The store kept what was sent, by the ETag that it told or by what reads back; else it is removed."""
        if (told or "").strip('"').lower() != sent and self._etag(name) != sent:
            self.try_remove(name)  # else the next try finds it there and believes it
            raise Unavailable("OBJECT_STORE_DOWN", kept="other bytes")

    def _etag(self, name: str) -> str | None:
        """Of what lies there, as it reads back."""
        with self.stream(name) as source:
            if source is None:
                return None
            found = Weighed(cast("io.IOBase", source), part=_PART)
            while found.read(1 << 20):
                pass
        return found.etag

    def get(self, name: str) -> bytes | None:
        """The bytes under a name, or None."""
        with self.stream(name) as source:
            return None if source is None else source.read()

    @contextmanager
    def stream(self, name: str) -> Iterator[BinaryIO | None]:
        """The bytes under a name as they come over the wire, or None."""
        try:
            response = self._client.get_object(self._bucket, name)
        except S3Error as error:
            if error.code not in _MISSING:
                raise Unavailable("OBJECT_STORE_DOWN") from error
            yield None
            return
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error
        try:
            yield cast("BinaryIO", response)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error
        finally:
            response.close()
            response.release_conn()

    def has(self, name: str) -> bool:
        """Whether there are bytes under a name."""
        try:
            self._client.stat_object(self._bucket, name)
        except S3Error as error:
            if error.code in _MISSING:
                return False
            raise Unavailable("OBJECT_STORE_DOWN") from error
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error
        return True

    def remove(self, name: str) -> None:
        """Remove what a name shows; removing what is not there succeeds."""
        try:
            self._client.remove_object(self._bucket, name)
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error

    def try_remove(self, name: str) -> None:
        """Remove it if the store lets us."""
        with suppress(Unavailable):
            self.remove(name)

    def remove_some(self, names: Iterable[str]) -> bool:
        """Remove what it lets us of these; false once it does not answer, and then no more is asked of it.

        Its silence is waited for once: whoever erases a paper of thirty files does not wait thirty times.
        """
        for name in names:
            try:
                self._client.remove_object(self._bucket, name)
            except S3Error:
                continue  # it answered: this one is locked
            except (MinioException, urllib3.exceptions.HTTPError):
                return False
        return True

    def names(self, prefix: str = "", *, before: datetime | None = None) -> Iterator[str]:
        """Every name that begins so, in order; of objects that were stored before a time, if one is given."""
        try:
            for one in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
                if before is None or one.last_modified is None or one.last_modified < before:
                    yield one.object_name or ""
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error


class S3Files:
    """`ports.Files` under a prefix of the same bucket."""

    def __init__(self, store: S3Store, prefix: str) -> None:
        self._store = store
        self._prefix = prefix

    def put(self, path: str, data: bytes, *, mime: str) -> None:
        """Store under a path."""
        self._store.put(f"{self._prefix}/{path}", data, mime=mime)

    def get(self, path: str) -> bytes | None:
        """The bytes, or None."""
        return self._store.get(f"{self._prefix}/{path}")


def _checksum(body: Iterable[bytes]) -> str:
    """CRC-32, big endian, in base64: a tenth of the work of the MD5 in an ETag."""
    found = 0
    for piece in body:
        found = zlib.crc32(piece, found)
    return base64.b64encode(found.to_bytes(4, "big")).decode()


def _md5(body: Iterable[bytes]) -> str:
    found = hashlib.md5(usedforsecurity=False)
    for piece in body:
        found.update(piece)
    return found.hexdigest()
