"""What partner systems ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from vault.domain.evidence import EvidenceRequest, EvidenceState
from vault.domain.ids import RecordCode


class EvidenceRequests(Protocol):
    """Requests for a person's paper, which the person answers."""

    def add(self, request: EvidenceRequest) -> EvidenceRequest:
        """Add, or renew and give the open one for the same dossier, person and kind of paper."""
        ...

    def get(self, request_id: str, *, lock: bool = False) -> EvidenceRequest | None:
        """The request, or None. With `lock`, nobody else decides it until the end."""
        ...

    def of_holder(self, holder_id: int, *, limit: int) -> tuple[EvidenceRequest, ...]:
        """What is asked of a person, the newest first."""
        ...

    def decide(self, request_id: str, state: EvidenceState, *, record: RecordCode | None, at: datetime) -> None:
        """Keep the answer that the domain allowed."""
        ...

    def delivered(self, request_id: str, *, at: datetime) -> None:
        """Keep that the evidence was fetched; the first time stays."""
        ...
