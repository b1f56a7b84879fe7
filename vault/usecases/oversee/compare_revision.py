"""What the signer saw beside what the file shows now: pictures of both states, for a person to judge a warning."""

from __future__ import annotations

from dataclasses import dataclass

import signing
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Actor
from vault.ports import Blobs, Clock, Engines, UnitOfWork
from vault.usecases.oversee.view_record import Copy, download
from vault.usecases.oversee.view_revision import Revision, list_revisions, view_revision

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
    """Which pages somebody should look at. `REVISION` for a number that is none."""
    found = list_revisions(code, actor=actor, uow=uow, clock=clock, purpose=purpose)
    one = next((one for one in found if one.number == number), None)
    if one is None:
        raise NotFound("REVISION", number=number, count=len(found))
    whole = download(code, Copy.ORIGINAL, actor=actor, uow=uow, blobs=blobs, clock=clock, purpose=purpose).data
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
