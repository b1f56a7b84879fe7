"""Backfill from an old store: what a row of its index says, and what became of each file. Pure.

The index is a table, its columns are named in a mapping. A row becomes an `OldPaper` or is refused with the cell that
is wrong; nothing is guessed. What nobody compared with an original here stays marked so, whatever the old store says.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from vault.domain.agencies import Agency, AgencyDirectory
from vault.domain.errors import Invalid
from vault.domain.holders import HolderRole
from vault.domain.intake import NamedHolder
from vault.domain.records import Record
from vault.domain.search import number_key

FILE, TYPE, HOLDER, ISSUER = "file", "type", "holder", "issuer"
_HOLDERS = (HOLDER, f"{HOLDER}2", f"{HOLDER}3", f"{HOLDER}4")
_HOLDER_COLUMNS = frozenset(f"{one}_{part}" for one in _HOLDERS for part in ("number", "name", "role"))
DAYS = frozenset({"issued_on", "expires_on", "birth_date"})
DAY_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")
_KEYS = frozenset({"columns", "types", "issuers", "days"})


class Fate(StrEnum):
    """What became of a file."""

    READY = "READY"
    """A dry run found nothing against it."""
    IMPORTED = "IMPORTED"
    DUPLICATE = "DUPLICATE"
    """The same bytes are there already; they are kept once."""
    KNOWN = "KNOWN"
    """Another scan of a paper that is a record already: its bytes are kept, no second record is made."""
    REFUSED = "REFUSED"
    MISSING = "MISSING"
    """A row of the index whose file is not there."""
    UNLISTED = "UNLISTED"
    """A file that no row names: nobody knows whose paper it is."""


DONE = frozenset({Fate.IMPORTED, Fate.DUPLICATE, Fate.KNOWN})
"""What a later run leaves alone."""


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """How the old index is read: fields by the heading of their column, and what its words mean here."""

    columns: Mapping[str, str]
    types: Mapping[str, str]
    issuers: Mapping[str, str]
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OldPaper:
    """One row of the index. `row` counts from 1, without the head."""

    row: int
    file: str
    type_code: str
    holders: tuple[NamedHolder, ...]
    fields: Mapping[str, str]


def mapping_of(plain: object) -> ImportMapping:
    """The mapping in a YAML file; `IMPORT_MAPPING` says what is wrong with it.

    >>> mapping_of({"columns": {"file": "Tệp", "type": "Loại", "holder_number": "Số", "holder_name": "Tên"}}).days[0]
    '%d/%m/%Y'
    """
    if not isinstance(plain, Mapping):
        raise Invalid("IMPORT_MAPPING", what="columns")
    for key in plain:
        if key not in _KEYS:
            raise Invalid("IMPORT_MAPPING", what=str(key))
    columns = _words(plain, "columns")
    for needed in (FILE, TYPE, "holder_number", "holder_name"):
        if needed not in columns:
            raise Invalid("IMPORT_MAPPING", what=f"columns.{needed}")
    days = plain.get("days", DAY_FORMATS)
    if not isinstance(days, list | tuple) or not all(isinstance(one, str) for one in days):
        raise Invalid("IMPORT_MAPPING", what="days")
    types = {_key(word): code for word, code in _words(plain, "types").items()}
    issuers = {_key(word): code for word, code in _words(plain, "issuers").items()}
    return ImportMapping(columns, MappingProxyType(types), MappingProxyType(issuers), tuple(days))


def _words(plain: Mapping[object, object], name: str) -> Mapping[str, str]:
    found = plain.get(name, {})
    if not isinstance(found, Mapping) or not all(isinstance(one, str) for pair in found.items() for one in pair):
        raise Invalid("IMPORT_MAPPING", what=name)
    return MappingProxyType(dict(found))


def path_key(text: str) -> str:
    r"""A path as index and folder agree on it: slashes forward, letters composed, no dot in front.

    >>> path_key("2019\\Giấy phép.pdf") == path_key("./2019/" + unicodedata.normalize("NFD", "Giấy phép.pdf"))
    True
    """
    return unicodedata.normalize("NFC", text.strip().replace("\\", "/")).removeprefix("./").lstrip("/")


def file_of(cells: Mapping[str, str], mapping: ImportMapping) -> str:
    """The path that a row names; empty when it names none."""
    return path_key(cells.get(mapping.columns[FILE], ""))


def read_row(row: int, cells: Mapping[str, str], mapping: ImportMapping) -> OldPaper:
    """What a row says. `IMPORT_COLUMN`: the index lacks a column; `IMPORT_CELL`: a value that means nothing here."""
    for field, heading in mapping.columns.items():
        if heading not in cells:
            raise Invalid("IMPORT_COLUMN", field=field, heading=heading)
    said = {field: cells[heading].strip() for field, heading in mapping.columns.items()}
    said = {field: value for field, value in said.items() if value}
    if FILE not in said:
        raise Invalid("IMPORT_CELL", field=FILE, value="")
    kind = said.get(TYPE, "")
    type_code = mapping.types.get(_key(kind), kind)
    if not type_code:
        raise Invalid("IMPORT_CELL", field=TYPE, value="")
    known = {FILE, TYPE} | _HOLDER_COLUMNS
    fields = {
        field: _day(field, value, mapping) if field in DAYS else value
        for field, value in said.items()
        if field not in known
    }
    issuer = mapping.issuers.get(_key(said.get(ISSUER, "")))
    if issuer is not None:
        fields.setdefault("issuer_code", issuer)
    return OldPaper(row, path_key(said[FILE]), type_code, _holders(said), MappingProxyType(fields))


def _holders(said: Mapping[str, str]) -> tuple[NamedHolder, ...]:
    found = []
    for place in _HOLDERS:
        number, name = said.get(f"{place}_number"), said.get(f"{place}_name")
        if number or name:
            role = said.get(f"{place}_role", HolderRole.SUBJECT.value)
            found.append(NamedHolder(number or "", name or "", role))
    return tuple(found)


def _day(field: str, value: str, mapping: ImportMapping) -> str:
    if field == "birth_date" and len(value) == 4 and value.isdigit():  # noqa: PLR2004 - a year alone
        return value
    for form in (*mapping.days, "%Y-%m-%d"):  # a workbook's days are ISO by now
        try:
            return datetime.strptime(value, form).date().isoformat()  # noqa: DTZ007 - a day on a paper has no zone
        except ValueError:
            continue
    raise Invalid("IMPORT_CELL", field=field, value=value)


def _key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class IssuerMatch:
    """The issuer of a paper: as printed, which agency that was, and who answers for it today. None: not known."""

    printed: str
    agency: str | None
    answers_now: str | None


def match_issuer(fields: Mapping[str, str], directory: AgencyDirectory, today: date) -> IssuerMatch:
    """Match an issuer with the agencies and the chain of their successors."""
    found = issuer_of(fields, directory)
    now = directory.current(found.code, today) if found else None
    return IssuerMatch(fields.get(ISSUER, ""), found.code if found else None, now.code if now else None)


def issuer_of(fields: Mapping[str, str], directory: AgencyDirectory) -> Agency | None:
    """The agency that a paper's fields name: by code if they have one, else by the printed name."""
    return directory.find(fields.get("issuer_code")) or directory.printed(fields.get(ISSUER))


def same_paper(record: Record, type_code: str, fields: Mapping[str, str]) -> bool:
    """Whether a record of the same person is this paper: type, number and, where both tell it, the day of issue.

    A paper without a number is never taken for another one.
    """
    number = number_key(fields.get("number"))
    if record.type_code != type_code or not number or number_key(record.number) != number:
        return False
    issued_on = fields.get("issued_on")
    return issued_on is None or record.issued_on is None or record.issued_on.isoformat() == issued_on
