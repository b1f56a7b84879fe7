"""A reuse decision as a value: the verdict, every reason with its article and sentence, and what a replay needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from vault.domain.reasons import Severity, Verdict
from vault.domain.states import Source, TrustLevel

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from vault.domain.reasons import ReasonCode
    from vault.domain.reuse.facts import Candidate


class Step(IntEnum):
    """The order in which a component is resolved (NĐ 309/2026 Đ4 k2a, NĐ 45/2020 Đ9-11, NĐ 23/2015 Đ6)."""

    CONNECTED_DATA = 1
    THIS_VAULT = 2
    NATIONAL_STORE = 3
    """The state holds it elsewhere: in the national store, or in another province's vault."""
    CITIZEN_CERTIFIED = 4
    """A certified copy or electronic original that the citizen supplies."""
    COUNTER_COMPARED = 5
    """A scan that is compared with the original at the counter."""
    PAPER = 6


_STEP_OF = {
    Source.CONNECTED_DATA: Step.CONNECTED_DATA,
    Source.THIS_VAULT: Step.THIS_VAULT,
    Source.NATIONAL_STORE: Step.NATIONAL_STORE,
    Source.OTHER_VAULT: Step.NATIONAL_STORE,
}


def step_of(candidate: Candidate) -> Step:
    """The step of the order of resolution at which a candidate is found."""
    by_trust = Step.CITIZEN_CERTIFIED if candidate.trust >= TrustLevel.L3 else Step.COUNTER_COMPARED
    return _STEP_OF.get(candidate.source, by_trust)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, before the catalogue gives it a weight and words.

    ``doubtful``: the rule behind it rests on a source nobody has verified, so it may ask for a check but never block.
    """

    code: ReasonCode
    facts: tuple[tuple[str, str], ...] = ()
    severity: Severity | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a decision, complete enough to be read years later without the catalogue."""

    code: ReasonCode
    severity: Severity
    article: str
    vi: str
    en: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one candidate and one component, with the versions of the checks and of the catalogue."""

    dossier_code: str
    component_code: str
    record_code: str
    version: int
    verdict: Verdict
    reasons: tuple[Reason, ...]
    step: Step
    trust: TrustLevel
    issued_on: date | None
    decided_at: datetime
    catalogue_version: str
    rules_version: int

    @property
    def codes(self) -> tuple[ReasonCode, ...]:
        """The reasons' codes in their order."""
        return tuple(reason.code for reason in self.reasons)

    @property
    def usable(self) -> bool:
        """Whether an officer may attach the record without doing anything first."""
        return self.verdict is Verdict.USABLE

    def weighing(self, severity: Severity) -> tuple[Reason, ...]:
        """The reasons of one severity."""
        return tuple(reason for reason in self.reasons if reason.severity is severity)


_VERDICTS = {Severity.INFO: Verdict.USABLE, Severity.CHECK: Verdict.NEEDS_CHECK, Severity.BLOCK: Verdict.NOT_USABLE}
_ORDER = {Verdict.USABLE: 0, Verdict.NEEDS_CHECK: 1, Verdict.NOT_USABLE: 2}


def verdict_of(reasons: Iterable[Reason]) -> Verdict:
    """The verdict is the heaviest reason's; no reason at all is USABLE."""
    return _VERDICTS[max((reason.severity for reason in reasons), default=Severity.INFO)]


def rank(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The best to attach first: verdict, then order of resolution, trust, newest issue, newest version, code."""
    return tuple(
        sorted(
            decisions,
            key=lambda one: (
                _ORDER[one.verdict],
                one.step,
                -one.trust,
                -(one.issued_on.toordinal() if one.issued_on else 0),
                -one.version,
                one.record_code,
            ),
        )
    )
