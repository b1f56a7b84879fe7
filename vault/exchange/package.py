"""What an archive package holds (TT 05/2025/TT-BNV; E-ARK CSIP 2.1.0, the profile it names), before it is bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from vault.domain.errors import Invalid

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class PackageBrokenError(Invalid):
    """`PACKAGE_BROKEN`: the bytes are no package, or not the one its METS describes. Fact `why` names what is wrong."""

    def __init__(self, why: str) -> None:
        super().__init__("PACKAGE_BROKEN", why=why)


class PackageKind(StrEnum):
    """Handed over to an archive, or kept in one (OAIS)."""

    SIP = "SIP"
    AIP = "AIP"


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One file of a representation. `name` is plain: letters, digits, `.`, `_`, `-`."""

    name: str
    mime: str
    data: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise PackageBrokenError(f"file name {self.name!r}")


@dataclass(frozen=True, slots=True)
class Representation:
    """One form of the paper: `original` as it came, `sealed` as it is used, `searchable` and so on."""

    name: str
    files: tuple[ArchiveFile, ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not self.files:
            raise PackageBrokenError(f"representation {self.name!r}")
        if len({file.name for file in self.files}) < len(self.files):
            raise PackageBrokenError(f"representation {self.name!r} names a file twice")


@dataclass(frozen=True, slots=True)
class PreservationEvent:
    """What was done with the paper (PREMIS event): `kind` is a term of its vocabulary, such as `digital signing`."""

    kind: str
    at: datetime
    agent: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ArchivePackage:
    """One record as an archive takes it.

    `fond` is the archive's code of the agency's papers, `uuid` names the package for ever: together they are
    `urn:<fond>:uuid:<uuid>`. `record` is the record as JSON values, `title` and `abstract` what an archivist reads.
    """

    kind: PackageKind
    fond: str
    uuid: UUID
    created: datetime
    title: str
    agency_code: str
    agency_name: str
    record: Mapping[str, object]
    representations: tuple[Representation, ...]
    events: tuple[PreservationEvent, ...] = ()
    abstract: str = ""
    dates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """ISO dates by what they are: `issued`, `valid_until`, `digitised`."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.fond):
            raise PackageBrokenError(f"fond {self.fond!r}")
        if not self.representations:
            raise PackageBrokenError("no representation")
        if len({one.name for one in self.representations}) < len(self.representations):
            raise PackageBrokenError("a representation is there twice")

    @property
    def id(self) -> str:
        """OBJID of the package."""
        return f"urn:{self.fond}:uuid:{self.uuid}"

    @property
    def folder(self) -> str:
        """Name of its root folder and file: the OBJID without what some file systems refuse."""
        return f"{self.fond}-{self.uuid}"
