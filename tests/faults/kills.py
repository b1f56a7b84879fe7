"""At which moments of a step something may be killed, and how a part of the cluster is killed there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import get_args

from tests.fakes.faults import When
from tests.faults.cluster import Cluster
from tests.faults.processes import Blow, Moment, do_step
from tests.faults.steps import Stage, Step
from vault.domain.errors import Unavailable, VaultError

KEEPS = ("commit", "store.put", "store.remove", "files.put", "sealing.", "credentials.")
"""Calls that keep something by themselves: they may fail, and they may fail although it is kept."""


def calls_of(stage: Stage, step: Step) -> Sequence[str]:
    """The calls that the step makes when nothing fails, and files that every paper has are there already."""
    for _ in range(2):
        thing = step.prepare(stage)
        stage.faults.disarm()
        step.act(stage, stage.faulty, thing)
    return tuple(stage.faults.calls)


def moments(calls: Sequence[str], blow: Blow = "die", *, every: bool = False) -> list[Moment]:
    """Before every call, and after those that keep something.

    A read, or a call inside a transaction, leaves one thing behind whether it was made or not: nothing. So of calls of
    one transaction that follow each other the last one stands for all; with `every` each is a moment of its own.
    """
    return [
        Moment(number, when, blow)
        for number, name in enumerate(calls)
        for when in get_args(When)
        if (when == "before" and (every or not _stands_for(calls, number))) or name.startswith(KEEPS)
    ]


def _stands_for(calls: Sequence[str], number: int) -> bool:
    """Whether the next call of the same transaction breaks like this one."""
    return all(one.startswith("tx.") for one in calls[number : number + 2]) and number + 1 < len(calls)


def again_until_done(stage: Stage, step: Step, thing: object) -> None:
    """What a person or the queue does: try again while a part is down."""
    end = time.monotonic() + 60
    while True:
        try:
            step.act(stage, stage.app, thing)
        except Unavailable:
            assert time.monotonic() < end
            time.sleep(0.1)
        else:
            return


def struck(cluster: Cluster, stage: Stage, step: Step, moment: Moment, victim: str) -> None:
    """The victim is killed while another process is at this moment of the step; the step is then done again."""
    thing = step.prepare(stage)
    child = cluster.forge.fork(do_step, cluster.settings, step.name, thing, moment)
    call = child.answer()
    cluster.kill(victim)
    try:
        child.say("go on")
        with suppress(VaultError):  # nothing but our own errors: it may also have done without the victim
            child.answer()
    finally:
        child.kill()
        cluster.start(victim)
    again_until_done(stage, step, thing)
    try:
        step.check(stage, thing)
    except AssertionError as wrong:
        message = f"{step.name}: {victim} killed {moment.when} {call}: {wrong}"
        raise AssertionError(message) from wrong
