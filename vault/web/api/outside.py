"""What is exchanged with other systems for a dossier: results told, papers looked for and fetched."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel

from vault.domain.ids import DossierCode
from vault.domain.outbox import Letter
from vault.domain.outside import Ask, AskState, FoundState, OutsidePaper
from vault.usecases.outside.ask import AskOutside, ask_outside
from vault.usecases.outside.fetch import FetchOutside, fetch_outside
from vault.usecases.outside.view import view_outside
from vault.usecases.outside.view_results import DossierResults, view_results
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/dossiers", tags=["outside"])
FETCH_SECONDS = 5.0
ACCEPTED = 202


class GivenOut(BaseModel):
    """A result with its code `<mã hồ sơ>-KQ<n>`."""

    code: str
    record: str


class LetterOut(BaseModel):
    """How far the national store was told: WAITING, DELIVERED, SUPERSEDED or DEAD (an operator has to look)."""

    about: str
    state: str
    at: datetime
    attempts: int
    failure: str | None
    delivered_at: datetime | None
    receipt: str | None

    @classmethod
    def of(cls, one: Letter) -> Self:
        """From the domain."""
        return cls(
            about=one.subject,
            state=one.state.value,
            at=one.at,
            attempts=one.attempts,
            failure=one.failure,
            delivered_at=one.delivered_at,
            receipt=one.receipt,
        )


class ResultsOut(BaseModel):
    """Results in their order, and the newest letter about the dossier and each of them."""

    results: list[GivenOut]
    told: list[LetterOut]

    @classmethod
    def of(cls, found: DossierResults) -> Self:
        """From the use case."""
        return cls(
            results=[GivenOut(code=one.code, record=one.record) for one in found.results],
            told=[LetterOut.of(one) for one in found.letters],
        )


class AskIn(BaseModel):
    """Which source (NATIONAL, or another vault's agency code); `consent`: the citizen said yes at the counter.

    `ask_person`: they are not there, and the vault that keeps the papers is to ask them.
    """

    source: str
    consent: bool = False
    ask_person: bool = False


class AskOut(BaseModel):
    """A question to a source: PENDING (the answer comes by job), ANSWERED or REFUSED with its code."""

    source: str
    state: str
    code: str | None
    consent: str
    found: int
    by: str
    at: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, one: Ask) -> Self:
        """From the domain."""
        return cls(
            source=one.source,
            state=one.state.value,
            code=one.code,
            consent=one.consent.value,
            found=one.found,
            by=one.by_name,
            at=one.at,
            answered_at=one.answered_at,
        )


class OutsidePaperOut(BaseModel):
    """A claim of a source: FOUND, FETCHED (`intake` is to be looked at and confirmed) or REFUSED with its code."""

    id: str
    source: str
    state: str
    code: str | None
    intake: str | None
    type: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    valid_until: date | None

    @classmethod
    def of(cls, one: OutsidePaper) -> Self:
        """From the domain."""
        claim = one.claim
        return cls(
            id=one.id,
            source=one.source,
            state=one.state.value,
            code=one.code,
            intake=one.intake,
            type=claim.type_code,
            number=claim.number,
            issuer=claim.issuer_as_printed or claim.issuer_code,
            issued_on=claim.issued_on,
            valid_until=claim.valid_until,
        )


class OutsideOut(BaseModel):
    """Where can be asked, what was asked, and everything that was claimed."""

    sources: list[str]
    asks: list[AskOut]
    papers: list[OutsidePaperOut]


@router.get("/{code}/results")
def results(code: str, actor: SignedIn, app: TheApp) -> ResultsOut:
    """The results, and how far the national store was told of the dossier and of them."""
    return ResultsOut.of(view_results(DossierCode(code), actor=actor, uow=app.uow))


@router.get("/{code}/outside")
def outside(code: str, actor: SignedIn, app: TheApp) -> OutsideOut:
    """Questions and claims of a dossier."""
    seen = view_outside(DossierCode(code), actor=actor, uow=app.uow, clock=app.clock)
    return OutsideOut(
        sources=sorted(app.sources),
        asks=[AskOut.of(one) for one in seen.asks],
        papers=[OutsidePaperOut.of(one) for one in seen.papers],
    )


@router.post("/{code}/outside")
def ask(code: str, what: AskIn, actor: SignedIn, app: TheApp, response: Response) -> list[AskOut]:
    """Look for the papers of the dossier's people at a source; 202 while an answer is still to come."""
    asks = ask_outside(
        AskOutside(DossierCode(code), what.source, what.consent, what.ask_person),
        actor=actor,
        uow=app.uow,
        sources=app.sources,
        catalogue=app.catalogue,
        clock=app.clock,
    )
    if any(one.state is AskState.PENDING for one in asks):
        response.status_code = ACCEPTED
    return [AskOut.of(one) for one in asks]


@router.post("/{code}/outside/{paper}/fetch")
def fetch(code: str, paper: str, actor: SignedIn, app: TheApp, response: Response) -> OutsidePaperOut:
    """Fetch a paper to look at it: an intake, read and validated like any other. 202 while it is still under way."""
    found = fetch_outside(
        FetchOutside(DossierCode(code), paper),
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sources=app.sources,
        catalogue=app.catalogue,
        clock=app.clock,
        ids=app.ids,
        max_bytes=app.settings.max_upload_bytes,
        seconds=FETCH_SECONDS,
    )
    if found.state is FoundState.FOUND:
        response.status_code = ACCEPTED
    return OutsidePaperOut.of(found)
