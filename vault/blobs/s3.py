"""Immutable bytes under their SHA-256 in any S3 store."""

from __future__ import annotations

import io
from dataclasses import dataclass

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from vault.domain.errors import NotFound, Unavailable
from vault.domain.ids import Digest, digest_of

_MISSING = frozenset({"NoSuchKey", "NoSuchObject"})
# A store that does not answer is reported within seconds; the job or the citizen tries again, not this call.
_TIMEOUT = urllib3.Timeout(connect=3, read=60)
_RETRIES = urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504))


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Where the bucket is and who may use it."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    secure: bool
    region: str


def _name(digest: Digest) -> str:
    # Two levels, because some stores and every backup tool list folders.
    return f"blob/{digest[:2]}/{digest}"


class S3Blobs:
    """`ports.Blobs` on S3."""

    def __init__(self, settings: S3Settings) -> None:
        self._bucket = settings.bucket
        self._client = Minio(
            settings.endpoint,
            access_key=settings.access_key,
            secret_key=settings.secret_key,
            secure=settings.secure,
            region=settings.region,
            http_client=urllib3.PoolManager(timeout=_TIMEOUT, retries=_RETRIES, maxsize=16),
        )

    def prepare(self) -> None:
        """Make the bucket if it is not there."""
        try:
            if not self._client.bucket_exists(self._bucket):
                self._client.make_bucket(self._bucket)
        except S3Error as error:
            if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                raise Unavailable("OBJECT_STORE_DOWN") from error
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error

    def ping(self) -> None:
        """Raise `Unavailable` unless the bucket answers."""
        try:
            there = self._client.bucket_exists(self._bucket)
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error
        if not there:
            raise Unavailable("BUCKET_MISSING", bucket=self._bucket)

    def put(self, data: bytes, *, mime: str) -> Digest:
        """Store bytes under their digest; the same bytes are stored once."""
        digest = digest_of(data)
        if not self.has(digest):
            self.put_named(_name(digest), data, mime=mime)
        return digest

    def put_named(self, name: str, data: bytes, *, mime: str) -> None:
        """Store bytes under a name."""
        try:
            self._client.put_object(self._bucket, name, io.BytesIO(data), len(data), content_type=mime)
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error

    def get(self, digest: Digest) -> bytes:
        """The bytes, checked against their name."""
        data = self.get_named(_name(digest))
        if data is None:
            raise NotFound("BLOB", digest=digest)
        if digest_of(data) != digest:
            raise Unavailable("BLOB_DAMAGED", digest=digest)
        return data

    def get_named(self, name: str) -> bytes | None:
        """The bytes under a name, or None."""
        try:
            response = self._client.get_object(self._bucket, name)
            try:
                data: bytes = response.read()
            finally:
                response.close()
                response.release_conn()
        except S3Error as error:
            if error.code in _MISSING:
                return None
            raise Unavailable("OBJECT_STORE_DOWN") from error
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error
        return data

    def has(self, digest: Digest) -> bool:
        """Whether the bytes are stored."""
        try:
            self._client.stat_object(self._bucket, _name(digest))
        except S3Error as error:
            if error.code in _MISSING:
                return False
            raise Unavailable("OBJECT_STORE_DOWN") from error
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise Unavailable("OBJECT_STORE_DOWN") from error
        return True


class S3Files:
    """`ports.Files` under a prefix of the same bucket."""

    def __init__(self, blobs: S3Blobs, prefix: str) -> None:
        self._blobs = blobs
        self._prefix = prefix

    def put(self, path: str, data: bytes, *, mime: str) -> None:
        """Store under a path."""
        self._blobs.put_named(f"{self._prefix}/{path}", data, mime=mime)

    def get(self, path: str) -> bytes | None:
        """The bytes, or None."""
        return self._blobs.get_named(f"{self._prefix}/{path}")
