"""Letters to other systems, and the results of dossiers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import others_tables as o
from vault.db.codec import AnyRow
from vault.domain.ids import DossierCode
from vault.domain.outbox import Letter, LetterKind, LetterState

# One that waits for its time, without another letter about the same thing being on its way just now: what is older
# must not arrive after what is newer.
_TAKE = text("""
    UPDATE outbox SET leased_until = :until, attempts = attempts + 1 WHERE id = (
        SELECT w.id FROM outbox w
         WHERE w.state = 'WAITING' AND w.due_at <= :at AND coalesce(w.leased_until <= :at, true)
           AND NOT EXISTS (SELECT FROM outbox o WHERE o.subject = w.subject AND o.id <> w.id AND o.leased_until > :at)
         ORDER BY w.due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
""")
_NEWER = text("SELECT EXISTS (SELECT FROM outbox WHERE subject = :subject AND id > :id)")


def _letter(row: AnyRow) -> Letter:
    return Letter(
        id=row.id,
        kind=LetterKind(row.kind),
        subject=row.subject,
        dossier=DossierCode(row.dossier_code),
        agency_code=row.agency_code,
        state=LetterState(row.state),
        at=row.at,
        due_at=row.due_at,
        attempts=row.attempts,
        faults=row.faults,
        body=row.body,
        failure=row.failure,
        delivered_at=row.delivered_at,
        receipt=row.receipt,
    )


class PgOutbox:
    """`ports.Outbox` on PostgreSQL. `connected`: there is somebody to tell."""

    def __init__(self, connection: Connection, *, connected: bool) -> None:
        self._db = connection
        self._connected = connected

    @property
    def connected(self) -> bool:
        """As the settings say."""
        return self._connected

    def put(self, kind: LetterKind, subject: str, *, dossier: DossierCode, agency_code: str, at: datetime) -> None:
        """Add a letter; older ones about the same thing that were tried already give way to it."""
        if not self._connected:
            return
        # The row that covers this change too is written to all the same: whoever would compose it now waits for us,
        # and then sees what we changed.
        self._db.execute(
            upsert(o.outbox)
            .values(
                kind=kind.value,
                subject=subject,
                dossier_code=dossier,
                agency_code=agency_code,
                state=LetterState.WAITING.value,
                at=at,
                due_at=at,
            )
            .on_conflict_do_update(
                index_elements=["subject"],
                index_where=text("state = 'WAITING' AND body IS NULL"),
                set_={"receipt": None},
            )
        )
        older = (o.outbox.c.subject == subject, o.outbox.c.state == LetterState.WAITING.value)
        self._db.execute(
            update(o.outbox)
            .where(*older, o.outbox.c.body.is_not(None))
            .values(state=LetterState.SUPERSEDED.value, body=None)
        )

    def take(self, *, at: datetime, until: datetime) -> Letter | None:
        """The one that has been due longest."""
        row = self._db.execute(_TAKE, {"at": at, "until": until}).one_or_none()
        return None if row is None else _letter(row)

    def compose(self, letter_id: int, body: Mapping[str, object]) -> None:
        """Keep the body."""
        self._db.execute(update(o.outbox).where(o.outbox.c.id == letter_id).values(body=dict(body)))

    def delivered(self, letter_id: int, *, at: datetime, receipt: str) -> None:
        """Arrived, whether or not a newer letter stands behind it."""
        self._db.execute(
            update(o.outbox)
            .where(o.outbox.c.id == letter_id)
            .values(
                state=LetterState.DELIVERED.value,
                delivered_at=at,
                receipt=receipt[:200],
                body=None,
                failure=None,
                leased_until=None,
            )
        )

    def failed(self, letter_id: int, failure: str, *, due_at: datetime, fault: bool) -> None:
        """Later."""
        self._db.execute(
            update(o.outbox)
            .where(o.outbox.c.id == letter_id)
            .values(failure=failure[:500], due_at=due_at, leased_until=None, faults=o.outbox.c.faults + int(fault))
        )

    def bury(self, letter_id: int, failure: str) -> None:
        """Dead, unless something newer took its place meanwhile."""
        self._db.execute(
            update(o.outbox)
            .where(o.outbox.c.id == letter_id)
            .values(
                failure=failure[:500],
                leased_until=None,
                state=func.coalesce(func.nullif(o.outbox.c.state, "WAITING"), "DEAD"),
            )
        )

    def revive(self, letter_id: int, *, at: datetime) -> bool:
        """Try it again with a fresh count; one that something newer followed is superseded instead."""
        row = self._db.execute(
            select(o.outbox).where(o.outbox.c.id == letter_id, o.outbox.c.state == "DEAD").with_for_update()
        ).one_or_none()
        if row is None:
            return False
        newer = bool(self._db.execute(_NEWER, {"subject": row.subject, "id": letter_id}).scalar_one())
        state = LetterState.SUPERSEDED if newer else LetterState.WAITING
        again = update(o.outbox).where(o.outbox.c.id == letter_id)
        self._db.execute(again.values(state=state.value, due_at=at, attempts=0, faults=0, failure=None))
        return not newer

    def dead(self, *, limit: int) -> tuple[Letter, ...]:
        """The oldest first."""
        query = select(o.outbox).where(o.outbox.c.state == "DEAD").order_by(o.outbox.c.at).limit(limit)
        return tuple(_letter(row) for row in self._db.execute(query))

    def of_agency(self, agency_code: str, state: LetterState, *, newest: bool, limit: int) -> tuple[Letter, ...]:
        """By the order in which things changed."""
        c = o.outbox.c
        query = select(o.outbox).where(c.agency_code == agency_code, c.state == state.value)
        query = query.order_by(c.id.desc() if newest else c.id).limit(limit)
        return tuple(_letter(row) for row in self._db.execute(query))

    def of_dossier(self, code: DossierCode) -> tuple[Letter, ...]:
        """The newest first."""
        query = select(o.outbox).where(o.outbox.c.dossier_code == code).order_by(o.outbox.c.id.desc())
        return tuple(_letter(row) for row in self._db.execute(query))
