"""METS documents of the E-ARK common specification (CSIP 2.1.0), of the package and of each representation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from vault import __version__
from vault.exchange.package import ArchivePackage, PackageKind

METS = "http://www.loc.gov/METS/"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
XLINK = "http://www.w3.org/1999/xlink"
PROFILE = {
    PackageKind.SIP: "https://earksip.dilcis.eu/profile/E-ARK-SIP.xml",
    PackageKind.AIP: "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml",
}
_CONTENT = "Textual works – Digital"

for _prefix, _uri in (("mets", METS), ("csip", CSIP), ("xlink", XLINK)):
    ET.register_namespace(_prefix, _uri)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the package by its path from the METS that names it."""

    path: str
    mime: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Metadata:
    """Descriptive (EAD), preservation (PREMIS) or other metadata of a METS."""

    part: Part
    kind: str
    """METS MDTYPE: `EAD`, `PREMIS` or `OTHER`."""


@dataclass(frozen=True, slots=True)
class Group:
    """A file group: `USE` of the CSIP vocabulary, and its files."""

    use: str
    parts: tuple[Part, ...]
    points_to_mets: bool = False
    """Whether its files are the METS documents of representations."""


def document(
    package: ArchivePackage, metadata: Sequence[Metadata], groups: Sequence[Group], *, name: str = ""
) -> bytes:
    """The METS of the package (`name` empty) or of the representation with that name."""
    objid = f"{package.id}{f':{name}' if name else ''}"
    root = ET.Element(
        f"{{{METS}}}mets",
        {
            "OBJID": objid,
            "LABEL": package.title,
            "TYPE": _CONTENT,
            f"{{{CSIP}}}CONTENTINFORMATIONTYPE": "MIXED",
            "PROFILE": PROFILE[package.kind],
        },
    )
    _header(root, package)
    made = package.created.isoformat()
    ids = _Ids()
    described = [_metadata(root, one, made, ids) for one in metadata if one.kind != "PREMIS"]
    provenance = [one for one in metadata if one.kind == "PREMIS"]
    preserved: list[str] = []
    if provenance:
        section = ET.SubElement(root, f"{{{METS}}}amdSec", {"ID": ids.new("amd")})
        preserved = [_provenance(section, one, made, ids) for one in provenance]
    grouped = _files(root, groups, made, ids)
    mapping = ET.SubElement(root, f"{{{METS}}}structMap", {"ID": ids.new("map"), "TYPE": "PHYSICAL", "LABEL": "CSIP"})
    whole = ET.SubElement(mapping, f"{{{METS}}}div", {"ID": ids.new("div"), "LABEL": objid})
    about = {"ID": ids.new("div"), "LABEL": "Metadata"}
    about |= {key: " ".join(found) for key, found in (("DMDID", described), ("ADMID", preserved)) if found}
    ET.SubElement(whole, f"{{{METS}}}div", about)
    _structure(whole, grouped, ids)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


class _Ids:
    """Identifiers that are unique in a document and the same each time it is made."""

    def __init__(self) -> None:
        self._last = 0

    def new(self, kind: str) -> str:
        self._last += 1
        return f"{kind}-{self._last}"


def _header(root: ET.Element, package: ArchivePackage) -> None:
    made = package.created.isoformat()
    header = ET.SubElement(
        root,
        f"{{{METS}}}metsHdr",
        {"CREATEDATE": made, "LASTMODDATE": made, f"{{{CSIP}}}OAISPACKAGETYPE": package.kind.value},
    )
    software = ET.SubElement(header, f"{{{METS}}}agent", {"ROLE": "CREATOR", "TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"})
    ET.SubElement(software, f"{{{METS}}}name").text = "Kho số"
    ET.SubElement(software, f"{{{METS}}}note", {f"{{{CSIP}}}NOTETYPE": "SOFTWARE VERSION"}).text = __version__
    agency = ET.SubElement(header, f"{{{METS}}}agent", {"ROLE": "ARCHIVIST", "TYPE": "ORGANIZATION"})
    ET.SubElement(agency, f"{{{METS}}}name").text = package.agency_name
    code = ET.SubElement(agency, f"{{{METS}}}note", {f"{{{CSIP}}}NOTETYPE": "IDENTIFICATIONCODE"})
    code.text = package.agency_code


