"""Batches of papers and what was cut from them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow, AnySelect, from_json, to_json
from vault.domain.batches import Batch, BatchId, BatchState, Part, SeenPage
from vault.domain.errors import NotFound
from vault.domain.ids import Digest
from vault.domain.intake import IntakeId

_SEEN = func.jsonb_array_length(t.batch.c.seen)
_COLUMNS = (*(one for one in t.batch.c if one.name != "seen"), _SEEN.label("pages_seen"))


def _batch(row: AnyRow, parts: tuple[Part, ...]) -> Batch:
    return Batch(
        id=BatchId(row.id),
        state=BatchState(row.state),
        original=Digest(row.original),
        filename=row.filename,
        size=row.size,
        page_count=row.page_count,
        agency_code=row.agency_code,
        received_by=row.received_by,
        by_name=row.by_name,
        received_at=row.received_at,
        failure=row.failure,
        pages_seen=row.pages_seen,
        parts=parts,
    )


class PgBatches:
    """`ports.Batches` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, batch: Batch) -> Batch:
        """Add, or give the one that was there first."""
        self._db.execute(
            upsert(t.batch)
            .values(
                id=batch.id,
                state=batch.state.value,
                original=batch.original,
                filename=batch.filename,
                size=batch.size,
                page_count=batch.page_count,
                agency_code=batch.agency_code,
                received_by=batch.received_by,
                by_name=batch.by_name,
                received_at=batch.received_at,
                seen=[],
            )
            .on_conflict_do_nothing(index_elements=["agency_code", "original"])
        )
        return self._one(
            select(*_COLUMNS).where(t.batch.c.agency_code == batch.agency_code, t.batch.c.original == batch.original)
        )

    def get(self, batch_id: BatchId) -> Batch:
        """One batch."""
        return self._one(select(*_COLUMNS).where(t.batch.c.id == batch_id))

    def _one(self, query: AnySelect) -> Batch:
        row = self._db.execute(query).one_or_none()
        if row is None:
            raise NotFound("BATCH")
        rows = self._db.execute(
            select(t.batch_part).where(t.batch_part.c.batch_id == row.id).order_by(t.batch_part.c.position)
        )
        parts = tuple(
            Part(
                one.position,
                one.first_page,
                one.last_page,
                one.type_code,
                None if one.intake_id is None else IntakeId(one.intake_id),
                one.failure,
            )
            for one in rows
        )
        return _batch(row, parts)

    def list(self, agency_code: str, *, limit: int) -> tuple[Batch, ...]:
        """The newest first, without their parts."""
        rows = self._db.execute(
            select(*_COLUMNS)
            .where(t.batch.c.agency_code == agency_code)
            .order_by(t.batch.c.received_at.desc())
            .limit(limit)
        )
        return tuple(_batch(row, ()) for row in rows)

    def set_state(self, batch_id: BatchId, state: BatchState, *, failure: str | None = None) -> None:
        """Record a step."""
        self._db.execute(update(t.batch).where(t.batch.c.id == batch_id).values(state=state.value, failure=failure))

    def add_seen(self, batch_id: BatchId, start: int, pages: Sequence[SeenPage]) -> None:
        """Keep what was seen, if nobody has kept these pages already."""
        more = cast([to_json(page) for page in pages], JSONB)
        self._db.execute(
            update(t.batch)
            .where(t.batch.c.id == batch_id, literal(start) == _SEEN)
            .values(seen=t.batch.c.seen.op("||")(more))
        )

    def seen(self, batch_id: BatchId) -> tuple[SeenPage, ...]:
        """Every page so far."""
        found = self._db.execute(select(t.batch.c.seen).where(t.batch.c.id == batch_id)).scalar_one()
        return tuple(from_json(page, SeenPage) for page in found)

    def erase(self, batch_id: BatchId) -> None:
        """Blank it."""
        blank = {"original": f"erased:{batch_id}", "filename": ""}
        self._db.execute(update(t.batch).where(t.batch.c.id == batch_id).values(blank))

    def set_parts(self, batch_id: BatchId, parts: Sequence[Part]) -> None:
        """Keep the parts; the first ones stay."""
        rows = [
            {
                "batch_id": batch_id,
                "position": part.position,
                "first_page": part.first,
                "last_page": part.last,
                "type_code": part.type_code,
            }
            for part in parts
        ]
        self._db.execute(upsert(t.batch_part).on_conflict_do_nothing(), rows)

    def set_part(self, batch_id: BatchId, part: Part) -> None:
        """Keep what became of a part."""
        self._db.execute(
            update(t.batch_part)
            .where(t.batch_part.c.batch_id == batch_id, t.batch_part.c.position == part.position)
            .values(intake_id=part.intake, failure=part.failure)
        )
