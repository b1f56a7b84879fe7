"""Requests of people about their own data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Select,
    Table,
    Text,
    insert,
    select,
    text,
    update,
)

from vault.db.access_tables import at
from vault.db.codec import AnyRow
from vault.db.keys import OF_REQUEST
from vault.db.tables import metadata
from vault.db.texts import PgTexts
from vault.db.turns import one_at_a_time
from vault.domain.data_requests import DataRequest, RequestKind, RequestState
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode
from vault.domain.intake import IntakeId

data_request = Table(
    "data_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("record_code", Text, ForeignKey("record.code"), index=True),
    Column("note", Text, nullable=False),
    Column("third_party", Boolean, nullable=False),
    at("asked_at"),
    Column("asked_by", Text, nullable=False),
    Column("answer_by", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    at("answered_at", nullable=True),
    Column("extended", Boolean, nullable=False),
    at("closed_at", nullable=True),
    CheckConstraint("kind IN ('SEE','CORRECT','PROVIDE','DELETE','RESTRICT','OBJECT','WITHDRAW')", name="kind"),
    CheckConstraint("state IN ('OPEN','ANSWERED','DONE','REFUSED')", name="state"),
    Index("ix_data_request_holder_id_asked_at", "holder_id", "asked_at"),
    Index("ix_data_request_open", "agency_code", "due_on", postgresql_where=text("closed_at IS NULL")),
    Index("ix_data_request_closed", "agency_code", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
)
_c = data_request.c


def _owner(request_id: str) -> IntakeId:
    return IntakeId(f"{OF_REQUEST}{request_id}")


class PgDataRequests:
    """`ports.DataRequests` on PostgreSQL."""

    def __init__(self, connection: Connection, texts: PgTexts) -> None:
        self._db = connection
        self._texts = texts

    def add(self, request: DataRequest) -> DataRequest:
        """Add, or give the one that is there. The row first: the wall lets the key of its note in by it."""
        one_at_a_time(self._db, f"data request {request.asked_by} {request.holder_id}")
        query = select(data_request).where(
            _c.holder_id == request.holder_id,
            _c.asked_by == request.asked_by,
            _c.kind == request.kind.value,
            _c.state == RequestState.OPEN.value,
        )
        if there := next((one for one in self._all(query) if one.says == request.says), None):
            return there
        self._db.execute(
            insert(data_request).values(
                id=request.id,
                kind=request.kind.value,
                holder_id=request.holder_id,
                agency_code=request.agency_code,
                record_code=request.record,
                note="",
                third_party=request.third_party,
                asked_at=request.asked_at,
                asked_by=request.asked_by,
                answer_by=request.answer_by,
                extended=request.extended,
                **_standing(request),
            )
        )
        if request.note:
            paper = _owner(request.id)
            note = self._texts.seal(request.note, paper=paper, agency=request.agency_code, place="note")
            self._db.execute(update(data_request).where(_c.id == request.id).values(note=note))
        return request

    def get(self, request_id: str, *, lock: bool = False) -> DataRequest:
        """One."""
        query = select(data_request).where(_c.id == request_id)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("DATA_REQUEST")
        return self._request(row)

    def set(self, request: DataRequest) -> None:
        """Keep a step."""
        values = {**_standing(request), "extended": request.extended}
        self._db.execute(update(data_request).where(_c.id == request.id).values(values))

    def of_agency(self, agency_code: str, *, limit: int) -> tuple[DataRequest, ...]:
        """Two looks, each by its index."""
        mine = select(data_request).where(_c.agency_code == agency_code)
        living = self._all(mine.where(_c.closed_at.is_(None)).order_by(_c.due_on, _c.id).limit(limit))
        over = self._all(mine.where(_c.closed_at.is_not(None)).order_by(_c.closed_at.desc()).limit(limit))
        return (living + over)[:limit]

    def of_holder(self, holder_id: int, *, limit: int) -> tuple[DataRequest, ...]:
        """The newest first."""
        mine = select(data_request).where(_c.holder_id == holder_id)
        return self._all(mine.order_by(_c.asked_at.desc()).limit(limit))

    def _all(self, query: Select[Any]) -> tuple[DataRequest, ...]:
        rows = self._db.execute(query).all()
        self._texts.expect(_owner(row.id) for row in rows if row.note)
        return tuple(self._request(row) for row in rows)

    def _request(self, row: AnyRow) -> DataRequest:
        return DataRequest(
            id=row.id,
            kind=RequestKind(row.kind),
            holder_id=row.holder_id,
            agency_code=row.agency_code,
            record=None if row.record_code is None else RecordCode(row.record_code),
            note=self._texts.open(row.note, paper=_owner(row.id), place="note"),
            third_party=row.third_party,
            asked_at=row.asked_at,
            asked_by=row.asked_by,
            answer_by=row.answer_by,
            due_on=row.due_on,
            state=RequestState(row.state),
            answered_at=row.answered_at,
            extended=row.extended,
            closed_at=row.closed_at,
        )


def _standing(request: DataRequest) -> dict[str, Any]:
    return {
        "due_on": request.due_on,
        "state": request.state.value,
        "answered_at": request.answered_at,
        "closed_at": request.closed_at,
    }
