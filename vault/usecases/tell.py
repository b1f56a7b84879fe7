"""Say, in the act's own transaction, that the national store has to hear of it."""

from __future__ import annotations

from datetime import datetime

from vault.domain.audit import Outcome
from vault.domain.dossiers import Dossier
from vault.domain.ids import RecordCode
from vault.domain.outbox import LetterKind
from vault.domain.people import Action
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
