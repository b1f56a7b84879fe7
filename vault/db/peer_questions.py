"""Questions of other vaults, as they are kept here: what waits for its person, and what was answered."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db.codec import AnyRow
from vault.db.others_tables import peer_question as t
from vault.domain.peers import FORGOTTEN_AFTER, PeerQuestion, QuestionState


def _question(row: AnyRow) -> PeerQuestion:
    return PeerQuestion(
        id=row.id,
        peer=row.peer,
        peer_name=row.peer_name,
        officer=row.officer,
        purpose=row.purpose,
        dossier=row.dossier,
        kinds=frozenset(row.kinds),
        holder_id=row.holder_id,
        at=row.at,
        ends_at=row.ends_at,
        state=QuestionState(row.state),
        records=tuple(row.records),
        decided_at=row.decided_at,
    )


class PgPeerQuestions:
    """`ports.PeerQuestions` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def put(self, question: PeerQuestion) -> tuple[PeerQuestion, bool]:
        """The key decides: of two at once the second waits for the first. What ended long ago is forgotten."""
        self._db.execute(delete(t).where(t.c.ends_at < question.at - FORGOTTEN_AFTER))
        added = upsert(t).values(
            id=question.id,
            peer=question.peer,
            peer_name=question.peer_name,
            officer=question.officer,
            purpose=question.purpose,
            dossier=question.dossier,
            kinds=sorted(question.kinds),
            holder_id=question.holder_id,
            at=question.at,
            ends_at=question.ends_at,
            state=question.state.value,
            records=list(question.records),
        )
        new = self._db.execute(added.on_conflict_do_nothing().returning(t.c.id)).scalar_one_or_none()
        kept = self.get(question.id, lock=True)
        if kept is None:  # the key just said that it is there
            message = "the question vanished while it was being added"
            raise RuntimeError(message)
        return kept, new is not None

    def get(self, name: str, *, lock: bool = False) -> PeerQuestion | None:
        """One of them."""
        query = select(t).where(t.c.id == name)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else _question(row)

    def save(self, question: PeerQuestion) -> None:
        """What became of it."""
        self._db.execute(
            update(t)
            .where(t.c.id == question.id)
            .values(
                state=question.state.value,
                officer=question.officer,
                kinds=sorted(question.kinds),
                holder_id=question.holder_id,
                records=list(question.records),
                at=question.at,
                ends_at=question.ends_at,
                decided_at=question.decided_at,
            )
        )

    def waiting(self, holder_id: int, *, limit: int) -> tuple[PeerQuestion, ...]:
        """The newest first."""
        query = select(t).where(t.c.holder_id == holder_id, t.c.state == QuestionState.WAITING.value)
        return tuple(_question(row) for row in self._db.execute(query.order_by(t.c.at.desc()).limit(limit)))
