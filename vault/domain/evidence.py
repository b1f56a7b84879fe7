"""Evidence requests in the manner of the EU's once-only system: request, preview by the person, response. Pure.

An agency's system asks for a person's paper, whoever keeps it; the person sees it first and says yes or no. Before that
nobody learns whether there is such a paper. (Regulation (EU) 2018/1724 Art. 14: explicit request, preview.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vault.domain.errors import Conflict, NotFound
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.records import Record
from vault.domain.states import RecordState, TrustLevel

OPEN_FOR = timedelta(days=7)
"""So long the person may answer."""
DELIVERED_FOR = timedelta(hours=24)
"""So long after a yes the evidence may be fetched, as often as it takes."""


class EvidenceState(StrEnum):
    """Where a request stands."""

    PREVIEW = "PREVIEW"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """A request for one kind of paper of one person, for one dossier."""

    id: str
    agency_code: str
    account_id: str
    name: str
    dossier: DossierCode
    procedure_code: str
    holder_id: int
    type_code: str
    purpose: str
    requested_at: datetime
    state: EvidenceState = EvidenceState.PREVIEW
    record: RecordCode | None = None
    decided_at: datetime | None = None
    delivered_at: datetime | None = None

    def ends_at(self) -> datetime:
        """Until when it can be answered, or its evidence fetched."""
        if self.decided_at is not None:
            return self.decided_at + DELIVERED_FOR
        return self.requested_at + OPEN_FOR


def fitting(records: Sequence[Record], type_code: str) -> tuple[Record, ...]:
    """Papers that the person may choose from: of that kind, in force, and not merely uploaded."""
    return tuple(
        one
        for one in records
        if one.type_code == type_code
        and one.state is RecordState.ACTIVE
        and not one.erased
        and one.trust is not TrustLevel.L0
    )


def decided(request: EvidenceRequest, choice: EvidenceState, now: datetime) -> bool:
    """Whether the decision is new (False: it was said before). `EVIDENCE_DECIDED` for another one, `EVIDENCE_OVER`."""
    if request.state is choice:
        return False
    if request.state is not EvidenceState.PREVIEW:
        raise Conflict("EVIDENCE_DECIDED", state=request.state.value)
    if now >= request.ends_at():
        raise Conflict("EVIDENCE_OVER")
    return True


def deliverable(request: EvidenceRequest, now: datetime) -> RecordCode | None:
    """The record to hand over; None while the person has not answered. `EVIDENCE_REFUSED`, `EVIDENCE_OVER`."""
    if request.state is EvidenceState.REFUSED:
        raise NotFound("EVIDENCE_REFUSED")
    if now >= request.ends_at():
        raise Conflict("EVIDENCE_OVER")
    return request.record
