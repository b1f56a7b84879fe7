"""The officer's word: this is the paper, these are its facts, I compared it with the original."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue
from vault.domain.errors import Conflict, Invalid, NotFound
from vault.domain.holders import HolderId, HolderRole
from vault.domain.ids import RecordCode
from vault.domain.intake import (
    Channel,
    Confirmation,
    Intake,
    IntakeId,
    IntakeState,
    NamedHolder,
    check_confirmation,
    step,
)
from vault.domain.outside import converts
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM
from vault.domain.signers import signer_of
from vault.domain.states import RecordState
from vault.domain.text import nfc
from vault.ports import Clock, Ids, Tx, UnitOfWork
from vault.usecases.refusals import recorded

STATUS_LIST = 1
"""The first list of printed credentials; further ones are numbered on as they fill."""
PHONE_LIST = 2
"""The list of credentials on phones, whose places are given back."""
RESERVE_TRIES = 64
"""Places drawn at random before a list counts as full: at nine tenths one in a thousand papers begins the next one."""
STATUS_LIST_SIZE = 1 << 20
"""Entries of one status list; drawn at random, so an index says nothing about a date."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """Type, holders and fields as the officer leaves them, and what the officer did."""

    intake_id: IntakeId
    type_code: str
    holders: tuple[NamedHolder, ...]
    fields: Mapping[str, str]
    compared_with_original: bool
    consent: bool = False
    undo_seconds: int = 0
    """The seal waits so long, so that the officer who sees a slip can take the word back."""


def confirm(what: Confirm, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock, ids: Ids) -> Intake:
    """Keep the confirmation and queue the seal. The same confirmation again is answered, another one is refused."""
    require(actor, Action.CONFIRM)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.CONFIRM, details={"intake": what.intake_id})):
        said = word_of(
            what.type_code,
            what.holders,
            what.fields,
            compared=what.compared_with_original,
            consent=what.consent,
            actor=actor,
            catalogue=catalogue,
            now=now,
        )
        with uow.begin() as tx:
            intake = tx.intakes.get(what.intake_id, lock=True)
            if intake.agency_code != actor.agency_code:
                raise NotFound("INTAKE")
            if intake.confirmation is not None:
                return _again(intake, said)
            _refuse_doubtful(intake, said, tx, catalogue)
            tx.intakes.set_state(intake.id, step(intake.state, IntakeState.CONFIRMED))
            tx.intakes.set_confirmation(intake.id, replace(said, record_id=reserve(tx, ids)))
            tx.jobs.seal(intake.id, after=what.undo_seconds)
            details = {
                "intake": intake.id,
                "type": said.type_code,
                "compared": what.compared_with_original,
                "corrected": _corrected(intake, said.fields),
            }
            tx.events.add(Event(now, actor, Action.CONFIRM, details=details))
            return tx.intakes.get(intake.id)


def word_of(
    type_code: str,
    holders: Sequence[NamedHolder],
    fields: Mapping[str, str],
    *,
    compared: bool,
    consent: bool,
    actor: Actor,
    catalogue: Catalogue,
    now: datetime,
) -> Confirmation:
    """What somebody says a paper is, in the spelling in which it is kept; its record id is not reserved yet.

    `TYPE_UNKNOWN`, `LOOKUP_ONLY`, the codes of a bad number, and those of `check_confirmation`.
    """
    today = now.astimezone(VIET_NAM).date()
    paper = catalogue.document_type(type_code, today)
    if paper.lookup_only:
        raise Invalid("LOOKUP_ONLY", type=paper.code)
    people = tuple(_holder(link) for link in holders)
    kept = {name: nfc(value).strip() for name, value in fields.items() if value.strip()}
    check_confirmation(people, kept, today=today)
    return Confirmation(
        type_code=paper.code,
        holders=people,
        fields=kept,
        compared_with_original=compared,
        consent=consent,
        by_account=actor.account_id,
        by_name=actor.name,
        at=now,
        record_id=b"",
    )


def _own_in_force(tx: Tx, intake: Intake) -> RecordCode | None:
    """The record whose code is printed on the paper, unless it was revoked: then the paper may be digitised anew."""
    code = intake.proposal.own_record if intake.proposal else None
    record = tx.records.find(code) if code else None
    return record.code if record is not None and record.state is not RecordState.REVOKED else None


def _refuse_doubtful(intake: Intake, said: Confirmation, tx: Tx, catalogue: Catalogue) -> None:
    """A copy of our own record is that record (`know_again` says so); what nobody compared or signed proves nothing.

    Nor does what somebody else signed than the issuer that is stated: `SIGNER_NOT_ISSUER`.
    """
    own = _own_in_force(tx, intake)
    if own is not None:
        raise Conflict("ALREADY_RECORD", record=own)
    if said.compared_with_original:
        return
    converted = converts(tx.outside.of_intake(intake.id) if intake.channel is Channel.OUTSIDE else None)
    home = intake.agency_code
    signer = signer_of(intake.signatures, said.fields, catalogue.directory, home=home, converted=converted)
    if signer is None:
        raise Invalid("COMPARE_FIRST")
    if not signer.vouches:
        raise Invalid("SIGNER_NOT_ISSUER", signer=signer.value)


def _holder(link: NamedHolder) -> NamedHolder:
    role = link.role.upper()
    if role not in HolderRole.__members__:
        raise Invalid("HOLDER_ROLE", role=link.role)
    name = nfc(link.name).strip()
    if not name:
        raise Invalid("HOLDER_NAME")
    return NamedHolder(HolderId.parse(link.number).number, name, role)


def _again(intake: Intake, said: Confirmation) -> Intake:
    kept = intake.confirmation
    if kept is None or _word(kept) != _word(said):
        raise Conflict("ALREADY_CONFIRMED", intake=intake.id)
    return intake


def _word(said: Confirmation) -> tuple[object, ...]:
    """What was said, without who said it when: to have compared with the original or not is another word."""
    return (said.type_code, said.holders, dict(said.fields), said.compared_with_original, said.consent)


def reserve(tx: Tx, ids: Ids) -> bytes:
    """A record id with its place in the status list, fixed now so that a seal tried again seals the same record."""
    record_id = ids.record_id()
    reserve_place(tx, record_id, ids)
    return record_id


def reserve_place(tx: Tx, record_id: bytes, ids: Ids, *, version: int = 1) -> None:
    """A random place in the newest status list for a version to come; in the next list when that one is full."""
    list_id = max(tx.records.status_lists(), default=STATUS_LIST)
    while True:
        for _ in range(RESERVE_TRIES):
            place = ids.status_index(STATUS_LIST_SIZE)
            if tx.records.reserve_status(record_id, place, list_id=list_id, version=version):
                return
        list_id = next_list(list_id)


def next_list(list_id: int) -> int:
    """The list that begins when one is full; the one of the phones has a number among them."""
    return list_id + (2 if list_id + 1 == PHONE_LIST else 1)


def _corrected(intake: Intake, fields: Mapping[str, str]) -> int:
    """How many proposed values the officer changed: the reader's error rate in the field."""
    proposed = intake.proposal.fields if intake.proposal else {}
    return sum(1 for name, field in proposed.items() if fields.get(name, "") != field.value)
