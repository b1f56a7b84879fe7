"""The results of a dossier, and how far the national store was told of it."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.ids import DossierCode
from vault.domain.outbox import Letter
from vault.domain.people import Action, Actor, require
from vault.ports import UnitOfWork
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.reuse.give_result import Given, results_of


@dataclass(frozen=True, slots=True)
class DossierResults:
    """Results in their order; the newest letter about the dossier and about each result."""

    results: tuple[Given, ...]
    letters: tuple[Letter, ...]


def view_results(code: DossierCode, *, actor: Actor, uow: UnitOfWork) -> DossierResults:
    """Part of looking at the dossier, which is logged by `answer`."""
    require(actor, Action.LOOKUP)
    with uow.begin() as tx:
        dossier = own_dossier(tx, code, actor)
        newest: dict[str, Letter] = {}
        for letter in tx.outbox.of_dossier(code):
            newest.setdefault(letter.subject, letter)
        return DossierResults(results_of(tx, dossier.code), tuple(newest.values()))
