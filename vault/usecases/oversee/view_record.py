"""Look at a record, or fetch one of its files. Each look is one event that the citizen can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vault.domain.access import Basis, Circumstances, PaperFacts, basis_of
from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.ids import Digest, RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.ports import Blobs, Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded


class Copy(StrEnum):
    """Which file of a record."""

    ORIGINAL = "ORIGINAL"
    SEALED = "SEALED"
    PREVIEW = "PREVIEW"
    SEARCHABLE = "SEARCHABLE"


@dataclass(frozen=True, slots=True)
class File:
    """Bytes with their type and a name to save them under."""

    data: bytes
    mime: str
    name: str


def view_record(code: RecordCode, *, actor: Actor, uow: UnitOfWork, clock: Clock, purpose: str | None) -> Record:
    """The record, for its holder, and for its agency on a ground of `domain.access`; for anybody else it is not there.

    `PURPOSE_NEEDED` without a ground, `RECORD` for a holder whose paper it is not.
    """
    require(actor, Action.VIEW_RECORD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.VIEW_RECORD, record=code, purpose=purpose)), uow.begin() as tx:
        record, basis = visible(tx, code, actor, now=now)
        tx.events.add(look(Action.VIEW_RECORD, record, tx, actor, basis, now=now, purpose=purpose, details={}))
    return record


def download(
    code: RecordCode, copy: Copy, *, actor: Actor, uow: UnitOfWork, blobs: Blobs, clock: Clock, purpose: str | None
) -> File:
    """One of the record's files, byte for byte as stored."""
    require(actor, Action.DOWNLOAD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.DOWNLOAD, record=code, purpose=purpose)), uow.begin() as tx:
        record, basis = visible(tx, code, actor, now=now)
        digest, mime, name = _file(record, copy, tx)
        details = {"copy": copy.value}
        tx.events.add(look(Action.DOWNLOAD, record, tx, actor, basis, now=now, purpose=purpose, details=details))
    return File(blobs.get(digest), mime, name)


def visible(tx: Tx, code: RecordCode, actor: Actor, *, now: datetime) -> tuple[Record, Basis]:
    """The record and the ground on which this actor may read it now; else the refusals of `basis_of`."""
    record = tx.records.find(code)
    holder_ids = frozenset(tx.records.holder_ids(code))
    # Everything is asked for whether or not there is such a record: no answer's time tells that there is one.
    received_by = tx.intakes.received_by(code)
    paper = None
    if record is not None:
        handled_by = frozenset({record.created_by} | ({received_by} if received_by else set()))
        paper = PaperFacts(record.agency_code, holder_ids, handled_by, record.sealed_at)
    known = tx.access.circumstances(actor, code, holder_ids, now=now) if actor.agency_code else Circumstances()
    basis = basis_of(actor, paper, known, now)
    if record is None:  # basis_of has refused
        message = "a ground without a record"
        raise RuntimeError(message)
    return record, basis


def _file(record: Record, copy: Copy, tx: Tx) -> tuple[Digest, str, str]:
    if record.erased:
        raise NotFound("RECORD_ERASED", record=record.code)
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}
    if copy is Copy.ORIGINAL:
        return record.original, record.original_mime, f"{record.code}-goc.{ending[record.original_mime]}"
    if copy is Copy.SEALED:
        return record.sealed, "application/pdf", f"{record.code}.pdf"
    if copy is Copy.SEARCHABLE:
        intake = tx.intakes.find(record.code)
        if intake is None or intake.searchable is None:
            raise NotFound("SEARCHABLE_COPY")
        return intake.searchable, "application/pdf", f"{record.code}-tim-kiem.pdf"
    return record.preview, "image/jpeg", f"{record.code}-1.jpg"


def look(
    action: Action,
    record: Record,
    tx: Tx,
    actor: Actor,
    basis: Basis,
    *,
    now: datetime,
    purpose: str | None,
    details: Mapping[str, object],
) -> Event:
    """The event of one look at a record: its ground, and the dossier and procedure when that is the ground."""
    dossier = basis.dossier
    return Event(
        now,
        actor,
        action,
        purpose=purpose or (dossier.procedure_code if dossier else None),
        dossier=dossier.code if dossier else None,
        record=record.code,
        version=record.version,
        holder_id=tx.records.first_holder(record.code),
        details={"ground": basis.ground.value, **details},
    )
