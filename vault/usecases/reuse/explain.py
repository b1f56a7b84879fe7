"""Why a record was attached, or why one would be: the question, the answer then, and the answer asked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vault.domain.audit import Event, of_each
from vault.domain.catalogue import Catalogue, national_code
from vault.domain.dossiers import Attachment, Dossier
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import Decision, Question, ask, question_from_plain
from vault.ports import Clock, UnitOfWork
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.reuse.judge import component_of, decisions_for, facts_of, offers_for


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision and what it was asked. `kept` is what was stored then; None when nothing is attached yet.

    `replays`: asked again by the catalogue's entries of that day, the question gets the stored verdict with the same
    reasons. When it does not, an edition was changed in place or lost the entry, and `kept` is what was decided.
    `decision` is the answer now; None when the catalogue has no such component on that day any more.
    """

    question: Question
    decision: Decision | None
    kept: Mapping[str, Any] | None
    replays: bool | None


def explain_decision(
    code: DossierCode,
    component: str,
    number: int | None = None,
    *,
    actor: Actor,
    uow: UnitOfWork,
    catalogue: Catalogue,
    clock: Clock,
) -> tuple[Explained, ...]:
    """The decision behind a component's attachment; without one, the decisions of this moment, best first.

    `component` is its code, or its place in the dossier's procedure alone (`TP02`), as `parse_decision_id` gives it.
    `number`: which of its attachments, from 1, also one that was replaced; without it what stands now.
    `DECISION` when neither is there.
    """
    require(actor, Action.LOOKUP)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.LOOKUP, dossier=code)), uow.begin() as tx:
        dossier = own_dossier(tx, code, actor)
        component_code = component if "." in component else f"{national_code(dossier.procedure_code)}.{component}"
        attached = _attached(dossier, component_code, number)
        # What was decided is explained also when the procedure asks for something else by now.
        asked = None if attached else component_of(dossier, component_code, catalogue, now)
        facts, offers = facts_of(dossier), () if asked is None else offers_for(tx, dossier)
        found = () if asked is None else decisions_for(asked, facts, offers, catalogue=catalogue, now=now)
        named = {one.record_code for one in found}
        shown = [one.record for one in offers if one.record.code in named]
        if attached is not None:
            shown.extend(tx.records.of_codes((attached.record,)))
        act = Event(
            now,
            actor,
            Action.LOOKUP,
            code="EXPLAIN",
            purpose=dossier.procedure_code,
            dossier=code,
            holder_id=dossier.holder_id,
            details={"component": component_code},
        )
        tx.events.add(*of_each(act, {one.code: one.people for one in shown}))
    if attached is not None:
        if attached.question is None:
            raise NotFound("DECISION", component=component_code)
        return (_replayed(question_from_plain(attached.question), attached.decision, catalogue),)
    if asked is None:  # either of the two is there
        raise NotFound("DECISION", component=component_code)
    candidates = {one.candidate.record_code: one.candidate for one in offers}
    if not found:
        raise NotFound("DECISION", component=asked.code)
    return tuple(
        Explained(Question(asked.code, candidates[one.record_code], facts, now), one, None, None) for one in found
    )


def _attached(dossier: Dossier, component: str, number: int | None) -> Attachment | None:
    now = dossier.attachment(component)
    if number is None:
        return now
    every = [*dossier.earlier(component), *([] if now is None else [now])]
    if number > max(len(every), 1):
        raise NotFound("DECISION", component=component)
    return every[number - 1] if every else None


def _replayed(question: Question, kept: Mapping[str, Any], catalogue: Catalogue) -> Explained:
    try:
        again = ask(question, catalogue, rules_version=int(kept["rules_version"]))
    except NotFound:
        return Explained(question, None, kept, replays=False)
    return Explained(question, again, kept, _says(again) == _said(kept))


def _says(decision: Decision) -> tuple[str, list[tuple[str, str]]]:
    return decision.verdict.value, [(reason.code.value, reason.severity.name) for reason in decision.reasons]


def _said(kept: Mapping[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    return kept["verdict"], [(reason["code"], reason["severity"]) for reason in kept["reasons"]]
