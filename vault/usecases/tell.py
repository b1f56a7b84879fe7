"""Say, in the act's own transaction, that somebody elsewhere has to hear of it, or to be asked."""

from __future__ import annotations

from datetime import datetime

from vault.domain.audit import Event, Outcome
from vault.domain.dossiers import Dossier
from vault.domain.ids import RecordCode
from vault.domain.outbox import LetterKind
from vault.domain.outside import Ask, ConsentBy, ask_id
from vault.domain.people import Action, Actor
from vault.ports import Tx


def tell_dossier(tx: Tx, dossier: Dossier, now: datetime) -> None:
    """The dossier changed. Cheap: one row, composed later by the worker; none where no store is connected."""
    tx.outbox.put(LetterKind.DOSSIER, dossier.code, dossier=dossier.code, agency_code=dossier.agency_code, at=now)


def tell_result(tx: Tx, dossier: Dossier, result: str, now: datetime) -> None:
    """The result with this code is new, or changed."""
    tx.outbox.put(LetterKind.RESULT, result, dossier=dossier.code, agency_code=dossier.agency_code, at=now)
    tell_dossier(tx, dossier, now)


def tell_record(tx: Tx, record: RecordCode, now: datetime) -> None:
    """A record changed: where it is a result, the store hears of its new state (NĐ 45/2020 Đ15)."""
    for act in tx.events.list(record=record, action=Action.GIVE_RESULT, outcome=Outcome.DONE, limit=9):
        if act.dossier is not None:
            tell_result(tx, tx.dossiers.get(act.dossier), str(act.details["result"]), now)


GROUND = "NĐ 309/2026/NĐ-CP Đ4 k2a"
"""Why papers are looked for elsewhere: what the state holds may not be asked of the citizen."""


def ask_about(
    tx: Tx, dossier: Dossier, source: str, holder_id: int, consent: ConsentBy, *, actor: Actor, now: datetime
) -> Ask:
    """Keep a question to a source about one person, log it, and queue it; one that is there is given as it is."""
    asked = Ask(
        id=ask_id(dossier.code, source, holder_id),
        dossier=dossier.code,
        agency_code=dossier.agency_code,
        source=source,
        holder_id=holder_id,
        consent=consent,
        by_account=actor.account_id,
        by_name=actor.name,
        at=now,
    )
    kept = tx.outside.ask(asked)
    if kept != asked:
        return kept
    tx.jobs.ask_outside(kept.id)
    tx.events.add(
        Event(
            now,
            actor,
            Action.ASK_OUTSIDE,
            purpose=dossier.procedure_code,
            legal_ground=GROUND,
            dossier=dossier.code,
            holder_id=holder_id,
            details={"source": source, "consent": consent.value},
        )
    )
    return kept
