"""Documents between the vault and a partner's system: find one by its URI, take one over from its issuer, revoke it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from vault.domain.audit import Event, of_each
from vault.domain.catalogue import Catalogue
from vault.domain.document_uri import DocumentUri
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.holders import HolderId
from vault.domain.ids import DossierCode, RecordCode, record_code
from vault.domain.intake import Channel, Confirmation, Intake, IntakeId, IntakeState, NamedHolder, step
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record, change_state
from vault.domain.reuse import VIET_NAM, Decision
from vault.domain.search import number_key
from vault.domain.sign_in import PARTNERS
from vault.domain.signers import signer_of, speaks_for
from vault.domain.states import RecordState
from vault.ports import Blobs, Clock, Engines, Ids, SealingDesk, Tx, UnitOfWork
from vault.usecases.announce import announce_state
from vault.usecases.brake import brake
from vault.usecases.digitize.receive import new_intake, settle_bytes
from vault.usecases.digitize.told_paper import added, checked, confirm_at_once, kept_and_judged
from vault.usecases.oversee.view_record import look, visible
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.reuse.judge import decisions_for, facts_of, offers_for
from vault.usecases.tell import tell_record


@dataclass(frozen=True, slots=True)
class FindDocuments:
    """Papers of one kind of one person, for an open dossier of the partner's agency."""

    dossier: DossierCode
    type_code: str
    holder: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A document with its URI and what the decision says of it for the component that asks for its kind."""

    uri: DocumentUri
    record: Record
    component: str
    decision: Decision


def find_documents(
    what: FindDocuments, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock
) -> tuple[Found, ...]:
    """Pull URI: what the partner's own agency keeps.

    `TYPE_NOT_ASKED`: no component of the dossier's procedure takes such a paper, so that nobody may look. Only people
    of the dossier are looked up (`HOLDER_NOT_IN_DOSSIER`); the look is one event in their log. `TOO_MANY_LOOK_UPS`.
    """
    require(actor, Action.LOOKUP)
    now = clock.now()
    refusal = Event(now, actor, Action.LOOKUP, dossier=what.dossier)
    with recorded(uow, refusal):
        brake(PARTNERS, actor.account_id, uow=uow, now=now)
    with recorded(uow, refusal), uow.begin() as tx:
        dossier = own_dossier(tx, what.dossier, actor)
        dossier.require_open()
        number = HolderId.parse(what.holder).number
        people = (dossier.holder, *(party.link for party in dossier.parties))
        if number not in {one.number for one in people}:
            raise NotFound("HOLDER_NOT_IN_DOSSIER")
        today = now.astimezone(VIET_NAM).date()
        asking = [
            one
            for one in catalogue.components(dossier.procedure_code, today)
            if catalogue.accepts(one, what.type_code, today)
        ]
        if not asking:
            raise Forbidden("TYPE_NOT_ASKED", type=what.type_code, procedure=dossier.procedure_code)
        wanted = number_key(what.number)
        offers = [
            one
            for one in offers_for(tx, dossier)
            if one.record.agency_code == actor.agency_code
            and one.record.type_code == what.type_code
            and one.record.is_of(number)
            and (not wanted or number_key(one.record.number) == wanted)
        ]
        facts, records = facts_of(dossier), {one.record.code: one.record for one in offers}
        found = tuple(
            Found(uri_of(records[RecordCode(one.record_code)]), records[RecordCode(one.record_code)], part.code, one)
            for part in asking[:1]
            for one in decisions_for(part, facts, offers, catalogue=catalogue, now=now)
        )
        act = Event(
            now,
            actor,
            Action.LOOKUP,
            code="PULL_URI",
            purpose=dossier.procedure_code,
            legal_ground="NĐ 309/2026/NĐ-CP Đ4 k2a",
            dossier=dossier.code,
            holder_id=dossier.holder_id,
            details={"type": what.type_code},
        )
        tx.events.add(*of_each(act, {one.record.code: one.record.people for one in found}))
    return found


def pull_document(
    uri: DocumentUri, purpose: str | None, *, actor: Actor, uow: UnitOfWork, blobs: Blobs, clock: Clock
) -> tuple[Record, bytes]:
    """A record with its sealed file, on the same grounds as every look (`view_record`); one event.

    `DOCUMENT_URI` when the paper is of another agency or kind than its URI says; `RECORD_ERASED`, `TOO_MANY_LOOK_UPS`.
    """
    require(actor, Action.DOWNLOAD)
    now, code = clock.now(), uri.record
    refusal = Event(now, actor, Action.DOWNLOAD, record=code, purpose=purpose)
    with recorded(uow, refusal):
        brake(PARTNERS, actor.account_id, uow=uow, now=now)
    with recorded(uow, refusal), uow.begin() as tx:
        record, basis = visible(tx, code, actor, now=now)
        if uri_of(record) != uri:
            raise Invalid("DOCUMENT_URI", uri=str(uri))
        if record.erased:
            raise NotFound("RECORD_ERASED", record=code)
        details = {"copy": "SEALED"}
        tx.events.add(look(Action.DOWNLOAD, record, tx, actor, basis, now=now, purpose=purpose, details=details))
    return record, blobs.get(record.sealed)


def uri_of(record: Record) -> DocumentUri:
    """The URI under which a record is pulled."""
    return DocumentUri(record.agency_code, record.type_code, record.code)


@dataclass(frozen=True, slots=True)
class PushDocument:
    """A document of the partner's agency, as its issuing system made it. `txn` names the exchange in the log."""

    data: bytes
    filename: str
    type_code: str
    holders: tuple[NamedHolder, ...]
    fields: Mapping[str, str]
    txn: str


