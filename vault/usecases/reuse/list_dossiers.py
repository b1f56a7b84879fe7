"""The agency's dossiers."""

from __future__ import annotations

from vault.domain.dossiers import Dossier
from vault.domain.people import Action, Actor, require
from vault.ports import UnitOfWork


def list_dossiers(*, actor: Actor, uow: UnitOfWork, limit: int) -> tuple[Dossier, ...]:
    """The newest first, whether they have ended or not."""
    require(actor, Action.LOOKUP)
    with uow.begin() as tx:
        return tx.dossiers.list(actor.agency_code or "", limit=limit)


def open_dossiers(*, actor: Actor, uow: UnitOfWork, limit: int) -> tuple[Dossier, ...]:
    """Those that have not ended, the first due first."""
    require(actor, Action.LOOKUP)
    with uow.begin() as tx:
        return tx.dossiers.open_ones(actor.agency_code or "", limit=limit)
