"""Phones that a desk lets in for some minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.intakes import PgIntakes
from vault.db.people import actor_of_row
from vault.db.texts import PgTexts
from vault.domain.intake import Intake, IntakeId
from vault.domain.people import Actor

_KEPT = timedelta(days=1)


class PgHandOvers:
    """`ports.HandOvers` on PostgreSQL."""

    def __init__(self, connection: Connection, texts: PgTexts) -> None:
        self._db = connection
        self._texts = texts

    def open(self, token_hash: str, account_id: str, *, at: datetime, expires_at: datetime) -> None:
        """Let a phone in."""
        self._db.execute(delete(t.hand_over).where(t.hand_over.c.expires_at < at - _KEPT))
        self._db.execute(
            insert(t.hand_over).values(
                token_hash=token_hash, account_id=account_id, created_at=at, expires_at=expires_at
            )
        )

    def actor_of(self, token_hash: str, *, at: datetime) -> Actor | None:
        """In whose name it sends."""
        account = t.account.c
        row = self._db.execute(
            select(account.id, account.name, account.role, account.agency_code, account.holder_id)
            .join(t.hand_over, t.hand_over.c.account_id == account.id)
            .where(
                t.hand_over.c.token_hash == token_hash,
                t.hand_over.c.expires_at > at,
                ~account.disabled,
            )
        ).one_or_none()
        return None if row is None else actor_of_row(row)

    def close(self, token_hash: str, *, account_id: str, at: datetime) -> None:
        """Let it in no more."""
        own = (t.hand_over.c.token_hash == token_hash, t.hand_over.c.account_id == account_id)
        self._db.execute(update(t.hand_over).where(*own, t.hand_over.c.expires_at > at).values(expires_at=at))

    def note(self, token_hash: str, intake_id: IntakeId, *, at: datetime) -> None:
        """Keep that this paper came by it."""
        values = {"token_hash": token_hash, "intake_id": intake_id, "at": at}
        self._db.execute(upsert(t.hand_over_intake).values(values).on_conflict_do_nothing())

    def intakes(self, token_hash: str, *, account_id: str) -> tuple[Intake, ...]:
        """What came by it."""
        came = t.hand_over_intake.c
        ids = [
            IntakeId(found)
            for found in self._db.execute(
                select(came.intake_id)
                .join(t.hand_over, t.hand_over.c.token_hash == came.token_hash)
                .where(came.token_hash == token_hash, t.hand_over.c.account_id == account_id)
                .order_by(came.at)
            ).scalars()
        ]
        found = {one.id: one for one in PgIntakes(self._db, self._texts).get_all(ids)}
        return tuple(found[one] for one in ids if one in found)
