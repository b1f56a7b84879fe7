"""Formats in which records leave and come back: archive packages, verifiable credentials. Pure: bytes and values."""

from vault.exchange.package import (
    ArchiveFile,
    ArchivePackage,
    PackageBrokenError,
    PackageKind,
    PreservationEvent,
    Representation,
)
from vault.exchange.reading import read_package
from vault.exchange.writing import write_package

__all__ = [
    "ArchiveFile",
    "ArchivePackage",
    "PackageBrokenError",
    "PackageKind",
    "PreservationEvent",
    "Representation",
    "read_package",
    "write_package",
]
