"""`ports.SealingDesk` that writes no signature: for tests of what happens around a seal, not of the seal."""

from __future__ import annotations

import signing
from vault.ports import SealedPaper


class PlainSeal:
    """Gives the paper back as it is."""

    system_name = "Kho số thử"
    agency_name = "UBND phường Mẫu"

    def __init__(self) -> None:
        self.trust = signing.Trust.vietnam_government()
        self.sealed = 0

    def seal(self, pdf: bytes, *, reason: str) -> SealedPaper:
        """The same bytes."""
        del reason
        self.sealed += 1
        return SealedPaper(pdf, "B-B", pending=False, archived_until=None)
