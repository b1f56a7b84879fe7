"""At which moments of a step something may be killed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from tests.fakes.faults import When
from tests.faults.processes import Blow, Moment
from tests.faults.steps import Stage, Step

KEEPS = ("commit", "store.put", "store.remove", "files.put", "sealing.", "credentials.")
"""Calls that keep something by themselves: they may fail, and they may fail although it is kept."""


def calls_of(stage: Stage, step: Step) -> Sequence[str]:
    """The calls that the step makes when nothing fails, and files that every paper has are there already."""
    for _ in range(2):
        thing = step.prepare(stage)
        stage.faults.disarm()
        step.act(stage, stage.faulty, thing)
    return tuple(stage.faults.calls)


def moments(calls: Sequence[str], blow: Blow = "die") -> list[Moment]:
    """Before every call, and after those that keep something.

    A read, or a call inside a transaction, leaves one thing behind whether it was made or not: nothing.
    """
    return [
        Moment(number, when, blow)
        for number, name in enumerate(calls)
        for when in get_args(When)
        if when == "before" or name.startswith(KEEPS)
    ]
