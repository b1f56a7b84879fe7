"""Port inside a transaction: requests of people about their own data."""

from __future__ import annotations

from typing import Protocol

from vault.domain.data_requests import DataRequest


class DataRequests(Protocol):
    """Requests, each with its days; the note is sealed."""

    def add(self, request: DataRequest) -> DataRequest:
        """Keep a new one; one of the same asker that is open and says the same is given (`DataRequest.says`)."""
        ...

    def get(self, request_id: str, *, lock: bool = False) -> DataRequest:
        """One; `NotFound` (`DATA_REQUEST`)."""
        ...

    def set(self, request: DataRequest) -> None:
        """Keep a step: state, days, when it was answered and closed."""
        ...

    def of_agency(self, agency_code: str, *, limit: int) -> tuple[DataRequest, ...]:
        """Of an agency: the open ones by their day, then the closed ones, the newest first."""
        ...

    def of_holder(self, holder_id: int, *, limit: int) -> tuple[DataRequest, ...]:
        """Of one person, the newest first."""
        ...
