"""Every call of every step fails once before it did anything and once after it took effect; then it is done again.

Whatever struck: nothing is lost, nothing is there twice, nothing is stuck.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.fakes.desk import be_read, be_sealed, confirmed, new_scan, received, word
from tests.fakes.engines import ToldEngines
from tests.fakes.faults import Faults
from tests.fakes.parts import with_other
from tests.faults.kills import calls_of, moments
from tests.faults.steps import Stage, Step, read_to_confirm, sealed_once, stage_over
from tests.faults.table import STEPS
from vault.bootstrap import App
from vault.domain.errors import Unavailable
from vault.domain.intake import IntakeId, IntakeState, NamedHolder

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def stage(parts: App) -> Stage:
    return stage_over(parts, Faults())


LEAST_CALLS = {"receive": 8, "read": 25, "searchable": 10, "confirm": 8, "seal": 20, "publish": 9}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_fault_of_a_step_is_mended_by_doing_it_again(stage: Stage, step: Step) -> None:
    calls = calls_of(stage, step)
    assert len(calls) >= LEAST_CALLS.get(step.name, 3), calls
    for moment in moments(calls, "raise"):
        name = calls[moment.number]
        thing = step.prepare(stage)
        stage.faults.arm(moment.number, moment.when)
        if step.best_effort:
            with suppress(Unavailable):
                step.act(stage, stage.faulty, thing)
            assert stage.faults.struck
        else:
            with pytest.raises(Unavailable) as caught:
                step.act(stage, stage.faulty, thing)
            assert caught.value.facts["call"] == name, f"the steps are the same each time: {calls}"
        stage.faults.disarm()
        step.act(stage, stage.faulty, thing)
        try:
            step.check(stage, thing)
        except AssertionError as wrong:
            pytest.fail(f"{step.name}: call {moment.number} ({name}) failed {moment.when} it took effect: {wrong}")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_done_three_times_is_done_once(stage: Stage, step: Step) -> None:
    thing = step.prepare(stage)
    for _ in range(3):
        step.act(stage, stage.app, thing)
    step.check(stage, thing)


# --- faults of the paper, not of a part ------------------------------------------------------------------------------
def test_a_page_that_nothing_can_read_does_not_hide_the_ones_after_it(stage: Stage) -> None:
    """Regression: reading on stopped for good at the first page that could not be read."""
    engines = ToldEngines(pages=30, bad_pages=frozenset({9, 20}))
    app = with_other(stage.app, engines=engines)
    intake_id = received(app, stage.officer, new_scan()).intake.id
    be_read(app, intake_id)
    assert stage.intake(intake_id).state is IntakeState.READ
    runs = 0
    while (waiting := stage.jobs(intake_id)["read_intake"] - 1) > runs:
        runs = waiting
        be_read(app, intake_id)
    with app.uow.begin() as tx:
        indices = [page.index for page in tx.intakes.pages(intake_id)]
    assert indices == [index for index in range(30) if index not in engines.bad_pages]
    assert runs < 6, "it ends"


def test_a_first_page_that_nothing_can_read_is_a_failure_and_sending_it_again_tries_again(stage: Stage) -> None:
    data = new_scan()
    broken = with_other(stage.app, engines=ToldEngines(pages=2, bad_pages=frozenset({0})))
    intake_id = received(broken, stage.officer, data).intake.id
    be_read(broken, intake_id)
    failed = stage.intake(intake_id)
    assert (failed.state, failed.failure) == (IntakeState.FAILED, "PAGE_TOO_LARGE")
    again = received(stage.app, stage.officer, data)
    assert (again.intake.id, again.intake.state, again.intake.failure) == (intake_id, IntakeState.RECEIVED, None)
    be_read(stage.app, intake_id)
    assert stage.intake(intake_id).state is IntakeState.READ


def test_a_word_that_cannot_be_sealed_goes_back_to_the_officer_with_its_reason(stage: Stage) -> None:
    unprintable = NamedHolder("031090000001", "NGUYỄN \ue000 MẪU")  # private use: no font and no reader knows it
    other = IntakeId(str(read_to_confirm(stage)))
    confirmed(stage.app, stage.officer, word(other, holder=unprintable))
    assert be_sealed(stage.app, other) is None
    back = stage.intake(other)
    assert (back.state, back.failure, back.confirmation) == (IntakeState.READ, "CHARACTERS", None)
    confirmed(stage.app, stage.officer, word(other))
    assert be_sealed(stage.app, other) is not None
    sealed_once(stage, other)


@pytest.mark.parametrize("expires_on", ["9999-12-31", "9999-12-30", "2026-10-01"])
def test_a_paper_without_term_is_sealed(stage: Stage, expires_on: str) -> None:
    intake_id = IntakeId(str(read_to_confirm(stage)))
    confirmed(stage.app, stage.officer, word(intake_id, expires_on=expires_on))
    be_sealed(stage.app, intake_id)
    sealed_once(stage, intake_id)


@pytest.mark.parametrize("issued_on", ["1945-09-02", "1900-01-01", "1899-12-31", "0001-01-01"])
def test_an_old_paper_is_sealed_or_given_back_with_a_reason(stage: Stage, issued_on: str) -> None:
    intake_id = IntakeId(str(read_to_confirm(stage)))
    confirmed(stage.app, stage.officer, word(intake_id, issued_on=issued_on))
    code = be_sealed(stage.app, intake_id)
    intake = stage.intake(intake_id)
    if issued_on >= "1900":
        assert code is not None, intake.failure
    else:
        assert (code is None) == (intake.failure is not None)
