"""The object store, and blobs encrypted in it."""

from vault.blobs.encrypted import EncryptedBlobs
from vault.blobs.s3 import ObjectLock, S3Files, S3Settings, S3Store

__all__ = ["EncryptedBlobs", "ObjectLock", "S3Files", "S3Settings", "S3Store"]
