"""The result of a dossier: the record that answers it, under `<dossier>-KQ<n>` (NĐ 45/2020 Đ14 k3d)."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.audit import Event, Outcome
from vault.domain.dossiers import Dossier
from vault.domain.errors import Conflict, NotFound
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.domain.results import MOST, could_answer, made_for
from vault.ports import Clock, Tx, UnitOfWork
from vault.usecases.announce import announce_result
from vault.usecases.refusals import recorded
from vault.usecases.reuse.answer import own_dossier
from vault.usecases.tell import tell_result


@dataclass(frozen=True, slots=True)
class GiveResult:
    """Which record answers which dossier."""

    dossier: DossierCode
    record: RecordCode


@dataclass(frozen=True, slots=True)
class Given:
    """The result and its code in the national scheme."""

    code: str
    dossier: DossierCode
    record: RecordCode


def give_result(what: GiveResult, *, actor: Actor, uow: UnitOfWork, clock: Clock) -> Given:
    """Tie a record to the dossier that it answers; the act in the log is what says so. Given again, it is answered.

    `RESULT_NOT_OF_DOSSIER` for a record of another agency, about nobody in the dossier, not in force, or attached to it
    as a component; `RESULT_OLDER` for one that was sealed before the dossier came in: a result is made for its dossier.
    """
    require(actor, Action.GIVE_RESULT)
    now = clock.now()
    refusal = Event(now, actor, Action.GIVE_RESULT, record=what.record, dossier=what.dossier)
    with recorded(uow, refusal), uow.begin() as tx:
        dossier = own_dossier(tx, what.dossier, actor, lock=True)
        before = results_of(tx, what.dossier)
        for one in before:
            if one.record == what.record:
                return one
        record = _fitting(tx, dossier, what.record)
        if len(before) >= MOST:
            raise Conflict("TOO_MANY_RESULTS", dossier=dossier.code, most=MOST)
        given = Given(f"{dossier.code}-KQ{len(before) + 1}", dossier.code, record.code)
        tell_result(tx, dossier, given.code, now)
        announce_result(tx, record.code, given.code, now)
        tx.events.add(
            Event(
                now,
                actor,
                Action.GIVE_RESULT,
                purpose=dossier.procedure_code,
                legal_ground="NĐ 45/2020/NĐ-CP Đ14 k3",
                record=record.code,
                version=record.version,
                dossier=dossier.code,
                holder_id=dossier.holder_id,
                details={"result": given.code},
            )
        )
        return given


def results_of(tx: Tx, dossier: DossierCode) -> tuple[Given, ...]:
    """What answered a dossier, in the order of their numbers."""
    acts = tx.events.list(dossier=dossier, action=Action.GIVE_RESULT, outcome=Outcome.DONE, limit=MOST)
    found = ((str(one.details["result"]), one.record) for one in reversed(acts))
    return tuple(Given(code, dossier, record) for code, record in found if record is not None)


def _fitting(tx: Tx, dossier: Dossier, code: RecordCode) -> Record:
    record = tx.records.find(code)
    if record is None or record.agency_code != dossier.agency_code:
        raise NotFound("RECORD")
    named = set(tx.records.holder_ids(code)) & set(dossier.people)
    if not named or not could_answer(record, dossier):
        raise Conflict("RESULT_NOT_OF_DOSSIER", record=code, dossier=dossier.code)
    if not made_for(record, dossier):
        raise Conflict("RESULT_OLDER", record=code, dossier=dossier.code)
    return record
