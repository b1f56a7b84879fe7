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
from vault.ports import Blobs, Clock, CredentialDesk, Engines, Reach, SealingDesk, Tx, UnitOfWork


@dataclass(frozen=True, slots=True)
class PdfCheck:
    """The signature report; `verdict` is the record's state instead when our own copy no longer holds.

    `record` is the one whose file this is: its original, its sealed copy, or a signed revision of either. `carried` are
    records whose code is printed on the file, and nothing else is known to join them: anybody can print a code.
    """

    verdict: str
    report: signing.Report
    record: RecordCode | None
    state: RecordState | None
    carried: tuple[RecordCode, ...] = ()


def check_pdf(
    data: bytes,
    *,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
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
    report = engines.inspect(data, trust=sealing.trust, now=now, evidence=kept_evidence(data, uow=uow, blobs=blobs))
    shown = _shown(data, engines=engines, credentials=credentials, now=now)
    with uow.begin(Reach.SHOWN) as tx:
        known = _behind(data, report, tx) is not None
    saved = None if known else _saved_before(data, shown, uow=uow, blobs=blobs)
    with uow.begin(Reach.SHOWN) as tx:
        record = _behind(data, report, tx) or (None if saved is None else tx.records.find(saved))
        carried = tuple(code for code in shown if record is None or code != record.code)
        gone = [one for code in carried if (one := tx.records.find(code)) and one.state is not RecordState.ACTIVE]
        verdict = str(report.verdict)
        state = None if record is None else _state_of(record, data, report, tx)
        if state is not None and verdict.startswith("VALID") and state is not RecordState.ACTIVE:
            verdict = state.value
        elif record is None and verdict.startswith("VALID") and gone:
            # A file that shows a code which no longer holds is never green, whoever signed it.
            verdict = gone[0].state.value
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
    return PdfCheck(verdict, report, record.code if record else None, state, carried)


def kept_evidence(data: bytes, *, uow: UnitOfWork, blobs: Blobs) -> signing.Evidence | None:
    """What was collected when this very file came in."""
    with uow.begin(Reach.SHOWN) as tx:
        told = tx.intakes.signatures_of([record.code for record in tx.records.of_blob(digest_of(data))])
    kept = [one.evidence for one in told if one.evidence is not None]
    found = [signing.Evidence.from_bytes(blobs.get(digest)) for digest in kept]
    return sum(found[1:], found[0]) if found else None


def _shown(data: bytes, *, engines: Engines, credentials: CredentialDesk, now: datetime) -> tuple[RecordCode, ...]:
    """Records whose credentials are printed on the file; none when nothing can be drawn of it."""
    try:
        texts = engines.codes(data)
    except Invalid:
        return ()
    ids = (credentials.own_record(text, now=now) for text in texts)
    return tuple(record_code(one) for one in ids if one is not None)


def _behind(data: bytes, report: signing.Report, tx: Tx) -> Record | None:
    """The record whose file this is; of several, one that no longer holds comes first.

    Bytes added after the last signature do not make another paper, so every signed revision is looked up as well.
    """
    found = [record for digest in _digests(data, report) for record in tx.records.of_blob(digest)]
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


def _saved_before(data: bytes, shown: Sequence[RecordCode], *, uow: UnitOfWork, blobs: Blobs) -> RecordCode | None:
    """The record of which this is the sealed copy from before its seal was renewed: a seal only ever grows.

    Bytes are fetched after the transaction: nobody holds one connection and asks for another.
    """
    with uow.begin(Reach.SHOWN) as tx:
        found = [record for record in tx.records.of_codes(shown) if not record.erased]
    return next((one.code for one in found if blobs.get(one.sealed).startswith(data)), None)
