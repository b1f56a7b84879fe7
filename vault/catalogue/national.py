"""Reads an export of the national catalogue of procedures (CSV or JSON) and says, row by row, what did not fit.

The exports name their columns as the systems of ministries and provinces do (``MaTTHC``, ``TenTTHC``, ``KetQua`` …).
Where a table has one row a component, the rows of a procedure are taken together, wherever they stand; a row without a
code belongs to the procedure above it, as merged cells leave it.
What cannot be used (a row, a result code, a component) is left out and reported, and what is left holds together as an
edition; nothing is guessed. Known traps of these exports are reported too:
rows of components that are only notes (no copy of any kind), counts glued to a form's number (``181`` for ``Mẫu 18``
and ``1``), names in decomposed letters, result codes of five digits, results that nobody catalogued.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vault.catalogue.entry import Problem
from vault.domain.agencies import AgencyLevel
from vault.domain.catalogue import Catalogue, Component, ComponentForm, Procedure, national_code
from vault.domain.errors import Invalid
from vault.domain.states import TrustLevel
from vault.domain.text import collapse, search_key

_SAID_ONCE = ("name", "levels", "field", "decision")
MAX_BYTES = 64 * 2**20
"""A larger export is refused: the national catalogue with all components is under 20 MB."""
_MOST_COPIES = 20
_MOST_COMPONENTS = 99
_CODE = re.compile(r"[1-9]\.\d{6}")
_RESULT = re.compile(r"KQ\.[GH]\d{2}\.\d{5,6}")
_PART = "part"
"""The component that stands in a row of its own."""
_SPLIT = re.compile(r"[;|\n]+")

COLUMNS = {
    "code": ("MaTTHC", "Mã TTHC", "Mã thủ tục", "code"),
    "name": ("TenTTHC", "Tên TTHC", "Tên thủ tục", "name"),
    "levels": ("CapThucHien", "Cấp thực hiện", "levels"),
    "field": ("TenLinhVuc", "LinhVuc", "Lĩnh vực", "field"),
    "decision": ("QuyetDinhCongBo", "Số quyết định", "decision"),
    "results": ("KetQua", "Kết quả thực hiện", "MaKetQua", "results"),
    "components": ("ThanhPhanHoSo", "Thành phần hồ sơ", "components"),
}
_COMPONENT_COLUMNS = {
    "name": ("TenGiayTo", "Tên giấy tờ", "Tên thành phần hồ sơ", "name"),
    "originals": ("SoBanChinh", "Bản chính", "Số bản chính", "originals"),
    "copies": ("SoBanSao", "Bản sao", "Số bản sao", "copies"),
    "result": ("MaGiayToKetQua", "MaKetQua", "result"),
}
_OWN_ROW = {
    "name": ("TenGiayTo", "Tên giấy tờ", "Tên thành phần hồ sơ"),
    "originals": ("SoBanChinh", "Bản chính", "Số bản chính"),
    "copies": ("SoBanSao", "Bản sao", "Số bản sao"),
    "result": ("MaGiayToKetQua", "Mã giấy tờ kết quả"),
}
"""The same where each component has a row of the table; `name` and `MaKetQua` are the procedure's there."""
_LEVELS = {
    "cap bo": AgencyLevel.MINISTRY,
    "cap tinh": AgencyLevel.PROVINCE,
    "cap huyen": AgencyLevel.DISTRICT,
    "cap xa": AgencyLevel.COMMUNE,
    "co quan khac": AgencyLevel.OTHER,
}


@dataclass(frozen=True, slots=True)
class NationalExport:
    """What an export yielded: procedures that fit, and every remark on what did not; ``rows`` counts the rows read."""

    procedures: tuple[Procedure, ...]
    misfits: tuple[Problem, ...]
    rows: int


def read_export(content: bytes, catalogue: Catalogue) -> NationalExport:
    """Read a CSV or JSON export (told by its first character).

    A procedure that the catalogue has keeps its own components, because mapping them to types is this catalogue's
    work; other facts are taken from the export. Components of a new procedure accept the types of the result codes that
    the export names, and nothing otherwise.

    Raises:
        Invalid: EXPORT_TOO_LARGE, EXPORT_NOT_TEXT, EXPORT_MALFORMED or EXPORT_COLUMNS; single rows never raise.

    """
    rows = _rows(content)
    reading = _Reading(catalogue)
    for number, row in enumerate(rows, start=1):
        reading.row(number, row)
    return NationalExport(tuple(reading.procedures.values()), tuple(reading.misfits), len(rows))


