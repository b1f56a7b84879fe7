"""Seal a confirmed paper: credential, mark and QR on the page, seal, record. Run by the worker; safe to run again.

A crash anywhere leaves at most blobs that nobody names. The record id and its status slot were fixed at confirmation,
so a second run makes the same record, and the unique key on the intake lets only one of them in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import qr
import signing
from vault.domain.audit import Event, Outcome
from vault.domain.catalogue import Catalogue
from vault.domain.errors import Invalid
from vault.domain.holders import HolderId, HolderLink
from vault.domain.ids import Digest, RecordCode, digest_of
from vault.domain.intake import Channel, Confirmation, Intake, IntakeId, IntakeState, step
from vault.domain.outside import OutsidePaper, converts, tempered
from vault.domain.people import SYSTEM, Action
from vault.domain.records import Record
from vault.ports import Blobs, Clock, CredentialDesk, Engines, SealingDesk, Tx, UnitOfWork
from vault.usecases.announce import announce_sealed
from vault.usecases.digitize.paper import make_record
from vault.usecases.protect.ended import ends_with


def seal(
    intake_id: IntakeId,
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    credentials: CredentialDesk,
    catalogue: Catalogue,
    clock: Clock,
) -> RecordCode | None:
    """Make the record of a confirmed intake. Gives its code; None when the intake is not confirmed (any more).

    A paper that cannot be sealed as confirmed (a letter no font has, a page nobody can compose) goes back to the
    officer with the reason instead of being tried for ever.
    """
    with uow.begin() as tx:
        intake = tx.intakes.get(intake_id)
    said = intake.confirmation
    if intake.state is not IntakeState.CONFIRMED or said is None:
        return intake.record
    try:
        with ends_with(intake_id, uow):
            return _seal(
                intake,
                said,
                uow=uow,
                blobs=blobs,
                engines=engines,
                sealing=sealing,
                credentials=credentials,
                catalogue=catalogue,
                clock=clock,
            )
    except (Invalid, qr.QrError, signing.SigningError) as error:
        _give_back(intake_id, said, error.code, uow=uow, clock=clock)
    return None


def _stands(intake: Intake, said: Confirmation) -> bool:
    """Whether this is still the word that was given: another run may have given the paper back to the officer."""
    return intake.state is IntakeState.CONFIRMED and intake.confirmation == said


def _give_back(intake_id: IntakeId, said: Confirmation, code: str, *, uow: UnitOfWork, clock: Clock) -> None:
    with uow.begin() as tx:
        intake = tx.intakes.get(intake_id, lock=True)
        if not _stands(intake, said):
            return
        tx.intakes.set_confirmation(intake_id, None)
        tx.intakes.set_state(intake_id, step(intake.state, IntakeState.READ), failure=code)
        sealer = replace(SYSTEM, agency_code=intake.agency_code)
        tx.events.add(Event(clock.now(), sealer, Action.SEAL, Outcome.REFUSED, code, details={"intake": intake_id}))


def _seal(
    intake: Intake,
    said: Confirmation,
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    credentials: CredentialDesk,
    catalogue: Catalogue,
    clock: Clock,
) -> RecordCode | None:
    with uow.begin() as tx:
        slot = tx.records.status_of(said.record_id)
        pages = tx.intakes.pages(intake.id)
        origin = origin_of(intake, tx)
    if slot is None:
        raise Invalid("STATUS_SLOT_MISSING", intake=intake.id)
    # A paper of an old store is sealed before anybody reads its pages.
    preview = pages[0].preview if pages and pages[0].index == 0 else _look(intake, blobs=blobs, engines=engines)
    record = make_record(
        intake,
        said,
        slot=slot,
        preview=preview,
        blobs=blobs,
        engines=engines,
        sealing=sealing,
        credentials=credentials,
        catalogue=catalogue,
        clock=clock,
        converted=converts(origin),
    )
    record = record if origin is None else tempered(record, origin)
    now = record.sealed_at
    with uow.begin() as tx:
        current = tx.intakes.get(intake.id, lock=True)
        if not _stands(current, said):
            return current.record
        kept = tx.records.add(record, intake_id=intake.id, holder_ids=_holder_ids(record.holders, tx, now))
        tx.intakes.set_record(intake.id, kept.code)
        tx.intakes.set_state(intake.id, step(current.state, IntakeState.SEALED))
        tx.events.add(_event(intake, said, kept, tx, now))
        announce_sealed(tx, kept.code, kept.version, now)
    return kept.code


def origin_of(intake: Intake, tx: Tx) -> OutsidePaper | None:
    """Where a paper that was fetched from elsewhere came from."""
    return tx.outside.of_intake(intake.id) if intake.channel is Channel.OUTSIDE else None


def _look(intake: Intake, *, blobs: Blobs, engines: Engines) -> Digest:
    """A picture of the first page, stored."""
    seen = engines.read_page(blobs.get(intake.original), 0, only_look=True)
    return blobs.put(seen.preview, mime="image/jpeg", paper=intake.id, agency=intake.agency_code)


def _holder_ids(links: Sequence[HolderLink], tx: Tx, now: datetime) -> tuple[int, ...]:
    return tuple(tx.holders.ensure(HolderId(link.kind, link.number or ""), link.name, at=now) for link in links)


def _event(intake: Intake, said: Confirmation, record: Record, tx: Tx, now: datetime) -> Event:
    first = record.holders[0]
    holder_id = tx.holders.find(HolderId(first.kind, first.number or ""))
    details = {
        "intake": intake.id,
        "type": record.type_code,
        "level": record.seal_level,
        "officer": said.by_account,
        "compared": said.compared_with_original,
        # The log commits to the very credential: what a stolen key signs with an older date is not in the log.
        "credential": digest_of(record.credential.encode()),
    }
    return Event(
        now,
        replace(SYSTEM, agency_code=intake.agency_code),
        Action.SEAL,
        record=record.code,
        version=record.version,
        holder_id=holder_id,
        legal_ground="NĐ 45/2020/NĐ-CP Đ25",
        details=details,
    )
