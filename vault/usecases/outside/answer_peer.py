"""Answer another vault: only a known one, for a purpose, with the citizen's consent, and never without an event here.

What may leave is what a dossier at home could use: records in force or not, with their state, that name the person
and are of the kinds asked for. A citizen who switched other agencies off is not in anybody's answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vault.domain.audit import Event, Outcome
from vault.domain.consents import ConsentPurpose, newest
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.holders import HolderId, HolderLink
from vault.domain.ids import Digest, RecordCode, normal_record_code
from vault.domain.peers import Peer, PeerRequest, read_request
from vault.domain.people import Action, Actor, Role
from vault.domain.records import Record
from vault.domain.sign_in import PEERS
from vault.ports import Blobs, Clock, Tx, UnitOfWork

MOST = 50


@dataclass(frozen=True, slots=True)
class Signed:
    """A request whose signature was checked: who sent it, its nonce, and until when that could be used again."""

    sender: Peer
    nonce: str
    kept: timedelta
    body: object


@dataclass(frozen=True, slots=True)
class Offered:
    """A record with the file that goes for it, and the holder that was asked about."""

    record: Record
    holder: HolderLink
    sha256: Digest
    mime: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The file, and what was collected here about its own signatures."""

    data: bytes
    evidence: bytes | None


def find_for_peer(asked: Signed, *, uow: UnitOfWork, clock: Clock) -> tuple[PeerRequest, tuple[Offered, ...]]:
    """The person's papers of these kinds; of somebody unknown as little as of somebody without papers."""
    now = clock.now()
    with uow.begin() as tx:
        said = _accepted(asked, tx, now)
        holder_id = _holder(tx, said)
        found = () if holder_id is None else _papers(tx, holder_id, said)
        details = {"peer": asked.sender.code, "officer": said.officer, "consent": said.consent, "papers": len(found)}
        agencies: list[str | None] = [*sorted({one.record.agency_code for one in found})] or [None]
        for agency in agencies:
            event = replace(_event(asked, said, now), holder_id=holder_id, agency_code=agency)
            tx.events.add(replace(event, details=details | {"records": [one.record.code for one in found]}))
    return said, found


def fetch_for_peer(asked: Signed, *, uow: UnitOfWork, blobs: Blobs, clock: Clock) -> Sent:
    """One of them; `RECORD` for a paper that the question does not reach."""
    now = clock.now()
    with uow.begin() as tx:
        said = _accepted(asked, tx, now)
        holder_id = _holder(tx, said)
        code = _code(said)
        papers = () if holder_id is None else _papers(tx, holder_id, said)
        found = next((one for one in papers if one.record.code == code), None)
        if found is not None:
            intake = tx.intakes.find(found.record.code)
            kept = intake.signatures.evidence if intake is not None and intake.signatures is not None else None
            tx.events.add(
                replace(
                    _event(asked, said, now),
                    record=code,
                    version=found.record.version,
                    holder_id=holder_id,
                    agency_code=found.record.agency_code,
                    details={"peer": asked.sender.code, "officer": said.officer, "consent": said.consent, "copy": True},
                )
            )
    if found is None:
        _refuse(asked, "RECORD", uow=uow, now=now)
        raise NotFound("RECORD")
    evidence = blobs.get(kept) if kept is not None and found.record.signed_original else None
    return Sent(blobs.get(found.sha256), evidence)


def refuse_peer(asked: Signed, code: str, *, uow: UnitOfWork, clock: Clock) -> None:
    """Keep that a question was refused: who asked, and why not."""
    _refuse(asked, code, uow=uow, now=clock.now())


def _accepted(asked: Signed, tx: Tx, now: datetime) -> PeerRequest:
    """The question, its nonce used up: the same signature never counts twice (`PEER_REPLAYED`)."""
    if not tx.outside.fresh(asked.sender.code, asked.nonce, at=now, until=now + asked.kept):
        raise Forbidden("PEER_REPLAYED")
    if tx.sign_ins.tried(PEERS, asked.sender.code, at=now) > PEERS.most:
        raise Forbidden("TOO_MANY_LOOK_UPS")
    return read_request(asked.body, sender=asked.sender.code)


def _holder(tx: Tx, said: PeerRequest) -> int | None:
    try:
        number = HolderId.parse(said.number)
    except Invalid as error:
        raise Forbidden("PEER_REQUEST") from error
    holder_id = tx.holders.find(number)
    if holder_id is None:
        return None
    turn = newest(tx.consents.of_holders((holder_id,))).get((holder_id, ConsentPurpose.OTHER_AGENCIES))
    return None if turn is not None and not turn.on else holder_id


def _papers(tx: Tx, holder_id: int, said: PeerRequest) -> tuple[Offered, ...]:
    records = [one for one in tx.records.of_holder(holder_id) if one.type_code in said.kinds and not one.erased]
    number = HolderId.parse(said.number).number
    return tuple(_offer(one, number) for one in records[:MOST])


def _offer(record: Record, number: str) -> Offered:
    """With the person who was asked about, in the part that they play on the paper."""
    holder = next((link for link in record.holders if link.number == number), record.holders[0])
    if record.signed_original:
        return Offered(record, holder, record.original, record.original_mime)
    return Offered(record, holder, record.sealed, "application/pdf")


def _code(said: PeerRequest) -> RecordCode | None:
    try:
        return normal_record_code(said.ref or "")
    except Invalid:
        return None


def _actor(peer: Peer) -> Actor:
    return Actor(f"peer:{peer.code}", f"Kho số {peer.name}", Role.PARTNER)


def _event(asked: Signed, said: PeerRequest, now: datetime) -> Event:
    return Event(
        now,
        _actor(asked.sender),
        Action.ANSWER_PEER,
        purpose=f"{said.purpose} ({said.dossier})",
        legal_ground=said.ground,
    )


def _refuse(asked: Signed, code: str, *, uow: UnitOfWork, now: datetime) -> None:
    with uow.begin() as tx:
        tx.events.add(
            Event(
                now,
                _actor(asked.sender),
                Action.ANSWER_PEER,
                Outcome.REFUSED,
                code,
                details={"peer": asked.sender.code},
            )
        )
