"""Shares: credentials on phones and short codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow
from vault.domain.ids import RecordCode
from vault.domain.records import StatusSlot
from vault.domain.shares import Share, ShareKind
from vault.domain.states import RecordState


def _share(row: AnyRow) -> Share:
    return Share(
        id=row.id,
        kind=ShareKind(row.kind),
        record=RecordCode(row.record_code),
        holder_id=row.holder_id,
        audience=row.audience,
        purpose=row.purpose,
        fields=tuple(row.fields),
        created_at=row.created_at,
        ends_at=row.ends_at,
        slot=None if row.status_position is None else StatusSlot(row.status_list, row.status_position),
        digits=row.digits,
        used_at=row.used_at,
        stopped_at=row.stopped_at,
    )


def _state(row: AnyRow) -> RecordState:
    if row.stopped_at is not None:
        return RecordState.REVOKED
    found = RecordState(row.state)
    return RecordState.SUPERSEDED if found is RecordState.ACTIVE else found


class PgShares:
    """`ports.Shares` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, share: Share) -> bool:
        """Add; the unique keys on digits and status place decide between two takers."""
        added = self._db.execute(
            upsert(t.share)
            .values(
                id=share.id,
                kind=share.kind.value,
                record_code=share.record,
                holder_id=share.holder_id,
                audience=share.audience,
                purpose=share.purpose,
                fields=list(share.fields),
                created_at=share.created_at,
                ends_at=share.ends_at,
                status_list=share.slot.list_id if share.slot else None,
                status_position=share.slot.index if share.slot else None,
                digits=share.digits,
            )
            .on_conflict_do_nothing()
            .returning(t.share.c.id)
        )
        return added.one_or_none() is not None

    def redeem(self, digits: str, *, at: datetime) -> Share | None:
        """One conditional update: whoever is second finds no row."""
        row = self._db.execute(
            update(t.share)
            .where(
                t.share.c.digits == digits,
                t.share.c.used_at.is_(None),
                t.share.c.stopped_at.is_(None),
                t.share.c.created_at <= at,
                t.share.c.ends_at > at,
            )
            .values(used_at=at)
            .returning(*t.share.c)
        ).one_or_none()
        return None if row is None else _share(row)

    def find_code(self, digits: str) -> Share | None:
        """The share that has these digits, whatever became of it."""
        row = self._db.execute(select(t.share).where(t.share.c.digits == digits)).one_or_none()
        return None if row is None else _share(row)

    def of_holder(self, holder_id: int, *, since: datetime) -> tuple[Share, ...]:
        """Newest first."""
        rows = self._db.execute(
            select(t.share)
            .where(t.share.c.holder_id == holder_id, t.share.c.ends_at > since)
            .order_by(t.share.c.created_at.desc(), t.share.c.id)
        )
        return tuple(_share(row) for row in rows)

    def stop(self, share_id: str, *, holder_id: int, at: datetime) -> Share | None:
        """Stop it, unless it was used or stopped before; None when this holder has no such share."""
        mine = (t.share.c.id == share_id) & (t.share.c.holder_id == holder_id)
        self._db.execute(
            update(t.share)
            .where(mine, t.share.c.used_at.is_(None), t.share.c.stopped_at.is_(None), t.share.c.ends_at > at)
            .values(stopped_at=at)
        )
        row = self._db.execute(select(t.share).where(mine)).one_or_none()
        return None if row is None else _share(row)

    def states(self, list_id: int) -> Mapping[int, RecordState]:
        """A phone's credential is revoked when it was stopped; else it has the state of its paper.

        What was put on a phone before the paper was corrected is superseded by the version that came then.
        """
        newest = (t.record_version.c.record_id == t.record.c.id) & (t.record_version.c.version == t.record.c.version)
        older = (t.record.c.version > 1) & (t.share.c.created_at < t.record_version.c.created_at)
        rows = self._db.execute(
            select(t.share.c.status_position, t.share.c.stopped_at, t.record.c.state)
            .join(t.record, t.record.c.code == t.share.c.record_code)
            .join(t.record_version, newest)
            .where(
                t.share.c.status_list == list_id,
                t.share.c.stopped_at.is_not(None) | (t.record.c.state != RecordState.ACTIVE.value) | older,
            )
        )
        return {row.status_position: _state(row) for row in rows}

    def free(self, before: datetime) -> int:
        """Digits and status places of shares that ended before a time may be used again; old tries are forgotten."""
        freed = self._db.execute(
            update(t.share)
            .where(t.share.c.ends_at < before, t.share.c.digits.is_not(None) | t.share.c.status_position.is_not(None))
            .values(digits=None, status_list=None, status_position=None)
        )
        self._db.execute(delete(t.share_try).where(t.share_try.c.minute < before))
        return freed.rowcount

    def missed(self, caller: str, *, minute: datetime) -> int:
        """Count one wrong code of a caller; how many it were in that minute."""
        statement = upsert(t.share_try).values(caller=caller, minute=minute, tries=1)
        counted = statement.on_conflict_do_update(
            index_elements=[t.share_try.c.caller, t.share_try.c.minute], set_={"tries": t.share_try.c.tries + 1}
        ).returning(t.share_try.c.tries)
        return int(self._db.execute(counted).scalar_one())

    def misses(self, caller: str, *, minute: datetime) -> int:
        """How many wrong codes of a caller there were in that minute."""
        query = select(func.coalesce(func.sum(t.share_try.c.tries), 0)).where(
            t.share_try.c.caller == caller, t.share_try.c.minute == minute
        )
        return int(self._db.execute(query).scalar_one())
