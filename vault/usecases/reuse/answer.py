"""Answer a whole dossier: for every component what is already there, whether it may be used, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue, Component, ComponentForm, national_code
from vault.domain.consents import Consent, PaperConsent, consented
from vault.domain.dossiers import Attachment, Demand, Dossier
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode
from vault.domain.outside import Ask
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.domain.reuse import (
    VIET_NAM,
    Candidate,
    Decision,
    DossierFacts,
    Resolution,
    Step,
    Verdict,
    decide,
    rank,
    resolve,
)
from vault.domain.states import RecordState
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.elsewhere import Elsewhere, OutsideOffer, elsewhere, outside_offers

CORRECTION = "CAICHINH"
"""The extract that says what was changed or corrected in the register (trích lục thay đổi, cải chính hộ tịch)."""
ASKED = frozenset({Step.THIS_VAULT})
"""Sources that this deployment really consults; a step that nobody asked is shown as not asked."""


@dataclass(frozen=True, slots=True)
class ComponentAnswer:
    """One component: the decisions on everything that could stand for it, best first, and what was done about it."""

    component: Component
    resolution: Resolution
    decisions: tuple[Decision, ...]
    attachment: Attachment | None
    demands: tuple[Demand, ...]
    outside: tuple[OutsideOffer, ...] = ()
    """What lies elsewhere and was not taken in yet."""


@dataclass(frozen=True, slots=True)
class DossierAnswer:
    """A dossier with the answer for every component and the records that the decisions name."""

    dossier: Dossier
    components: tuple[ComponentAnswer, ...]
    records: dict[str, Record]
    asks: tuple[Ask, ...] = ()
    """Where else was asked, and what came of it."""


def answer(code: DossierCode, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> DossierAnswer:
    """Decide every component against every record of the dossier's people, in one transaction, leaving one event.

    The answer shows only the records that could stand for a component: the others are nobody's business here. A
    dossier that has ended shows what is attached to it and no more: it gives no purpose to look at other papers.
    """
    require(actor, Action.LOOKUP)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.LOOKUP, dossier=code)), uow.begin() as tx:
        dossier = own_dossier(tx, code, actor)
        offers = offers_for(tx, dossier)
        if dossier.closed is not None:
            attached = {one.record for one in dossier.attachments}
            offers = tuple(one for one in offers if one.record.code in attached)
        facts = facts_of(dossier)
        others = elsewhere(tx, dossier)
        answers = tuple(
            _component(component, dossier, facts, offers, others, catalogue=catalogue, now=now)
            for component in catalogue.components(dossier.procedure_code, now.astimezone(VIET_NAM).date())
        )
        named = {decision.record_code for one in answers for decision in one.decisions}
        usable = sum(one.decisions[:1] != () and one.decisions[0].verdict is Verdict.USABLE for one in answers)
        tx.events.add(
            Event(
                now,
                actor,
                Action.LOOKUP,
                purpose=dossier.procedure_code,
                legal_ground="NĐ 309/2026/NĐ-CP Đ4 k2a",
                dossier=code,
                holder_id=dossier.holder_id,
                details={"components": len(answers), "usable": usable, "records": len(named)} | _order(answers),
            )
        )
    shown: dict[str, Record] = {one.record.code: one.record for one in offers if one.record.code in named}
    return DossierAnswer(dossier, answers, shown, others.asks)


def _order(answers: Sequence[ComponentAnswer]) -> dict[str, object]:
    """The order of resolution as it was gone through: the steps whose source was asked, and which one settled what."""
    return {
        "asked": sorted({step.step for one in answers for step in one.resolution.steps if step.asked}),
        "settled": {
            one.component.code.rpartition(".")[2]: int(one.resolution.settled_by)
            for one in answers
            if one.resolution.settled_by is not None
        },
    }


def own_dossier(tx: Tx, code: DossierCode, actor: Actor, *, lock: bool = False) -> Dossier:
    """The dossier, if the actor's agency holds it; another agency's answers like one that is not there."""
    dossier = tx.dossiers.get(code, lock=lock)
    if dossier.agency_code != actor.agency_code:
        raise NotFound("DOSSIER")
    return dossier


def component_of(dossier: Dossier, code: str, catalogue: Catalogue, now: datetime) -> Component:
    """A component of the dossier's own procedure; `COMPONENT_UNKNOWN` for another procedure's."""
    component = catalogue.component(code, now.astimezone(VIET_NAM).date())
    if national_code(component.code) != national_code(dossier.procedure_code):
        raise NotFound("COMPONENT_UNKNOWN", component_code=code)
    return component


@dataclass(frozen=True, slots=True)
class Offer:
    """A record with how the decision sees it."""

    record: Record
    candidate: Candidate


def offers_for(tx: Tx, dossier: Dossier) -> tuple[Offer, ...]:
    """Every record of a dossier's people as candidates."""
    return offers_of(tx, dossier, tx.records.of_people(dossier.people))


