"""What every check is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vault.domain.states import Source

if TYPE_CHECKING:
    from datetime import date

    from vault.domain.catalogue import Catalogue, Component, DocumentType
    from vault.domain.reuse.facts import Candidate, DossierFacts


@dataclass(frozen=True, slots=True)
class Context:
    """The question of one decision. ``today`` is the day in Viet Nam; ``type`` is None when it is not catalogued."""

    component: Component
    candidate: Candidate
    dossier: DossierFacts
    catalogue: Catalogue
    today: date
    type: DocumentType | None
    rules_version: int
    """By which version of the checks it is decided; an older one where an old decision is asked again."""

    @property
    def is_data(self) -> bool:
        """Whether a connected database answered, so that there is no paper to judge."""
        return self.candidate.source is Source.CONNECTED_DATA


def day(value: date) -> str:
    """A day as Vietnamese papers write it."""
    return value.strftime("%d/%m/%Y")
