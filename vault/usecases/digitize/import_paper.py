"""Take a paper over from an old store, with what its index says: stored, sealed, and marked as compared by nobody.

It goes the way of every paper (examined in a child, its bytes encrypted, its signatures judged, sealed by the worker,
every step an event) but for the officer's comparison, which nobody made: the record says so, its trust is L0 unless its
own signatures are valid, its seal claims no conversion, and a dossier asks for the original before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vault.domain.audit import Event
from vault.domain.backfill import Fate, IssuerMatch, match_issuer, same_paper
from vault.domain.catalogue import Catalogue
from vault.domain.holders import HolderId
from vault.domain.ids import RecordCode, digest_of, record_code
from vault.domain.intake import Channel, Confirmation, Intake, IntakeId, IntakeState, NamedHolder, step
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM
from vault.domain.states import RecordState
from vault.ports import Blobs, Clock, Engines, Ids, SealingDesk, Tx, UnitOfWork
from vault.usecases.digitize.receive import new_intake, settle_bytes
from vault.usecases.digitize.told_paper import added, checked, confirm_at_once, kept_and_judged
from vault.usecases.refusals import recorded


@dataclass(frozen=True, slots=True)
class ImportPaper:
    """A file of the old store with its row of the index. `run` names the import in the log."""

    data: bytes
    filename: str
    row: int
    run: str
    type_code: str
    holders: tuple[NamedHolder, ...]
    fields: Mapping[str, str]
    read: bool = True
    """Read its words afterwards, when nothing more urgent waits."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of it. `record` is its code, also while the seal still waits for the worker."""

    fate: Fate
    issuer: IssuerMatch
    intake: IntakeId | None = None
    record: RecordCode | None = None
    same_file: str | None = None
    """The name under which the same bytes came first."""


def import_paper(
    what: ImportPaper,
    *,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    catalogue: Catalogue,
    clock: Clock,
    ids: Ids,
    max_bytes: int,
) -> Imported:
    """Import one paper. Doing it again is answered: IMPORTED for the same file, DUPLICATE for its bytes elsewhere.

    Refusals are those of receiving and confirming: the engines' codes, `TYPE_UNKNOWN`, a holder's number, a day.
    """
    require(actor, Action.RECEIVE)
    require(actor, Action.CONFIRM)
    now = clock.now()
    details = {"channel": Channel.IMPORT.value, "import": what.run, "row": what.row}
    with recorded(uow, Event(now, actor, Action.RECEIVE, details=details)):
        said, issuer = _checked(what, actor=actor, catalogue=catalogue, clock=clock, max_bytes=max_bytes)
        with uow.begin() as tx:
            known = tx.intakes.of_bytes(actor.agency_code or "", digest_of(what.data))
        if known is not None:
            return _again(known, what, issuer)
        seen = engines.examine(what.data, sender=actor.account_id)
    fresh = new_intake(what.data, seen, filename=what.filename, channel=Channel.IMPORT, actor=actor, ids=ids, now=now)
    fresh = replace(fresh, hint_type=said.type_code)
    intake, paper = kept_and_judged(
        what.data, fresh, uow=uow, blobs=blobs, engines=engines, sealing=sealing, clock=clock
    )
    with uow.begin() as tx:
        kept = added(tx, intake)
        if kept.id == intake.id:
            pages = {"intake": intake.id, "pages": intake.page_count}
            tx.events.add(Event(now, actor, Action.RECEIVE, details=details | pages))
            found = _settle(tx, intake, said, what, actor=actor, ids=ids, issuer=issuer)
        else:
            found = _again(kept, what, issuer)
    settle_bytes(what.data, kept, paper, blobs=blobs)
    return found


def foresee(
    what: ImportPaper, *, actor: Actor, uow: UnitOfWork, engines: Engines, catalogue: Catalogue, clock: Clock,
    max_bytes: int,
) -> Imported:  # fmt: skip
    """What an import would come to. Nothing is kept and nothing is written, not even an event."""
    require(actor, Action.RECEIVE)
    require(actor, Action.CONFIRM)
    said, issuer = _checked(what, actor=actor, catalogue=catalogue, clock=clock, max_bytes=max_bytes)
    with uow.begin() as tx:
        known = tx.intakes.of_bytes(actor.agency_code or "", digest_of(what.data))
        record = _known(tx, said, actor)
    if known is not None:
        return _again(known, what, issuer)
    if record is not None:
        return Imported(Fate.KNOWN, issuer, record=record.code)
    engines.examine(what.data, sender=actor.account_id)
    return Imported(Fate.READY, issuer)


def _checked(
    what: ImportPaper, *, actor: Actor, catalogue: Catalogue, clock: Clock, max_bytes: int
) -> tuple[Confirmation, IssuerMatch]:
    said = checked(what, actor=actor, catalogue=catalogue, clock=clock, max_bytes=max_bytes)
    return said, match_issuer(said.fields, catalogue.directory, said.at.astimezone(VIET_NAM).date())


def _settle(
    tx: Tx, intake: Intake, said: Confirmation, what: ImportPaper, *, actor: Actor, ids: Ids, issuer: IssuerMatch
) -> Imported:
    record = _known(tx, said, actor)
    details: dict[str, object] = {"intake": intake.id, "import": what.run, "row": what.row}
    if record is not None:
        tx.intakes.set_state(intake.id, step(IntakeState.RECEIVED, IntakeState.READ))
        tx.intakes.set_known(intake.id, record.code)
        known = IntakeState.KNOWN.value
        holder_id = tx.records.first_holder(record.code)
        tx.events.add(
            Event(
                said.at,
                actor,
                Action.CONFIRM,
                code=known,
                record=record.code,
                version=record.version,
                holder_id=holder_id,
                details=details,
            )
        )
        return Imported(Fate.KNOWN, issuer, intake.id, record.code)
    code = confirm_at_once(tx, intake, said, actor=actor, ids=ids, details=details, read=what.read)
    return Imported(Fate.IMPORTED, issuer, intake.id, code)


def _known(tx: Tx, said: Confirmation, actor: Actor) -> Record | None:
    """The agency's record in force that is this very paper, by what the index says of it."""
    people = [tx.holders.find(HolderId.parse(one.number)) for one in said.holders]
    records = tx.records.of_people([one for one in people if one is not None])
    fitting = (
        one
        for one in records
        if one.agency_code == actor.agency_code
        and one.state is not RecordState.REVOKED
        and same_paper(one, said.type_code, said.fields)
    )
    return next(fitting, None)


def _again(kept: Intake, what: ImportPaper, issuer: IssuerMatch) -> Imported:
    """The bytes are there. The same file of an import that was cut off is what it became, another file is a copy."""
    record = kept.record or kept.same_as
    if record is None and kept.confirmation is not None:
        record = record_code(kept.confirmation.record_id)
    if kept.channel is Channel.IMPORT and kept.filename == what.filename[-200:]:
        fate = Fate.KNOWN if kept.state is IntakeState.KNOWN else Fate.IMPORTED
        return Imported(fate, issuer, kept.id, record)
    return Imported(Fate.DUPLICATE, issuer, kept.id, record, kept.filename)
