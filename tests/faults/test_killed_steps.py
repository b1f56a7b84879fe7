"""`kill -9` of the process that does a step, at its calls: the next try makes it whole.

Here a few seeded moments of every step; all of them, and every part of the service killed at each, by
`deploy/bench faults`.
"""

from __future__ import annotations

import random

import pytest

from tests.fakes.faults import Faults
from tests.faults.forge import DiedError, Forge
from tests.faults.kills import calls_of, moments
from tests.faults.processes import do_step
from tests.faults.steps import Stage, Step, stage_over
from tests.faults.table import STEPS
from tests.faults.whole import assert_whole
from vault.bootstrap import App

pytestmark = pytest.mark.service
SEED = 20_260_901
EACH = 3


MINE = "SELECT id FROM intake WHERE agency_code = 'H24.900' AND state <> 'FAILED'"


@pytest.fixture(scope="module")
def stage(parts: App) -> Stage:
    return stage_over(parts, Faults())


@pytest.fixture(scope="module")
def of_before(parts: App) -> set[str]:
    """Papers that tests of other files left: some stand in the database alone."""
    with parts.uow.engine.connect() as db:
        return set(db.exec_driver_sql(MINE).scalars())


@pytest.mark.usefixtures("of_before")
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_process_killed_in_a_step_leaves_what_the_next_try_makes_whole(
    stage: Stage, workshop: Forge, step: Step
) -> None:
    rng = random.Random(f"{SEED}/{step.name}")
    every = moments(calls_of(stage, step))
    for moment in rng.sample(every, min(EACH, len(every))):
        thing = step.prepare(stage)
        child = workshop.fork(do_step, stage.app.settings, step.name, thing, moment)
        with pytest.raises(DiedError):
            child.answer()
        step.act(stage, stage.app, thing)
        step.check(stage, thing)


def test_after_all_of_it_everything_is_whole(of_before: set[str], stage: Stage) -> None:
    with stage.app.uow.engine.connect() as db:
        papers = set(db.exec_driver_sql(MINE).scalars()) - of_before
    assert papers
    assert_whole(stage.app, of=papers)
