"""The audit trail."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnElement, Connection, Date, and_, cast, func, insert, or_, select, text

from vault.db import tables as t
from vault.db.codec import AnyRow
from vault.domain.audit import Event, Outcome, Searched
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.kpi import COUNTED, NEVER_COUNTED, Asked, Tally
from vault.domain.people import Action, Actor, Role
from vault.domain.reuse import VIET_NAM
from vault.ports import Counted

_ZONE = "Asia/Ho_Chi_Minh"
_WHAT = (t.event.c.action, t.event.c.outcome, t.event.c.code)
# Written out as in the index, whose condition the planner compares literally.
_COUNTED = text("event.action IN ({})".format(",".join(f"'{one.value}'" for one in sorted(COUNTED))))


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


_OVERLAP = timedelta(hours=1)
_LAST = 2**63 - 1


def _row_of(event: Event) -> dict[str, object]:
    """What is done under a mandate names it."""
    under = event.actor.mandate
    details = dict(event.details) if under is None else {**event.details, "mandate": under}
    return {
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
        "details": details,
    }


# inline: else SQLAlchemy reads the row's number back, and nobody reads back a refusal beyond their own walls
_ADD = insert(t.event).inline()


def _concerns(holder_id: int, about: Mapping[RecordCode, datetime | None]) -> ColumnElement[bool]:
    """Acts on a holder, and on these records from the time on since when they name the holder."""
    e = t.event.c
    whole = [code for code, since in about.items() if since is None]
    later = (and_(e.record_code == code, e.at >= since) for code, since in about.items() if since is not None)
    return or_(e.holder_id == holder_id, e.record_code.in_(whole), *later)


class PgEvents:
    """`ports.Events` on PostgreSQL."""

    def __init__(self, connection: Connection, acts: list[Event] | None = None) -> None:
        self._db = connection
        self._acts = acts

    def add(self, *events: Event) -> None:
        """Append, all in one round trip."""
        self._db.execute(_ADD, [_row_of(one) for one in events])
        if self._acts is not None:
            self._acts.extend(events)

    def list(
        self,
        *,
        agency_code: str | None = None,
        holder_id: int | None = None,
        about: Mapping[RecordCode, datetime | None] = MappingProxyType({}),
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
            query = query.where(_concerns(holder_id, about))
        return tuple(event_of(row) for row in self._db.execute(query))

    def span(self, agency_code: str, *, since: datetime, until: datetime, account_id: str | None) -> Iterator[Event]:
        """In the order in which they happened, by the index of times and the agency's; not all in memory at once."""
        e = t.event.c
        query = select(t.event).where(e.agency_code == agency_code, e.at >= since, e.at < until).order_by(e.id)
        if account_id is not None:
            query = query.where(e.account_id == account_id)
        for row in self._db.execute(query.execution_options(yield_per=1000)):
            yield event_of(row)

    def usages(
        self,
        holder_id: int,
        about: Mapping[RecordCode, datetime | None],
        *,
        since: datetime | None,
        until: datetime | None,
        offset: int,
        limit: int,
    ) -> tuple[int, tuple[Event, ...]]:
        """Acts on a holder and on these records, newest first."""
        where: list[ColumnElement[bool]] = [_concerns(holder_id, about)]
        if since is not None:
            where.append(t.event.c.at >= since)
        if until is not None:
            where.append(t.event.c.at <= until)
        total = self._db.execute(select(func.count()).select_from(t.event).where(*where)).scalar_one()
        rows = self._db.execute(
            select(t.event).where(*where).order_by(t.event.c.at.desc(), t.event.c.id.desc()).offset(offset).limit(limit)
        )
        return int(total), tuple(event_of(row) for row in rows)

    def oldest(self) -> datetime | None:
        """The time of the oldest event: the one with the smallest number."""
        return self._db.execute(select(t.event.c.at).order_by(t.event.c.id).limit(1)).scalar_one_or_none()

    def searched(self, agency_code: str, *, since: datetime, until: datetime) -> tuple[Searched, ...]:
        """Read from among the agency's events of that time: it has no index of its own.

        Numbers of events rise with their times but for acts that overlap: the acts that oversight counts, which have
        an index by time, tell between which numbers to look, an hour wider on both sides.
        """
        e = t.event.c
        counted = select(e.id).where(_COUNTED, e.agency_code == agency_code).limit(1)
        first = counted.where(e.at < since - _OVERLAP).order_by(e.at.desc()).scalar_subquery()
        last = counted.where(e.at > until + _OVERLAP).order_by(e.at).scalar_subquery()
        many = func.count().label("many")
        shown = func.coalesce(func.sum(func.jsonb_array_length(e.details["records"])), 0).label("shown")
        query = (
            select(func.max(e.actor_name).label("name"), many, shown)
            .where(
                e.agency_code == agency_code,
                e.id >= func.coalesce(first, 0),
                e.id <= func.coalesce(last, _LAST),
                e.at >= since,
                e.at < until,
                e.action == Action.SEARCH.value,
                e.dossier_code.is_(None),
                e.code.is_(None),
            )
            .group_by(e.account_id)
            .order_by(many.desc(), e.account_id)
        )
        return tuple(Searched(row.name, row.many, int(row.shown)) for row in self._db.execute(query))

    def tally(self, agency_codes: Sequence[str], *, since: date, until: date) -> tuple[Tally, ...]:
        """Counts by day in Vietnamese time."""
        day = cast(func.timezone(_ZONE, t.event.c.at), Date).label("day")
        component = t.event.c.details["component"].astext.label("component")
        by = (day, t.event.c.agency_code, t.dossier.c.procedure_code, component, *_WHAT)
        query = (
            select(*by, func.count().label("n"))
            .select_from(t.event.outerjoin(t.dossier, t.dossier.c.code == t.event.c.dossier_code))
            .where(_COUNTED, *_within(agency_codes, since, until))
            .group_by(*by)
            .order_by(day)
        )
        return tuple(
            Tally(
                row.day,
                Action(row.action),
                Outcome(row.outcome),
                row.code,
                row.n,
                row.agency_code,
                row.procedure_code,
                row.component,
            )
            for row in self._db.execute(query)
        )

    def behind(
        self,
        asked: Asked,
        agency_codes: Sequence[str],
        *,
        since: date,
        until: date,
        procedure: str | None = None,
        components: Collection[str] | None = None,
        limit: int,
        offset: int = 0,
    ) -> tuple[Counted, ...]:
        """The events behind a figure."""
        query = (
            select(t.event, t.dossier.c.procedure_code)
            .select_from(t.event.outerjoin(t.dossier, t.dossier.c.code == t.event.c.dossier_code))
            .where(
                _COUNTED,
                *_within(agency_codes, since, until),
                t.event.c.action == asked.action.value,
                t.event.c.outcome == asked.outcome.value,
                t.event.c.code.is_(None) | t.event.c.code.not_in(sorted(NEVER_COUNTED)),
            )
        )
        if asked.codes is not None:
            query = query.where(t.event.c.code.in_(sorted(asked.codes)))
        if procedure is not None:
            query = query.where(t.dossier.c.procedure_code == procedure)
        if components is not None:
            query = query.where(t.event.c.details["component"].astext.in_(sorted(components)))
        rows = self._db.execute(query.order_by(t.event.c.at.desc(), t.event.c.id.desc()).limit(limit).offset(offset))
        return tuple(Counted(event_of(row), row.procedure_code) for row in rows)


def _within(agency_codes: Sequence[str], since: date, until: date) -> tuple[ColumnElement[bool], ...]:
    """Events of these agencies on these days of Viet Nam, the last one included, in a form that an index finds."""
    return (
        t.event.c.agency_code.in_(agency_codes),
        t.event.c.at >= datetime.combine(since, time(), VIET_NAM),
        t.event.c.at < datetime.combine(until + timedelta(days=1), time(), VIET_NAM),
    )
