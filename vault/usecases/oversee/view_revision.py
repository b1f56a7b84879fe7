"""A paper that came signed, as it was when each of its signatures was made: what that signer saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import signing
from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode
from vault.domain.intake import Intake
from vault.domain.people import Action, Actor, require
from vault.ports import Blobs, Clock, UnitOfWork
from vault.usecases.oversee.view_record import Copy, File, look, view_record, visible
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class Revision:
    """One signed state of the original. `number` counts from 1 in the order of signing; `length` is its bytes."""

    number: int
    length: int
    report: signing.SignatureReport


def list_revisions(
    code: RecordCode, *, actor: Actor, uow: UnitOfWork, clock: Clock, purpose: str | None
) -> tuple[Revision, ...]:
    """The signed revisions of a record's original, as reported when it came in; none when it came unsigned."""
    record = view_record(code, actor=actor, uow=uow, clock=clock, purpose=purpose)
    if not record.signed_original:
        return ()
    with uow.begin() as tx:
        return revisions_of(tx.intakes.find(code))


def view_revision(
    code: RecordCode,
    number: int,
    *,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    clock: Clock,
    purpose: str | None,
) -> File:
    """The bytes of one revision: the beginning of the original, up to the end of that signature. `REVISION`."""
    require(actor, Action.DOWNLOAD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.DOWNLOAD, record=code, purpose=purpose)), uow.begin() as tx:
        record, basis = visible(tx, code, actor, now=now)
        found = {one.number: one for one in revisions_of(tx.intakes.find(code))}
        if number not in found:
            raise NotFound("REVISION", number=number, count=len(found))
        details = {"copy": Copy.ORIGINAL.value, "revision": number}
        tx.events.add(look(Action.DOWNLOAD, record, tx, actor, basis, now=now, purpose=purpose, details=details))
    data = signing.signed_revision(blobs.get(record.original), found[number].report)
    return File(data, record.original_mime, f"{code}-goc-{number}.pdf")


def revisions_of(intake: Intake | None) -> tuple[Revision, ...]:
    """What the report of an intake tells; remains of a destroyed signature and broken ranges show no revision."""
    if intake is None or intake.signatures is None:
        return ()
    told = intake.signatures.report.get("signatures", ())
    reports = [
        signing.SignatureReport.from_dict(dict(one))
        for one in (told if isinstance(told, list | tuple) else ())
        if isinstance(one, Mapping)
    ]
    return tuple(
        Revision(number, one.covered_bytes, one)
        for number, one in enumerate(reports, start=1)
        if one.kind != "remnant" and 0 < one.covered_bytes <= intake.size
    )
