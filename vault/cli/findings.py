"""What a check of `vault doctor` says: which part, how it is, what was found, and what to do if it is not good."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from vault import messages
from vault.bootstrap import App
from vault.messages import Language


class State(StrEnum):
    """How a check ended."""

    GOOD = "good"
    WORSE = "worse"
    """It works, at a cost that the advice names."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence of the catalogue with its facts."""

    key: str
    facts: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def say(self, language: Language = Language.VI) -> str:
        """In words."""
        return messages.say(self.key, language, **self.facts)


def words(key: str, /, **facts: object) -> Words:
    """Words of `doctor.yaml`."""
    return Words(f"doctor.{key}", facts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `name` is stable; `advice` is there exactly when it is not good."""

    name: str
    state: State
    told: Words
    advice: Words | None = None

    def called(self, language: Language = Language.VI) -> str:
        """The part's name; what numbers or names one of several stands behind it."""
        if messages.known(f"doctor.name.{self.name}"):
            return messages.say(f"doctor.name.{self.name}", language)
        base, _, which = self.name.rpartition(" ")
        return f"{messages.say(f'doctor.name.{base}', language)} {which}"


Check = Callable[[App], Iterator[Finding]]


def judged(name: str, told: Words, *, wrong: bool, advice: Words, state: State = State.WORSE) -> Finding:
    """A finding with its advice if something is wrong, else a good one without."""
    return Finding(name, state, told, advice) if wrong else Finding(name, State.GOOD, told)
