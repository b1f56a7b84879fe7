"""The audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType

from sqlalchemy import Connection, Date, cast, func, insert, select

from vault.db import tables as t
from vault.db.codec import AnyRow
from vault.domain.audit import Event, Outcome
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.kpi import Tally
from vault.domain.people import Action, Actor, Role


def event_of(row: AnyRow) -> Event:
    """The event in a row of the table `event`."""
    return Event(
        at=row.at,
        actor=Actor(row.account_id, row.actor_name, Role(row.role), row.agency_code),
        action=Action(row.action),
        outcome=Outcome(row.outcome),
        code=row.code,
        purpose=row.purpose,
        legal_ground=row.legal_ground,
        record=None if row.record_code is None else RecordCode(row.record_code),
        version=row.version,
        dossier=None if row.dossier_code is None else DossierCode(row.dossier_code),
        holder_id=row.holder_id,
        agency_code=row.agency_code,
        details=MappingProxyType(dict(row.details)),
    )


_ADD = insert(t.event)


class PgEvents:
    """`ports.Events` on PostgreSQL."""

    def __init__(self, connection: Connection, acts: list[Event] | None = None) -> None:
        self._db = connection
        self._acts = acts

    def add(self, event: Event) -> None:
        """Append."""
        self._db.execute(
            _ADD,
            {
                "at": event.at,
                "account_id": event.actor.account_id,
                "actor_name": event.actor.name,
                "role": event.actor.role.value,
                "agency_code": event.agency_code or event.actor.agency_code,
                "action": event.action.value,
                "outcome": event.outcome.value,
                "code": event.code,
                "purpose": event.purpose,
                "legal_ground": event.legal_ground,
                "record_code": event.record,
                "version": event.version,
                "dossier_code": event.dossier,
                "holder_id": event.holder_id,
                "details": dict(event.details),
            },
        )
        if self._acts is not None:
            self._acts.append(event)

    def list(
        self,
        *,
        agency_code: str | None = None,
        holder_id: int | None = None,
        about: Sequence[RecordCode] = (),
        record: RecordCode | None = None,
        dossier: DossierCode | None = None,
        action: Action | None = None,
        outcome: Outcome | None = None,
        limit: int,
    ) -> tuple[Event, ...]:
        """The newest first."""
        query = select(t.event).order_by(t.event.c.id.desc()).limit(limit)
        for column, value in (
            (t.event.c.agency_code, agency_code),
            (t.event.c.record_code, record),
            (t.event.c.dossier_code, dossier),
            (t.event.c.action, action and action.value),
            (t.event.c.outcome, outcome and outcome.value),
        ):
            if value is not None:
                query = query.where(column == value)
        if holder_id is not None:
            # A paper may name several people: what is done with it concerns each of them.
            query = query.where((t.event.c.holder_id == holder_id) | t.event.c.record_code.in_(about))
        return tuple(event_of(row) for row in self._db.execute(query))

    def tally(self, *, agency_code: str | None, since: date) -> tuple[Tally, ...]:
        """Counts by day in Vietnamese time."""
        day = cast(func.timezone("Asia/Ho_Chi_Minh", t.event.c.at), Date).label("day")
        query = (
            select(day, t.event.c.action, t.event.c.outcome, t.event.c.code, func.count().label("n"))
            .where(day >= since)
            .group_by(day, t.event.c.action, t.event.c.outcome, t.event.c.code)
            .order_by(day)
        )
        if agency_code is not None:
            query = query.where(t.event.c.agency_code == agency_code)
        return tuple(
            Tally(row.day, Action(row.action), Outcome(row.outcome), row.code, row.n) for row in self._db.execute(query)
        )
