"""The object store, through the minio client, and nowhere else."""

from vault.blobs.s3 import S3Blobs, S3Files, S3Settings

__all__ = ["S3Blobs", "S3Files", "S3Settings"]