def _reference(parent: ET.Element, tag: str, one: Metadata, made: str) -> None:
    part = one.part
    facts = {
        "LOCTYPE": "URL", f"{{{XLINK}}}type": "simple", f"{{{XLINK}}}href": part.path, "MDTYPE": one.kind,
        "MIMETYPE": part.mime, "SIZE": str(len(part.data)), "CREATED": made, "CHECKSUM": part.sha256,
        "CHECKSUMTYPE": "SHA-256",
    }  # fmt: skip
    if one.kind == "OTHER":
        facts["OTHERMDTYPE"] = "KHO-SO-RECORD"
    ET.SubElement(parent, f"{{{METS}}}{tag}", facts)


def _metadata(root: ET.Element, one: Metadata, made: str, ids: _Ids) -> str:
    identifier = ids.new("dmd")
    section = ET.SubElement(root, f"{{{METS}}}dmdSec", {"ID": identifier, "CREATED": made, "STATUS": "CURRENT"})
    _reference(section, "mdRef", one, made)
    return identifier


def _provenance(section: ET.Element, one: Metadata, made: str, ids: _Ids) -> str:
    identifier = ids.new("digiprov")
    digital = ET.SubElement(section, f"{{{METS}}}digiprovMD", {"ID": identifier, "CREATED": made, "STATUS": "CURRENT"})
    _reference(digital, "mdRef", one, made)
    return identifier


def _files(root: ET.Element, groups: Sequence[Group], made: str, ids: _Ids) -> list[tuple[Group, str]]:
    section = ET.SubElement(root, f"{{{METS}}}fileSec", {"ID": ids.new("files")})
    grouped = []
    for group in groups:
        identifier = ids.new("group")
        # Rule CSIP63 of eark-validator accepts no group without this pair.
        content = {f"{{{CSIP}}}CONTENTINFORMATIONTYPE": "OTHER", f"{{{CSIP}}}OTHERCONTENTINFORMATIONTYPE": "kho-so"}
        element = ET.SubElement(section, f"{{{METS}}}fileGrp", {"ID": identifier, "USE": group.use, **content})
        for part in group.parts:
            file = ET.SubElement(
                element,
                f"{{{METS}}}file",
                {
                    "ID": ids.new("file"), "MIMETYPE": part.mime, "SIZE": str(len(part.data)), "CREATED": made,
                    "CHECKSUM": part.sha256, "CHECKSUMTYPE": "SHA-256",
                },
            )  # fmt: skip
            where = {"LOCTYPE": "URL", f"{{{XLINK}}}type": "simple", f"{{{XLINK}}}href": part.path}
            ET.SubElement(file, f"{{{METS}}}FLocat", where)
        grouped.append((group, identifier))
    return grouped


def _structure(whole: ET.Element, grouped: Sequence[tuple[Group, str]], ids: _Ids) -> None:
    for group, identifier in grouped:
        division = ET.SubElement(whole, f"{{{METS}}}div", {"ID": ids.new("div"), "LABEL": group.use})
        ET.SubElement(division, f"{{{METS}}}fptr", {"FILEID": identifier})
        for part in group.parts if group.points_to_mets else ():
            folder = part.path.rpartition("/")[0]
            inner = ET.SubElement(division, f"{{{METS}}}div", {"ID": ids.new("div"), "LABEL": folder.capitalize()})
            pointer = {
                "LOCTYPE": "URL", f"{{{XLINK}}}type": "simple", f"{{{XLINK}}}href": part.path,
                f"{{{XLINK}}}title": identifier,
            }  # fmt: skip
            ET.SubElement(inner, f"{{{METS}}}mptr", pointer)