def _rows(content: bytes) -> list[dict[str, Any]]:
    if len(content) > MAX_BYTES:
        raise Invalid("EXPORT_TOO_LARGE", limit=MAX_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("EXPORT_NOT_TEXT") from error
    plain = _json(text) if text.lstrip()[:1] in {"[", "{"} else _csv(text)
    if not isinstance(plain, list) or not all(isinstance(row, dict) for row in plain):
        raise Invalid("EXPORT_MALFORMED")
    rows = [_renamed(row, COLUMNS) | {_PART: _renamed(row, _OWN_ROW)} for row in plain]
    if not any("code" in row and "name" in row for row in rows):
        raise Invalid("EXPORT_COLUMNS", expected=[names[0] for names in COLUMNS.values()])
    return rows


def _json(text: str) -> Any:
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("EXPORT_MALFORMED") from error
    return plain.get("data") if isinstance(plain, dict) else plain


def _csv(text: str) -> list[dict[str, Any]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        return [dict(row) for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise Invalid("EXPORT_MALFORMED") from error


def _renamed(row: dict[Any, Any], columns: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    known = {search_key(name): key for key, names in columns.items() for name in names}
    return {known[key]: value for name, value in row.items() if (key := search_key(str(name))) in known}


@dataclass
class _Reading:
    catalogue: Catalogue
    procedures: dict[str, Procedure] = field(default_factory=dict)
    misfits: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known = {entry.code: entry for entry in self.catalogue.procedures}
        self.above = ""
        self.first: dict[str, dict[str, str]] = {}
        self.results: dict[str, tuple[str, ...]] = {}
        self.types: dict[str, tuple[str, ...]] = {}
        for entry in self.catalogue.types:
            for code in entry.result_codes:
                self.types[code] = (*self.types.get(code, ()), entry.code)

    def row(self, number: int, row: dict[str, Any]) -> None:
        code, name = national_code(_text(row.get("code"))), collapse(_text(row.get("name")))
        part = row.get(_PART, {})
        if not code and not name and any(_text(value).strip() for value in part.values()):
            code = self.above
            if not code:
                self.misfits.append(
                    Problem(f"row {number}", "COMPONENT_WITHOUT_PROCEDURE", _text(part.get("name"))[:80])
                )
                return
        else:
            self.above = ""
        where = f"row {number}" + (f" ({code})" if code else "")
        if not _CODE.fullmatch(code):
            self.misfits.append(Problem(where, "PROCEDURE_CODE_FORM", code))
            return
        if code in self.procedures:
            self.above = code
            self._further(where, code, row)
            return
        if not name:
            self.misfits.append(Problem(where, "NAME_EMPTY"))
            return
        known = self.known.get(code)
        base = known or Procedure(code=code, name=name, levels=(), field="", decision="")
        levels = self._levels(where, row) or base.levels
        if not levels:
            self.misfits.append(Problem(where, "LEVELS_EMPTY"))
            return
        self.results[code] = self._results(where, row)
        self.procedures[code] = replace(
            base,
            name=name,
            levels=levels,
            field=collapse(_text(row.get("field"))) or base.field,
            decision=collapse(_text(row.get("decision"))) or base.decision,
            results=self.results[code] or base.results,
            components=base.components or self._components(where, code, row),
        )
        self.above = code
        self.first[code] = {key: _plain(row, key) for key in _SAID_ONCE}
        self._part(where, code, part)

    def _further(self, where: str, code: str, row: dict[str, Any]) -> None:
        """Another row of a procedure: its component and results are added, what contradicts the first row is told."""
        for key in _SAID_ONCE:
            said = _plain(row, key)
            if said and said != self.first[code][key]:
                self.misfits.append(Problem(where, "ROW_DIFFERS", f"{key}: {said[:60]}"))
        before = self.results[code]
        self.results[code] = tuple(dict.fromkeys((*before, *self._results(where, row))))
        if self.results[code] != before:
            self.procedures[code] = replace(self.procedures[code], results=self.results[code])
        if not self._part(where, code, row.get(_PART, {})) and self.results[code] == before:
            self.misfits.append(Problem(where, "ROW_TWICE"))

    def _part(self, where: str, code: str, part: dict[str, Any]) -> bool:
        """Add the component that stands in a row of its own; whether there was one, fit or not."""
        if not any(_text(value).strip() for value in part.values()):
            return False
        base, procedure = self.known.get(code), self.procedures[code]
        if base is not None and base.components:
            return True  # this catalogue's own components stay
        given = {_OWN_ROW[key][0]: value for key, value in part.items()}
        found = self._component(f"{where} component", given)
        if found is None:
            return True
        if search_key(found.name) in {search_key(one.name) for one in procedure.components}:
            self.misfits.append(Problem(where, "COMPONENT_TWICE", found.name[:80]))
        elif len(procedure.components) >= _MOST_COMPONENTS:
            self.misfits.append(Problem(where, "COMPONENTS_TOO_MANY", found.name[:80]))
        else:
            placed = replace(found, code=f"{code}.TP{len(procedure.components) + 1:02d}")
            self.procedures[code] = replace(procedure, components=(*procedure.components, placed))
        return True

    def _levels(self, where: str, row: dict[str, Any]) -> tuple[AgencyLevel, ...]:
        found: list[AgencyLevel] = []
        for word in re.split(r"[,;|]", _text(row.get("levels"))):
            level = _LEVELS.get(search_key(word))
            if level is not None and level not in found:
                found.append(level)
            elif word.strip() and level is None:
                self.misfits.append(Problem(where, "LEVEL_UNKNOWN", word.strip()))
        return tuple(found)

    def _results(self, where: str, row: dict[str, Any]) -> tuple[str, ...]:
        text = _text(row.get("results"))
        found = tuple(dict.fromkeys(_RESULT.findall(text)))
        if text.strip() and not found:
            self.misfits.append(Problem(where, "RESULT_CODE_FORM", text.strip()[:80]))
        self.misfits += [Problem(where, "RESULT_UNKNOWN", code) for code in found if code not in self.types]
        return tuple(code for code in found if code in self.types)

    def _components(self, where: str, procedure: str, row: dict[str, Any]) -> tuple[Component, ...]:
        plain = row.get("components") or []
        if isinstance(plain, str):
            plain = [{"TenGiayTo": line} for line in _SPLIT.split(plain) if line.strip()]
        if not isinstance(plain, list):
            self.misfits.append(Problem(where, "COMPONENTS_FORM"))
            return ()
        found: list[Component] = []
        if len(plain) > _MOST_COMPONENTS:
            self.misfits.append(Problem(where, "COMPONENTS_TOO_MANY", str(len(plain))))
        for place, item in enumerate(plain[:_MOST_COMPONENTS], start=1):
            part = self._component(f"{where} component {place}", item)
            if part is not None:
                found.append(replace(part, code=f"{procedure}.TP{len(found) + 1:02d}"))
        return tuple(found)

    def _component(self, where: str, item: object) -> Component | None:
        row = _renamed(item, _COMPONENT_COLUMNS) if isinstance(item, dict) else {}
        name = collapse(_text(row.get("name")))
        originals, copies = _count(row.get("originals")), _count(row.get("copies"))
        problem = _why_not(name, originals, copies)
        if problem:
            self.misfits.append(Problem(where, problem, name[:80]))
            return None
        form = _form_of(name, originals)
        accepts = tuple(
            code for result in _RESULT.findall(_text(row.get("result"))) for code in self.types.get(result, ())
        )
        is_form = form is ComponentForm.FORM
        return Component(
            code="",
            name=name,
            form=form,
            accepts=() if is_form else tuple(dict.fromkeys(accepts)),
            min_trust=TrustLevel.L2 if form is ComponentForm.ORIGINAL else TrustLevel.L1,
        )


def _why_not(name: str, originals: int | None, copies: int | None) -> str:
    if not name:
        return "COMPONENT_NAME_EMPTY"
    if originals == 0 and copies == 0:
        return "COMPONENT_IS_A_NOTE"
    if max(originals or 0, copies or 0) > _MOST_COPIES:
        return "COMPONENT_COUNT_IMPLAUSIBLE"
    return ""


def _form_of(name: str, originals: int | None) -> ComponentForm:
    words = search_key(name)
    if words.startswith(("to khai", "don ", "mau don", "giay de nghi", "phieu de nghi")):
        return ComponentForm.FORM
    return ComponentForm.ORIGINAL if originals else ComponentForm.COPY


def _plain(row: dict[str, Any], key: str) -> str:
    return collapse(_text(row.get(key)))


def _text(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(_text(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(_text(item) for item in value.values())
    return "" if value is None else str(value)


def _count(value: object) -> int | None:
    match = re.fullmatch(r"\s*(\d{1,6})\b.*", _text(value), re.DOTALL)
    return int(match[1]) if match else None
