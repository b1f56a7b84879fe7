"""The agency's dossiers."""

from __future__ import annotations

from vault.domain.dossiers import Dossier
from vault.domain.people import Action, Actor, require
from vault.ports import UnitOfWork


def list_dossiers(*, actor: Actor, uow: UnitOfWork, limit: int) -> tuple[Dossier, ...]:
    """The newest first."""
    require(actor, Action.LOOKUP)
    with uow.begin() as tx:
        return tx.dossiers.list(actor.agency_code or "", limit=limit)
