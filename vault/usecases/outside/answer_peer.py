"""Answer another vault: only a known one, for a purpose, with the citizen's consent, and never without an event here.

What may leave is what a dossier at home could use: records in force or not, with their state, that name the person
and are of the kinds asked for. A citizen who switched other agencies off is not in anybody's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vault.domain.audit import Event, Outcome
from vault.domain.consents import Consent, ConsentPurpose, newest
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.holders import HolderId, HolderLink
from vault.domain.ids import Digest, RecordCode, normal_record_code
from vault.domain.peers import (
    ASK,
    QUESTION_OPEN,
    Peer,
    PeerQuestion,
    PeerRequest,
    QuestionState,
    again,
    judge,
    question_id,
    read_request,
    switch_for,
)
from vault.domain.people import Action, Actor, Role
from vault.domain.records import Record
from vault.domain.sign_in import PEERS
from vault.ports import Blobs, Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded

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


@dataclass(frozen=True, slots=True)
class Answered:
    """What a question came to: the papers, or `waits` for its person."""

    question: PeerQuestion
    papers: tuple[Offered, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether there is no answer yet."""
        return self.question.state is QuestionState.WAITING


def find_for_peer(asked: Signed, *, uow: UnitOfWork, clock: Clock) -> Answered:
    """The person's papers of these kinds; of somebody unknown as little as of somebody without papers.

    The same question sent again is one question and one act: while its answer lives it is answered by the papers that
    were told of, as they are now. One that the person has to be asked waits for their word until it ends
    (`PEER_QUESTION_OVER`, `PEER_QUESTION_REFUSED`).
    """
    now = clock.now()
    with _kept(asked, uow, now):
        said = _accepted(asked, uow, now)
        with uow.begin() as tx:
            holder_id, turn = _holder(tx, said)
            new = PeerQuestion(
                question_id(said),
                asked.sender.code,
                asked.sender.name,
                said.officer,
                said.purpose,
                said.dossier,
                said.kinds,
                holder_id,
                now,
                now + QUESTION_OPEN,
            )
            there, added = tx.peer_questions.put(new)
            kept = again(there, new, now)
            switch = switch_for(kept, turn)
            state = judge(kept, said, switch=switch, now=now)
            if state is QuestionState.WAITING:
                if added or kept is new:
                    tx.peer_questions.save(kept)
                    details = {"peer": asked.sender.code, "officer": said.officer, "consent": said.consent}
                    event = replace(_event(asked, said, now), code="CONSENT_ASKED", holder_id=holder_id)
                    tx.events.add(replace(event, details=details))
                return Answered(kept)
            found = () if holder_id is None or switch is False else _papers(tx, holder_id, said)
            if kept.state is QuestionState.ANSWERED:
                return Answered(kept, tuple(one for one in found if one.record.code in kept.records))
            told = replace(kept, state=state, records=tuple(one.record.code for one in found))
            tx.peer_questions.save(told)
            _told(tx, asked, said, found, holder_id=holder_id, now=now)
    return Answered(told, found)


def _told(
    tx: Tx, asked: Signed, said: PeerRequest, found: Sequence[Offered], *, holder_id: int | None, now: datetime
) -> None:
    details = {"peer": asked.sender.code, "officer": said.officer, "consent": said.consent, "papers": len(found)}
    agencies: list[str | None] = [*sorted({one.record.agency_code for one in found})] or [None]
    for agency in agencies:
        event = replace(_event(asked, said, now), holder_id=holder_id, agency_code=agency)
        tx.events.add(replace(event, details=details | {"records": [one.record.code for one in found]}))


def fetch_for_peer(
    asked: Signed, *, uow: UnitOfWork, blobs: Blobs, clock: Clock, late: Callable[[], bool] = lambda: False
) -> Sent | None:
    """One of them; `RECORD` for a paper that the question does not reach.

    None when nobody waits for it any more (`late`) once it is read: then nothing leaves, and nothing is kept as left.
    """
    now = clock.now()
    with _kept(asked, uow, now):
        said = _accepted(asked, uow, now)
        with uow.begin() as tx:
            holder_id = _reached(tx, said, now)
            code = _code(said)
            papers = () if holder_id is None else _papers(tx, holder_id, said)
            found = next((one for one in papers if one.record.code == code), None)
            if found is None:
                raise NotFound("RECORD")
            intake = tx.intakes.find(found.record.code)
            kept = intake.signatures.evidence if intake is not None and intake.signatures is not None else None
    evidence = blobs.get(kept) if kept is not None and found.record.signed_original else None
    sent = Sent(blobs.get(found.sha256), evidence)
    if late():
        return None
    with uow.begin() as tx:
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
    return sent


@contextmanager
def _kept(asked: Signed, uow: UnitOfWork, now: datetime) -> Iterator[None]:
    """Whatever is refused is kept: who asked, and why not."""
    refusal = Event(now, _actor(asked.sender), Action.ANSWER_PEER, Outcome.REFUSED, details={"peer": asked.sender.code})
    with recorded(uow, refusal):
        yield


def _accepted(asked: Signed, uow: UnitOfWork, now: datetime) -> PeerRequest:
    """The question, its nonce used up: the same signature never counts twice (`PEER_REPLAYED`).

    In a transaction of its own: what is refused afterwards was a try all the same.
    """
    with uow.begin() as tx:
        fresh = tx.outside.fresh(asked.sender.code, asked.nonce, at=now, until=now + asked.kept)
        braked = tx.sign_ins.tried(PEERS, asked.sender.code, at=now) > PEERS.most
    if not fresh:
        raise Forbidden("PEER_REPLAYED")
    if braked:
        raise Forbidden("TOO_MANY_LOOK_UPS")
    return read_request(asked.body, sender=asked.sender.code)


def _holder(tx: Tx, said: PeerRequest) -> tuple[int | None, Consent | None]:
    """Who it is here, and the last turn of their switch for other agencies."""
    try:
        number = HolderId.parse(said.number)
    except Invalid as error:
        raise Forbidden("PEER_REQUEST") from error
    holder_id = tx.holders.find(number)
    if holder_id is None:
        return None, None
    turns = newest(tx.consents.of_holders((holder_id,)))
    return holder_id, turns.get((holder_id, ConsentPurpose.OTHER_AGENCIES))


def _reached(tx: Tx, said: PeerRequest, now: datetime) -> int | None:
    """The person, where what was agreed to opens their papers; None otherwise."""
    holder_id, turn = _holder(tx, said)
    if said.consent != ASK or (turn is not None and turn.on):
        return None if turn is not None and not turn.on else holder_id
    question = tx.peer_questions.get(question_id(said))
    if question is None or question.state is not QuestionState.ANSWERED or question.ended(now):
        return None
    told = said.kinds <= question.kinds and _code(said) in question.records
    return holder_id if told and switch_for(question, turn) else None


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
