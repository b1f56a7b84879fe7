"""Descriptive metadata as EAD 2002 and preservation metadata as PREMIS 3."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from vault.exchange.mets import Part
from vault.exchange.package import ArchivePackage, PreservationEvent

EAD = "urn:isbn:1-931666-22-9"
PREMIS = "http://www.loc.gov/premis/v3"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"

ET.register_namespace("ead", EAD)
ET.register_namespace("premis", PREMIS)
ET.register_namespace("xsi", _XSI)


def ead(package: ArchivePackage) -> bytes:
    """What an archivist searches by: title, dates, creator, extent, and that access is restricted."""

    def at(parent: ET.Element, tag: str, text: str | None = None, **facts: str) -> ET.Element:
        element = ET.SubElement(parent, f"{{{EAD}}}{tag}", facts)
        element.text = text
        return element

    root = ET.Element(f"{{{EAD}}}ead")
    header = at(root, "eadheader")
    at(header, "eadid", package.id, countrycode="VN", mainagencycode=package.agency_code)
    at(at(at(header, "filedesc"), "titlestmt"), "titleproper", package.title)
    described = at(root, "archdesc", level="item")
    identity = at(described, "did")
    at(identity, "unitid", package.id)
    at(identity, "unittitle", package.title)
    for kind, day in sorted(package.dates.items()):
        at(identity, "unitdate", day, normal=day, datechar=kind)
    at(at(identity, "origination", label="creator"), "corpname", package.agency_name)
    at(at(identity, "langmaterial"), "language", "Tiếng Việt", langcode="vie")
    if package.abstract:
        at(identity, "abstract", package.abstract)
    at(at(described, "accessrestrict"), "p", "Dữ liệu cá nhân: chỉ khai thác theo quy định của pháp luật.")
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def premis(parts: Sequence[Part], events: Sequence[PreservationEvent]) -> bytes:
    """Every file with its SHA-256, format and size; every event with its agent."""

    def at(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
        element = ET.SubElement(parent, f"{{{PREMIS}}}{tag}")
        element.text = text
        return element

    def identified(parent: ET.Element, kind: str, value: str) -> None:
        name = at(parent, f"{kind}Identifier")
        at(name, f"{kind}IdentifierType", "local")
        at(name, f"{kind}IdentifierValue", value)

    root = ET.Element(f"{{{PREMIS}}}premis", {"version": "3.0"})
    for part in parts:
        thing = at(root, "object")
        thing.set(f"{{{_XSI}}}type", "premis:file")
        identified(thing, "object", part.path)
        facts = at(thing, "objectCharacteristics")
        fixity = at(facts, "fixity")
        at(fixity, "messageDigestAlgorithm", "SHA-256")
        at(fixity, "messageDigest", part.sha256)
        at(facts, "size", str(len(part.data)))
        at(at(at(facts, "format"), "formatDesignation"), "formatName", part.mime)
    for number, event in enumerate(events, 1):
        happened = at(root, "event")
        identified(happened, "event", f"event-{number}")
        at(happened, "eventType", event.kind)
        at(happened, "eventDateTime", event.at.isoformat())
        at(at(happened, "eventOutcomeInformation"), "eventOutcome", event.outcome)
        agent = at(happened, "linkingAgentIdentifier")
        at(agent, "linkingAgentIdentifierType", "local")
        at(agent, "linkingAgentIdentifierValue", event.agent)
    for name in dict.fromkeys(event.agent for event in events):
        agent = at(root, "agent")
        identified(agent, "agent", name)
        at(agent, "agentName", name)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text
