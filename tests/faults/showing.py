"""Steps of the journeys "present" and "revoke": what a citizen shows, what a verifier redeems, what an officer ends.

A showing that was kept although its answer was lost may be begun anew: a code that nobody saw dies after its minute.
What must never be there twice is what counts: one redemption of a code, one change of state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import qr
from tests.fakes.desk import record_of
from tests.faults.steps import Stage, Step
from vault.bootstrap import App
from vault.domain.consents import ConsentPurpose
from vault.domain.ids import RecordCode
from vault.domain.people import STRANGER, Action
from vault.domain.records import Record
from vault.domain.shares import Share
from vault.domain.states import RecordState
from vault.usecases.oversee.change_state import ChangeState, change
from vault.usecases.present.live_shares import stop_share
from vault.usecases.present.make_code import MadeCode, MakeCode, make_code
from vault.usecases.present.note_showing import Showing, Way, note_showing
from vault.usecases.present.present import Present, present
from vault.usecases.present.put_on_phone import PutOnPhone, put_on_phone, sign_in_nonce
from vault.usecases.present.redeem_code import Redeemed, redeem_code
from vault.usecases.present.set_consent import set_consent
from vault.usecases.verify.publish_status import publish_status, published_status

SESSION = "session-token"
AUDIENCE, PURPOSE = "Trường Tiểu học Mẫu", "nhập học"


def _paper(stage: Stage) -> RecordCode:
    return record_of(stage.app, stage.officer)


def record_at(stage: Stage, code: RecordCode) -> Record:
    with stage.app.uow.begin() as tx:
        return tx.records.get(code)


# --- show ------------------------------------------------------------------------------------------------------------
def _purpose(stage: Stage) -> object:
    """What tells this showing of the shared paper from the others."""
    return f"{PURPOSE} {next(stage.marks)}"


def _present(stage: Stage, app: App, purpose: object) -> object:
    what = Present(stage.paper, str(purpose))
    return present(what, actor=stage.citizen, uow=app.uow, clock=app.clock).credential


def _presented(stage: Stage, purpose: object) -> None:
    told = [one for one in stage.told(Action.PRESENT, stage.paper) if one.purpose == purpose]
    assert told, "each try that was kept is told to the citizen"


@dataclass(frozen=True)
class OfShowing:
    """A showing that waited on the phone under a name of its own."""

    what: Showing


def _to_note(stage: Stage) -> object:
    name = f"showing-{next(stage.marks)}"
    return OfShowing(Showing(stage.paper, Way.ONE_WAY, ("type_code",), AUDIENCE, PURPOSE, id=name))


def _note(stage: Stage, app: App, thing: object) -> object:
    assert isinstance(thing, OfShowing)
    known = frozenset(one.value for one in qr.Field)
    note_showing(thing.what, known=known, actor=stage.citizen, uow=app.uow, clock=app.clock)
    return None


def _noted_once(stage: Stage, thing: object) -> None:
    assert isinstance(thing, OfShowing)
    assert len(stage.told(Action.PRESENT, thing.what.record, showing=thing.what.id)) == 1


# --- on the phone ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Shares:
    """The shares of the shared paper that had not ended at a moment.

    What ends while the step is done (a code lives a minute) still counts: only what is gone is lost.
    """

    at: datetime
    ids: frozenset[str]


def _shares(stage: Stage) -> object:
    now = stage.app.clock.now()
    return Shares(now, frozenset(one.id for one in _kept(stage, since=now)))


def _kept(stage: Stage, *, since: datetime) -> list[Share]:
    with stage.app.uow.begin() as tx:
        assert stage.citizen.holder_id is not None
        kept = tx.shares.of_holder(stage.citizen.holder_id, since=since)
    return [one for one in kept if one.record == stage.paper]


def _on_phone(stage: Stage, app: App, before: object) -> object:
    del before
    key = qr.SigningKey.generate()
    x, y = key.coordinates
    proof = key.sign(qr.holder_proof_bytes(x, y, nonce=sign_in_nonce(SESSION)))
    made = put_on_phone(
        PutOnPhone(stage.paper, x, y, proof),
        session=SESSION,
        actor=stage.citizen,
        uow=app.uow,
        credentials=app.credentials,
        clock=app.clock,
        ids=app.ids,
    )
    return made.share.id


def _on_phone_whole(stage: Stage, before: object) -> None:
    """Each credential that was kept has an event, so the citizen finds it among their shares and can stop it."""
    assert isinstance(before, Shares)
    told = {one.details["share"] for one in stage.told(Action.SHARE, stage.paper)}
    kept = _kept(stage, since=before.at)
    assert before.ids < {one.id for one in kept} <= told
    assert len({one.slot or one.digits for one in kept}) == len(kept)


# --- by a code -------------------------------------------------------------------------------------------------------
def made_code(app: App, stage: Stage, code: RecordCode) -> MadeCode:
    """A short code for the paper."""
    what = MakeCode(code, ("type_code", "holder_name"), AUDIENCE, PURPOSE)
    return make_code(what, actor=stage.citizen, uow=app.uow, clock=app.clock, ids=app.ids)


def _make_code(stage: Stage, app: App, before: object) -> object:
    del before
    return made_code(app, stage, stage.paper).share.id


@dataclass(frozen=True)
class Digits:
    """A code that somebody reads aloud."""

    record: RecordCode
    digits: str
    share: str


def _to_redeem(stage: Stage) -> object:
    made = made_code(stage.app, stage, stage.paper)
    return Digits(stage.paper, made.code.digits, made.share.id)


def _redeem(stage: Stage, app: App, thing: object) -> object:
    assert isinstance(thing, Digits)
    del stage
    redeemed: Redeemed = redeem_code(
        thing.digits,
        caller="192.0.2.7",
        actor=STRANGER,
        uow=app.uow,
        credentials=app.credentials,
        clock=app.clock,
    )
    return redeemed.verdict.value


def _redeemed_once(stage: Stage, thing: object) -> None:
    """One verifier saw the paper, or, where the answer was lost on its way, nobody: then the code is used up."""
    assert isinstance(thing, Digits)
    told = stage.told(Action.REDEEM, thing.record, share=thing.share)
    assert [one.code for one in told].count("VALID") == 1


def _to_stop(stage: Stage) -> object:
    return Digits(stage.paper, "", str(_on_phone(stage, stage.app, None)))


def _stop(stage: Stage, app: App, thing: object) -> object:
    assert isinstance(thing, Digits)
    return stop_share(thing.share, actor=stage.citizen, uow=app.uow, clock=app.clock).id


def _stopped(stage: Stage, thing: object) -> None:
    assert isinstance(thing, Digits)
    assert len(stage.told(Action.STOP_SHARE, thing.record, share=thing.share)) >= 1
    stopped = [one.stopped_at for one in _kept(stage, since=stage.app.clock.now()) if one.id == thing.share]
    assert len(stopped) == 1  # it lives for days
    assert stopped[0] is not None


# --- consent ---------------------------------------------------------------------------------------------------------
def _to_consent(stage: Stage) -> object:
    turn = {"actor": stage.citizen, "uow": stage.app.uow, "clock": stage.app.clock}
    set_consent(ConsentPurpose.OTHER_AGENCIES, on=False, **turn)
    with stage.app.uow.begin() as tx:
        return len(tx.events.list(action=Action.CONSENT, limit=1000))


def _consent(stage: Stage, app: App, before: object) -> object:
    del before
    set_consent(ConsentPurpose.OTHER_AGENCIES, on=True, actor=stage.citizen, uow=app.uow, clock=app.clock)
    return None


def _consented_once(stage: Stage, before: object) -> None:
    with stage.app.uow.begin() as tx:
        assert len(tx.events.list(action=Action.CONSENT, limit=1000)) == int(str(before)) + 1


# --- revoke ----------------------------------------------------------------------------------------------------------
def _revoke(stage: Stage, app: App, code: object) -> object:
    what = ChangeState(RecordCode(str(code)), RecordState.REVOKED, "cấp sai")
    return change(what, actor=stage.officer, uow=app.uow, clock=app.clock).state.value


def _revoked_once(stage: Stage, code: object) -> None:
    record = record_at(stage, RecordCode(str(code)))
    assert record.state is RecordState.REVOKED
    assert [one.code for one in stage.told(Action.CHANGE_STATE, record.code)] == ["REVOKED"]


def _to_publish(stage: Stage) -> object:
    """The shared paper in the state that the published list does not say yet."""
    record = record_at(stage, stage.paper)
    then = RecordState.ACTIVE if record.state is RecordState.SUSPENDED else RecordState.SUSPENDED
    what = ChangeState(record.code, then, f"thử {next(stage.marks)}")
    return change(what, actor=stage.officer, uow=stage.app.uow, clock=stage.app.clock).state.value


def _publish(stage: Stage, app: App, state: object) -> object:
    del stage, state
    publish_status(uow=app.uow, files=app.published, credentials=app.credentials, clock=app.clock)
    return None


def _published(stage: Stage, state: object) -> None:
    suspended = state == RecordState.SUSPENDED.value
    said = published_state(stage.app, stage.paper)
    if suspended:
        _to_publish(stage)  # the paper is shown by other steps
    assert said is (qr.Status.SUSPENDED if suspended else qr.Status.VALID)


def published_state(app: App, code: RecordCode) -> qr.Status:
    """What the list says that lies where everybody fetches it."""
    now = app.clock.now()
    with app.uow.begin() as tx:
        slot = tx.records.status_of(tx.records.get(code).id)
    assert slot is not None
    token = published_status(
        slot.list_id, uow=app.uow, files=app.published, credentials=app.credentials, clock=app.clock
    )
    trust = app.credentials.trusted(now=now)
    return qr.Status(qr.verify_status_token(token, trust=trust, now=now).statuses[slot.index])


PRESENT = (
    Step("present", _purpose, _present, _presented),
    Step("showing", _to_note, _note, _noted_once),
    Step("phone", _shares, _on_phone, _on_phone_whole),
    Step("code", _shares, _make_code, _on_phone_whole),
    Step("redeem", _to_redeem, _redeem, _redeemed_once),
    Step("stop", _to_stop, _stop, _stopped),
    Step("consent", _to_consent, _consent, _consented_once),
)
REVOKE = (
    Step("revoke", _paper, _revoke, _revoked_once),
    Step("publish", _to_publish, _publish, _published),
)
