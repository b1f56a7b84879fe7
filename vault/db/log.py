"""Places of events in the transparency log, and its newest checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.events import event_of
from vault.domain.ids import RecordCode
from vault.ports import LogLeaf

# One sequencer at a time gives out places: the number only has to be ours.
_LOCK = 7_264_002
_TURN = 7_264_003
_RECENT = 512
"""Newest checkpoints among which a proof finds its best: some minutes of them."""


class PgLogRows:
    """`ports.LogRows` on PostgreSQL. A trigger puts every new event into `log_queue` (migration 0003)."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def take(self, limit: int, salt: Callable[[], bytes]) -> int:
        """Give the next places to waiting events. Rows of transactions that still run are not seen, and come later."""
        if not self._db.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}).scalar_one():
            return 0
        oldest = select(t.log_queue.c.event_id).order_by(t.log_queue.c.event_id).limit(limit)
        taken = self._db.execute(
            delete(t.log_queue).where(t.log_queue.c.event_id.in_(oldest)).returning(t.log_queue.c.event_id)
        )
        events = sorted(taken.scalars())
        if events:
            start = self.size()
            places = enumerate(events, start)
            rows = [{"position": place, "event_id": event, "salt": salt()} for place, event in places]
            self._db.execute(insert(t.log_leaf), rows)
        return len(events)

    def my_turn(self) -> bool:
        """Whether this transaction is the one sequencer."""
        return bool(self._db.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _TURN}).scalar_one())

    def wait_turn(self) -> None:
        """Wait until this transaction is the one sequencer."""
        self._db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _TURN})

    def set_cosigned(self, size: int, checkpoint: str, witnesses: int) -> None:
        """Keep a checkpoint with cosignatures, unless it is kept with more of them."""
        where = (t.log_head.c.size == size, t.log_head.c.witnesses < witnesses)
        self._db.execute(update(t.log_head).where(*where).values(checkpoint=checkpoint, witnesses=witnesses))

    def best_head(self, place: int) -> str | None:
        """Of the newest checkpoints the one with the most witnesses."""
        head = t.log_head.c
        recent = select(t.log_head).where(head.size > place).order_by(head.size.desc()).limit(_RECENT).subquery()
        query = select(recent.c.checkpoint).order_by(recent.c.witnesses.desc(), recent.c.size.desc()).limit(1)
        return self._db.execute(query).scalar_one_or_none()

    def size(self) -> int:
        """Places are given without gaps, so the last one tells."""
        last = self._db.execute(select(func.max(t.log_leaf.c.position))).scalar_one()
        return 0 if last is None else int(last) + 1

    def leaves(self, start: int, end: int) -> tuple[LogLeaf, ...]:
        """Leaves in order."""
        rows = self._db.execute(
            select(t.log_leaf.c.position, t.log_leaf.c.salt, *t.event.c)
            .join(t.event, t.event.c.id == t.log_leaf.c.event_id)
            .where(t.log_leaf.c.position >= start, t.log_leaf.c.position < end)
            .order_by(t.log_leaf.c.position)
        )
        return tuple(LogLeaf(row.position, bytes(row.salt), event_of(row)) for row in rows)

    def places_of(self, record: RecordCode) -> tuple[int, ...]:
        """Places of a record's events."""
        rows = self._db.execute(
            select(t.log_leaf.c.position)
            .join(t.event, t.event.c.id == t.log_leaf.c.event_id)
            .where(t.event.c.record_code == record)
            .order_by(t.log_leaf.c.position)
        )
        return tuple(rows.scalars())

    def covered_at(self, place: int) -> datetime | None:
        """Of the smallest head that is larger."""
        query = select(t.log_head.c.at).where(t.log_head.c.size > place).order_by(t.log_head.c.size).limit(1)
        return self._db.execute(query).scalar_one_or_none()

    def head(self) -> str | None:
        """The newest checkpoint."""
        query = select(t.log_head.c.checkpoint).order_by(t.log_head.c.size.desc()).limit(1)
        return self._db.execute(query).scalar_one_or_none()

    def set_head(self, size: int, checkpoint: str, *, at: datetime) -> None:
        """Keep a checkpoint; the one that is there for this size stays."""
        self._db.execute(upsert(t.log_head).values(size=size, checkpoint=checkpoint, at=at).on_conflict_do_nothing())
