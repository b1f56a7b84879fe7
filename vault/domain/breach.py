"""What somebody touched in a span of time: the report that a breach of personal data asks for. Pure.

A look and a fetch both count: whoever held a stolen session saw what the service showed it. What was refused is counted
apart, because it tells what was tried for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from vault.domain.audit import PARTY, Event, Outcome
from vault.domain.ids import RecordCode
from vault.domain.people import Action

NOT_TOUCHING = frozenset({Action.SIGN_IN, Action.SIGN_OUT, Action.MANAGE_SIGN_IN})
"""Acts on one's own sign-in, which touch nobody's paper."""


@dataclass(frozen=True, slots=True)
class TouchedRecord:
    """A record and what was done with it."""

    record: RecordCode
    acts: Mapping[str, int]
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Touched:
    """Everything that the events of a span tell. `people` are holders, by how many acts were about them."""

    acts: Mapping[str, int]
    refused: int
    sign_ins: int
    records: tuple[TouchedRecord, ...]
    people: Mapping[int, int]


def touched(events: Iterable[Event]) -> Touched:
    """Sum the events up, oldest or newest first; a look counts for every record and every person that it showed.

    An act that concerned several people is one event a person (`audit.PARTY`), and counts as one act.
    """
    acts: Counter[str] = Counter()
    people: Counter[int] = Counter()
    of_record: dict[RecordCode, Counter[str]] = {}
    when: dict[RecordCode, tuple[datetime, datetime]] = {}
    refused = sign_ins = 0
    for event in events:
        if event.outcome is Outcome.REFUSED:
            refused += 1
            continue
        if event.action in NOT_TOUCHING:
            sign_ins += event.action is Action.SIGN_IN
            continue
        if event.holder_id is not None:
            people[event.holder_id] += 1
        if event.code == PARTY:
            continue
        acts[event.action.value] += 1
        for code in event.records:
            of_record.setdefault(code, Counter())[event.action.value] += 1
            first, last = when.get(code, (event.at, event.at))
            when[code] = min(first, event.at), max(last, event.at)
    records = tuple(TouchedRecord(code, dict(done), *when[code]) for code, done in sorted(of_record.items()))
    return Touched(dict(acts), refused, sign_ins, records, dict(people))
