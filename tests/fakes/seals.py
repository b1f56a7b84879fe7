"""`ports.SealingDesk` that writes no signature: for tests of what happens around a seal, not of the seal."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509

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

    def collect(
        self, chains: Sequence[Sequence[x509.Certificate]], *, sha256: bytes, kept: signing.Evidence | None = None
    ) -> signing.Evidence:
        """Nothing more than is kept."""
        del chains, sha256
        return kept or signing.Evidence()
