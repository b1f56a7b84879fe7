"""Batches: many papers scanned in one go, parted by separator sheets that are printed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

import qr
from vault.bootstrap import App
from vault.domain.batches import Batch, BatchId, BatchState, Part, separator_text
from vault.domain.errors import Invalid, VaultError
from vault.domain.intake import Intake
from vault.domain.people import Actor
from vault.domain.reuse import VIET_NAM
from vault.messages import say
from vault.usecases.digitize.receive_batch import ReceiveBatch, receive_batch
from vault.usecases.digitize.view_batch import SeenBatch, view_batch, view_batches
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.desk import type_name
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/so-hoa", include_in_schema=False)
SEE_OTHER = 303
SHOWN = 20
SHEET_MM = 80
MOST_SHEETS = 50


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """A type of paper to print a sheet for."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in the list."""

    id: str
    filename: str
    state: str
    failure: str | None
    pages_seen: int
    page_count: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BatchesPage:
    """The form for a batch, the batches that were sent, and what sheets can be printed."""

    rows: tuple[BatchRow, ...]
    types: tuple[TypeChoice, ...]
    max_bytes: int
    max_pages: int
    error: str | None


@dataclass(frozen=True, slots=True)
class PartRow:
    """One paper of a batch: its pages from 1, and what became of it."""

    number: int
    first: int
    last: int
    type_name: str
    intake: str | None
    record: str | None
    state: str
    failure: str | None
    pages_read: int
    pages: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Papers of a batch in one state, and where the list shows the first of them."""

    state: str
    count: int
    first: int


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One batch, how far it has come, and its papers; `tallies` say how many stand in which state."""

    row: BatchRow
    parts: tuple[PartRow, ...]
    tallies: tuple[Tally, ...]
    to_confirm: int
    busy: bool
    onward: str | None


@dataclass(frozen=True, slots=True)
class SheetsPage:
    """Separator sheets to print."""

    symbol: Markup
    type_name: str
    copies: tuple[int, ...]


@router.get("/tap")
def batches(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """The batches of the agency and the form for another."""
    return render(request, "batches.html", _batches(actor, app), actor=actor)


@router.post("/tap")
def send_batch(
    request: Request, actor: SignedIn, app: TheApp, language: TheLanguage, file: Annotated[UploadFile, File()]
) -> Response:
    """Take a batch in."""
    limit = app.settings.max_batch_bytes
    try:
        received = receive_batch(
            ReceiveBatch(file.file.read(limit + 1), file.filename or ""),
            actor=actor,
            uow=app.uow,
            blobs=app.blobs,
            engines=app.engines,
            clock=app.clock,
            ids=app.ids,
            max_bytes=limit,
        )
    except VaultError as error:
        page = _batches(actor, app, error=say(error.code, language, **error.facts))
        return render(request, "batches.html", page, actor=actor, status=status_of(error), at="/so-hoa/tap")
    return RedirectResponse(f"/so-hoa/tap/{received.batch.id}", SEE_OTHER)


@router.get("/tap/{batch_id}")
def batch(request: Request, batch_id: str, actor: SignedIn, app: TheApp) -> Response:
    """One batch; the part with what moves is fetched again while something does."""
    seen = view_batch(BatchId(batch_id), actor=actor, uow=app.uow)
    part = "HX-Request" in request.headers
    return render(request, "_batch.html" if part else "batch.html", _page(seen, app), actor=actor)


@router.get("/to-ngan")
def sheets(request: Request, actor: SignedIn, app: TheApp, loai: str = "", so: int = 1) -> Response:
    """Separator sheets to print, for papers of one type or of any."""
    if loai and loai not in {one.code for one in _types(app)}:
        raise Invalid("TYPE_UNKNOWN", type_code=loai)
    symbol = qr.render_svg(separator_text(loai or None), mm=SHEET_MM)
    page = SheetsPage(
        # Drawn here, of one path, from a text of our own.
        Markup(symbol),  # noqa: S704 - see above
        type_name(loai, app) if loai else "",
        tuple(range(min(max(so, 1), MOST_SHEETS))),
    )
    return render(request, "separators.html", page, actor=actor)


def _batches(actor: Actor, app: App, *, error: str | None = None) -> BatchesPage:
    found = view_batches(actor=actor, uow=app.uow, limit=SHOWN)
    settings = app.settings
    return BatchesPage(
        tuple(_row(one) for one in found), _types(app), settings.max_batch_bytes, settings.max_batch_pages, error
    )


def _types(app: App) -> tuple[TypeChoice, ...]:
    today = app.clock.now().astimezone(VIET_NAM).date()
    return tuple(
        TypeChoice(one.code, one.name)
        for one in app.catalogue.types
        if one.period.covers(today) and one.is_paper and not one.is_refusal and not one.lookup_only
    )


def _row(one: Batch) -> BatchRow:
    return BatchRow(
        one.id,
        one.filename,
        one.state.value,
        one.failure,
        one.pages_seen,
        one.page_count,
        one.by_name,
        one.received_at,
    )


def _page(seen: SeenBatch, app: App) -> BatchPage:
    found = seen.batch
    parts = tuple(_part(one, seen.intakes.get(one.intake) if one.intake else None, app) for one in found.parts)
    waiting = [one for one in parts if one.state == "READ"]
    return BatchPage(
        row=_row(found),
        parts=parts,
        tallies=_tallies(parts),
        to_confirm=len(waiting),
        busy=found.state is BatchState.RECEIVED or any(one.state in {"RECEIVED", "CONFIRMED"} for one in parts),
        onward=waiting[0].intake if waiting else None,
    )


def _tallies(parts: Sequence[PartRow]) -> tuple[Tally, ...]:
    """What needs somebody stands first: failures, papers to confirm, then the rest."""
    numbers: dict[str, list[int]] = {}
    for one in parts:
        numbers.setdefault(one.state, []).append(one.number)
    order = {state: place for place, state in enumerate(("FAILED", "READ"))}
    states = sorted(numbers, key=lambda state: order.get(state, len(order)))
    return tuple(Tally(state, len(numbers[state]), numbers[state][0]) for state in states)


def _part(part: Part, intake: Intake | None, app: App) -> PartRow:
    proposed = intake.proposal.type_code if intake and intake.proposal else part.type_code
    said = intake.confirmation if intake else None
    code = said.type_code if said else part.type_code or proposed
    return PartRow(
        number=part.position + 1,
        first=part.first + 1,
        last=part.last + 1,
        type_name=type_name(code, app) if code else "",
        intake=intake.id if intake else None,
        record=intake.record if intake else None,
        state=intake.state.value if intake else "FAILED" if part.failure else "CUTTING",
        failure=part.failure or (intake.failure if intake else None),
        pages_read=intake.pages_read if intake else 0,
        pages=part.pages,
    )
