"""Check a PDF: its signatures, and the current status of the record it is a copy of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import signing
from vault.domain.audit import Event
from vault.domain.errors import Invalid
from vault.domain.ids import Digest, RecordCode, digest_of, record_code
from vault.domain.people import Action, Actor
from vault.domain.records import Record
from vault.domain.states import RecordState
from vault.ports import Clock, CredentialDesk, Engines, SealingDesk, Tx, UnitOfWork


@dataclass(frozen=True, slots=True)
class PdfCheck:
    """The signature report; `verdict` is the record's state instead when our own copy no longer holds."""

    verdict: str
    report: signing.Report
    record: RecordCode | None
    state: RecordState | None


def check_pdf(
    data: bytes,
    *,
    actor: Actor,
    uow: UnitOfWork,
    engines: Engines,
    sealing: SealingDesk,
    credentials: CredentialDesk,
    clock: Clock,
    max_bytes: int,
) -> PdfCheck:
    """Report on a dropped PDF. The file is looked at and forgotten: nothing of it is stored."""
    if len(data) > max_bytes:
        raise Invalid("FILE_TOO_LARGE", limit=max_bytes)
    now = clock.now()
    report = engines.inspect(data, trust=sealing.trust, now=now)
    shown = _shown(data, engines=engines, credentials=credentials, now=now)
    with uow.begin() as tx:
        record = _behind(data, report, shown, tx)
        verdict = str(report.verdict)
        state = None if record is None else _state_of(record, data, report, tx)
        if state is not None and verdict.startswith("VALID") and state is not RecordState.ACTIVE:
            verdict = state.value
        tx.events.add(
            Event(
                now,
                actor,
                Action.VERIFY,
                code=verdict,
                record=record.code if record else None,
                version=record.version if record else None,
                holder_id=tx.records.first_holder(record.code) if record else None,
                agency_code=record.agency_code if record else None,
                details={"kind": "pdf", "signatures": len(report.signatures)},
            )
        )
    return PdfCheck(verdict, report, record.code if record else None, state)


def _shown(data: bytes, *, engines: Engines, credentials: CredentialDesk, now: datetime) -> tuple[RecordCode, ...]:
    """Records whose credentials are printed on the file; none when nothing can be drawn of it."""
    try:
        texts = engines.codes(data)
    except Invalid:
        return ()
    ids = (credentials.own_record(text, now=now) for text in texts)
    return tuple(record_code(one) for one in ids if one is not None)


def _behind(data: bytes, report: signing.Report, shown: Sequence[RecordCode], tx: Tx) -> Record | None:
    """The record that the file is a copy of; of several, one that no longer holds comes first.

    Bytes added after the last signature do not make another paper, so every signed revision is looked up as well. A
    renewed seal has other bytes than the copy somebody saved before; the credential on the page is the same.
    """
    found = [record for digest in _digests(data, report) for record in tx.records.of_blob(digest)]
    found += [record for code in shown if (record := tx.records.find(code)) is not None]
    return min(found, key=lambda record: record.state is RecordState.ACTIVE, default=None)


def _digests(data: bytes, report: signing.Report) -> tuple[Digest, ...]:
    """Of the file, and of every signed revision of it."""
    ends = {len(data), *(one.covered_bytes for one in report.signatures if 0 < one.covered_bytes < len(data))}
    return tuple(digest_of(data[:end]) for end in sorted(ends))


def _state_of(record: Record, data: bytes, report: signing.Report, tx: Tx) -> RecordState:
    """The record's state; the sealed copy of a version that was corrected since is superseded by the newer one."""
    if record.version == 1 or record.state is not RecordState.ACTIVE:
        return record.state
    digests = set(_digests(data, report))
    older = any(one.sealed in digests and not one.current for one in tx.records.history(record.code))
    return RecordState.SUPERSEDED if older else record.state
