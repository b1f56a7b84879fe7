"""Mandates: who may act for whom, by which document, from when to when, and for what. Pure.

A guardian's account opens nothing by itself. It acts while a mandate lives, within its scope, and every act under it
names it. It ends by itself after its last day, and may be revoked before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from vault.domain.errors import Invalid
from vault.domain.people import Action

LONGEST_GROUND = 300


class MandateKind(StrEnum):
    """By what right."""

    GUARDIAN = "GUARDIAN"
    PARENT = "PARENT"
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    AUTHORISED = "AUTHORISED"


class Scope(StrEnum):
    """For what."""

    SEE = "SEE"
    SHOW = "SHOW"
    HAND_IN = "HAND_IN"
    CORRECT = "CORRECT"
    CONSENT = "CONSENT"


ALLOWS: Mapping[Scope, frozenset[Action]] = MappingProxyType(
    {
        Scope.SEE: frozenset({Action.LIST_OWN, Action.VIEW_RECORD, Action.DOWNLOAD, Action.ASK_DATA}),
        Scope.SHOW: frozenset({Action.PRESENT, Action.SHARE, Action.STOP_SHARE}),
        Scope.HAND_IN: frozenset({Action.HAND_IN}),
        Scope.CORRECT: frozenset({Action.CORRECT}),
        Scope.CONSENT: frozenset({Action.CONSENT}),
    }
)


@dataclass(frozen=True, slots=True)
class Mandate:
    """`account_id` acts for `holder_id`; `ground` names the document. Both days are days of Việt Nam and count."""

    id: str
    kind: MandateKind
    account_id: str
    holder_id: int
    ground: str
    valid_from: date
    valid_until: date
    scope: frozenset[Scope]
    agency_code: str
    recorded_by: str
    recorded_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    reason: str | None = None

    @property
    def says(self) -> tuple[object, ...]:
        """What was recorded, whenever it was: said twice, it is one mandate."""
        days = (self.valid_from, self.valid_until)
        return self.kind, self.account_id, self.holder_id, self.ground, *days, self.scope, self.agency_code

    def lives(self, today: date) -> bool:
        """Whether anybody may act under it on this day."""
        return self.revoked_at is None and self.valid_from <= today <= self.valid_until

    @property
    def actions(self) -> frozenset[Action]:
        """What may be done under it."""
        return frozenset[Action]().union(*(ALLOWS[one] for one in self.scope))


def check_words(ground: str, scope: Collection[Scope], *, valid_from: date, valid_until: date, today: date) -> None:
    """`MANDATE_GROUND`, `MANDATE_SCOPE`, `MANDATE_DAYS`: it names its document, is for something, and is not over."""
    if not 0 < len(ground.strip()) <= LONGEST_GROUND:
        raise Invalid("MANDATE_GROUND", most=LONGEST_GROUND)
    if not scope:
        raise Invalid("MANDATE_SCOPE")
    if not valid_from <= valid_until or valid_until < today:
        raise Invalid("MANDATE_DAYS")
