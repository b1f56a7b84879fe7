"""Formats in which records leave and come back: archive packages, verifiable credentials. Pure: bytes and values."""

from vault.exchange.bitstring import Purpose, status_credential
from vault.exchange.national import Resulting, Submitted, dossier_to_plain, result_file, result_to_plain
from vault.exchange.package import (
    ArchiveFile,
    ArchivePackage,
    PackageBrokenError,
    PackageKind,
    PreservationEvent,
    Representation,
)
from vault.exchange.reading import read_package
from vault.exchange.record_json import record_to_plain
from vault.exchange.sd_jwt import SdJwtClaims, issue_sd_jwt, public_jwk
from vault.exchange.writing import write_package

__all__ = [
    "ArchiveFile",
    "ArchivePackage",
    "PackageBrokenError",
    "PackageKind",
    "PreservationEvent",
    "Purpose",
    "Representation",
    "Resulting",
    "SdJwtClaims",
    "Submitted",
    "dossier_to_plain",
    "issue_sd_jwt",
    "public_jwk",
    "read_package",
    "record_to_plain",
    "result_file",
    "result_to_plain",
    "status_credential",
    "write_package",
]
