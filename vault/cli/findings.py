"""What a check of `vault doctor` says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from vault.bootstrap import App


class State(StrEnum):
    """How a check ended."""

    GOOD = "good"
    WORSE = "worse"
    """It works, at a cost that the advice names."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it is, and what to do if it is not good."""

    name: str
    state: State
    told: str
    advice: str = ""


Check = Callable[[App], Iterator[Finding]]


def judged(name: str, told: str, *, wrong: bool, advice: str, state: State = State.WORSE) -> Finding:
    """A finding with its advice if something is wrong, else a good one without."""
    return Finding(name, state, told, advice) if wrong else Finding(name, State.GOOD, told)
