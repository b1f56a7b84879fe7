"""Look for a dossier's papers elsewhere: the question is logged with its purpose and ground before it leaves.

Somebody at the counter waits a second at most; whatever is not answered by then is answered by job. What comes back is
a claim (`domain.outside`): put aside when it names somebody else, shown when it may be about the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic

from vault.domain.audit import Event, Outcome
from vault.domain.catalogue import Catalogue
from vault.domain.consents import ConsentPurpose, newest
from vault.domain.dossiers import Dossier
from vault.domain.errors import Forbidden, Invalid, NotFound, Unavailable
from vault.domain.ids import DossierCode
from vault.domain.outside import (
    AT_ONCE,
    GIVE_UP_AFTER,
    NATIONAL,
    Ask,
    AskState,
    Claim,
    ConsentBy,
    FoundState,
    Objection,
    OutsidePaper,
    objection,
    paper_id,
)
from vault.domain.people import SYSTEM, Action, Actor, require
from vault.domain.reuse import VIET_NAM
from vault.ports import Clock, Enquiry, PaperSource, Tx, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.tell import GROUND, ask_about

Sources = Mapping[str, PaperSource]
MOST_CLAIMS = 50


@dataclass(frozen=True, slots=True)
class AskOutside:
    """Which dossier, which source; `consent`: the citizen said yes at the counter; `ask_person`: they are to be asked.

    Asking the person is for who is not there: the vault that keeps the papers puts it to them, within a day.
    """

    dossier: DossierCode
    source: str
    consent: bool = False
    ask_person: bool = False


def ask_outside(
    what: AskOutside,
    *,
    actor: Actor,
    uow: UnitOfWork,
    sources: Sources,
    catalogue: Catalogue,
    clock: Clock,
    seconds: float = AT_ONCE,
) -> tuple[Ask, ...]:
    """Ask about everybody in the dossier; the questions as they are after at most so many seconds.

    `OUTSIDE_SOURCE` for a source that is not connected, `OUTSIDE_CONSENT` for another vault without the citizen's yes
    (said now, or their switch for other agencies, or to be asked for by a source that can).
    """
    require(actor, Action.ASK_OUTSIDE)
    now = clock.now()
    refusal = Event(now, actor, Action.ASK_OUTSIDE, dossier=what.dossier, details={"source": what.source})
    with recorded(uow, refusal), uow.begin() as tx:
        dossier = own_dossier(tx, what.dossier, actor, lock=True)
        dossier.require_open()
        if what.source not in sources:
            raise NotFound("OUTSIDE_SOURCE", source=what.source)
        asks = [
            ask_about(tx, dossier, what.source, holder_id, _consent(tx, what, holder_id, sources), actor=actor, now=now)
            for holder_id in dossier.people
        ]
    end = monotonic() + seconds
    return tuple(_at_once(one, end, uow=uow, sources=sources, catalogue=catalogue, clock=clock) for one in asks)


def _consent(tx: Tx, what: AskOutside, holder_id: int, sources: Sources) -> ConsentBy:
    if what.source == NATIONAL:
        return ConsentBy.LAW
    if what.consent:
        return ConsentBy.COUNTER
    turn = newest(tx.consents.of_holders((holder_id,))).get((holder_id, ConsentPurpose.OTHER_AGENCIES))
    if turn is not None and turn.on:
        return ConsentBy.SWITCH
    if what.ask_person and sources[what.source].asks_person:
        return ConsentBy.ASK
    raise Invalid("OUTSIDE_CONSENT")


def _at_once(ask: Ask, end: float, *, uow: UnitOfWork, sources: Sources, catalogue: Catalogue, clock: Clock) -> Ask:
    left = end - monotonic()
    if ask.state is not AskState.PENDING or left <= 0:
        return ask
    try:
        return answer_ask(ask.id, uow=uow, sources=sources, catalogue=catalogue, clock=clock, seconds=left)
    except Unavailable:
        return ask


def answer_ask(
    name: str, *, uow: UnitOfWork, sources: Sources, catalogue: Catalogue, clock: Clock, seconds: float
) -> Ask:
    """Put the question to its source and keep the answer. `Unavailable` when there is none yet; safe to run again.

    Nothing is locked meanwhile. A day without an answer ends it: the counter has decided long ago.
    """
    with uow.begin() as tx:
        ask = tx.outside.get_ask(name)
        dossier = tx.dossiers.get(ask.dossier)
        person = tx.holders.get(ask.holder_id)
    source = sources.get(ask.source)
    if ask.state is not AskState.PENDING:
        return ask
    now = clock.now()
    if source is None or dossier.closed is not None or now > ask.at + GIVE_UP_AFTER:
        return _settle(ask, AskState.REFUSED, Objection.GIVEN_UP, (), uow=uow, now=now)
    enquiry = Enquiry(ask, person, kinds_of(dossier, catalogue, now), dossier.procedure_code, now)
    try:
        claims = source.find(enquiry, seconds=seconds)
    except (Forbidden, NotFound, Invalid) as error:
        return _settle(ask, AskState.REFUSED, error.code, (), uow=uow, now=clock.now())
    chosen = (replace(one, picked_for=ask.picks.get(one.ref)) for one in claims)
    known = _known(tuple(chosen), enquiry, catalogue)
    return _settle(ask, AskState.ANSWERED, None, known, uow=uow, now=clock.now())


def kinds_of(dossier: Dossier, catalogue: Catalogue, now: datetime) -> frozenset[str]:
    """Kinds of paper that could stand for some component."""
    today = now.astimezone(VIET_NAM).date()
    components = catalogue.components(dossier.procedure_code, today)
    return frozenset(
        one.code for one in catalogue.types if any(catalogue.accepts(asked, one.code, today) for asked in components)
    )


def _known(claims: Sequence[Claim], asked: Enquiry, catalogue: Catalogue) -> tuple[tuple[Claim, str | None], ...]:
    """Claims of kinds that were asked for, each once, with what speaks against it."""
    today = asked.now.astimezone(VIET_NAM).date()
    found: dict[str, tuple[Claim, str | None]] = {}
    for one in claims[:MOST_CLAIMS]:
        kinds = [one.type_code] if one.type_code else []
        kinds += [kind.code for kind in catalogue.types_of_result(one.result_code, today)] if one.result_code else []
        kind = next((code for code in kinds if code in asked.kinds), None)
        if kind is not None:
            claim = replace(one, type_code=kind)
            found.setdefault(one.ref, (claim, objection(claim, asked.person, today)))
    return tuple(found.values())


def _settle(
    ask: Ask,
    state: AskState,
    code: str | None,
    found: Sequence[tuple[Claim, str | None]],
    *,
    uow: UnitOfWork,
    now: datetime,
) -> Ask:
    with uow.begin() as tx:
        if tx.outside.get_ask(ask.id, lock=True).state is not AskState.PENDING:
            return tx.outside.get_ask(ask.id)
        shown = sum(against is None for _, against in found)
        for claim, against in found:
            paper = OutsidePaper(
                paper_id(ask.dossier, ask.source, claim.ref),
                ask.id,
                ask.dossier,
                ask.agency_code,
                ask.source,
                ask.holder_id,
                claim,
                now,
                FoundState.FOUND if against is None else FoundState.REFUSED,
                against,
            )
            tx.outside.keep(paper)
        tx.outside.settle(ask.id, state, at=now, code=code, found=shown)
        objections = sorted({against for _, against in found if against is not None})
        if objections or code:
            tx.events.add(
                Event(
                    now,
                    replace(SYSTEM, agency_code=ask.agency_code),
                    Action.ASK_OUTSIDE,
                    Outcome.REFUSED,
                    code or objections[0],
                    legal_ground=GROUND,
                    dossier=ask.dossier,
                    holder_id=ask.holder_id,
                    details={"source": ask.source, "objections": objections},
                )
            )
        return tx.outside.get_ask(ask.id)
