"""The clock of a machine steps back or forth between two steps of a journey: nothing is lost, nothing counts twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.fakes.desk import actor_of, be_read, be_sealed, confirmed, new_scan, received, record_of, word
from tests.fakes.parts import with_other
from tests.fakes.seals import PlainSeal
from tests.faults.steps import QuickEngines
from tests.faults.whole import assert_whole
from vault.bootstrap import App, SystemClock
from vault.domain.errors import Conflict
from vault.domain.people import STRANGER, Action, Role
from vault.domain.states import RecordState
from vault.usecases.oversee.change_state import ChangeState, change
from vault.usecases.present.make_code import MakeCode, make_code
from vault.usecases.present.redeem_code import redeem_code

pytestmark = pytest.mark.service
HOUR = timedelta(hours=1)


class Stepped:
    """The machine's clock, set wrong by so much."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        """The wrong time."""
        return SystemClock().now() + self.by


@pytest.fixture(scope="module")
def clock() -> Stepped:
    return Stepped()


@pytest.fixture(scope="module")
def app(parts: App, clock: Stepped) -> App:
    return with_other(parts, engines=QuickEngines(), sealing=PlainSeal(), clock=clock)


@pytest.mark.parametrize(
    "steps",
    [(-HOUR, HOUR, -2 * HOUR), (2 * HOUR, -HOUR, HOUR), (-timedelta(days=2), timedelta(days=2), timedelta())],
    ids=["back", "forth", "days"],
)
def test_a_paper_is_digitised_over_every_step_of_the_clock(
    app: App, clock: Stepped, steps: tuple[timedelta, ...]
) -> None:
    officer, data = actor_of(app), new_scan()
    clock.by = timedelta()
    intake_id = received(app, officer, data).intake.id
    clock.by = steps[0]
    assert received(app, officer, data).duplicate, "the same bytes are the same paper at any time"
    be_read(app, intake_id)
    clock.by = steps[1]
    confirmed(app, officer, word(intake_id))
    clock.by = steps[2]
    code = be_sealed(app, intake_id)
    assert code is not None
    assert be_sealed(app, intake_id) == code
    what = ChangeState(code, RecordState.SUSPENDED, "thử")
    clock.by = -steps[2]
    change(what, actor=officer, uow=app.uow, clock=app.clock)
    clock.by = timedelta()
    with pytest.raises(Conflict):  # another word, whatever the clock said of the first
        change(ChangeState(code, RecordState.SUSPENDED, "khác"), actor=officer, uow=app.uow, clock=app.clock)
    assert_whole(app, of=[intake_id])


def test_a_code_is_good_once_however_the_clock_steps(app: App, clock: Stepped) -> None:
    clock.by = timedelta()
    code = record_of(app, actor_of(app))
    made = make_code(
        MakeCode(code, ("type_code",), "Trường Mẫu", "nhập học"),
        actor=actor_of(app, Role.CITIZEN),
        uow=app.uow,
        clock=app.clock,
        ids=app.ids,
    )
    verdicts = []
    for by in (-HOUR, HOUR, timedelta(), timedelta(seconds=5), -HOUR):
        clock.by = by
        verdicts.append(
            redeem_code(
                made.code.digits,
                caller="192.0.2.9",
                actor=STRANGER,
                uow=app.uow,
                credentials=app.credentials,
                clock=app.clock,
            ).verdict.value
        )
    clock.by = timedelta()
    assert verdicts == ["NOT_YET_VALID", "EXPIRED", "VALID", "USED", "USED"]
    with app.uow.begin() as tx:
        told = [one.code for one in tx.events.list(record=code, action=Action.REDEEM, limit=10)]
    assert told.count("VALID") == 1
