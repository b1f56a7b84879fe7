"""Fetch a paper that lies elsewhere, to be looked at: its bytes become an intake like any other.

It is read, its signatures are validated and its pages shown by the same steps as a paper that was handed in; nothing
is attached by it. The digest that the source told must be that of the bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from vault.domain.audit import Event, Outcome
from vault.domain.catalogue import Catalogue
from vault.domain.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from vault.domain.ids import DossierCode, digest_of
from vault.domain.intake import Channel
from vault.domain.outside import FoundState, Objection, OutsidePaper
from vault.domain.people import Action, Actor, Role, may, require
from vault.ports import Blobs, Clock, Engines, Enquiry, FetchedPaper, Ids, UnitOfWork
from vault.usecases.digitize.receive import Receive, receive
from vault.usecases.outside.ask import Sources, kinds_of
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.tell import GROUND

_ENDING = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}


@dataclass(frozen=True, slots=True)
class FetchOutside:
    """Which paper, for which dossier."""

    dossier: DossierCode
    paper: str


def fetch_outside(
    what: FetchOutside,
    *,
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sources: Sources,
    catalogue: Catalogue,
    clock: Clock,
    ids: Ids,
    max_bytes: int,
    seconds: float,
    by_job: bool = False,
) -> OutsidePaper:
    """The paper, FETCHED with its intake; still FOUND when it did not come in time and a job goes on with it.

    `OUTSIDE_REFUSED_HERE` for one that was put aside, with the code of what spoke against it. Fetched twice, it is
    answered. With `by_job` no further job is queued: `Unavailable` goes to the queue, which tries again.
    """
    require(actor, Action.FETCH_OUTSIDE)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.FETCH_OUTSIDE, dossier=what.dossier)):
        paper, enquiry = _claimed(what, actor, uow, catalogue=catalogue, now=now)
    if paper.state is FoundState.FETCHED:
        return paper
    source = sources.get(paper.source)
    if source is None:
        raise NotFound("OUTSIDE_SOURCE", source=paper.source)
    try:
        fetched = source.fetch(paper, enquiry, seconds=seconds, most=max_bytes)
        if digest_of(fetched.data) != paper.claim.sha256:
            return _refuse(paper, Objection.DIGEST, actor=actor, uow=uow, clock=clock)
        received = receive(
            _as_file(paper, fetched),
            actor=actor,
            uow=uow,
            blobs=blobs,
            engines=engines,
            clock=clock,
            ids=ids,
            max_bytes=max_bytes,
        )
    except Unavailable:
        if by_job:
            raise
        with uow.begin() as tx:
            tx.jobs.fetch_outside(paper.id, actor.account_id)
        return paper
    except (Forbidden, NotFound, Invalid) as error:  # refused there, or here as any file may be: no paper, malware
        return _refuse(paper, error.code, actor=actor, uow=uow, clock=clock)
    with uow.begin() as tx:
        tx.outside.set_paper(paper.id, FoundState.FETCHED, intake=received.intake.id)
        details = {"source": paper.source, "intake": received.intake.id}
        tx.events.add(replace(_event(paper, actor, clock), purpose=enquiry.procedure, details=details))
        return tx.outside.paper(paper.id)


def _claimed(
    what: FetchOutside, actor: Actor, uow: UnitOfWork, *, catalogue: Catalogue, now: datetime
) -> tuple[OutsidePaper, Enquiry]:
    with uow.begin() as tx:
        dossier = own_dossier(tx, what.dossier, actor)
        paper = tx.outside.paper(what.paper)
        if paper.dossier != dossier.code:
            raise NotFound("OUTSIDE_PAPER")
        if paper.state is not FoundState.FETCHED:
            dossier.require_open()
        if paper.state is FoundState.REFUSED:
            raise Conflict("OUTSIDE_REFUSED_HERE", reason=paper.code or "")
        ask, person = tx.outside.get_ask(paper.ask), tx.holders.get(paper.holder_id)
    return paper, Enquiry(ask, person, kinds_of(dossier, catalogue, now), dossier.procedure_code, now)


def fetch_by_job(
    paper_id: str,
    account_id: str,
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sources: Sources,
    catalogue: Catalogue,
    clock: Clock,
    ids: Ids,
    max_bytes: int,
    seconds: float,
) -> OutsidePaper:
    """The same for the officer who asked, when the source was too slow for the counter.

    An account that ended meanwhile, or moved to another agency or role, fetches nothing more: the paper stays FOUND for
    whoever goes on with the dossier, and the log says `ACCOUNT_ENDED`.
    """
    with uow.begin() as tx:
        paper = tx.outside.paper(paper_id)
        account = tx.accounts.by_id(account_id)
    name = account.actor.name if account else ""
    actor = Actor(account_id, name, Role.OFFICER, paper.agency_code)
    if (
        account is None
        or account.actor.agency_code != paper.agency_code
        or not may(account.actor, Action.FETCH_OUTSIDE)
    ):
        ended = Forbidden("ACCOUNT_ENDED")  # told and not raised: the queue would try again what stays refused
        with uow.begin() as tx:
            tx.events.add(replace(_event(paper, actor, clock), outcome=Outcome.REFUSED, code=ended.code))
        return paper
    return fetch_outside(
        FetchOutside(paper.dossier, paper.id),
        actor=actor,
        uow=uow,
        blobs=blobs,
        engines=engines,
        sources=sources,
        catalogue=catalogue,
        clock=clock,
        ids=ids,
        max_bytes=max_bytes,
        seconds=seconds,
        by_job=True,
    )


def _as_file(paper: OutsidePaper, fetched: FetchedPaper) -> Receive:
    claim = paper.claim
    name = f"{paper.source}.{_ENDING.get(claim.mime, 'bin')}"
    return Receive(fetched.data, name, Channel.OUTSIDE, claim.type_code, claim.holder.number, fetched.evidence)


def _event(paper: OutsidePaper, actor: Actor, clock: Clock) -> Event:
    return Event(
        clock.now(),
        actor,
        Action.FETCH_OUTSIDE,
        legal_ground=GROUND,
        dossier=paper.dossier,
        holder_id=paper.holder_id,
        details={"source": paper.source},
    )


def _refuse(paper: OutsidePaper, code: str, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> OutsidePaper:
    with uow.begin() as tx:
        tx.outside.set_paper(paper.id, FoundState.REFUSED, code=code)
        tx.events.add(replace(_event(paper, actor, clock), outcome=Outcome.REFUSED, code=code))
        return tx.outside.paper(paper.id)