class Waits(StrEnum):
    """Why a pushed document is no record by itself: an officer looks at it first."""

    UNSIGNED = "UNSIGNED"
    """No signature on it proves anything."""
    SIGNER_NOT_ISSUER = "SIGNER_NOT_ISSUER"
    """A valid signature, of another body than the stated issuer, or of nobody knows whom."""
    ISSUER_NOT_SENDER = "ISSUER_NOT_SENDER"
    """The stated issuer is not the sender's agency, and the catalogue does not let that one sign for it."""
    SENDER_UNKNOWN = "SENDER_UNKNOWN"
    """The vault does not know what the sender's agency is called: the catalogue's list of agencies lacks it."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of it. `record` None: it waits for an officer; `waits` says why when it came in by this very call."""

    intake: IntakeId
    record: RecordCode | None
    duplicate: bool
    waits: Waits | None = None


def push_document(
    what: PushDocument,
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
    names: Mapping[str, str],
) -> Pushed:
    """Take it over. Signed by the agency that issued it and pushes it, it becomes a record (L4) by itself.

    Everything else waits for an officer who compares it (`Waits`). `names`: what the vault's own agencies are called,
    by code; the catalogue knows the others. The same bytes again are answered. Refusals are those of receiving and
    confirming.
    """
    require(actor, Action.ISSUE)
    now = clock.now()
    details: dict[str, object] = {"channel": Channel.API.value, "txn": what.txn}
    with recorded(uow, Event(now, actor, Action.ISSUE, details=details)):
        said = checked(what, actor=actor, catalogue=catalogue, clock=clock, max_bytes=max_bytes)
        seen = engines.examine(what.data, sender=actor.account_id)
    fresh = new_intake(what.data, seen, filename=what.filename, channel=Channel.API, actor=actor, ids=ids, now=now)
    fresh = replace(fresh, hint_type=said.type_code, hint_holder=said.holders[0].number)
    intake, paper = kept_and_judged(
        what.data, fresh, uow=uow, blobs=blobs, engines=engines, sealing=sealing, clock=clock
    )
    waits = _waits(intake, said, names, catalogue)
    with uow.begin() as tx:
        kept = added(tx, intake)
        duplicate = kept.id != intake.id
        record = kept.record or kept.same_as
        if duplicate and record is None and kept.confirmation is not None:
            record = record_code(kept.confirmation.record_id)
        details |= {"intake": kept.id, "type": said.type_code}
        if duplicate and kept.state in {IntakeState.DISCARDED, IntakeState.FAILED}:  # as with every paper sent again
            tx.intakes.set_state(kept.id, step(kept.state, IntakeState.RECEIVED))
            tx.jobs.read(kept.id)
        if not duplicate:
            if waits is None:
                record = confirm_at_once(tx, intake, said, actor=actor, ids=ids, details=details, read=True)
            else:
                details["waits"] = waits.value
                tx.jobs.read(intake.id)
        code = "DUPLICATE" if duplicate else None
        tx.events.add(Event(now, actor, Action.ISSUE, code=code, record=None, details=details))
    settle_bytes(what.data, kept, paper, blobs=blobs)
    return Pushed(kept.id, record, duplicate, None if duplicate else waits)


def _waits(intake: Intake, said: Confirmation, names: Mapping[str, str], catalogue: Catalogue) -> Waits | None:
    agency = intake.agency_code
    signer = signer_of(intake.signatures, said.fields, catalogue.directory, home=agency)
    if signer is None:
        return Waits.UNSIGNED
    if not signer.speaks:
        return Waits.SIGNER_NOT_ISSUER
    today = said.at.astimezone(VIET_NAM).date()
    own = speaks_for(agency, names.get(agency), said.fields, catalogue.directory, today)
    if own is None:
        return Waits.SENDER_UNKNOWN
    return None if own else Waits.ISSUER_NOT_SENDER


@dataclass(frozen=True, slots=True)
class WithdrawDocument:
    """A document that its issuer takes back, and why."""

    uri: DocumentUri
    reason: str


def withdraw_document(what: WithdrawDocument, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Record:
    """Revoke a document that this very system pushed, also one that an officer confirmed since.

    Any other answers like one that is not there.

    Said again, it is answered. `REASON_MISSING`; `RECORD_STATE` for one that was replaced.
    """
    require(actor, Action.ISSUE)
    now, code = clock.now(), what.uri.record
    with recorded(uow, Event(now, actor, Action.CHANGE_STATE, record=code)), uow.begin() as tx:
        if not what.reason.strip():
            raise Invalid("REASON_MISSING")
        record = tx.records.find(code)
        if record is None or record.agency_code != actor.agency_code or not _pushed_by(actor, code, tx):
            raise NotFound("RECORD")
        record = tx.records.get(code, lock=True)
        if record.state is RecordState.REVOKED:
            return record
        before = record.state
        tx.records.set_state(code, change_state(before, RecordState.REVOKED), superseded_by=None, at=now)
        tx.jobs.publish_status()
        tell_record(tx, code, now)
        announce_state(tx, code, RecordState.REVOKED, now)
        tx.events.add(
            Event(
                now,
                actor,
                Action.CHANGE_STATE,
                code=RecordState.REVOKED.value,
                purpose=what.reason.strip()[:1000],
                legal_ground="NĐ 45/2020/NĐ-CP Đ15",
                record=code,
                version=record.version,
                holder_id=tx.records.first_holder(code),
                details={"from": before.value},
            )
        )
        return replace(record, state=RecordState.REVOKED)


def _pushed_by(actor: Actor, code: RecordCode, tx: Tx) -> bool:
    intake = tx.intakes.find(code)
    return intake is not None and intake.channel is Channel.API and intake.received_by == actor.account_id
