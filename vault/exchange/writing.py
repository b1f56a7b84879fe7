"""A package becomes a ZIP whose bytes are the same each time: the same order, the package's own time on every entry."""

from __future__ import annotations

import io
import json
import zipfile

from vault.exchange.metadata import ead, premis
from vault.exchange.mets import Group, Metadata, Part, document
from vault.exchange.package import ArchivePackage, Representation

RECORD = "metadata/other/record.json"
_XML = "application/xml"
_EPOCH = 1980
_READ_ME = """\
Gói lưu trữ của Kho số (E-ARK CSIP 2.1.0, TT 05/2025/TT-BNV).

metadata/descriptive/ead.xml      mô tả (EAD 2002)
metadata/preservation/premis.xml  tệp, mã băm SHA-256 và sự kiện (PREMIS 3)
metadata/other/record.json        bản ghi đầy đủ; lược đồ: schemas/record.schema.json
representations/original          bản gốc đúng từng byte như khi tiếp nhận
representations/…                 các dạng khác của cùng giấy tờ

METS.xml ghi mã băm SHA-256 của từng tệp. Chữ ký số trong các tệp PDF kiểm tra được độc lập với gói này.
"""
_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Kho số record in an archive package",
    "type": "object",
    "required": ["package", "record"],
    "properties": {"package": {"type": "object"}, "record": {"type": "object"}},
}


def write_package(package: ArchivePackage) -> bytes:
    """The ZIP. Each representation has its own METS, the package's METS names those and everything else."""
    inner = [_representation(package, one) for one in package.representations]
    content = tuple(
        Part(f"representations/{one.name}/data/{file.name}", file.mime, file.data)
        for one in package.representations
        for file in one.files
    )
    metadata = (
        Metadata(Part("metadata/descriptive/ead.xml", _XML, ead(package)), "EAD"),
        Metadata(Part(RECORD, "application/json", _record(package)), "OTHER"),
        Metadata(Part("metadata/preservation/premis.xml", _XML, premis(content, package.events)), "PREMIS"),
    )
    schema = Part("schemas/record.schema.json", "application/json", _json(_SCHEMA))
    notes = Part("documentation/README.txt", "text/plain", _READ_ME.encode())
    groups = (
        Group("Documentation", (notes,)),
        Group("Schemas", (schema,)),
        Group("Representations", tuple(mets for mets, _ in inner), points_to_mets=True),
    )
    mets = Part("METS.xml", _XML, document(package, metadata, groups))
    return _zip(
        package,
        (mets, *(one.part for one in metadata), notes, schema, *(part for pair in inner for part in pair), *content),
    )


def _representation(package: ArchivePackage, one: Representation) -> tuple[Part, Part]:
    """Its METS and its PREMIS, which name paths from its own folder."""
    folder = f"representations/{one.name}"
    files = tuple(Part(f"data/{file.name}", file.mime, file.data) for file in one.files)
    inner = Part("metadata/preservation/premis.xml", _XML, premis(files, ()))
    text = document(package, (Metadata(inner, "PREMIS"),), (Group("Representations", files),), name=one.name)
    return Part(f"{folder}/METS.xml", _XML, text), Part(f"{folder}/{inner.path}", _XML, inner.data)


def _record(package: ArchivePackage) -> bytes:
    """All that the other metadata do not say in full, so that reading gives back what was written."""
    about = {
        "kind": package.kind.value,
        "fond": package.fond,
        "uuid": str(package.uuid),
        "created": package.created.isoformat(),
        "title": package.title,
        "abstract": package.abstract,
        "agency_code": package.agency_code,
        "agency_name": package.agency_name,
        "dates": dict(package.dates),
        "events": [
            {"kind": one.kind, "at": one.at.isoformat(), "agent": one.agent, "outcome": one.outcome}
            for one in package.events
        ],
    }
    return _json({"package": about, "record": dict(package.record)})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _zip(package: ArchivePackage, parts: tuple[Part, ...]) -> bytes:
    target = io.BytesIO()
    at = package.created.timetuple()[:6]
    with zipfile.ZipFile(target, "w") as archive:
        for part in parts:
            entry = zipfile.ZipInfo(f"{package.folder}/{part.path}", max(at, (_EPOCH, 1, 1, 0, 0, 0)))
            # Scans and sealed PDFs are compressed already; XML and JSON are small.
            small = part.mime in {_XML, "application/json"}
            entry.compress_type = zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, part.data)
    return target.getvalue()
