"""Port inside a transaction: mandates."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from vault.domain.mandates import Mandate


class Mandates(Protocol):
    """Who may act for whom."""

    def add(self, mandate: Mandate) -> Mandate:
        """Keep a new one; one that lives and says the same of the same people is given instead (`Mandate.says`)."""
        ...

    def get(self, mandate_id: str, *, lock: bool = False) -> Mandate:
        """One; `NotFound` (`MANDATE`)."""
        ...

    def revoke(self, mandate_id: str, *, by: str, reason: str, at: datetime) -> None:
        """End it at once."""
        ...

    def of_agency(self, agency_code: str, *, limit: int) -> tuple[Mandate, ...]:
        """Those that an agency recorded, the newest first."""
        ...

    def of_holder(self, holder_id: int) -> tuple[Mandate, ...]:
        """Those under which others act for a person, the newest first."""
        ...
