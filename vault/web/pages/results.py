"""The results of a dossier on its page: what answered it, how far that was told, and what could answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from vault.bootstrap import App
from vault.domain.dossiers import Dossier
from vault.domain.outbox import Letter, LetterState
from vault.domain.people import Action, Actor, may
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM
from vault.usecases.outside.view_results import view_results
from vault.web.pages.desk import type_name


@dataclass(frozen=True, slots=True)
class ToldView:
    """How far the national store was told of a thing."""

    state: str
    at: datetime
    failure: str | None


@dataclass(frozen=True, slots=True)
class ResultView:
    """A result that was given: its national code and its paper."""

    code: str
    record: str
    type_name: str
    number: str | None
    state: str
    told: ToldView | None


@dataclass(frozen=True, slots=True)
class OfferView:
    """A paper that could answer the dossier."""

    record: str
    type_name: str
    number: str | None
    issued_on: date | None
    holders: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class ResultsView:
    """The answer of a dossier. `paper_awaited`: its procedure ends in a paper, and none was recorded yet."""

    given: tuple[ResultView, ...]
    offers: tuple[OfferView, ...]
    told: ToldView | None
    may_give: bool
    may_close: bool
    paper_awaited: bool
    error: str | None


def results_view(dossier: Dossier, actor: Actor, app: App, *, error: str | None = None) -> ResultsView:
    """Read with the dossier, whose own reading is the logged act."""
    found = view_results(dossier.code, actor=actor, uow=app.uow)
    papers = {one.code: one for one in found.papers}
    told = {one.subject: _told(one) for one in found.letters}
    procedure = app.catalogue.find_procedure(dossier.procedure_code, dossier.opened_at.astimezone(VIET_NAM).date())
    return ResultsView(
        given=tuple(
            ResultView(
                one.code,
                one.record,
                type_name(papers[one.record].type_code, app),
                papers[one.record].number,
                papers[one.record].state.value,
                told.get(one.code),
            )
            for one in found.results
        ),
        offers=tuple(_offer(one, app) for one in found.offers),
        told=told.get(dossier.code),
        may_give=may(actor, Action.GIVE_RESULT),
        may_close=may(actor, Action.CLOSE_DOSSIER),
        paper_awaited=not found.results and procedure is not None and bool(procedure.results),
        error=error,
    )


def _told(letter: Letter) -> ToldView:
    dead = letter.state is LetterState.DEAD
    return ToldView(letter.state.value, letter.delivered_at or letter.at, letter.failure if dead else None)


def _offer(record: Record, app: App) -> OfferView:
    return OfferView(
        record.code,
        type_name(record.type_code, app),
        record.number,
        record.issued_on,
        ", ".join(one.name for one in record.holders),
        record.sealed_at,
    )
