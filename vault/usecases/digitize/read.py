"""Read a paper: signatures, pages, then a proposal of type and fields. Run by the worker; safe to run again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

import ocr
import signing
from vault.domain.audit import Event, Outcome
from vault.domain.errors import Invalid
from vault.domain.ids import RecordCode, record_code
from vault.domain.intake import (
    Box,
    Intake,
    IntakeId,
    IntakeState,
    Page,
    Proposal,
    ProposedField,
    SignatureSummary,
    step,
)
from vault.domain.people import SYSTEM, Action
from vault.ports import Blobs, Clock, CredentialDesk, Engines, ReadPage, SealingDesk, UnitOfWork
from vault.usecases.digitize.find_rescans import find_rescans
from vault.usecases.protect.ended import ends_with

FIRST_PAGES = 8
"""Pages read by one job. Before the proposal they are the first ones and the last: a title, a number and a signer
stand there."""


def read(
    intake_id: IntakeId,
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    credentials: CredentialDesk,
    templates: Sequence[ocr.Template],
    clock: Clock,
) -> None:
    """Bring a received paper to READ, or to FAILED with the engine's code; later calls read on in a long one.

    Pages that were read stay read, so a crash costs one page. A part that is down (`Unavailable`) goes to the queue,
    which tries again. A paper that is erased meanwhile keeps nothing of what is still read.
    """
    with uow.begin() as tx:
        intake = tx.intakes.get(intake_id)
        done = {page.index for page in tx.intakes.pages(intake_id)}
    if intake.state is IntakeState.FAILED:
        return
    with ends_with(intake_id, uow):
        data = blobs.get(intake.original)
        proposing = intake.state is IntakeState.RECEIVED
        try:
            if proposing and _not_validated(intake):
                _report_signatures(intake, data, uow=uow, blobs=blobs, engines=engines, sealing=sealing, clock=clock)
            if not proposing:
                _read_on(intake, data, done, uow=uow, blobs=blobs, engines=engines)
                return
            _read_first(
                intake, data, done, uow=uow, blobs=blobs, engines=engines, credentials=credentials, now=clock.now()
            )
            _propose(
                intake, uow=uow, blobs=blobs, engines=engines, credentials=credentials, templates=templates, clock=clock
            )
        except Invalid as error:
            _fail(intake, error, uow=uow, clock=clock)


def _read_first(
    intake: Intake,
    data: bytes,
    done: AbstractSet[int],
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    credentials: CredentialDesk,
    now: datetime,
) -> None:
    """Read the first pages. A paper that carries a QR of ours is that record: its pages are only looked at."""
    own = False
    for index in (one for one in _first_pages(intake.page_count) if one not in done):
        seen = engines.read_page(data, index, unless_from=credentials.hosts, only_look=own)
        own = own or _own(seen.read, credentials, now) is not None
        if not own and not seen.read.lines and seen.read.codes:
            seen = engines.read_page(data, index)  # the QR only looks like one of ours
        _keep_page(intake, seen, index, uow=uow, blobs=blobs)


def _first_pages(page_count: int) -> tuple[int, ...]:
    if page_count <= FIRST_PAGES:
        return tuple(range(page_count))
    return (*range(FIRST_PAGES - 1), page_count - 1)


def _read_on(
    intake: Intake, data: bytes, done: AbstractSet[int], *, uow: UnitOfWork, blobs: Blobs, engines: Engines
) -> None:
    """Read the next pages. One that nothing can read is left out and does not keep the ones after it from being read.

    The next job tries it once more with its own pages; when a job reads none, it was the last.
    """
    todo = [index for index in range(intake.page_count) if index not in done]
    read_now = failed = 0
    for index in todo:
        try:
            _read_page(intake, data, index, uow=uow, blobs=blobs, engines=engines)
            read_now += 1
        except Invalid:
            failed += 1
        if FIRST_PAGES in {read_now, failed}:
            break
    with uow.begin() as tx:
        if read_now:
            # Locked, as the seal locks it: one of the two sees what the other kept, and the index has every page.
            tx.intakes.get(intake.id, lock=True)
            tx.keys.begin_use(intake.id)
            tx.records.index_again(intake.id)
        if read_now and read_now < len(todo):
            tx.jobs.read_on(intake.id)
        else:
            tx.jobs.make_searchable(intake.id)


def _not_validated(intake: Intake) -> bool:
    """A PDF whose signatures nobody here looked at yet, whatever came with it."""
    waiting = intake.signatures is None or not intake.signatures.report
    return waiting and intake.mime == "application/pdf"


def _brought(intake: Intake, blobs: Blobs) -> signing.Evidence | None:
    """What was collected where the paper lay before: certificates and answers, which prove themselves or nothing."""
    if intake.signatures is None or intake.signatures.evidence is None:
        return None
    try:
        return signing.Evidence.from_bytes(blobs.get(intake.signatures.evidence))
    except ValueError:
        return None


def _report_signatures(
    intake: Intake,
    data: bytes,
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    clock: Clock,
) -> None:
    summary = signatures_of(intake, data, blobs=blobs, engines=engines, sealing=sealing, clock=clock)
    with uow.begin() as tx:
        tx.intakes.get(intake.id, lock=True)
        tx.keys.begin_use(intake.id)
        tx.intakes.set_signatures(intake.id, summary)


def signatures_of(
    intake: Intake, data: bytes, *, blobs: Blobs, engines: Engines, sealing: SealingDesk, clock: Clock
) -> SignatureSummary:
    """Judge the signatures of a file as it comes in; the evidence for it is kept beside the paper."""
    # A certificate that ends, or an authority that is gone in ten years, must not sink what was good today.
    chains = engines.chains(data, trust=sealing.trust, now=clock.now())
    brought = _brought(intake, blobs)
    evidence = sealing.collect(chains, sha256=bytes.fromhex(intake.original), kept=brought) if chains else None
    kept = None
    if evidence is not None:
        kept = blobs.put(evidence.to_bytes(), mime="application/json", paper=intake.id, agency=intake.agency_code)
    report = engines.inspect(data, trust=sealing.trust, now=clock.now(), evidence=evidence)
    # A signature that a tool destroyed is reported as one: it was on the file, and its verdict says what became of it.
    signed = [one for one in report.signatures if one.kind != "timestamp"]
    return SignatureSummary(
        verdict=report.verdict.value,
        count=len(signed),
        present=bool(report.signatures),
        signers=tuple(dict.fromkeys(one.signer for one in signed)),
        report=report.as_dict(),
        evidence=kept,
    )


def _read_page(intake: Intake, data: bytes, index: int, *, uow: UnitOfWork, blobs: Blobs, engines: Engines) -> None:
    _keep_page(intake, engines.read_page(data, index), index, uow=uow, blobs=blobs)


def _keep_page(intake: Intake, seen: ReadPage, index: int, *, uow: UnitOfWork, blobs: Blobs) -> None:
    words = json.dumps(seen.read.as_dict(), ensure_ascii=False).encode()
    preview = blobs.put(seen.preview, mime="image/jpeg", paper=intake.id, agency=intake.agency_code)
    layout = blobs.put(words, mime="application/json", paper=intake.id, agency=intake.agency_code)
    page = Page(index, preview, seen.read.width, seen.read.height, seen.read.dpi, seen.read.text, layout)
    with uow.begin() as tx:
        tx.keys.begin_use(intake.id)
        tx.intakes.add_page(intake.id, page)


def _propose(
    intake: Intake,
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    credentials: CredentialDesk,
    templates: Sequence[ocr.Template],
    clock: Clock,
) -> None:
    with uow.begin() as tx:
        kept = tx.intakes.pages(intake.id)
    pages = [ocr.PageText.from_dict(json.loads(blobs.get(page.layout))) for page in kept]
    understood = engines.understand(pages, templates)
    own = next((code for page in pages for code in (_own(page, credentials, clock.now()),) if code is not None), None)
    fields = {name: _field(value, kept) for name, value in understood.fields.items()}
    proposal = Proposal(
        type_code=understood.type.code,
        type_confidence=understood.type.confidence,
        fields=fields,
        warnings=tuple(understood.warnings),
        own_record=own,
    )
    with uow.begin() as tx:
        current = tx.intakes.get(intake.id, lock=True)
        tx.keys.begin_use(intake.id)
        if current.state is not IntakeState.RECEIVED:
            return
        tx.intakes.set_proposal(intake.id, proposal)
        tx.intakes.set_rescans(intake.id, () if own else find_rescans(tx, intake, proposal, kept))
        tx.intakes.set_state(intake.id, step(current.state, IntakeState.READ))
        if len(kept) < intake.page_count:
            tx.jobs.read_on(intake.id)
        elif own is None:
            tx.jobs.make_searchable(intake.id)
        details: Mapping[str, object] = {
            "intake": intake.id,
            "type": proposal.type_code,
            "fields": len(fields),
            "sure": sum(field.sure for field in fields.values()),
        }
        reader = replace(SYSTEM, agency_code=intake.agency_code)
        tx.events.add(Event(clock.now(), reader, Action.READ, record=own, details=details))


def _own(page: ocr.PageText, credentials: CredentialDesk, now: datetime) -> RecordCode | None:
    for code in page.codes:
        record_id = credentials.own_record(code.text, now=now)
        if record_id is not None:
            return record_code(record_id)
    return None


def _field(value: ocr.FieldValue, kept: Sequence[Page]) -> ProposedField:
    # Engines count the pages they were given; a long paper was given its first pages and its last one.
    box = Box(kept[value.page].index, *value.box)
    return ProposedField(value.value, value.confidence, box, sure=value.accept)


def _fail(intake: Intake, error: Invalid, *, uow: UnitOfWork, clock: Clock) -> None:
    with uow.begin() as tx:
        current = tx.intakes.get(intake.id, lock=True)
        if current.state is not IntakeState.RECEIVED:
            # Another run of this job was further than we: what it found stands.
            return
        tx.intakes.set_state(intake.id, step(current.state, IntakeState.FAILED), failure=error.code)
        details = {"intake": intake.id}
        reader = replace(SYSTEM, agency_code=intake.agency_code)
        tx.events.add(Event(clock.now(), reader, Action.READ, Outcome.REFUSED, error.code, details=details))
