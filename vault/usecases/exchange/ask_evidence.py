"""The three steps of an evidence request: a system asks, the person looks and answers, the system fetches."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vault.domain.access import Ground
from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue
from vault.domain.errors import Forbidden, Invalid, NotFound
from vault.domain.evidence import EvidenceRequest, EvidenceState, decided, deliverable, fitting
from vault.domain.holders import HolderId
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import HOLDER_ROLES, Action, Actor, require
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM
from vault.domain.sign_in import LOOK_UP_CALLER
from vault.ports import Blobs, Clock, Ids, Reach, UnitOfWork
from vault.usecases.brake import brake
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier

SHOWN = 50
SHORTEST_PURPOSE = 5


@dataclass(frozen=True, slots=True)
class AskEvidence:
    """One kind of paper of one person of an open dossier. `explicit`: the person asked for this exchange."""

    dossier: DossierCode
    holder: str
    type_code: str
    purpose: str
    explicit: bool


def ask_evidence(
    what: AskEvidence, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock, ids: Ids
) -> EvidenceRequest:
    """Keep the request for the person to answer. Asked again while it is open, it is the same one.

    The answer is the same whether or not there is such a paper. `EXPLICIT_REQUEST`, `TYPE_NOT_ASKED`,
    `HOLDER_NOT_IN_DOSSIER`, `PURPOSE_SHORT`; `TOO_MANY_LOOK_UPS` for a system that copies the vault.
    """
    require(actor, Action.ASK_EVIDENCE)
    now = clock.now()
    refusal = Event(now, actor, Action.ASK_EVIDENCE, dossier=what.dossier)
    with recorded(uow, refusal):
        brake(LOOK_UP_CALLER, actor.account_id, uow=uow, now=now)
    with recorded(uow, refusal), uow.begin() as tx:
        if not what.explicit:
            raise Invalid("EXPLICIT_REQUEST")
        purpose = " ".join(what.purpose.split())[:300]
        if len(purpose) < SHORTEST_PURPOSE:
            raise Invalid("PURPOSE_SHORT", least=SHORTEST_PURPOSE)
        dossier = own_dossier(tx, what.dossier, actor, lock=True)
        dossier.require_open()
        today = now.astimezone(VIET_NAM).date()
        components = catalogue.components(dossier.procedure_code, today)
        if not any(catalogue.accepts(one, what.type_code, today) for one in components):
            raise Forbidden("TYPE_NOT_ASKED", type=what.type_code, procedure=dossier.procedure_code)
        holder_id = tx.holders.find(HolderId.parse(what.holder))
        if holder_id is None or holder_id not in dossier.people:
            raise NotFound("HOLDER_NOT_IN_DOSSIER")
        request = tx.evidence.add(
            EvidenceRequest(
                id=ids.token(),
                agency_code=dossier.agency_code,
                account_id=actor.account_id,
                name=actor.name,
                dossier=dossier.code,
                procedure_code=dossier.procedure_code,
                holder_id=holder_id,
                type_code=what.type_code,
                purpose=purpose,
                requested_at=now,
            )
        )
        tx.events.add(
            Event(
                now,
                actor,
                Action.ASK_EVIDENCE,
                purpose=purpose,
                dossier=dossier.code,
                holder_id=holder_id,
                details={"request": request.id, "type": what.type_code},
            )
        )
        return request


@dataclass(frozen=True, slots=True)
class Preview:
    """A request as its person sees it, with the papers that they may hand over."""

    request: EvidenceRequest
    papers: tuple[Record, ...]


def previews(*, actor: Actor, uow: UnitOfWork) -> tuple[Preview, ...]:
    """What systems ask of this person, the newest first."""
    require(actor, Action.LIST_OWN)
    holder_id = _holder(actor)
    with uow.begin() as tx:
        own = tx.records.of_holder(holder_id)
        asked = tx.evidence.of_holder(holder_id, limit=SHOWN)
        return tuple(Preview(one, fitting(own, one.type_code)) for one in asked)


def decide_evidence(
    request_id: str, record: RecordCode | None, *, actor: Actor, uow: UnitOfWork, clock: Clock
) -> EvidenceRequest:
    """The person's answer: this paper, or none. The first answer stays; said again, it is answered."""
    require(actor, Action.SHARE)
    now, holder_id = clock.now(), _holder(actor)
    choice = EvidenceState.REFUSED if record is None else EvidenceState.APPROVED
    with recorded(uow, Event(now, actor, Action.SHARE, record=record)), uow.begin() as tx:
        request = tx.evidence.get(request_id, lock=True)
        if request is None or request.holder_id != holder_id:
            raise NotFound("EVIDENCE_UNKNOWN")
        if record is not None:
            papers = fitting(tx.records.of_holder(holder_id), request.type_code)
            if record not in {one.code for one in papers}:
                raise NotFound("RECORD")
        if not decided(request, choice, now):
            return request
        tx.evidence.decide(request.id, choice, record=record, at=now)
        tx.events.add(
            Event(
                now,
                actor,
                Action.SHARE,
                code=choice.value,
                purpose=request.purpose,
                record=record,
                holder_id=holder_id,
                agency_code=request.agency_code,
                details={"request": request.id, "type": request.type_code},
            )
        )
        return replace(request, state=choice, record=record, decided_at=now)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The answer to a request: still waiting, or the paper with its sealed file."""

    request: EvidenceRequest
    record: Record | None = None
    file: bytes = b""


def fetch_evidence(request_id: str, *, actor: Actor, uow: UnitOfWork, blobs: Blobs, clock: Clock) -> Evidence:
    """The paper that the person said yes to, from whichever agency keeps it; each fetch is an event in their log.

    `EVIDENCE_UNKNOWN` for another agency's request, `EVIDENCE_REFUSED`, `EVIDENCE_OVER`, `DOSSIER_CLOSED`; a paper that
    was revoked since, or is another person's, is refused as `RECORD_NOT_ACTIVE`; asked over and over,
    `TOO_MANY_LOOK_UPS`.
    """
    require(actor, Action.ASK_EVIDENCE)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.DOWNLOAD, details={"request": request_id[:64]})):
        brake(LOOK_UP_CALLER, actor.account_id, uow=uow, now=now)
        with uow.begin() as tx:
            request = tx.evidence.get(request_id)
            if request is None or request.agency_code != actor.agency_code:
                raise NotFound("EVIDENCE_UNKNOWN")
            code = deliverable(request, now)
            if code is not None:  # an ended dossier gives no purpose to look at a paper, whatever the person said
                own_dossier(tx, request.dossier, actor).require_open()
        if code is None:
            return Evidence(request)
        with uow.begin(Reach.SHOWN) as tx:  # the person showed it: that opens this one paper, and nothing else
            record = tx.records.find(code)
            # A correction may have found since that the paper is another person's, whom nobody asked.
            own = record is not None and request.holder_id in tx.records.holder_ids(code)
            if record is None or not own or not fitting((record,), request.type_code):
                raise NotFound("RECORD_NOT_ACTIVE", state=record.state.value if record else "")
            tx.events.add(
                Event(
                    now,
                    actor,
                    Action.DOWNLOAD,
                    purpose=request.purpose,
                    dossier=request.dossier,
                    record=code,
                    version=record.version,
                    holder_id=request.holder_id,
                    details={"ground": Ground.PRESENTED.value, "request": request.id, "copy": "SEALED"},
                )
            )
        with uow.begin() as tx:
            tx.evidence.delivered(request.id, at=now)
    return Evidence(request, record, blobs.get(record.sealed))


def _holder(actor: Actor) -> int:
    if actor.role not in HOLDER_ROLES or actor.holder_id is None:
        raise Forbidden("NO_HOLDER")
    return actor.holder_id
