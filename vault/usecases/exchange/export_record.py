"""A record for another system: JSON with its proofs, or an archive package with its files. Each is one event."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vault.domain.audit import PARTY, Event
from vault.domain.catalogue import Catalogue
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode
from vault.domain.intake import Intake
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.exchange import (
    ArchiveFile,
    ArchivePackage,
    PackageKind,
    PreservationEvent,
    Representation,
    record_to_plain,
    write_package,
)
from vault.ports import Blobs, Clock, UnitOfWork
from vault.usecases.oversee.view_record import File, look, visible
from vault.usecases.refusals import recorded

_PACKAGES = uuid.UUID("9a1e1f0c-6f1b-5d0e-8a57-1d6f0b1c7e42")
"""Namespace of package identifiers (RFC 9562 section 5.5): a version of a record is the same package for ever."""
_ENDING = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}

Prove = Callable[[RecordCode], Sequence[str]]
"""Offline proofs that the events about a record stand in the transparency log (C2SP tlog-proof@v1)."""


class ExportForm(StrEnum):
    """How a record leaves."""

    JSON = "JSON"
    SIP = "SIP"
    AIP = "AIP"


@dataclass(frozen=True, slots=True)
class Export:
    """Which record, in which form, and for what."""

    record: RecordCode
    form: ExportForm
    purpose: str | None = None


def export_record(
    what: Export,
    *,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    catalogue: Catalogue,
    agency_name: str,
    prove: Prove,
    clock: Clock,
) -> tuple[Record, dict[str, object], File | None]:
    """The record, its JSON, and the package when one was asked for. Refused like any look (`view_record`)."""
    require(actor, Action.DOWNLOAD)
    now = clock.now()
    refusal = Event(now, actor, Action.DOWNLOAD, record=what.record, purpose=what.purpose)
    with recorded(uow, refusal), uow.begin() as tx:
        record, basis = visible(tx, what.record, actor, now=now)
        if record.erased and what.form is not ExportForm.JSON:
            raise NotFound("RECORD_ERASED", record=record.code)
        acts, intake = tx.events.list(record=record.code, limit=200), tx.intakes.find(record.code)
        details = {"copy": what.form.value}
        tx.events.add(look(Action.DOWNLOAD, record, tx, actor, basis, now=now, purpose=what.purpose, details=details))
    plain = record_to_plain(record, log_proofs=prove(record.code))
    if what.form is ExportForm.JSON:
        return record, plain, None
    package = ArchivePackage(
        kind=PackageKind(what.form.value),
        fond=record.agency_code,
        uuid=uuid.uuid5(_PACKAGES, f"{record.id.hex()}/{record.version}/{what.form.value}"),
        created=now.replace(microsecond=0),
        title=_title(record, catalogue, now),
        agency_code=record.agency_code,
        agency_name=agency_name,
        record=plain,
        representations=_representations(record, blobs),
        events=(*_ingested(intake), *_preserved(acts)),
        abstract=record.abstract or "",
        dates={
            name: day.isoformat()
            for name, day in (
                ("issued", record.issued_on),
                ("valid_until", record.valid_until),
                ("digitised", record.sealed_at.date()),
            )
            if day is not None
        },
    )
    return record, plain, File(write_package(package), "application/zip", f"{record.code}-{what.form}.zip")


def _title(record: Record, catalogue: Catalogue, now: datetime) -> str:
    kind = catalogue.find_type(record.type_code, now.date())
    name = record.type_code if kind is None else kind.name
    return f"{name} {record.number}" if record.number else name


def _representations(record: Record, blobs: Blobs) -> tuple[Representation, ...]:
    """The original byte for byte, and the sealed copy (or cover sheet) that this vault made."""
    original = ArchiveFile(
        f"original.{_ENDING[record.original_mime]}", record.original_mime, blobs.get(record.original)
    )
    sealed = ArchiveFile("sealed.pdf", "application/pdf", blobs.get(record.sealed))
    return Representation("original", (original,)), Representation("sealed", (sealed,))


_TERMS = {
    Action.SEAL: "digital signature generation",
    Action.RENEW_SEAL: "digital signature generation",
    Action.CHANGE_STATE: "modification",
}
"""Our acts as terms of the PREMIS event-type vocabulary; looks are no preservation events."""


def _ingested(intake: Intake | None) -> tuple[PreservationEvent, ...]:
    """The arrival stands in the intake: its event was written before there was a record to name."""
    if intake is None:
        return ()
    return (PreservationEvent("ingestion", intake.received_at, f"channel {intake.channel.value}", "DONE"),)


def _preserved(acts: Sequence[Event]) -> list[PreservationEvent]:
    """Oldest first. Agents are told by role and agency: a name is none of the archive's business here."""
    return [
        PreservationEvent(
            _TERMS[act.action],
            act.at,
            f"{act.actor.role.value} {act.actor.agency_code or ''}".strip(),
            act.outcome.value,
        )
        for act in reversed(acts)
        if act.action in _TERMS and act.code != PARTY
    ]


def _agent(actor: Actor) -> str:
    return f"{actor.role.value} {actor.agency_code or ''}".strip()
