"""Attach a record to a component: the decision is made anew, and names record and version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue
from vault.domain.dossiers import Attachment, Dossier, Replaced
from vault.domain.errors import Conflict
from vault.domain.ids import DossierCode, RecordCode, decision_id
from vault.domain.kpi import REPLACED
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import Decision, Question, Standing, Verdict, ask, question_to_plain
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.reuse.judge import Judged, component_of, judge_of
from vault.usecases.tell import tell_dossier


@dataclass(frozen=True, slots=True)
class Attach:
    """Which record for which component; `checked` says what the officer did about a NEEDS_CHECK.

    `reason` says why another record takes the place of one that is still good.
    """

    dossier: DossierCode
    component: str
    record: RecordCode
    checked: str | None = None
    reason: str = ""


def attach(what: Attach, *, actor: Actor, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> Attachment:
    """Attach, or refuse with `NOT_USABLE`, `CHECK_FIRST` or `COMPONENT_TAKEN`. Attaching the same again is answered.

    What is attached and no longer good (`Standing`) gives way to another record, or to the same one once it was
    corrected or checked anew; what is good only for a stated reason. The one before is kept with what ended it.
    """
    require(actor, Action.ATTACH)
    now = clock.now()
    refusal = Event(now, actor, Action.ATTACH, record=what.record, dossier=what.dossier)
    with recorded(uow, refusal), uow.begin() as tx:
        dossier = own_dossier(tx, what.dossier, actor, lock=True)
        dossier.require_open()
        component = component_of(dossier, what.component, catalogue, now)
        judge = judge_of(tx, dossier, catalogue=catalogue, now=now, also=what.record)
        judged = judge.judged(component)
        before = judged.attachment
        if before is not None and judged.settled:
            if before.record == what.record:
                return before
            if not what.reason.strip():
                raise Conflict("COMPONENT_TAKEN", record=before.record)
        question = judge.question(component, what.record)
        decision = _decision(question, what.checked, catalogue)
        kept = _kept(what, dossier, question, decision, actor=actor, now=now)
        if before is None:
            attachment = tx.dossiers.attach(what.dossier, kept)
        else:
            attachment = tx.dossiers.replace(what.dossier, kept, _replaced(what, judged, decision, actor, now))
        tell_dossier(tx, dossier, now)
        tx.events.add(_event(what, dossier, judged, question, decision, actor=actor, now=now))
        return attachment


def _kept(
    what: Attach, dossier: Dossier, question: Question, decision: Decision, *, actor: Actor, now: datetime
) -> Attachment:
    named = decision_id(what.dossier, what.component, _number(dossier, what.component))
    return Attachment(
        component=what.component,
        record=what.record,
        version=decision.version,
        decision=decision_json(decision) | {"id": named, "checked": what.checked},
        by_account=actor.account_id,
        by_name=actor.name,
        at=now,
        question=question_to_plain(question),
        decision_id=named,
    )


def _number(dossier: Dossier, component: str) -> int:
    """Which attachment of the component the next one is, from 1."""
    return len(dossier.earlier(component)) + 1 + (dossier.attachment(component) is not None)


def _replaced(what: Attach, judged: Judged, decision: Decision, actor: Actor, now: datetime) -> Replaced:
    return Replaced(
        record=what.record,
        version=decision.version,
        standing=judged.standing or Standing.GOOD,
        codes=() if judged.attached is None else tuple(_codes(judged.attached)),
        reason=what.reason.strip(),
        by_account=actor.account_id,
        by_name=actor.name,
        at=now,
    )


def _event(
    what: Attach,
    dossier: Dossier,
    judged: Judged,
    question: Question,
    decision: Decision,
    *,
    actor: Actor,
    now: datetime,
) -> Event:
    """One event an act; a replacement names both records and why, and is no second reuse (`kpi.NEVER_COUNTED`)."""
    before = judged.attachment
    details: dict[str, object] = {
        "component": what.component,
        "decision": decision_id(what.dossier, what.component, _number(dossier, what.component)),
        "verdict": decision.verdict.value,
        "codes": _codes(decision),
        "source": question.candidate.source.value,
    }
    if before is not None:
        details |= {
            "replaces": before.record,
            "replaced_version": before.version,
            "standing": judged.standing,
            "replaced_codes": [] if judged.attached is None else _codes(judged.attached),
            "reason": what.reason.strip(),
        }
    return Event(
        now,
        actor,
        Action.ATTACH,
        code=None if before is None else REPLACED,
        purpose=dossier.procedure_code,
        legal_ground="NĐ 309/2026/NĐ-CP Đ4 k2a",
        record=what.record,
        version=decision.version,
        dossier=what.dossier,
        holder_id=dossier.holder_id,
        details=details,
    )


def _decision(question: Question, checked: str | None, catalogue: Catalogue) -> Decision:
    decision = ask(question, catalogue)
    facts = {"record": decision.record_code, "reasons": _codes(decision), "decision": decision_json(decision)}
    if decision.verdict is Verdict.NOT_USABLE:
        raise Conflict("NOT_USABLE", **facts)
    if decision.verdict is Verdict.NEEDS_CHECK and not (checked or "").strip():
        raise Conflict("CHECK_FIRST", **facts)
    return decision


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
                "facts": dict(reason.facts),
            }
            for reason in decision.reasons
        ],
    }
