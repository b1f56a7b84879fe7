"""A package that comes back is believed only as far as its METS proves it: every file, every size, every SHA-256."""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lxml import etree

from vault.exchange.mets import METS, XLINK
from vault.exchange.package import (
    ArchiveFile,
    ArchivePackage,
    PackageBrokenError,
    PackageKind,
    PreservationEvent,
    Representation,
)
from vault.exchange.writing import RECORD

MOST_FILES = 2_000
MOST_BYTES = 1_000_000_000
_REP = "representations/"


@dataclass(frozen=True, slots=True)
class _Named:
    """A file that a METS names."""

    path: str
    mime: str
    size: int
    sha256: str


def read_package(data: bytes, *, most_bytes: int = MOST_BYTES) -> ArchivePackage:
    """The package in these bytes. Raises `PackageBrokenError`, and nothing else, whatever the bytes are.

    Refused: a ZIP with paths that leave its folder, with more than `MOST_FILES` files or `most_bytes` bytes unpacked,
    with a file that no METS names, or one whose size or SHA-256 differs from what METS says.
    """
    files = _unpack(data, most_bytes)
    if "METS.xml" not in files:
        raise PackageBrokenError("no METS.xml")
    named = dict(_named(files, ""))
    for path in [path for path in named if path.startswith(_REP) and path.endswith("/METS.xml")]:
        named |= dict(_named(files, posixpath.dirname(path) + "/"))
    if extra := sorted(set(files) - set(named) - {"METS.xml"}):
        raise PackageBrokenError(f"{extra[0]} is named by no METS")
    return _value(files, named)


def _unpack(data: bytes, most_bytes: int) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            if len(entries) > MOST_FILES or sum(one.file_size for one in entries) > most_bytes:
                raise PackageBrokenError("too large")
            roots = {one.filename.split("/", 1)[0] for one in entries}
            paths = [one.filename for one in entries]
            if len(roots) != 1 or len(set(paths)) < len(paths) or any(_leaves(path) for path in paths):
                raise PackageBrokenError("its files do not lie in one folder, each once")
            return {one.filename.split("/", 1)[1]: _content(archive, one) for one in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise PackageBrokenError("no ZIP that can be read") from error


def _leaves(path: str) -> bool:
    return posixpath.normpath(path) != path or path.startswith("/") or "\\" in path or "/" not in path


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Its bytes; a header that understates the size is found out before memory is."""
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise PackageBrokenError(f"{entry.filename} is not as long as its header says")
    return content


def _named(files: Mapping[str, bytes], base: str) -> Iterator[tuple[str, _Named]]:
    """What the METS in `base` names, each checked against the bytes."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(files[f"{base}METS.xml"], parser)
    except etree.XMLSyntaxError as error:
        raise PackageBrokenError(f"{base}METS.xml is no XML") from error
    for element in root.iter(f"{{{METS}}}file", f"{{{METS}}}mdRef"):
        where = element.find(f"{{{METS}}}FLocat") if element.tag.endswith("}file") else element
        path = base + (where.get(f"{{{XLINK}}}href", "") if where is not None else "")
        content = files.get(path)
        size, sha256 = element.get("SIZE", ""), element.get("CHECKSUM", "")
        if content is None:
            raise PackageBrokenError(f"{path} is missing")
        if size != str(len(content)) or sha256 != hashlib.sha256(content).hexdigest():
            raise PackageBrokenError(f"{path} is not the file that METS describes")
        yield path, _Named(path, element.get("MIMETYPE", ""), len(content), sha256)


def _value(files: Mapping[str, bytes], named: Mapping[str, _Named]) -> ArchivePackage:
    try:
        told: dict[str, Any] = json.loads(files[RECORD])
        about = told["package"]
        return ArchivePackage(
            kind=PackageKind(about["kind"]),
            fond=about["fond"],
            uuid=UUID(about["uuid"]),
            created=datetime.fromisoformat(about["created"]),
            title=about["title"],
            agency_code=about["agency_code"],
            agency_name=about["agency_name"],
            record=told["record"],
            representations=_representations(files, named),
            events=tuple(_event(one) for one in about["events"]),
            abstract=about["abstract"],
            dates=about["dates"],
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise PackageBrokenError(f"{RECORD} is missing or not of its shape") from error


def _event(one: Mapping[str, str]) -> PreservationEvent:
    return PreservationEvent(one["kind"], datetime.fromisoformat(one["at"]), one["agent"], one["outcome"])


def _representations(files: Mapping[str, bytes], named: Mapping[str, _Named]) -> tuple[Representation, ...]:
    found: dict[str, list[ArchiveFile]] = {}
    for path, one in named.items():
        if path.startswith(_REP) and "/data/" in path:
            name, _, file = path.removeprefix(_REP).partition("/data/")
            found.setdefault(name, []).append(ArchiveFile(file, one.mime, files[path]))
    return tuple(Representation(name, tuple(held)) for name, held in found.items())
