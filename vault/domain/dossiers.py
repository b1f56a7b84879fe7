"""A dossier: one citizen's request under one procedure, what was attached to it and what was asked of the citizen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from vault.domain.holders import HolderLink
from vault.domain.ids import DossierCode, RecordCode


@dataclass(frozen=True, slots=True)
class Attachment:
    """A record used for a component, by version, with the decision that allowed it."""

    component: str
    record: RecordCode
    version: int
    decision: Mapping[str, object]
    by_account: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Demand:
    """The citizen was asked for a component: on what legal ground, and why although a record was there (if it was)."""

    component: str
    ground: str
    reason: str
    overrides: RecordCode | None
    by_account: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier with what happened to its components."""

    code: DossierCode
    procedure_code: str
    holder_id: int
    holder: HolderLink
    agency_code: str
    purpose: str | None
    opened_by: str
    opened_at: datetime
    due_on: date | None
    attachments: tuple[Attachment, ...] = ()
    demands: tuple[Demand, ...] = ()

    def attachment(self, component: str) -> Attachment | None:
        """What is attached for a component."""
        return next((a for a in self.attachments if a.component == component), None)
