"""Settings as the parts ask for them: where the database and the stores are, with which words, and what nobody said."""

from __future__ import annotations

from contextlib import suppress

from pydantic import ValidationError

from vault.blobs import S3Settings
from vault.config import CopyStore, Settings
from vault.domain.errors import Invalid, Unavailable
from vault.log import NoteError, WitnessAddress, parse_verifier_key


def settings_of_environment() -> Settings:
    """What the environment says; `SETTINGS_WRONG` names the variables that it cannot mean, never their values."""
    try:
        return Settings()
    except ValidationError as error:
        names = sorted({f"VAULT_{one['loc'][0]}".upper() for one in error.errors() if one["loc"]})
        raise Invalid("SETTINGS_WRONG", names=", ".join(names)) from None
    except ValueError:  # the file that `vault up` wrote is no JSON any more
        raise Unavailable("SERVICE_FILE_BROKEN", file="service.json") from None


def database_url(settings: Settings) -> str:
    """Where PostgreSQL is; `NOT_UP` when nobody said and nothing was started."""
    if settings.database_url is None:
        raise Unavailable("NOT_UP")
    return settings.database_url.get_secret_value()


def owner_database_url(settings: Settings) -> str:
    """The same database for whoever migrates."""
    owner = settings.owner_database_url
    return database_url(settings) if owner is None else owner.get_secret_value()


def witnesses_of(settings: Settings) -> tuple[WitnessAddress, ...]:
    """Who cosigns this log; `SETTINGS_WRONG` for a key that is none."""
    try:
        return tuple(WitnessAddress(url, parse_verifier_key(key)) for url, key in settings.witnesses)
    except NoteError as error:
        raise Invalid("SETTINGS_WRONG", names="VAULT_WITNESSES") from error


def s3_of(settings: Settings) -> S3Settings:
    """Where the object store is; `NOT_UP` when nobody said and nothing was started."""
    if settings.s3_endpoint is None or settings.s3_access_key is None or settings.s3_secret_key is None:
        raise Unavailable("NOT_UP")
    return S3Settings(
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key.get_secret_value(),
        secret_key=settings.s3_secret_key.get_secret_value(),
        bucket=settings.s3_bucket,
        secure=settings.s3_secure,
        region=settings.s3_region,
    )


def s3_of_copy(copy: CopyStore) -> S3Settings:
    """The same of a store that holds a copy."""
    return S3Settings(
        endpoint=copy.endpoint,
        access_key=copy.access_key.get_secret_value(),
        secret_key=copy.secret_key.get_secret_value(),
        bucket=copy.bucket,
        secure=copy.secure,
        region=copy.region,
    )


def s3_import(settings: Settings, bucket: str) -> S3Settings:
    """A bucket of an old store, read by `vault import`; `IMPORT_SETTINGS` names what is not set."""
    if not (settings.import_s3_endpoint and settings.import_s3_access_key and settings.import_s3_secret_key):
        names = "VAULT_IMPORT_S3_ENDPOINT, VAULT_IMPORT_S3_ACCESS_KEY, VAULT_IMPORT_S3_SECRET_KEY"
        raise Invalid("IMPORT_SETTINGS", names=names)
    return S3Settings(
        endpoint=settings.import_s3_endpoint,
        access_key=settings.import_s3_access_key.get_secret_value(),
        secret_key=settings.import_s3_secret_key.get_secret_value(),
        bucket=bucket,
        secure=settings.import_s3_secure,
        region=settings.s3_region,
    )


def passphrase_of(settings: Settings) -> bytes:
    """What opens the private keys; `PASSPHRASE_MISSING`."""
    if settings.key_passphrase is not None:
        return settings.key_passphrase.get_secret_value().encode()
    file = settings.home / "keys" / "passphrase"
    if settings.environment == "development":
        with suppress(FileNotFoundError):
            return file.read_bytes()
    raise Unavailable("PASSPHRASE_MISSING")
