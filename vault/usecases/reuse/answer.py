"""Answer a whole dossier: for every component what is already there, whether it may be used, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue, Component, ComponentForm
from vault.domain.dossiers import Attachment, Demand, Dossier
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode
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
from vault.domain.states import Source
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded

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


@dataclass(frozen=True, slots=True)
class DossierAnswer:
    """A dossier with the answer for every component and the records that the decisions name."""

    dossier: Dossier
    components: tuple[ComponentAnswer, ...]
    records: dict[str, Record]


def answer(code: DossierCode, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> DossierAnswer:
    """Decide every component against every record of the holder, in one transaction, leaving one access event."""
    require(actor, Action.LOOKUP)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.LOOKUP, dossier=code)), uow.begin() as tx:
        dossier = own_dossier(tx, code, actor)
        records = tx.records.of_holder(dossier.holder_id)
        answers = tuple(
            _component(component, dossier, records, catalogue=catalogue, now=now)
            for component in catalogue.components(dossier.procedure_code, now.astimezone(VIET_NAM).date())
        )
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
                details={"components": len(answers), "usable": usable, "records": len(records)},
            )
        )
    return DossierAnswer(dossier, answers, {record.code: record for record in records})


def own_dossier(tx: Tx, code: DossierCode, actor: Actor, *, lock: bool = False) -> Dossier:
    """The dossier, if the actor's agency holds it; another agency's answers like one that is not there."""
    dossier = tx.dossiers.get(code, lock=lock)
    if dossier.agency_code != actor.agency_code:
        raise NotFound("DOSSIER")
    return dossier


def decisions_for(
    component: Component, dossier: Dossier, records: tuple[Record, ...], *, catalogue: Catalogue, now: datetime
) -> tuple[Decision, ...]:
    """Decisions on the records whose type could stand for the component, best first."""
    today = now.astimezone(VIET_NAM).date()
    facts = facts_of(dossier)
    return rank(
        decide(component, candidate_of(record), facts, catalogue=catalogue, now=now)
        for record in records
        if catalogue.accepts(component, record.type_code, today)
    )


def _component(
    component: Component, dossier: Dossier, records: tuple[Record, ...], *, catalogue: Catalogue, now: datetime
) -> ComponentAnswer:
    found = (
        ()
        if component.form is ComponentForm.FORM
        else decisions_for(component, dossier, records, catalogue=catalogue, now=now)
    )
    return ComponentAnswer(
        component,
        resolve(component, found, asked=ASKED),
        found,
        dossier.attachment(component.code),
        tuple(demand for demand in dossier.demands if demand.component == component.code),
    )


def facts_of(dossier: Dossier) -> DossierFacts:
    """The dossier as the decision sees it."""
    return DossierFacts(
        code=dossier.code,
        procedure_code=dossier.procedure_code,
        holder=dossier.holder,
        agency_code=dossier.agency_code,
        due_on=dossier.due_on,
        purpose=dossier.purpose,
    )


def candidate_of(record: Record) -> Candidate:
    """The record as the decision sees it."""
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
        source=Source.THIS_VAULT,
        purpose=record.purpose,
    )
