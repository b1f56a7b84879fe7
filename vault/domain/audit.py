"""The audit event: who did what to which record and dossier, why, with what outcome; part of the act's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import Action, Actor

PARTY = "PARTY"
"""An act that concerns several people is one event a person; the others' carry this code and are counted once."""


class Outcome(StrEnum):
    """Whether the act happened. A refusal is an event too."""

    DONE = "DONE"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Event:
    """One act. `details` holds codes and counts, never the text of a paper."""

    at: datetime
    actor: Actor
    action: Action
    outcome: Outcome = Outcome.DONE
    code: str | None = None
    purpose: str | None = None
    legal_ground: str | None = None
    record: RecordCode | None = None
    version: int | None = None
    dossier: DossierCode | None = None
    holder_id: int | None = None
    agency_code: str | None = None
    """The agency whose papers it concerns, when the actor belongs to none (a citizen, a stranger)."""
    details: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def records(self) -> tuple[RecordCode, ...]:
        """Every record that it names: the one it is about, and those that it showed."""
        shown = self.details.get("records")
        listed = [RecordCode(one) for one in shown if isinstance(one, str)] if isinstance(shown, list | tuple) else []
        return tuple(dict.fromkeys((*(() if self.record is None else (self.record,)), *listed)))


@dataclass(frozen=True, slots=True)
class Searched:
    """What somebody searched for outside any dossier: how often, and how many outlines of papers that showed."""

    by: str
    searches: int
    records: int


def of_each(act: Event, shown: Mapping[RecordCode, Collection[int]]) -> tuple[Event, ...]:
    """The events of one act that showed these records, each with the holders on it: the act, then one a person.

    The act names every record. Each other person on them is told by an event (`PARTY`) that names their own alone.
    """
    theirs: dict[int, list[RecordCode]] = {}
    for record, holder_ids in shown.items():
        for holder_id in holder_ids:
            theirs.setdefault(holder_id, []).append(record)
    first = replace(act, details={**act.details, "records": list(shown)})
    others = ((one, codes) for one, codes in theirs.items() if one != act.holder_id)
    told = (replace(act, code=PARTY, holder_id=one, details={"records": codes}) for one, codes in others)
    return (first, *told)
