"""Split a batch at its separator sheets. Run by the worker; killed at any point and run again, it goes on there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vault.domain.audit import Event, Outcome
from vault.domain.batches import Batch, BatchId, BatchState, Part, parts_of
from vault.domain.errors import Invalid
from vault.domain.intake import Channel
from vault.domain.people import SYSTEM, Action, Actor, Role
from vault.ports import Blobs, Clock, Engines, Ids, UnitOfWork
from vault.usecases.digitize.receive import keep_bytes, new_intake, settle_bytes

PAGES_A_LOOK = 25
"""Pages that one child looks at: what a crash costs, and how often the officer sees the bar move."""
PAGES_A_CUT, PARTS_A_CUT = 200, 40
"""What one child cuts out: a batch is handed to it whole each time, so not one paper at a time."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """A paper that our own child cut out of an examined file."""

    pages: int
    mime: str = "application/pdf"


def split(
    batch_id: BatchId, *, uow: UnitOfWork, blobs: Blobs, engines: Engines, clock: Clock, ids: Ids, max_pages: int
) -> None:
    """Bring a batch to SPLIT: every paper in it is an intake that waits to be read, or to FAILED with a code.

    The same pages cut again give the same bytes, and an agency has the same bytes once: nothing is taken in twice.
    """
    with uow.begin() as tx:
        batch = tx.batches.get(batch_id)
    if batch.state is not BatchState.RECEIVED:
        return
    data = blobs.get(batch.original)
    try:
        parts = _look(batch, data, uow=uow, engines=engines)
        for group in _groups(parts, max_pages):
            _take(batch, group, data, uow=uow, blobs=blobs, engines=engines, clock=clock, ids=ids, max_pages=max_pages)
    except Invalid as error:
        with uow.begin() as tx:
            tx.batches.set_state(batch_id, BatchState.FAILED, failure=error.code)
            worker = replace(SYSTEM, agency_code=batch.agency_code)
            details = {"batch": batch_id}
            tx.events.add(Event(clock.now(), worker, Action.RECEIVE, Outcome.REFUSED, error.code, details=details))
        return
    with uow.begin() as tx:
        tx.batches.set_state(batch_id, BatchState.SPLIT)


def _look(batch: Batch, data: bytes, *, uow: UnitOfWork, engines: Engines) -> tuple[Part, ...]:
    """Look at the pages that nobody has looked at yet; then the parts stand for good."""
    if batch.parts:
        return batch.parts
    for start in range(batch.pages_seen, batch.page_count, PAGES_A_LOOK):
        seen = engines.separators(data, start, min(PAGES_A_LOOK, batch.page_count - start))
        if len(seen) != min(PAGES_A_LOOK, batch.page_count - start):
            raise Invalid("BROKEN_PDF")
        with uow.begin() as tx:
            tx.batches.add_seen(batch.id, start, seen)
    with uow.begin() as tx:
        pages = tx.batches.seen(batch.id)
        if all(page.separator is None for page in pages):
            raise Invalid("BATCH_NO_SEPARATOR", pages=len(pages))
        parts = parts_of(pages)
        if not parts:
            raise Invalid("BATCH_EMPTY")
        tx.batches.set_parts(batch.id, parts)
    return parts


def _groups(parts: Sequence[Part], max_pages: int) -> Iterator[list[Part]]:
    group: list[Part] = []
    for part in (one for one in parts if one.open):
        pages = sum(one.pages for one in group if one.pages <= max_pages)
        if group and (len(group) >= PARTS_A_CUT or pages + part.pages > PAGES_A_CUT):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _take(
    batch: Batch,
    group: Sequence[Part],
    data: bytes,
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    clock: Clock,
    ids: Ids,
    max_pages: int,
) -> None:
    fitting = [part for part in group if part.pages <= max_pages]
    papers = engines.cut(data, [(part.first, part.last) for part in fitting]) if fitting else ()
    with uow.begin() as tx:
        for part in group:
            if part.pages > max_pages:
                tx.batches.set_part(batch.id, replace(part, failure="TOO_MANY_PAGES"))
    for part, paper in zip(fitting, papers, strict=True):
        now = clock.now()
        name = f"{batch.filename[:-4] or batch.filename}-{part.position + 1:04d}.pdf"
        actor = Actor(batch.received_by, batch.by_name, Role.SYSTEM, batch.agency_code)
        fresh = new_intake(paper, _Cut(part.pages), filename=name, channel=Channel.BATCH, actor=actor, ids=ids, now=now)
        intake = replace(fresh, hint_type=part.type_code)
        owner = keep_bytes(paper, intake, uow=uow, blobs=blobs)
        with uow.begin() as tx:
            kept = tx.intakes.add(intake)
            tx.batches.set_part(batch.id, replace(part, intake=kept.id))
            if kept.id == intake.id:
                tx.jobs.read(kept.id)
            details = {"intake": kept.id, "pages": part.pages, "channel": Channel.BATCH.value, "batch": batch.id}
            code = None if kept.id == intake.id else "DUPLICATE"
            tx.events.add(Event(now, actor, Action.RECEIVE, code=code, details=details))
        settle_bytes(paper, kept, owner, blobs=blobs)
