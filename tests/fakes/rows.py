"""Rows of a dossier in memory, for use cases of the counter without a database: what a block wrote is kept or undone.

Only what attaching, demanding, notices and closing read and write; `tests/integration/test_counter.py` holds the same
acts on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from vault.domain.audit import Event
from vault.domain.dossiers import Attachment, Closing, Demand, Dossier, Notice, Replaced
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode, RecordCode, decision_id
from vault.domain.outside import OutsidePaper
from vault.domain.records import Record
from vault.ports import Reach, Tx, UnitOfWork


@dataclass
class Rows:
    """Everything that is kept; all values are frozen, so a copy of the dictionaries is a copy of it all."""

    dossiers: dict[str, Dossier] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    papers: dict[str, OutsidePaper] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def copy(self) -> Rows:
        """Another one with the same in it."""
        return Rows(copy(self.dossiers), copy(self.records), copy(self.papers), self.events)


class Memory:
    """`ports.UnitOfWork` over `Rows`."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    @contextmanager
    def begin(self, reach: Reach = Reach.OWN) -> Iterator[Tx]:
        """Commit at the end of the block, roll back on any exception."""
        del reach
        before = self.rows.copy()
        try:
            yield cast("Tx", _Tx(self.rows))
        except BaseException:
            self.rows = before
            raise

    @property
    def port(self) -> UnitOfWork:
        """As use cases take it."""
        return cast("UnitOfWork", self)


class _Tx:
    def __init__(self, rows: Rows) -> None:
        self.dossiers, self.records = _Dossiers(rows), _Records(rows)
        self.outside, self.events = _Outside(rows), _Events(rows)
        self.consents = self.outbox = self.intakes = self.holders = _Nothing()


class _Nothing:
    """No consent was ever turned, no store is connected, no intake is asked for; a holder is the first one."""

    def of_holders(self, people: Sequence[int]) -> tuple[()]:
        del people
        return ()

    def put(self, *_: Any, **__: Any) -> None:
        """Nobody is told."""

    def ensure(self, *_: Any, **__: Any) -> int:
        return 1


class _Dossiers:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, code: DossierCode, *, lock: bool = False) -> Dossier:
        del lock
        if code not in self._rows.dossiers:
            raise NotFound("DOSSIER")
        return self._rows.dossiers[code]

    def _change(self, code: DossierCode, **changes: Any) -> None:
        self._rows.dossiers[code] = replace(self._rows.dossiers[code], **changes)

    def attach(self, code: DossierCode, attachment: Attachment) -> Attachment:
        found = self.get(code)
        there = found.attachment(attachment.component)
        if there is None:
            self._change(code, attachments=(*found.attachments, attachment))
        return there or attachment

    def replace(self, code: DossierCode, attachment: Attachment, replaced: Replaced) -> Attachment:
        found = self.get(code)
        before = found.attachment(attachment.component)
        assert before is not None
        ended = replace(before, replaced=replaced)
        others = tuple(one for one in found.attachments if one is not before)
        number = len(found.earlier(attachment.component)) + 2
        named = replace(attachment, decision_id=decision_id(code, attachment.component, number))
        self._change(code, attachments=(*others, named), replaced=(*found.replaced, ended))
        return named

    def demand(self, code: DossierCode, demand: Demand) -> None:
        self._change(code, demands=(*self.get(code).demands, demand))

    def notify(self, code: DossierCode, notice: Notice) -> None:
        self._change(code, notices=(*self.get(code).notices, notice))

    def close(self, code: DossierCode, closing: Closing | None) -> None:
        self._change(code, closed=closing)


class _Records:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def reserve_status(self, *_: Any, **__: Any) -> None:
        """Nothing is published."""

    def add(self, record: Record, **_: Any) -> None:
        self._rows.records[record.code] = record

    def of_people(self, people: Sequence[int]) -> tuple[Record, ...]:
        del people
        return tuple(self._rows.records.values())

    def of_codes(self, codes: Sequence[RecordCode]) -> tuple[Record, ...]:
        return tuple(one for one in self._rows.records.values() if one.code in codes)

    def find(self, code: RecordCode) -> Record | None:
        return self._rows.records.get(code)


class _Outside:
    connected = True

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def asks(self, code: DossierCode) -> tuple[()]:
        del code
        return ()

    def papers(self, code: DossierCode) -> tuple[OutsidePaper, ...]:
        return tuple(one for one in self._rows.papers.values() if one.dossier == code)


class _Events:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, event: Event) -> None:
        self._rows.events = (*self._rows.events, event)


@dataclass
class Ticking:
    """A clock that an act moves on, so that no two acts are of one moment."""

    at: datetime

    def now(self) -> datetime:
        """The moment."""
        return self.at
