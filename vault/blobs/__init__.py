"""The object store, blobs encrypted in it, and what keeps it well."""

from vault.blobs.copies import S3Copy
from vault.blobs.encrypted import EncryptedBlobs
from vault.blobs.keeper import BucketKeeper, FileShards
from vault.blobs.s3 import ObjectLock, S3Files, S3Settings, S3Store

__all__ = ["BucketKeeper", "EncryptedBlobs", "FileShards", "ObjectLock", "S3Copy", "S3Files", "S3Settings", "S3Store"]
