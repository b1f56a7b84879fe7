"""The versions of a record and the correction cases about it: what changed, when, on whose word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from vault.bootstrap import App
from vault.domain.corrections import Correction, FieldDifference
from vault.domain.records import RecordVersion
from vault.web.pages.reading import date_fields, labels_of, shown, word_of

_HOLDERS = "holders"


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A field under the label that the paper prints, as it was and as it is (or is said to be)."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version. `changes` against the one before; the case's day, name and reason when a case made it."""

    version: int
    current: bool
    at: datetime
    changes: tuple[ChangeView, ...]
    case_day: datetime | None
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """One correction case about the record."""

    id: str
    state: str
    opened_at: datetime
    opened_by: str
    changes: tuple[ChangeView, ...]
    note: str
    reason: str
    failure: str | None


def versions_view(history: Sequence[RecordVersion], cases: Sequence[Correction], app: App) -> tuple[VersionView, ...]:
    """The newest first; none while there is only one version, which the page shows anyway."""
    if len(history) < 2:  # noqa: PLR2004 - the first and another
        return ()
    made_by = {case.new_version: case for case in cases if case.new_version is not None}
    first, *_ = history
    views = [VersionView(first.version, first.current, first.created_at, (), None, "", "")]
    for older, newer in pairwise(history):
        case = made_by.get(newer.version)
        decision = case.decision if case else None
        views.append(
            VersionView(
                version=newer.version,
                current=newer.current,
                at=newer.created_at,
                changes=_changes(between(older, newer), newer.type_code, app),
                case_day=case.opened_at if case else None,
                by=decision.by_name if decision else "",
                reason=decision.reason if decision else "",
            )
        )
    return tuple(reversed(views))


def cases_view(cases: Sequence[Correction], type_code: str, app: App) -> tuple[CaseView, ...]:
    """The cases in the order given."""
    return tuple(
        CaseView(
            id=case.id,
            state=case.state.value,
            opened_at=case.opened_at,
            opened_by=case.opened_name,
            changes=_changes(case.differences, type_code, app),
            note=case.note,
            reason=case.decision.reason if case.decision else "",
            failure=case.failure,
        )
        for case in cases
    )


def between(older: RecordVersion, newer: RecordVersion) -> tuple[FieldDifference, ...]:
    """What differs between two versions: fields by name, then the people."""
    before, after = _facts(older), _facts(newer)
    names = sorted(before.keys() | after.keys(), key=lambda name: (name == _HOLDERS, name))
    return tuple(
        FieldDifference(name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    )


def _facts(version: RecordVersion) -> Mapping[str, str]:
    people = "; ".join(f"{one.name} {one.number or ''}".strip() for one in version.holders)
    return {**version.fields, _HOLDERS: people}


def _changes(found: Sequence[FieldDifference], type_code: str, app: App) -> tuple[ChangeView, ...]:
    labels, dates = labels_of(type_code, app), date_fields(type_code, app)

    def view(one: FieldDifference) -> ChangeView:
        if one.field == _HOLDERS:
            return ChangeView("ui.paper.holders", one.kept, one.stated)
        label = labels[one.field][0] if one.field in labels else word_of(one.field)
        is_date = one.field in dates
        return ChangeView(label, shown(one.kept, is_date=is_date), shown(one.stated, is_date=is_date))

    return tuple(view(one) for one in found)
