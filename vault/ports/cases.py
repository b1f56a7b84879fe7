"""Ports inside a transaction: correction cases and the forms of dossiers."""

from __future__ import annotations

from typing import Protocol

from vault.domain.corrections import Correction, CorrectionId
from vault.domain.forms import FormEntry
from vault.domain.ids import DossierCode
from vault.domain.records import Record


class Corrections(Protocol):
    """Correction cases."""

    def open(self, case: Correction) -> Correction:
        """Add a case, or give the one that is open about this record."""
        ...

    def get(self, case_id: CorrectionId, *, lock: bool = False) -> Correction:
        """The case; `NotFound` (`CORRECTION`)."""
        ...

    def set(self, case: Correction) -> None:
        """Keep a step that the domain allowed: state, decision, new version, end, failure."""
        ...

    def list(self, agency_code: str, *, limit: int) -> tuple[Correction, ...]:
        """Cases that the agency decides or opened, newest first."""
        ...

    def of_holder(self, holder_id: int, *, limit: int) -> tuple[Correction, ...]:
        """Cases about a holder's records, newest first."""
        ...

    def of_dossier(self, code: DossierCode) -> tuple[Correction, ...]:
        """Cases that a dossier opened, oldest first."""
        ...

    def seal_old(self, *, limit: int) -> int:
        """Seal what cases say that were opened before that was sealed; how many were."""
        ...


class Forms(Protocol):
    """The forms of dossiers as they were submitted."""

    def add(self, code: DossierCode, entry: FormEntry) -> None:
        """Keep a submission; its number is the dossier's next."""
        ...

    def of_dossier(self, code: DossierCode) -> tuple[FormEntry, ...]:
        """Every submission, oldest first."""
        ...

    def forget(self, record: Record) -> None:
        """Take out of every form what only this record said (`FormEntry.without`): the record is being erased."""
        ...

    def seal_old(self, *, limit: int) -> int:
        """Seal forms that were submitted before they were sealed; how many were."""
        ...