def offers_of(tx: Tx, dossier: Dossier, records: Sequence[Record]) -> tuple[Offer, ...]:
    """Records of a dossier's people as candidates, each with the correction that was registered after it.

    Consent is what the paper's person says by now: their switches (`vault.domain.consents`) over what was said with it.
    """
    corrections = [one for one in records if one.type_code == CORRECTION and one.state is RecordState.ACTIVE]
    turns = tx.consents.of_holders(dossier.people)
    if turns:  # few people ever turn a switch, and who stands on each paper need not be asked for the others
        records = tuple(replace(one, consent=_agreed(tx, dossier, one, turns)) for one in records)
    return tuple(Offer(one, candidate_of(one, corrections)) for one in records)


def _agreed(tx: Tx, dossier: Dossier, record: Record, turns: Sequence[Consent]) -> bool:
    said = PaperConsent(record.consent, record.sealed_at, record.agency_code, tx.records.holder_ids(record.code))
    return consented(said, turns, people=dossier.people, agency_code=dossier.agency_code)


def decisions_for(
    component: Component, facts: DossierFacts, offers: Sequence[Offer], *, catalogue: Catalogue, now: datetime
) -> tuple[Decision, ...]:
    """Decisions on the records whose type could stand for the component, best first."""
    today = now.astimezone(VIET_NAM).date()
    return rank(
        decide(component, one.candidate, facts, catalogue=catalogue, now=now)
        for one in offers
        if catalogue.accepts(component, one.record.type_code, today)
    )


def _component(
    component: Component,
    dossier: Dossier,
    facts: DossierFacts,
    offers: Sequence[Offer],
    others: Elsewhere,
    *,
    catalogue: Catalogue,
    now: datetime,
) -> ComponentAnswer:
    form = component.form is ComponentForm.FORM
    found = () if form else decisions_for(component, facts, offers, catalogue=catalogue, now=now)
    outside = () if form else outside_offers(component, facts, others, catalogue=catalogue, now=now)
    return ComponentAnswer(
        component,
        resolve(component, (*found, *(one.decision for one in outside)), asked=ASKED | others.asked),
        found,
        dossier.attachment(component.code),
        tuple(demand for demand in dossier.demands if demand.component == component.code),
        outside,
    )


def facts_of(dossier: Dossier) -> DossierFacts:
    """The dossier as the decision sees it, with everybody in it and their other numbers."""
    return DossierFacts(
        code=dossier.code,
        procedure_code=dossier.procedure_code,
        holder=dossier.holder,
        agency_code=dossier.agency_code,
        due_on=dossier.due_on,
        purpose=dossier.purpose,
        parties=tuple(party.link for party in dossier.parties),
        submitted_by=dossier.submitted_by.link if dossier.submitted_by else None,
        authority=dossier.authority,
    )


def candidate_of(record: Record, corrections: Sequence[Record]) -> Candidate:
    """The record as the decision sees it; `corrections` are the corrections in force that name the dossier's people."""
    return Candidate(
        record_code=record.code,
        version=record.version,
        type_code=record.type_code,
        holders=record.holders,
        result_code=record.result_code,
        number=record.number,
        issuer_code=record.issuer_code,
        issuer_as_printed=record.issuer_as_printed,
        issued_on=record.issued_on,
        valid_until=record.valid_until,
        scope=record.scope,
        trust=record.trust,
        state=record.state,
        superseded_by=record.superseded_by,
        signature=record.evidence,
        compared_with_original=record.compared_with_original,
        conversion_mark=record.conversion_mark,
        consent=record.consent,
        source=record.source,
        purpose=record.purpose,
        later_correction=next((one.code for one in corrections if _corrects(one, record)), None),
    )


def _corrects(correction: Record, record: Record) -> bool:
    """Whether a correction may have changed what the record says: same person, and not known to be the older one."""
    if correction.code == record.code or correction.type_code == record.type_code:
        return False
    if correction.issued_on is not None and record.issued_on is not None and correction.issued_on <= record.issued_on:
        return False
    numbers = {link.number for link in record.holders if link.number}
    return any(link.number in numbers for link in correction.holders)
