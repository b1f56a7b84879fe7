"""Take in a file: look at it, store its bytes as they came, queue the reading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from vault.domain.audit import Event
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.ids import Digest, digest_of
from vault.domain.intake import Channel, Intake, IntakeId, IntakeState, SignatureSummary, step
from vault.domain.people import Action, Actor, require
from vault.domain.states import RecordState
from vault.ports import Blobs, Clock, Engines, Ids, Tx, UnitOfWork
from vault.usecases.refusals import recorded

_WATCHED = frozenset({Channel.PAGE, Channel.FOLDER, Channel.PHONE})
"""Where somebody stands beside the scanner or holds the phone, and can take a better picture at once."""


@dataclass(frozen=True, slots=True)
class Receive:
    """A file and, if the sender knows, what it is and whose."""

    data: bytes
    filename: str
    channel: Channel
    type_code: str | None = None
    holder: str | None = None
    evidence: bytes | None = None
    """What was collected about its signatures where it lay before; validated here anew, with this beside it."""


@dataclass(frozen=True, slots=True)
class Received:
    """The paper's intake; `duplicate` when this agency has these very bytes already.

    `advice`: what a better picture of the first page would mend, told while the paper still lies on the scanner.
    """

    intake: Intake
    duplicate: bool
    advice: tuple[str, ...] = ()


def receive(
    what: Receive,
    *,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    clock: Clock,
    ids: Ids,
    max_bytes: int,
) -> Received:
    """Store the bytes and queue the reading. Bad input is refused with the engine's code and leaves nothing behind.

    The same bytes from the same agency give the intake that is there; one that failed or was discarded is tried again.
    A scan whose record was revoked comes in anew: what was wrong with the record need not be wrong with the paper.
    """
    require(actor, Action.RECEIVE)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.RECEIVE)):
        if actor.agency_code is None:
            raise Forbidden("NO_AGENCY")
        if what.channel is Channel.IMPORT:  # papers of an old store come by `import_paper` alone
            raise Invalid("CHANNEL", channel=what.channel.value)
        if len(what.data) > max_bytes:
            raise Invalid("FILE_TOO_LARGE", limit=max_bytes)
        advise = what.channel in _WATCHED
        seen = engines.examine(what.data, sender=actor.account_id, advise=advise)
    fresh = new_intake(what.data, seen, filename=what.filename, channel=what.channel, actor=actor, ids=ids, now=now)
    intake = replace(fresh, hint_type=what.type_code, hint_holder=what.holder)
    paper = keep_bytes(what.data, intake, uow=uow, blobs=blobs)
    evidence = None
    if what.evidence is not None and seen.mime == "application/pdf":
        evidence = blobs.put(what.evidence, mime="application/json", paper=paper, agency=intake.agency_code)
    with uow.begin() as tx:
        kept = taken(tx, intake)
        duplicate = kept.id != intake.id
        if evidence is not None and kept.signatures is None:
            tx.intakes.set_signatures(kept.id, not_validated(evidence))
        details = {"intake": kept.id, "pages": kept.page_count, "channel": what.channel.value}
        code = "DUPLICATE" if duplicate else None
        tx.events.add(Event(now, actor, Action.RECEIVE, code=code, details=details))
    settle_bytes(what.data, kept, paper, blobs=blobs)
    return Received(kept, duplicate, seen.advice)


class Examined(Protocol):
    """What is known of a file before it is read."""

    @property
    def mime(self) -> str:
        """Its kind by its content."""
        ...

    @property
    def pages(self) -> int:
        """How many it has."""
        ...


def new_intake(
    data: bytes, seen: Examined, *, filename: str, channel: Channel, actor: Actor, ids: Ids, now: datetime
) -> Intake:
    """The intake, for the actor's agency, of a file that nobody has read; whoever takes files in begins here."""
    return Intake(
        id=IntakeId(ids.token()),
        state=IntakeState.RECEIVED,
        original=digest_of(data),
        filename=filename[-200:],
        mime=seen.mime,
        size=len(data),
        channel=channel,
        agency_code=actor.agency_code or "",
        received_by=actor.account_id,
        received_at=now,
        page_count=seen.pages,
    )


def not_validated(evidence: Digest) -> SignatureSummary:
    """The place of the report on a file that came with evidence, until the reader validated it."""
    return SignatureSummary("", 0, present=False, signers=(), report={}, evidence=evidence)


def taken(tx: Tx, intake: Intake) -> Intake:
    """The paper's intake with its reading queued; of the same bytes again, the one that is there."""
    kept = tx.intakes.add(intake)
    if _revoked(tx, kept):
        tx.intakes.retire(kept.id)
        kept = tx.intakes.add(intake)
    if kept.state in {IntakeState.FAILED, IntakeState.DISCARDED}:
        tx.intakes.set_state(kept.id, step(kept.state, IntakeState.RECEIVED))
        kept = tx.intakes.get(kept.id)
    if kept.state is IntakeState.RECEIVED:
        tx.jobs.read(kept.id)
    return kept


def keep_bytes(data: bytes, intake: Intake, *, uow: UnitOfWork, blobs: Blobs) -> IntakeId:
    """Store the bytes of a paper before its row is seen; gives the paper in whose name they are kept.

    One that the agency has already keeps them in its own name: a duplicate holds no key. A paper whose record was
    revoked keeps its own, and the one that comes in anew has another.
    """
    if blobs.put_new(data, intake.original, mime=intake.mime, paper=intake.id, agency=intake.agency_code):
        return intake.id
    with uow.begin() as tx:
        known = tx.intakes.of_bytes(intake.agency_code, intake.original)
        anew = known is None or _revoked(tx, known)
    paper = intake.id if known is None or anew else known.id
    try:
        blobs.put(data, mime=intake.mime, paper=paper, agency=intake.agency_code)
    except NotFound:  # the one that was there was erased in this moment: then this is a new paper
        paper = intake.id
        blobs.put(data, mime=intake.mime, paper=paper, agency=intake.agency_code)
    return paper


def settle_bytes(data: bytes, kept: Intake, paper: IntakeId, *, blobs: Blobs) -> None:
    """Once the rows decided: bytes that were stored for a paper that lost the race go over to the one that won."""
    if kept.id != paper:
        blobs.put(data, mime=kept.mime, paper=kept.id, agency=kept.agency_code)
        blobs.let_go(kept.original, paper=paper)


def _revoked(tx: Tx, kept: Intake) -> bool:
    code = kept.record or kept.same_as
    record = tx.records.find(code) if code else None
    return record is not None and record.state is RecordState.REVOKED
