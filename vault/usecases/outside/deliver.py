"""Deliver what waits in the outbox: compose once, send until it arrived, put aside what is refused. By the worker."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from vault.domain.audit import Event, Outcome
from vault.domain.catalogue import Catalogue
from vault.domain.dossiers import Attachment, Dossier
from vault.domain.errors import Invalid, Unavailable
from vault.domain.ids import Digest
from vault.domain.outbox import LEASE, MOST_FAULTS, Letter, LetterKind, wait_after
from vault.domain.people import SYSTEM, Action
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM
from vault.domain.states import Source
from vault.exchange import Resulting, Submitted, dossier_to_plain, result_to_plain
from vault.ports import Blobs, Clock, NationalStore, OutFile, Tx, UnitOfWork
from vault.usecases.reuse.give_result import results_of

FAULT = "NATIONAL_FAULT"


def deliver(
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    store: NationalStore,
    catalogue: Catalogue,
    host: str,
    clock: Clock,
    most: int = 20,
) -> int:
    """Send what is due, at most so many letters; how many arrived.

    Ends at the first that could not be sent: a store that is down is asked once a round, not once a letter.
    """
    arrived = 0
    for _ in range(most):
        with uow.begin() as tx:
            now = clock.now()
            letter = tx.outbox.take(at=now, until=now + LEASE)
            if letter is None:
                break
            if letter.body is None:
                body = _compose(letter, tx, catalogue=catalogue, host=host, now=now)
                tx.outbox.compose(letter.id, body)
                letter = replace(letter, body=body)
        if not _send(letter, uow=uow, blobs=blobs, store=store, clock=clock):
            break
        arrived += 1
    return arrived


def _send(letter: Letter, *, uow: UnitOfWork, blobs: Blobs, store: NationalStore, clock: Clock) -> bool:
    """Whether the round goes on; between the two transactions nothing is locked while the store takes its time."""
    body = letter.body or {}
    try:
        receipt = store.push(letter, body, _files(letter, uow=uow, blobs=blobs))
    except Invalid as refusal:
        with uow.begin() as tx:
            tx.outbox.bury(letter.id, str(refusal))
            tx.events.add(_event(letter, tx, clock.now(), Outcome.REFUSED, refusal.code))
        return True
    except Unavailable as error:
        fault = error.code == FAULT
        with uow.begin() as tx:
            if fault and letter.faults + 1 >= MOST_FAULTS:
                tx.outbox.bury(letter.id, str(error))
                tx.events.add(_event(letter, tx, clock.now(), Outcome.REFUSED, error.code))
            else:
                due_at = clock.now() + wait_after(letter.attempts)
                tx.outbox.failed(letter.id, str(error), due_at=due_at, fault=fault)
        return False
    with uow.begin() as tx:
        tx.outbox.delivered(letter.id, at=clock.now(), receipt=receipt)
        tx.events.add(_event(letter, tx, clock.now(), Outcome.DONE, None))
    return True


def _event(letter: Letter, tx: Tx, now: datetime, outcome: Outcome, code: str | None) -> Event:
    dossier = tx.dossiers.get(letter.dossier)
    return Event(
        now,
        replace(SYSTEM, agency_code=letter.agency_code),
        Action.TELL_NATIONAL,
        outcome,
        code,
        purpose=dossier.procedure_code,
        legal_ground="NĐ 45/2020/NĐ-CP Đ14, Đ16",
        dossier=letter.dossier,
        holder_id=dossier.holder_id,
        details={"key": letter.key, "attempts": letter.attempts},
    )


def _compose(letter: Letter, tx: Tx, *, catalogue: Catalogue, host: str, now: datetime) -> dict[str, object]:
    dossier, day = tx.dossiers.get(letter.dossier), now.astimezone(VIET_NAM).date()
    results = [
        Resulting(one.code, record, kind.name if (kind := catalogue.find_type(record.type_code, day)) else "")
        for one in results_of(tx, dossier.code)
        for record in (tx.records.get(one.record),)
    ]
    if letter.kind is LetterKind.RESULT:
        return result_to_plain(next(one for one in results if one.code == letter.subject), dossier, host=host)
    return dossier_to_plain(
        dossier,
        procedure=catalogue.find_procedure(dossier.procedure_code, day),
        submitted=_submitted(dossier, tx, catalogue, day),
        results=results,
        host=host,
    )


def _submitted(dossier: Dossier, tx: Tx, catalogue: Catalogue, day: date) -> list[Submitted]:
    components = {one.code: one for one in catalogue.components(dossier.procedure_code, day)}
    return [
        Submitted(one, record, components.get(one.component), _result(tx, one), national=_national(record))
        for one in dossier.attachments
        for record in (tx.records.get(one.record),)
    ]


def _national(record: Record) -> bool:
    return record.source is Source.NATIONAL_STORE


def _result(tx: Tx, attached: Attachment) -> str | None:
    """The code of the result that an attached record is, if an earlier dossier ended in it."""
    given = tx.events.list(record=attached.record, action=Action.GIVE_RESULT, outcome=Outcome.DONE, limit=1)
    return str(given[0].details["result"]) if given else None


def _files(letter: Letter, *, uow: UnitOfWork, blobs: Blobs) -> tuple[OutFile, ...]:
    """The file of a result, by the digest that the body names; an erased record has none any more."""
    told = (letter.body or {}).get("TepDuLieu")
    if not isinstance(told, dict):
        return ()
    with uow.begin() as tx:
        record = next(one.record for one in results_of(tx, letter.dossier) if one.code == letter.subject)
        erased = tx.records.get(record).erased
    if erased:
        return ()
    digest = Digest(str(told["MaDinhDanh"]))
    return (OutFile(digest, str(told["DinhDangTep"]), blobs.get(digest)),)
