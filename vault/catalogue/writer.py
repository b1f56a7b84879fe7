"""A catalogue as plain data: what ``show`` prints, and an edition that can be stored and read again unchanged."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from vault.domain.catalogue import Catalogue, Component, DocumentType, Period, Procedure
from vault.domain.working_time import Days, WorkingTime


def to_plain(catalogue: Catalogue) -> dict[str, Any]:
    """Every entry as JSON values; ``from_plain(to_plain(c), ...)`` is ``c`` again but for its version's digest."""
    return {
        "meta": {"version": catalogue.version.partition("+")[0], "sources": list(catalogue.sources)},
        "types": [document_type(entry) for entry in catalogue.types],
        "procedures": [procedure(entry) for entry in catalogue.procedures],
        "agencies": {"listed": [_entry(entry) for entry in catalogue.agencies]},
        "grounds": [_entry(entry) for entry in catalogue.grounds],
        "reasons": [_entry(entry) for entry in catalogue.rules],
        "working_time": working_time(catalogue.working_time),
    }


def working_time(entry: WorkingTime) -> dict[str, Any]:
    """Hours, days off and days worked."""

    def days(spans: tuple[Days, ...]) -> list[dict[str, Any]]:
        return [_entry(one) for one in spans]

    return {
        "source": entry.source,
        "verified": entry.verified,
        "weekdays": sorted(entry.weekdays),
        "hours": [{"begins": f"{one.begins:%H:%M}", "ends": f"{one.ends:%H:%M}"} for one in entry.hours],
        "receive": _entry(entry.receive),
        "known_until": entry.known_until.isoformat(),
        "days_off": days(entry.off),
        "days_worked": days(entry.worked),
    }


def document_type(entry: DocumentType) -> dict[str, Any]:
    """One document type."""
    plain = _entry(entry)
    plain["results"] = {result.code: result.name for result in entry.results}
    plain["purposes"] = {code: list(words) for code, words in entry.purposes}
    return _without_empty(plain)


def procedure(entry: Procedure) -> dict[str, Any]:
    """One procedure with its components, whose codes are written without the procedure's."""
    plain = _entry(entry)
    plain["components"] = [_component(part, entry.code) for part in entry.components]
    return _without_empty(plain)


def _component(part: Component, procedure_code: str) -> dict[str, Any]:
    plain = _entry(part)
    plain["code"] = part.code.removeprefix(f"{procedure_code}.")
    return plain


def _entry(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for spec in fields(value):
        item = getattr(value, spec.name)
        if isinstance(item, Period):
            start, end = ("from", "to") if "prefixes" in {one.name for one in fields(value)} else _PERIOD
            plain |= {start: _plain(item.valid_from), end: _plain(item.valid_to)}
        elif item != spec.default or spec.name == "min_trust":
            plain[spec.name] = _plain(item)
    return _without_empty(plain)


_PERIOD = ("valid_from", "valid_to")


def _plain(item: Any) -> Any:
    if isinstance(item, Enum):
        return item.name
    if isinstance(item, date):
        return item.isoformat()
    if isinstance(item, frozenset):
        return sorted(_plain(one) for one in item)
    if isinstance(item, tuple):
        return [_plain(one) for one in item]
    return _entry(item) if is_dataclass(item) else item


def _without_empty(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in plain.items() if item is not None and item not in ("", [], {})}
