"""The other writes of desks and officers: cases, holds, erasure, what leaves the desk, what ends a dossier."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.fakes.desk import HOLDER, confirmed, record_of, word
from tests.faults.steps import Stage, Step, read_to_confirm
from vault.bootstrap import App
from vault.domain.corrections import CaseState, CorrectionId
from vault.domain.errors import Conflict
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.intake import IntakeId, IntakeState
from vault.domain.people import Action, Role
from vault.usecases.correct.decide_case import DecideCase, decide_case
from vault.usecases.correct.open_case import OpenCase, open_case
from vault.usecases.correct.seal_version import seal_version
from vault.usecases.digitize.discard import discard
from vault.usecases.digitize.take_back import take_back
from vault.usecases.protect.erase import Erase, erase
from vault.usecases.reuse.close_dossier import CloseDossier, close_dossier
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier


def _paper(stage: Stage) -> RecordCode:
    return record_of(stage.app, stage.officer)


# --- corrections -----------------------------------------------------------------------------------------------------
def _open(stage: Stage, app: App, code: object) -> object:
    what = OpenCase(RecordCode(str(code)), {"number": "99/GPXD"}, "gõ sai")
    return open_case(what, actor=stage.officer, uow=app.uow, clock=app.clock, ids=app.ids).id


def _to_open(stage: Stage) -> object:
    code = _paper(stage)  # with a dossier of its holder: the ground on which the officer looks
    opening = OpenDossier("1.004194", HOLDER.number)
    open_dossier(opening, actor=stage.officer, uow=stage.app.uow, catalogue=stage.app.catalogue, clock=stage.app.clock)
    return code


def _opened_once(stage: Stage, code: object) -> None:
    told = stage.told(Action.CORRECT, RecordCode(str(code)))
    assert len({one.details["case"] for one in told}) == 1


@dataclass(frozen=True)
class Case:
    """A case and its record."""

    id: CorrectionId
    record: RecordCode


def _to_decide(stage: Stage) -> object:
    code = RecordCode(str(_to_open(stage)))
    return Case(CorrectionId(str(_open(stage, stage.app, code))), code)


def _decide(stage: Stage, app: App, case: object) -> object:
    assert isinstance(case, Case)
    what = DecideCase(case.id, True, "đã đối chiếu", {"number": "99/GPXD"}, compared_with_original=True)
    try:
        decide_case(what, actor=stage.officer, uow=app.uow, clock=app.clock, ids=app.ids)
    except Conflict as refusal:  # said again, it is told that the case stands as it was decided
        return refusal.code
    return None


def _decided_once(stage: Stage, case: object) -> None:
    assert isinstance(case, Case)
    with stage.app.uow.begin() as tx:
        assert tx.corrections.get(case.id).state is CaseState.ACCEPTED
    assert [one.code for one in stage.told(Action.CORRECT, case.record)].count("ACCEPTED") == 1


def _to_version(stage: Stage) -> object:
    case = _to_decide(stage)
    _decide(stage, stage.app, case)
    return case


def _version(stage: Stage, app: App, case: object) -> object:
    assert isinstance(case, Case)
    del stage
    return seal_version(
        case.id,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sealing=app.sealing,
        credentials=app.credentials,
        catalogue=app.catalogue,
        clock=app.clock,
    )


def _versioned_once(stage: Stage, case: object) -> None:
    assert isinstance(case, Case)
    with stage.app.uow.begin() as tx:
        record = tx.records.get(case.record)
        assert tx.corrections.get(case.id).state is CaseState.CORRECTED
    assert (record.version, record.fields["number"]) == (2, "99/GPXD")
    assert sorted(one.version or 0 for one in stage.told(Action.SEAL, case.record)) == [1, 2]
    assert stage.app.blobs.has(record.sealed)


# --- what leaves the desk --------------------------------------------------------------------------------------------
def _discard(stage: Stage, app: App, intake_id: object) -> object:
    return discard(IntakeId(str(intake_id)), actor=stage.officer, uow=app.uow, clock=app.clock).state.value


def _discarded_once(stage: Stage, intake_id: object) -> None:
    intake = stage.intake(IntakeId(str(intake_id)))
    assert intake.state is IntakeState.DISCARDED
    assert stage.events(Action.CONFIRM, intake.id) == ["DISCARDED"]


def _to_take_back(stage: Stage) -> object:
    intake_id = read_to_confirm(stage)
    confirmed(stage.app, stage.officer, word(IntakeId(str(intake_id))))
    return intake_id


def _take_back(stage: Stage, app: App, intake_id: object) -> object:
    return take_back(IntakeId(str(intake_id)), actor=stage.officer, uow=app.uow, clock=app.clock).state.value


def _taken_back_once(stage: Stage, intake_id: object) -> None:
    intake = stage.intake(IntakeId(str(intake_id)))
    assert (intake.state, intake.confirmation) == (IntakeState.READ, None)
    assert sorted(stage.events(Action.CONFIRM, intake.id), key=str) == [None, "TAKEN_BACK"]


# --- erasing, and the end of a dossier -------------------------------------------------------------------------------
def _erase(stage: Stage, app: App, code: object) -> object:
    what = Erase(RecordCode(str(code)), "theo yêu cầu", "Luật 91/2025/QH15")
    guardian = replace(stage.officer, role=Role.DATA_PROTECTION)
    return erase(what, actor=guardian, uow=app.uow, blobs=app.blobs, clock=app.clock).record


def _erased_once(stage: Stage, code: object) -> None:
    record = RecordCode(str(code))
    with stage.app.uow.begin() as tx:
        assert tx.records.erased_at(record) is not None
        kept = tx.records.get(record)
    assert not stage.app.blobs.has(kept.sealed)
    assert len(stage.told(Action.ERASE, record)) == 1


def _to_close(stage: Stage) -> object:
    opening = OpenDossier("1.004194", HOLDER.number)
    return open_dossier(
        opening, actor=stage.officer, uow=stage.app.uow, catalogue=stage.app.catalogue, clock=stage.app.clock
    ).code


def _close(stage: Stage, app: App, code: object) -> object:
    what = CloseDossier(DossierCode(str(code)), "ANSWERED")
    return close_dossier(what, actor=stage.officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock).code


def _closed_once(stage: Stage, code: object) -> None:
    with stage.app.uow.begin() as tx:
        assert tx.dossiers.get(DossierCode(str(code))).closed is not None
        assert len(tx.events.list(dossier=DossierCode(str(code)), action=Action.CLOSE_DOSSIER, limit=10)) == 1


DESK = (
    Step("open case", _to_open, _open, _opened_once),
    Step("decide case", _to_decide, _decide, _decided_once),
    Step("version", _to_version, _version, _versioned_once),
    Step("discard", read_to_confirm, _discard, _discarded_once),
    Step("take back", _to_take_back, _take_back, _taken_back_once),
    Step("erase", _paper, _erase, _erased_once, best_effort=True),
    Step("close", _to_close, _close, _closed_once),
)
