"""Two editions of a catalogue: what changed between them, and how new entries take over without losing the old."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from vault.catalogue.writer import to_plain
from vault.domain.catalogue import Catalogue, Period, Procedure


class ChangeKind(StrEnum):
    """What happened to an entry from one edition to the next."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; for CHANGED ``key`` is the path inside the entry, and ``before`` and ``after`` its values."""

    kind: ChangeKind
    where: str
    key: str = ""
    before: Any = None
    after: Any = None


def diff(old: Catalogue, new: Catalogue) -> tuple[Change, ...]:
    """Every difference between two editions, by section and code. Entries of one code are told apart by their start."""
    before, after = _by_place(old), _by_place(new)
    changes = [Change(ChangeKind.REMOVED, where) for where in before if where not in after]
    for where, entry in after.items():
        if where not in before:
            changes.append(Change(ChangeKind.ADDED, where))
        else:
            changes += [
                Change(ChangeKind.CHANGED, where, key, one, other) for key, one, other in _differ(before[where], entry)
            ]
    return tuple(sorted(changes, key=lambda change: (change.where, change.kind, change.key)))


def _by_place(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    plain = to_plain(catalogue)
    sections = {**{name: plain[name] for name in ("types", "procedures", "grounds", "reasons")}, **plain["agencies"]}
    found: dict[str, dict[str, Any]] = {"working_time": plain["working_time"]}
    for section, entries in sections.items():
        name = "agencies" if section == "listed" else section
        for entry in entries:
            start = entry.get("valid_from")
            where = f"{name}[{entry['code']}]" + (f"@{start}" if start and name != "agencies" else "")
            found[where] = entry
    return found


def _differ(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from _differ(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif isinstance(one, list) and isinstance(other, list) and _coded(one) and _coded(other):
        yield from _differ({e["code"]: e for e in one}, {e["code"]: e for e in other}, path)
    elif one != other:
        yield path, one, other


def _coded(entries: list[Any]) -> bool:
    return bool(entries) and all(isinstance(entry, dict) and "code" in entry for entry in entries)


def succeed(catalogue: Catalogue, procedures: Iterable[Procedure], *, on: date, version: str) -> Catalogue:
    """The next edition: these procedures are in force from ``on``; what they replace ends the day before.

    Nothing is overwritten, so a decision of an earlier day replays by the entries of its day. A procedure that is
    already in the catalogue word for word is left as it is.
    """
    entries = list(catalogue.procedures)
    for new in procedures:
        old = catalogue.find_procedure(new.code, on)
        if old is not None and replace(old, period=new.period) == new:
            continue
        if old is not None:
            place = entries.index(old)
            ended = replace(old, period=Period(old.period.valid_from, on - timedelta(days=1)))
            entries[place : place + 1] = [ended] if old.period.valid_from != on else []
        entries.append(replace(new, period=Period(on, new.period.valid_to)))
    return replace(catalogue, procedures=tuple(entries), version=version)
