"""What the signer saw beside what the file shows now: pictures of both states, for a person to judge a warning."""

from __future__ import annotations

from dataclasses import dataclass

import signing
from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.ports import Blobs, Clock, Engines, UnitOfWork
from vault.usecases.oversee.view_record import Copy, download, look, visible
from vault.usecases.oversee.view_revision import Revision, revisions_of, view_revision
from vault.usecases.refusals import recorded

NEWEST = 0
"""The number that stands for the whole file, after the last signature."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One signed revision against the whole file; `pages` are the indexes of pages that look different."""

    revision: Revision
    pages: tuple[int, ...]


def compare_revision(
    code: RecordCode,
    number: int,
    *,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    clock: Clock,
    purpose: str | None,
) -> Comparison:
    """Which pages somebody should look at. `REVISION` for a number that is none. One look at the original."""
    require(actor, Action.VIEW_RECORD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.VIEW_RECORD, record=code, purpose=purpose)), uow.begin() as tx:
        record, basis = visible(tx, code, actor, now=now)
        found = revisions_of(tx.intakes.find(code)) if record.signed_original else ()
        one = next((one for one in found if one.number == number), None)
        if one is None:
            raise NotFound("REVISION", number=number, count=len(found))
        details = {"copy": Copy.ORIGINAL.value, "compared": number}
        tx.events.add(look(Action.VIEW_RECORD, record, tx, actor, basis, now=now, purpose=purpose, details=details))
    whole = blobs.get(record.original)
    signed = signing.signed_revision(whole, one.report)
    return Comparison(one, engines.changed_pages(signed, whole) if signed != whole else ())


def picture_of_revision(
    code: RecordCode,
    number: int,
    page: int,
    *,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    clock: Clock,
    purpose: str | None,
) -> bytes:
    """A page (from 0) of one signed revision, or of the whole file for `NEWEST`, as JPEG. `REVISION`, `PAGE`."""
    if number == NEWEST:
        file = download(code, Copy.ORIGINAL, actor=actor, uow=uow, blobs=blobs, clock=clock, purpose=purpose)
    else:
        file = view_revision(code, number, actor=actor, uow=uow, blobs=blobs, clock=clock, purpose=purpose)
    if not 0 <= page < engines.probe(file.data).pages:
        raise NotFound("PAGE")
    return engines.picture(file.data, page)
