"""Look at a record, or fetch one of its files. Each look is one event that the citizen can see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.ids import Digest, RecordCode
from vault.domain.people import Action, Actor, Role, require
from vault.domain.records import Record
from vault.ports import Blobs, Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded


class Copy(StrEnum):
    """Which file of a record."""

    ORIGINAL = "ORIGINAL"
    SEALED = "SEALED"
    PREVIEW = "PREVIEW"


@dataclass(frozen=True, slots=True)
class File:
    """Bytes with their type and a name to save them under."""

    data: bytes
    mime: str
    name: str


def view_record(code: RecordCode, *, actor: Actor, uow: UnitOfWork, clock: Clock, purpose: str | None) -> Record:
    """The record, for its agency or its holder; for anybody else it is not there."""
    require(actor, Action.VIEW_RECORD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.VIEW_RECORD, record=code, purpose=purpose)), uow.begin() as tx:
        record = visible(tx, code, actor)
        tx.events.add(look(Action.VIEW_RECORD, record, tx, actor, now=now, purpose=purpose, details={}))
    return record


def download(
    code: RecordCode, copy: Copy, *, actor: Actor, uow: UnitOfWork, blobs: Blobs, clock: Clock, purpose: str | None
) -> File:
    """One of the record's files, byte for byte as stored."""
    require(actor, Action.DOWNLOAD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.DOWNLOAD, record=code, purpose=purpose)), uow.begin() as tx:
        record = visible(tx, code, actor)
        digest, mime, name = _file(record, copy)
        details = {"copy": copy.value}
        tx.events.add(look(Action.DOWNLOAD, record, tx, actor, now=now, purpose=purpose, details=details))
    return File(blobs.get(digest), mime, name)


def visible(tx: Tx, code: RecordCode, actor: Actor) -> Record:
    """The record, for its agency or its holder; for anybody else `RECORD`: it is not there."""
    record = tx.records.get(code)
    if actor.role is Role.CITIZEN:
        own = actor.holder_id is not None and actor.holder_id in tx.records.holder_ids(code)
    else:
        own = record.agency_code == actor.agency_code
    if not own:
        raise NotFound("RECORD")
    return record


def _file(record: Record, copy: Copy) -> tuple[Digest, str, str]:
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}
    if copy is Copy.ORIGINAL:
        return record.original, record.original_mime, f"{record.code}-goc.{ending[record.original_mime]}"
    if copy is Copy.SEALED:
        return record.sealed, "application/pdf", f"{record.code}.pdf"
    return record.preview, "image/jpeg", f"{record.code}-1.jpg"


def look(
    action: Action,
    record: Record,
    tx: Tx,
    actor: Actor,
    *,
    now: datetime,
    purpose: str | None,
    details: Mapping[str, object],
) -> Event:
    """The event of one look at a record."""
    return Event(
        now,
        actor,
        action,
        purpose=purpose,
        record=record.code,
        version=record.version,
        holder_id=tx.records.first_holder(record.code),
        details=details,
    )
