"""The audit event: who did what to which record and dossier, why, with what outcome; part of the act's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import Action, Actor


class Outcome(StrEnum):
    """Whether the act happened. A refusal is an event too."""

    DONE = "DONE"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Event:
    """One act. `details` holds codes and counts, never the text of a paper."""

    at: datetime
    actor: Actor
    action: Action
    outcome: Outcome = Outcome.DONE
    code: str | None = None
    purpose: str | None = None
    legal_ground: str | None = None
    record: RecordCode | None = None
    version: int | None = None
    dossier: DossierCode | None = None
    holder_id: int | None = None
    agency_code: str | None = None
    """The agency whose papers it concerns, when the actor belongs to none (a citizen, a stranger)."""
    details: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
