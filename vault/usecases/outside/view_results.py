"""The results of a dossier, what else could answer it, and how far the national store was told of it."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.ids import DossierCode
from vault.domain.outbox import Letter
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.domain.results import could_answer, made_for
from vault.ports import UnitOfWork
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.reuse.give_result import Given, results_of


@dataclass(frozen=True, slots=True)
class DossierResults:
    """Results in their order; the newest letter about the dossier and about each result.

    `papers`: the records of the results. `offers`: what `give_result` would take besides, newest seal first.
    """

    results: tuple[Given, ...]
    letters: tuple[Letter, ...]
    papers: tuple[Record, ...] = ()
    offers: tuple[Record, ...] = ()


def view_results(code: DossierCode, *, actor: Actor, uow: UnitOfWork) -> DossierResults:
    """Part of looking at the dossier, which is logged by `answer`."""
    require(actor, Action.LOOKUP)
    with uow.begin() as tx:
        dossier = own_dossier(tx, code, actor)
        newest: dict[str, Letter] = {}
        for letter in tx.outbox.of_dossier(code):
            newest.setdefault(letter.subject, letter)
        given = results_of(tx, dossier.code)
        codes = [one.record for one in given]
        offers = (
            one
            for one in tx.records.of_people(dossier.people)
            if one.code not in codes and could_answer(one, dossier) and made_for(one, dossier)
        )
        return DossierResults(given, tuple(newest.values()), tx.records.of_codes(codes), tuple(offers))
