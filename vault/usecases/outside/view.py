"""A dossier's questions to other places, and everything that they claimed, what was put aside included."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.ids import DossierCode
from vault.domain.outside import Ask, OutsidePaper
from vault.domain.people import Action, Actor, require
from vault.ports import UnitOfWork
from vault.usecases.reuse.answer import own_dossier


@dataclass(frozen=True, slots=True)
class OutsideView:
    """Questions and claims, oldest first."""

    asks: tuple[Ask, ...]
    papers: tuple[OutsidePaper, ...]


def view_outside(code: DossierCode, *, actor: Actor, uow: UnitOfWork) -> OutsideView:
    """Part of looking at the dossier, which is logged by `answer`."""
    require(actor, Action.LOOKUP)
    with uow.begin() as tx:
        own_dossier(tx, code, actor)
        return OutsideView(tx.outside.asks(code), tx.outside.papers(code))
