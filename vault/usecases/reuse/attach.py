"""Attach a record to a component: the decision is made anew, and names record and version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue
from vault.domain.dossiers import Attachment, Dossier
from vault.domain.errors import Conflict, NotFound
from vault.domain.ids import DossierCode, RecordCode, decision_id
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import Decision, Question, Verdict, ask, question_to_plain
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import component_of, facts_of, offers_of, own_dossier
from vault.usecases.tell import tell_dossier


@dataclass(frozen=True, slots=True)
class Attach:
    """Which record for which component; `checked` says what the officer did about a NEEDS_CHECK."""

    dossier: DossierCode
    component: str
    record: RecordCode
    checked: str | None = None


def attach(what: Attach, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> Attachment:
    """Attach, or refuse with `NOT_USABLE`, `CHECK_FIRST` or `COMPONENT_TAKEN`. Attaching the same again is answered."""
    require(actor, Action.ATTACH)
    now = clock.now()
    refusal = Event(now, actor, Action.ATTACH, record=what.record, dossier=what.dossier)
    with recorded(uow, refusal), uow.begin() as tx:
        dossier = own_dossier(tx, what.dossier, actor, lock=True)
        dossier.require_open()
        taken = dossier.attachment(what.component)
        if taken is not None:
            if taken.record == what.record:
                return taken
            raise Conflict("COMPONENT_TAKEN", record=taken.record)
        question, decision = _decision(what, tx, dossier, catalogue=catalogue, now=now)
        named = decision_id(what.dossier, what.component)
        attachment = tx.dossiers.attach(
            what.dossier,
            Attachment(
                component=what.component,
                record=what.record,
                version=decision.version,
                decision=decision_json(decision) | {"id": named, "checked": what.checked},
                by_account=actor.account_id,
                by_name=actor.name,
                at=now,
                question=question_to_plain(question),
                decision_id=named,
            ),
        )
        tell_dossier(tx, dossier, now)
        tx.events.add(
            Event(
                now,
                actor,
                Action.ATTACH,
                purpose=dossier.procedure_code,
                legal_ground="NĐ 309/2026/NĐ-CP Đ4 k2a",
                record=what.record,
                version=decision.version,
                dossier=what.dossier,
                holder_id=dossier.holder_id,
                details={
                    "component": what.component,
                    "decision": named,
                    "verdict": decision.verdict.value,
                    "codes": _codes(decision),
                    "source": question.candidate.source.value,
                },
            )
        )
        return attachment


def _decision(
    what: Attach, tx: Tx, dossier: Dossier, *, catalogue: Catalogue, now: datetime
) -> tuple[Question, Decision]:
    component = component_of(dossier, what.component, catalogue, now)
    offered = tx.records.of_people(dossier.people)
    if what.record not in {one.code for one in offered}:
        # A paper under an old number or a bare name, found by search: the agency's own, and the decision judges it.
        found = tx.records.find(what.record)
        if found is None or found.agency_code != dossier.agency_code:
            raise NotFound("RECORD")
        offered = (*offered, found)
    candidate = next(one.candidate for one in offers_of(tx, dossier, offered) if one.record.code == what.record)
    question = Question(component.code, candidate, facts_of(dossier), now)
    decision = ask(question, catalogue)
    if decision.verdict is Verdict.NOT_USABLE:
        raise Conflict("NOT_USABLE", record=what.record, reasons=_codes(decision), decision=decision_json(decision))
    if decision.verdict is Verdict.NEEDS_CHECK and not (what.checked or "").strip():
        raise Conflict("CHECK_FIRST", record=what.record, reasons=_codes(decision), decision=decision_json(decision))
    return question, decision


def _codes(decision: Decision) -> list[str]:
    return [code.value for code in decision.codes]


def decision_json(decision: Decision) -> dict[str, object]:
    """The decision as it is stored and shown: enough to be read years later without the catalogue."""
    return {
        "component": decision.component_code,
        "record": decision.record_code,
        "version": decision.version,
        "verdict": decision.verdict.value,
        "step": decision.step.name,
        "trust": decision.trust.name,
        "decided_at": decision.decided_at.isoformat(),
        "catalogue_version": decision.catalogue_version,
        "rules_version": decision.rules_version,
        "reasons": [
            {
                "code": reason.code.value,
                "severity": reason.severity.name,
                "article": reason.article,
                "vi": reason.vi,
                "en": reason.en,
            }
            for reason in decision.reasons
        ],
    }
