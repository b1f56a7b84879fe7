"""A correction case: somebody says that a record differs from the paper; its agency corrects it or says why not.

Tracked to its end: opened (by whom, from which dossier), accepted or refused with a reason, corrected as a new version.
The citizen whose record it is sees every step (Luật BVDLCN 91/2025 Đ4; Luật GDĐT 20/2023 Đ41 k3: held data are kept
right).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from vault.domain.errors import Conflict
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.intake import NamedHolder

CorrectionId = NewType("CorrectionId", str)


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    """Decided; the new version is being sealed."""
    CORRECTED = "CORRECTED"
    REFUSED = "REFUSED"


_NEXT: Mapping[CaseState, frozenset[CaseState]] = MappingProxyType(
    {
        CaseState.OPEN: frozenset({CaseState.ACCEPTED, CaseState.REFUSED}),
        CaseState.ACCEPTED: frozenset({CaseState.CORRECTED, CaseState.OPEN}),
        CaseState.CORRECTED: frozenset(),
        CaseState.REFUSED: frozenset(),
    }
)


def next_state(now: CaseState, then: CaseState) -> CaseState:
    """The next state, or `CORRECTION_STATE`. ACCEPTED goes back to OPEN only when the version cannot be sealed."""
    if then not in _NEXT[now]:
        raise Conflict("CORRECTION_STATE", state=now.value, wanted=then.value)
    return then


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field as the record has it and as it is said to be."""

    field: str
    kept: str
    stated: str


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """The agency's word. `fields` and `holders` are the whole new version; empty when it refuses."""

    reason: str
    fields: Mapping[str, str]
    holders: tuple[NamedHolder, ...]
    by_account: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """A case. `agency_code` keeps the record and decides; `opened_agency` found the difference."""

    id: CorrectionId
    state: CaseState
    record: RecordCode
    version: int
    holder_id: int
    agency_code: str
    opened_agency: str
    dossier: DossierCode | None
    differences: tuple[FieldDifference, ...]
    note: str
    opened_by: str
    opened_name: str
    opened_at: datetime
    decision: CaseDecision | None = None
    new_version: int | None = None
    closed_at: datetime | None = None
    failure: str | None = None

    def without_values(self) -> Correction:
        """The case as a list shows it: about which fields, by whom, where it stands; not what stands on the paper."""
        found = tuple(FieldDifference(one.field, "", "") for one in self.differences)
        decision = self.decision and replace(self.decision, reason="", fields={}, holders=())
        return replace(self, differences=found, note="", decision=decision)

    def as_told(self) -> Correction:
        """The case for the agency that opened it about another's record: what it stated, not what the record says."""
        found = tuple(FieldDifference(one.field, "", one.stated) for one in self.differences)
        decision = self.decision and replace(self.decision, fields={}, holders=())
        return replace(self, differences=found, decision=decision)

    def for_agency(self, agency_code: str | None) -> Correction:
        """The case beside a paper or dossier that this agency has a ground to look at."""
        if agency_code == self.agency_code:
            return self
        return self.as_told() if agency_code and agency_code == self.opened_agency else self.without_values()
